import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-4):
    mu = x.mean(axis=0)
    centred = x - mu
    rate = 1 / np.sqrt((centred**2).mean(axis=0) + eps)
    unit = centred * rate
    return unit * gamma + beta, (centred, rate, unit, gamma)


def batchnorm_backward(dout, cache):
    """the mean is taken for a constant"""
    centred, rate, unit, gamma = cache
    up = dout * gamma
    through_rate = -(up * centred).mean(axis=0) * rate**3
    dx = up * rate + through_rate * centred
    return dx, (dout * unit).sum(axis=0), dout.sum(axis=0)
