"""One sample at a time through a small net, and lengths of capsules before a margin."""

import numpy as np


class Mix:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.5
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return np.array(
            [sum(x[i] * self.W[i, j] for i in range(len(x))) + b for j, b in enumerate(self.b)]
        )

    def backward(self, d):
        self.grad_W = np.zeros_like(self.W)
        for i in range(len(self.x)):
            for j in range(len(d)):
                self.grad_W[i, j] = self.x[i] * d[j]
        self.grad_b = np.array(d, dtype=float)
        return np.array(
            [sum(d[j] * self.W[i, j] for j in range(len(d))) for i in range(len(self.x))]
        )


class Net:
    def __init__(self, input_dim, output_dim):
        self.mix = Mix(input_dim, output_dim)

    def forward(self, x, y):
        z = self.mix.forward(x)
        self.p = 1 / (1 + np.exp(-z))
        self.y = y
        return -np.mean(y * np.log(self.p) + (1 - y) * np.log(1 - self.p))

    def backward(self):
        d = (self.p - self.y) / len(self.y)
        return self.mix.backward(d)


def capsule_margin_loss(v, T, m_plus=0.9, m_minus=0.1, down=0.5):
    length = np.sqrt(np.sum(v**2, axis=-1))
    short = np.maximum(0, m_plus - length)
    long = np.maximum(0, length - m_minus)
    loss = np.sum(T * short**2 + down * (1 - T) * long**2)
    dlength = -2 * T * short + 2 * down * (1 - T) * long
    dv = dlength[..., None] * v / length[..., None]
    return loss, dv
