import numpy as np


class FactorizationMachine:
    def __init__(self, n_features, k, seed=0):
        rs = np.random.RandomState(seed)
        self.w0 = np.zeros(1)
        self.w = rs.randn(n_features) * 0.3
        self.V = rs.randn(n_features, k) * 0.3

    def predict(self, X):
        self.X = X
        self.XV = X @ self.V                    # (n, k)
        self.X2V2 = (X ** 2) @ (self.V ** 2)    # (n, k)
        inter = 0.5 * np.sum(self.XV ** 2 - self.X2V2, axis=1)
        return self.w0[0] + X @ self.w + inter

    def loss(self, X, y, reg_v=0.1):
        self.reg_v = reg_v
        self.err = self.predict(X) - y
        return 0.5 * np.mean(self.err ** 2) + 0.5 * reg_v * np.sum(self.V ** 2)

    def gradients(self):
        n = len(self.err)
        d = self.err / n
        g_w0 = np.array([d.sum()])
        g_w = self.X.T @ d
        dXV = d[:, None] * self.XV
        dX2V2 = -0.5 * d[:, None] * np.ones_like(self.X2V2)
        g_V = self.X.T @ dXV
        g_V += 2 * self.V * ((self.X ** 2).T @ dX2V2)
        g_V += self.reg_v * self.V
        return g_w0, g_w, g_V
