import numpy as np

X = np.random.randn(30, 5)
t = X @ np.arange(5.0) + 0.3
w = np.zeros(5)
b = 0.0


def loss_and_grads(lam):
    r = X @ w + b - t
    loss = (r**2).mean() + lam * (w**2).sum()
    dw = 2 * X.T @ r / len(t) + 2 * lam * w
    db = r.mean()
    return loss, dw, db
