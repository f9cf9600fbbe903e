# coding: utf-8
import numpy as np


def softmax(scores):
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


class Relu:
    """Keeps where it was closed; backward writes into what it is given."""

    closed = None

    def forward(self, x):
        self.closed = ~(x > 0)
        return np.where(self.closed, 0.0, x)

    def backward(self, dout):
        dout[self.closed] = 0
        return dout


class Sigmoid:
    def __init__(self):
        self.y = None

    def forward(self, x):
        self.y = np.exp(x) / (np.exp(x) + 1)
        return self.y

    def backward(self, dout):
        slope = self.y - self.y * self.y
        return slope * dout


class Affine:
    """Made of its arrays; images are laid out as rows."""

    def __init__(self, W, b):
        self.W, self.b = W, b
        self.dW = self.db = None
        self.rows = self.shape = None

    def forward(self, x):
        self.shape = x.shape
        self.rows = x.reshape(len(x), -1)
        return self.rows @ self.W + self.b

    def backward(self, dout):
        self.db = dout.sum(axis=0)
        self.dW = self.rows.T @ dout
        return (dout @ self.W.T).reshape(self.shape)


class Product:
    """Two inputs, two gradients."""

    def __init__(self):
        self.factors = None

    def forward(self, x, y):
        self.factors = (x, y)
        return x * y

    def backward(self, dout):
        x, y = self.factors
        return y * dout, x * dout
