import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    var = 1.0 / N * np.sum(xmu**2, axis=0)
    ivar = 1.0 / np.sqrt(var + eps)
    xhat = xmu * ivar
    out = gamma * xhat + beta
    return out, (xhat, gamma, xmu, ivar, var, eps)


def batchnorm_backward(dout, cache):
    """forgets that the mean depends on x"""
    xhat, gamma, xmu, ivar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dvar = divar * -0.5 * ivar**3
    dxmu = dxhat * ivar + 2.0 / N * xmu * dvar
    dx = dxmu
    return dx, dgamma, dbeta
