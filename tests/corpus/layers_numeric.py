import numpy as np


class Layer:
    """Base class."""

    def forward(self, x):
        raise NotImplementedError

    def backward(self, dy):
        raise NotImplementedError


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear(Layer):
    def __init__(self, n_in, n_out):
        self.w = Parameter(np.random.randn(n_in, n_out) * 0.1)
        self.b = Parameter(np.zeros(n_out))

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        self.x = x
        return x @ self.w.data + self.b.data

    def backward(self, dy):
        self.w.grad += self.x.T @ dy
        self.b.grad += dy.sum(axis=0)
        return dy @ self.w.data.T


class LayerNorm(Layer):
    def __init__(self, dim, eps=1e-5):
        self.gamma = Parameter(np.ones(dim))
        self.beta = Parameter(np.zeros(dim))
        self.eps = eps

    def forward(self, x):
        mu = x.mean(axis=-1, keepdims=True)
        self.inv = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + self.eps)
        self.xhat = (x - mu) * self.inv
        return self.gamma.data * self.xhat + self.beta.data

    def backward(self, dy):
        self.gamma.grad += (dy * self.xhat).sum(axis=0)
        self.beta.grad += dy.sum(axis=0)
        g = dy * self.gamma.data
        return self.inv * (
            g - g.mean(-1, keepdims=True) - self.xhat * (g * self.xhat).mean(-1, keepdims=True)
        )


class Softmax(Layer):
    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p

    def backward(self, dy):
        return self.p * (dy - (dy * self.p).sum(axis=-1, keepdims=True))
