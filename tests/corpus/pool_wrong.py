import numpy as np


class AvgPool2D:
    def __init__(self, size=2):
        self.size = size

    def forward(self, x):
        self.shape = x.shape
        n, c, h, w = x.shape
        k = self.size
        return x.reshape(n, c, h // k, k, w // k, k).mean(axis=(3, 5))

    def backward(self, dout):
        k = self.size
        return np.repeat(np.repeat(dout, k, axis=2), k, axis=3) / k
