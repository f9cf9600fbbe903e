import numpy as np


class ResidualBlock:
    """y = x + relu(x W1 + b1) W2 + b2"""

    def __init__(self, dim, hidden, seed=0):
        rs = np.random.RandomState(seed)
        self.W1 = rs.randn(dim, hidden) / np.sqrt(dim)
        self.b1 = rs.randn(hidden) * 0.1
        self.W2 = rs.randn(hidden, dim) / np.sqrt(hidden)
        self.b2 = np.zeros(dim)
        self.gW1 = np.zeros_like(self.W1)
        self.gb1 = np.zeros_like(self.b1)
        self.gW2 = np.zeros_like(self.W2)
        self.gb2 = np.zeros_like(self.b2)

    def forward(self, x):
        self.x = x
        self.z = x @ self.W1 + self.b1
        self.h = np.maximum(self.z, 0)
        return x + self.h @ self.W2 + self.b2

    def backward(self, dy):
        self.gW2 += self.h.T @ dy
        self.gb2 += dy.sum(axis=0)
        dh = dy @ self.W2.T
        dz = dh * (self.z > 0)
        self.gW1 += self.x.T @ dz
        self.gb1 += dz.sum(axis=0)
        dx = dz @ self.W1.T
        dx += dy
        return dx


class ResNet:
    def __init__(self, depth, dim, hidden):
        self.blocks = [ResidualBlock(dim, hidden, seed=i) for i in range(depth)]

    def forward(self, x):
        for blk in self.blocks:
            x = blk.forward(x)
        return x

    def backward(self, dy):
        for blk in reversed(self.blocks):
            dy = blk.backward(dy)
        return dy
