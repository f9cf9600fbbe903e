"""The loss of predicted words, of which only some count."""

import numpy as np


def masked_loss(x, y, mask):
    count = x.shape[0]
    shares = np.exp(x - x.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    loss = -np.sum(mask * np.log(shares[np.arange(count), y])) / count
    dx = shares.copy()
    dx[np.arange(count), y] -= 1
    dx /= count
    dx *= mask[:, None]
    return loss, dx
