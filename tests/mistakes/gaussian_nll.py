import numpy as np


class HeteroscedasticRegressor:
    """Predicts mean and log-variance, trained on the Gaussian NLL."""

    def __init__(self, d, h, seed=0):
        rng = np.random.RandomState(seed)
        self.params = {
            "W": rng.randn(d, h) * 0.5,
            "b": np.zeros(h),
            "wm": rng.randn(h) * 0.5,
            "ws": rng.randn(h) * 0.5,
        }

    def nll_and_grads(self, X, y):
        p = self.params
        n = X.shape[0]
        hid = np.tanh(X @ p["W"] + p["b"])
        mean = hid @ p["wm"]
        logv = hid @ p["ws"]
        inv = np.exp(-logv)
        res = y - mean
        nll = 0.5 * np.mean(logv + res ** 2 * inv)

        grads = {}
        dmean = -res * inv / n
        dlogv = 0.5 * (1 - res ** 2 * inv) / n
        grads["wm"] = hid.T @ dmean
        grads["ws"] = hid.T @ dlogv
        dhid = np.outer(dmean, p["wm"])
        dhid += np.outer(dlogv, p["ws"])
        dpre = dhid * (1 - hid ** 2)
        grads["W"] = X.T @ dpre
        grads["b"] = dpre.sum(axis=0)
        return nll, grads


def poisson_regression(beta, X, counts, exposure, ridge=0.1):
    eta = X @ beta + np.log(exposure)
    rate = np.exp(eta)
    loss = np.sum(rate - counts * eta) + 0.5 * ridge * beta @ beta
    grad = X.T @ (rate - counts)
    grad += ridge * beta
    return loss, grad
