import numpy as np


def forward(X, w, b):
    z = X @ w + b
    return 1 / (1 + np.exp(-z))


def backward(dA, X, w, b):
    A = forward(X, w, b)
    dz = dA * A
    return {"w": X.T @ dz, "b": dz.sum(), "X": np.outer(dz, w)}


inputs = {"X": (6, 4), "w": (4,), "b": ()}
