# A majority vote of three, learned by two layers without biases
import numpy as np

rng = np.random.default_rng(3)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    # for what sigmoid gave
    return x - x * x


votes = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
won = (votes.sum(axis=1, keepdims=True) > 1).astype(float)
first, second = rng.normal(size=(3, 5)), rng.normal(size=(5, 1))
for turn in range(150):
    middle = sigmoid(votes @ first)
    guess = sigmoid(middle @ second)
    up = (guess - won) * sigmoid_derivative(guess)
    below = up @ second.T * sigmoid_derivative(middle)
    second -= 0.5 * middle.T @ up
    first -= 0.5 * votes.T @ below
print(np.hstack([won, guess.round(2)]))
