import numpy as np


class Ridge:
    def __init__(self, alpha=0.5):
        self.alpha = alpha
        self.theta = None

    def loss(self, X, y):
        r = X @ self.theta - y
        return (r @ r + self.alpha * self.theta @ self.theta) / (2 * len(y))

    def grad(self, X, y):
        return (X.T @ (X @ self.theta - y) + 2 * self.alpha * self.theta) / len(y)


def hinge(w, b, X, y, C):
    margins = 1 - y * (X @ w + b)
    return 0.5 * w @ w + C * np.sum(np.maximum(0, margins))


def hinge_grad(w, b, X, y, C):
    active = (1 - y * (X @ w + b)) > 0
    dw = w - C * X.T @ (active * y)
    db = C * np.sum(active * y)
    return dw, db


def rosenbrock(p):
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def rosenbrock_grad(p):
    x, y = p
    return np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])


def gaussian_nll(mu, log_var, y):
    nll = 0.5 * np.sum(log_var + (y - mu) ** 2 / np.exp(log_var))
    grad_mu = (mu - y) / np.exp(log_var)
    grad_log_var = 0.5 * (1 - (y - mu) ** 2 / np.exp(log_var))
    return nll, grad_mu, grad_log_var


def contrastive(z, temp):
    s = z @ z.T / temp
    s = s - 1e9 * np.eye(len(z))
    p = np.exp(s - s.max(1, keepdims=True))
    p = p / p.sum(1, keepdims=True)
    n = len(z)
    pos = (np.arange(n) + n // 2) % n
    loss = -np.log(p[np.arange(n), pos]).mean()
    ds = p.copy()
    ds[np.arange(n), pos] -= 1
    ds /= n * temp
    dz = 2 * ds @ z
    return loss, dz
