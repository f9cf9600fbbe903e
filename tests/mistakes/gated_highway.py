import numpy as np


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


class Highway:
    """y = t * tanh(x Wh + bh) + (1 - t) * x,   t = sigmoid(x Wt + bt)"""

    def __init__(self, size, rng):
        self.Wh = rng.standard_normal((size, size)) * 0.4
        self.Wt = rng.standard_normal((size, size)) * 0.4
        self.bh = np.zeros(size)
        self.bt = np.full(size, -1.0)

    def fprop(self, x):
        self.x = x
        self.h = np.tanh(x @ self.Wh + self.bh)
        self.t = sigmoid(x @ self.Wt + self.bt)
        return self.t * self.h + (1 - self.t) * x

    def bprop(self, dy):
        dh = dy * self.t
        dt = dy * (self.h - self.x)
        dx = dy * (1 - self.t)
        dah = dh * (1 - self.h ** 2)
        dat = dt * self.t * (1 - self.t)
        self.grads = {
            "Wh": self.x.T @ dah,
            "Wt": self.x.T @ dat,
            "bh": dah.sum(0),
            "bt": dat.sum(0),
        }
        dx += dah @ self.Wh.T
        dx += dat @ self.Wt.T
        return dx


class GLU:
    def fprop(self, x):
        n = x.shape[-1] // 2
        self.a = x[..., :n]
        self.s = sigmoid(x[..., n:])
        return self.a * self.s

    def bprop(self, dy):
        da = dy * self.s
        ds = dy * self.a
        db = ds * self.s * (1 - self.s)
        return np.concatenate([da, db], axis=-1)
