import numpy as np


class PReLU:
    def __init__(self, channels):
        self.a = np.full(channels, 0.25)
        self.da = np.zeros(channels)

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.a * x)

    def backward(self, dout):
        neg = self.x <= 0
        self.da = np.sum(dout * self.x * neg, axis=0)
        return np.where(neg, self.a * dout, dout)


class ScaleShift:
    def __init__(self, channels):
        self.scale = np.ones(channels)
        self.shift = np.zeros(channels)

    def forward(self, x):
        self.x = x
        return x * self.scale + self.shift

    def backward(self, dout):
        self.dscale = np.sum(dout * self.x, axis=0)
        self.dshift = np.sum(dout, axis=0)
        return dout * self.scale


class Linear:
    def __init__(self, w):
        self.w = w
        self.dw = None

    def forward(self, x):
        self.x = x
        return x.dot(self.w)

    def backward(self, dout):
        self.dw = self.x.T.dot(dout)
        return dout.dot(self.w.T)


class Net:
    def __init__(self, w1, w2):
        self.fc1, self.fc2 = Linear(w1), Linear(w2)
        self.act = PReLU(w1.shape[1])
        self.aff = ScaleShift(w1.shape[1])

    def forward(self, x):
        h = self.fc1.forward(x)
        h = self.aff.forward(h)
        h = self.act.forward(h)
        return self.fc2.forward(h)

    def backward(self, dout):
        d = self.fc2.backward(dout)
        d = self.act.backward(d)
        d = self.aff.backward(d)
        return self.fc1.backward(d)
