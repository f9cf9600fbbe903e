import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def propagate(w, b, X, Y, lam=0.5):
    """
    w -- weights (n_features, 1)
    X -- data (n_features, m)
    Y -- labels (1, m)
    """
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    cost += lam / (2 * m) * np.sum(w ** 2)

    dZ = A - Y
    dw = np.dot(X, dZ.T) / m
    dw += lam / m * w
    db = np.sum(dZ) / m
    return {"dw": dw, "db": db}, cost


def weighted_logloss(theta, X, y, sample_weight):
    """Row-wise samples, labels in {-1, +1}, returns loss and gradient."""
    margin = y * (X @ theta)
    total = sample_weight.sum()
    loss = (sample_weight * np.log1p(np.exp(-margin))).sum() / total
    p = sigmoid(-margin)
    coef = -y * p * sample_weight
    grad = X.T @ coef / total
    return loss, grad
