"""A model of single features and of their products, and a Gaussian with its factor of precision."""

import numpy as np


class PairsOfFeatures:
    def __init__(self, n_features, k):
        gen = np.random.default_rng(3)
        self.w0 = np.zeros(1)
        self.w = gen.normal(size=n_features) / 4
        self.P = gen.normal(size=(n_features, k)) / 4

    def predict(self, X):
        self.X = X
        self.S = X @ self.P
        alone = (X**2) @ (self.P**2)
        return self.w0[0] + X @ self.w + 0.5 * np.sum(self.S**2 - alone, axis=1)

    def loss(self, X, y):
        self.miss = self.predict(X) - y
        return np.mean(self.miss**2)

    def gradients(self):
        d = 2 * self.miss / len(self.miss)
        g_w0 = np.array([d.sum()])
        g_w = self.X.T @ d
        g_P = self.X.T @ (d[:, None] * self.S)
        return g_w0, g_w, g_P


def gaussian_energy(mu, L, X):
    """Half of the squared lengths of (X - mu) L, of all rows."""
    return 0.5 * np.sum(((X - mu) @ L) ** 2)


def gaussian_energy_grads(mu, L, X):
    off = X - mu
    scaled = off @ L
    dmu = -(scaled @ L).sum(axis=0)
    dL = off.T @ scaled
    return dmu, dL
