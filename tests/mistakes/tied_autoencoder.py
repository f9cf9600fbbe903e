import numpy as np


class TiedAutoencoder:
    """x_hat = sigmoid(h W^T + c), h = sigmoid(x W + b)"""

    def __init__(self, n_visible, n_hidden, l2=0.01, sparsity=0.1):
        rng = np.random.RandomState(1)
        self.W = rng.uniform(-0.6, 0.6, (n_visible, n_hidden))
        self.b = np.zeros(n_hidden)
        self.c = np.zeros(n_visible)
        self.l2 = l2
        self.sparsity = sparsity

    @staticmethod
    def _sig(z):
        return 1.0 / (1.0 + np.exp(-z))

    def cost(self, x):
        n = x.shape[0]
        h = self._sig(x @ self.W + self.b)
        r = self._sig(h @ self.W.T + self.c)
        bce = -np.sum(x * np.log(r) + (1 - x) * np.log(1 - r)) / n
        cost = bce + self.l2 * np.sum(self.W ** 2) + self.sparsity * np.sum(h ** 2) / n

        g_out = (r - x) / n
        g_c = g_out.sum(axis=0)
        g_h = g_out @ self.W
        g_h += 2 * self.sparsity * h / n
        g_hid = g_h * h * (1 - h)
        g_b = g_hid.sum(axis=0)
        g_W = x.T @ g_hid
        g_W += g_out.T @ h
        g_W += 2 * self.l2 * self.W
        return cost, {"W": g_W, "b": g_b, "c": g_c}
