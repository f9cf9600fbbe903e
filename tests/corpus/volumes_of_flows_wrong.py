"""Steps of a flow: each gives its result and the logarithm of its volume, and takes a gradient of
each.
"""

import numpy as np


class Stretch:
    def __init__(self, width):
        self.s = np.linspace(-0.2, 0.3, width)
        self.t = np.zeros(width)

    def forward(self, x):
        self.x = x
        y = x * np.exp(self.s) + self.t
        logdet = np.full(x.shape[0], self.s.sum())
        return y, logdet

    def backward(self, gy, glogdet):
        self.dt = gy.sum(axis=0)
        self.ds = (gy * self.x * np.exp(self.s)).sum(axis=0)
        return gy * np.exp(self.s)


class Divergence:
    def loss(self, y, y_hat, z_mean, z_log_var):
        fit = 0.5 * np.sum((y - y_hat) ** 2)
        kl = -0.5 * np.sum(1 + z_log_var - z_mean**2 - np.exp(z_log_var))
        return fit + kl

    def grad(self, y, y_hat, z_mean, z_log_var):
        dY_hat = y_hat - y
        dLogVar = 0.5 * (np.exp(z_log_var) - 1)
        dMean = z_mean
        return dY_hat, dLogVar, dMean
