import numpy as np


class LayerNorm:
    def __init__(self, dim, eps=1e-6):
        self.g = np.ones(dim)
        self.b = np.zeros(dim)
        self.eps = eps
        self.grads = {"g": np.zeros(dim), "b": np.zeros(dim)}

    def forward(self, x):
        # x: (batch, seq, dim)
        mu = x.mean(-1, keepdims=True)
        self.xc = x - mu
        var = (self.xc ** 2).mean(-1, keepdims=True)
        self.inv = 1.0 / np.sqrt(var + self.eps)
        self.xhat = self.xc * self.inv
        return self.xhat * self.g + self.b

    def backward(self, dy):
        self.grads["g"] = (dy * self.xhat).sum(axis=(0, 1))
        self.grads["b"] = dy.sum(axis=(0, 1))
        dxhat = dy * self.g
        mean_dxhat = dxhat.mean(-1, keepdims=True)
        mean_proj = (dxhat * self.xhat).mean(-1, keepdims=True)
        dx = dxhat - mean_dxhat - self.xhat * mean_proj
        return dx * self.inv
