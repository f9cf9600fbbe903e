import numpy as np


class LogisticRegression:
    def __init__(self, n_features, lam=0.1):
        self.w = np.zeros(n_features)
        self.b = 0.0
        self.lam = lam

    def cost(self, X, y):
        p = 1 / (1 + np.exp(-(X @ self.w + self.b)))
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + self.lam / 2 * self.w @ self.w

    def gradients(self, X, y):
        p = 1 / (1 + np.exp(-(X @ self.w + self.b)))
        dw = X.T @ (p - y) / len(y) + self.lam * self.w
        db = np.mean(p - y)
        return dw, db

    def fit(self, X, y, lr=0.1, epochs=100):
        for _ in range(epochs):
            dw, db = self.gradients(X, y)
            self.w -= lr * dw
            self.b -= lr * db
