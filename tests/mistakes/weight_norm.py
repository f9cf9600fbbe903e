import numpy as np


class WeightNormLinear:
    """Columns of the weight are g_j * v_j / ||v_j||."""

    def __init__(self, V, g, b):
        self.V, self.g, self.b = V, g, b

    def forward(self, x):
        self.x = x
        self.norm = np.sqrt(np.sum(self.V ** 2, axis=0))
        self.W = self.V * (self.g / self.norm)
        return x @ self.W + self.b

    def backward(self, dout):
        self.grad_b = dout.sum(axis=0)
        dW = self.x.T @ dout
        unit = self.V / self.norm
        self.grad_g = np.sum(dW * unit, axis=0)
        proj = dW - unit * self.grad_g
        self.grad_V = proj * self.g / self.norm
        return dout @ self.W.T


class MaxoutHuber:
    """Huber loss on the max over pieces; x: (N, pieces)."""

    def __init__(self, delta=0.5):
        self.delta = delta

    def forward(self, x, target):
        self.shape = x.shape
        self.arg = x.argmax(axis=1)
        self.r = x.max(axis=1) - target
        quad = np.minimum(np.abs(self.r), self.delta)
        lin = np.abs(self.r) - quad
        return np.mean(0.5 * quad ** 2 + self.delta * lin)

    def backward(self):
        dr = np.clip(self.r, -self.delta, self.delta) / len(self.r)
        dx = np.zeros(self.shape)
        dx[np.arange(len(dr)), self.arg] = dr
        return dx
