import numpy as np


# every sample is a column; each step hands its cache to the step back
def squash(U):
    return 1 / (1 + np.exp(-U))


def sigmoid(Z):
    return squash(Z), Z


def sigmoid_backward(dA, cache):
    on = squash(cache)
    return dA * (on - on**2)


def relu(Z):
    return Z.clip(min=0), Z


def relu_backward(dA, cache):
    return np.where(cache > 0, dA, 0.0)


STEPS = {"relu": (relu, relu_backward), "sigmoid": (sigmoid, sigmoid_backward)}


def draw_parameters(widths, seed=11):
    rng = np.random.default_rng(seed)
    parameters = {}
    for k, (before, after) in enumerate(zip(widths, widths[1:]), start=1):
        parameters[f"W{k}"] = rng.normal(scale=before**-0.5, size=(after, before))
        parameters[f"b{k}"] = np.zeros((after, 1))
    return parameters


def linear_forward(A, W, b):
    return W @ A + b, (A, W)


def linear_backward(dZ, cache):
    A, W = cache
    samples = A.shape[1]
    return W.T @ dZ, dZ @ A.T / samples, dZ.mean(axis=1, keepdims=True)


def linear_activation_forward(A_prev, W, b, activation):
    Z, before = linear_forward(A_prev, W, b)
    if activation == "relu":
        A, after = relu(Z)
    elif activation == "sigmoid":
        A, after = sigmoid(Z)
    return A, (before, after)


def linear_activation_backward(dA, cache, activation):
    before, after = cache
    back = STEPS[activation][1]
    return linear_backward(back(dA, after), before)


def model_forward(X, parameters):
    depth = len(parameters) // 2
    A, caches = X, []
    for k in range(1, depth + 1):
        kind = "sigmoid" if k == depth else "relu"
        A, kept = linear_activation_forward(
            A, parameters["W" + str(k)], parameters["b" + str(k)], kind
        )
        caches.append(kept)
    assert len(A) == 1, "one unit at the end"
    return A, caches


def compute_cost(AL, Y):
    chosen = Y * np.log(AL) + (1 - Y) * np.log1p(-AL)
    return -chosen.sum() / Y.shape[1]


def model_backward(AL, Y, caches):
    grads = {}
    dA = (AL - Y) / (AL * (1 - AL))
    kind = "sigmoid"
    for k in range(len(caches), 0, -1):
        dA, grads["dW" + str(k)], grads["db" + str(k)] = linear_activation_backward(
            dA, caches[k - 1], kind
        )
        grads["dA" + str(k - 1)] = dA
        kind = "relu"
    return grads
