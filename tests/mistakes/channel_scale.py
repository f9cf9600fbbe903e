"""Every channel of pictures is scaled and shifted, row by row of a flat table."""

import numpy as np


def scale_forward(rows, gamma, beta):
    return gamma * rows + beta, (rows, gamma)


def scale_backward(drows, cache):
    rows, gamma = cache
    dgamma = np.sum(drows * rows, axis=0)
    dbeta = np.sum(drows, axis=0)
    return drows * gamma, dgamma, dbeta


def channel_scale_forward(x, gamma, beta):
    N, C, H, W = x.shape
    flat, cache = scale_forward(x.transpose(0, 2, 3, 1).reshape(-1, C), gamma, beta)
    return flat.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


def channel_scale_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dflat, dgamma, dbeta = scale_backward(flat, cache)
    dx = dflat.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta
