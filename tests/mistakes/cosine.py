import numpy as np


def cosine_forward(a, b, eps=1e-8):
    """Row-wise cosine similarity of a and b, both (N, D)."""
    na = np.linalg.norm(a, axis=1, keepdims=True)
    nb = np.linalg.norm(b, axis=1, keepdims=True)
    dot = np.sum(a * b, axis=1, keepdims=True)
    cos = dot / (na * nb + eps)
    return cos[:, 0], (a, b, na, nb, cos)


def cosine_backward(dcos, cache):
    a, b, na, nb, cos = cache
    d = dcos[:, None]
    da = b / (na * nb) - cos * a / na ** 2
    db = a / (na * nb) - cos * b / nb ** 2
    return d * da, d * db


def pairwise_sqdist_forward(X, C):
    d2 = np.sum(X ** 2, axis=1)[:, None] - 2 * X @ C.T + np.sum(C ** 2, axis=1)[None, :]
    return d2, (X, C)


def pairwise_sqdist_backward(dd2, cache):
    X, C = cache
    dX = 2 * X * dd2.sum(axis=1, keepdims=True)
    dX -= 2 * dd2 @ C
    dC = 2 * C * dd2.sum(axis=0)[:, None]
    dC -= 2 * dd2.T @ X
    return dX, dC
