import numpy as np

np.random.seed(0)
X = np.random.randn(40, 2)
y = (X[:, 0] * X[:, 1] > 0).astype(int)

num_examples = len(X)
nn_input_dim = 2
nn_output_dim = 2
epsilon = 0.01
reg_lambda = 0.01


def calculate_loss(model):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    z1 = X.dot(W1) + b1
    a1 = np.tanh(z1)
    z2 = a1.dot(W2) + b2
    exp_scores = np.exp(z2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(num_examples), y])
    data_loss = np.sum(correct_logprobs)
    data_loss += reg_lambda / 2 * (np.sum(np.square(W1)) + np.sum(np.square(W2)))
    return 1.0 / num_examples * data_loss


def calculate_gradients(model):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    a1 = np.tanh(X.dot(W1) + b1)
    exp_scores = np.exp(a1.dot(W2) + b2)
    delta3 = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    delta3[range(num_examples), y] -= 1
    dW2 = a1.T.dot(delta3) + reg_lambda * W2
    db2 = np.sum(delta3, axis=0, keepdims=True)
    delta2 = delta3.dot(W2.T) * (1 - np.power(a1, 2))
    dW1 = X.T.dot(delta2) + reg_lambda * W1
    db1 = np.sum(delta2, axis=0)
    n = num_examples
    return {"W1": dW1 / n, "b1": db1 / n, "W2": dW2 / n, "b2": db2}


def predict(model, x):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    a1 = np.tanh(x.dot(W1) + b1)
    return np.argmax(a1.dot(W2) + b2, axis=1)
