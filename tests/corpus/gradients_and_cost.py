import numpy as np


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def propagate(w, b, X, Y):
    """One pass of logistic regression: a dict of both gradients, and the mean cost.

    w : weights, of shape (pixels, 1)
    b : the offset, a number
    X : one picture a column, of shape (pixels, pictures)
    Y : 1 for a ship and 0 for none, of shape (1, pictures)
    """
    pictures = X.shape[1]
    guess = sigmoid(w.T @ X + b)
    surprise = -Y * np.log(guess) - (1 - Y) * np.log(1 - guess)
    off = (guess - Y) / pictures
    cost = surprise.sum() / pictures
    grads = {"dw": X @ off.T, "db": off.sum()}
    return grads, cost
