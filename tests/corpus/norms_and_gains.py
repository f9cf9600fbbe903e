"""Norms of rows and of columns, with a gain for each feature."""

import numpy as np


def scalenorm_forward(x, g, tiny=1e-9):
    length = np.sqrt(np.sum(x * x, axis=-1, keepdims=True) + tiny)
    unit = x / length
    return unit * g, (unit, length, g)


def scalenorm_backward(dy, cache):
    unit, length, g = cache
    dg = np.sum(dy * unit, axis=0)
    dunit = dy * g
    dx = (dunit - unit * np.sum(dunit * unit, axis=-1, keepdims=True)) / length
    return dx, dg


class TokenNorm:
    """Makes each token of each text centered, and scales its features."""

    def __init__(self, dim):
        self.g = np.ones(dim)
        self.b = np.zeros(dim)
        self.grads = {"g": np.zeros(dim), "b": np.zeros(dim)}

    def forward(self, x):
        self.centered = x - x.mean(axis=-1, keepdims=True)
        self.bent = np.tanh(self.centered)
        return self.g * self.bent + self.b

    def backward(self, dy):
        self.grads["g"] = (self.bent * dy).sum(axis=(0, 1))
        self.grads["b"] = dy.sum(axis=(0, 1))
        dcentered = dy * self.g * (1 - self.bent**2)
        return dcentered - dcentered.mean(axis=-1, keepdims=True)


class NormedColumns:
    """A layer whose columns have the lengths g."""

    def __init__(self, V, g, b):
        self.V = V
        self.g = g
        self.b = b

    def forward(self, x):
        self.x = x
        self.lengths = np.linalg.norm(self.V, axis=0)
        self.columns = self.V / self.lengths
        return x @ (self.columns * self.g) + self.b

    def backward(self, dout):
        dW = self.x.T @ dout
        self.grad_b = dout.sum(axis=0)
        self.grad_g = (dW * self.columns).sum(axis=0)
        dcolumns = dW * self.g
        along = (dcolumns * self.columns).sum(axis=0)
        self.grad_V = (dcolumns - self.columns * along) / self.lengths
        return dout @ (self.columns * self.g).T


def unit_rows(x):
    size = np.sqrt((x**2).sum(axis=1, keepdims=True))
    return x / size, size


def unit_rows_grad(dn, n, size):
    return (dn - n * (dn * n).sum(axis=1, keepdims=True)) / size
