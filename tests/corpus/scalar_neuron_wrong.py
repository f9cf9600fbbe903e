import numpy as np


class Neuron:
    """One input, one weight, one bias."""

    def __init__(self, w, b):
        self.w = w
        self.b = b

    def forward(self, x):
        self.x = x
        self.z = self.w * x + self.b
        self.a = 1 / (1 + np.exp(-self.z))
        return self.a

    def backward(self, da):
        dz = da * self.a * (1 - self.a)
        self.dw = dz * self.x
        self.db = da
        return dz * self.w


class Scale:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x
        return self.w * x

    def backward(self, dout):
        self.dw = np.sum(dout)
        return dout * self.w


class MulLayer:
    def __init__(self):
        self.x = None
        self.y = None

    def forward(self, x, y):
        self.x = x
        self.y = y
        return x * y

    def backward(self, dout):
        dx = dout * self.y
        dy = dout * self.x
        return dx, dy


class AddLayer:
    def __init__(self):
        pass

    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout * 1, dout * 1
