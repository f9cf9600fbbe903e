import numpy as np


def kl_loss(mu, logvar):
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar)) / mu.shape[0]
    dmu = mu / mu.shape[0]
    dlogvar = -0.5 * (1 - np.exp(logvar)) / mu.shape[0]
    return kl, dmu, dlogvar


def reconstruction(x_hat, x):
    n = x.shape[0]
    bce = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)) / n
    dx_hat = (x_hat - x) / (x_hat * (1 - x_hat)) / n
    return bce, dx_hat


def triplet(anchor, positive, negative, margin=0.2):
    d_pos = np.sum((anchor - positive) ** 2, axis=1)
    d_neg = np.sum((anchor - negative) ** 2, axis=1)
    hinge = np.maximum(0, d_pos - d_neg + margin)
    on = (hinge > 0)[:, None] / len(anchor)
    danchor = 2 * (negative - positive) * on
    dpositive = -2 * (anchor - positive) * on
    dnegative = 2 * (anchor - negative) * on
    return hinge.mean(), danchor, dpositive, dnegative
