import numpy as np


class RBFNet:
    def __init__(self, centers, log_beta, weights, bias):
        self.C = centers          # (K, D)
        self.log_beta = log_beta  # (K,)
        self.w = weights          # (K,)
        self.b = bias             # (1,)

    def forward(self, X):
        self.X = X
        self.diff = X[:, None, :] - self.C[None, :, :]
        self.r2 = (self.diff ** 2).sum(axis=2)
        self.beta = np.exp(self.log_beta)
        self.phi = np.exp(-self.beta * self.r2)
        return self.phi @ self.w + self.b

    def backward(self, dout):
        self.db = np.array([dout.sum()])
        self.dw = self.phi.T @ dout
        dphi = np.outer(dout, self.w)
        darg = dphi * self.phi
        dbeta = -(darg * self.r2).sum(axis=0)
        self.dlog_beta = dbeta * self.beta
        dr2 = -darg * self.beta
        ddiff = 2 * dr2[:, :, None] * self.diff
        self.dC = -ddiff.sum(axis=0)
        dX = ddiff.sum(axis=1)
        return dX
