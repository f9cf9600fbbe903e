import numpy as np


class GRUCell:
    def __init__(self, input_dim, hidden_dim):
        s = 1.0 / np.sqrt(hidden_dim)
        self.Wz = np.random.uniform(-s, s, (input_dim + hidden_dim, hidden_dim))
        self.Wr = np.random.uniform(-s, s, (input_dim + hidden_dim, hidden_dim))
        self.Wh = np.random.uniform(-s, s, (input_dim + hidden_dim, hidden_dim))

    def forward(self, x, h):
        self.x, self.h = x, h
        xh = np.concatenate([x, h], axis=1)
        self.z = 1 / (1 + np.exp(-xh @ self.Wz))
        self.r = 1 / (1 + np.exp(-xh @ self.Wr))
        self.xrh = np.concatenate([x, self.r * h], axis=1)
        self.g = np.tanh(self.xrh @ self.Wh)
        self.xh = xh
        return (1 - self.z) * h + self.z * self.g

    def backward(self, dh):
        n = self.x.shape[1]
        dg = dh * self.z * (1 - self.g**2)
        dz = dh * (self.g - self.h) * self.z * (1 - self.z)
        self.dWh = self.xrh.T @ dg
        dxrh = dg @ self.Wh.T
        dr = dxrh[:, n:] * self.h * self.r * (1 - self.r)
        self.dWz = self.xh.T @ dz
        self.dWr = self.xh.T @ dr
        dxh = dz @ self.Wz.T + dr @ self.Wr.T
        dx = dxh[:, :n] + dxrh[:, :n]
        dh_prev = dxh[:, n:] + dxrh[:, n:] * self.r + dh * (1 - self.z)
        return dx, dh_prev
