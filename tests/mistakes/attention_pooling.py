import numpy as np


class AttentionPooling:
    """Pool a padded sequence with a learned score: a = softmax(v . tanh(x W)), out = sum a x."""

    def __init__(self, d, h, seed=0):
        rng = np.random.RandomState(seed)
        self.W = rng.randn(d, h)
        self.v = rng.randn(h)
        self.reset()

    def reset(self):
        self.dW = np.zeros_like(self.W)
        self.dv = np.zeros_like(self.v)

    def __call__(self, x, mask):
        self.x, self.mask = x, mask
        self.k = np.tanh(x @ self.W)                 # B T H
        s = self.k @ self.v                          # B T
        s = np.where(mask, s, -1e30)
        e = np.exp(s - s.max(axis=1, keepdims=True))
        self.a = e / e.sum(axis=1, keepdims=True)
        return (self.a[:, :, None] * x).sum(axis=1)  # B D

    def gradient(self, dout):
        self.reset()
        da = (self.x * dout[:, None, :]).sum(axis=2)
        dx = self.a[:, :, None] * dout[:, None, :]
        ds = self.a * (da - (self.a * da).sum(axis=1, keepdims=True))
        self.dv += (ds[:, :, None] * self.k).sum(axis=(0, 1))
        dk = ds[:, :, None] * self.v
        dpre = dk * (1 - self.k ** 2)
        for b in range(len(self.x)):
            self.dW += self.x[b].T @ dpre[b]
        dx += dpre @ self.W.T
        return dx
