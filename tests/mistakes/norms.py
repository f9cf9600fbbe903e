import numpy as np


def rmsnorm_forward(x, g, eps=1e-6):
    ms = np.mean(x ** 2, axis=-1, keepdims=True)
    r = 1.0 / np.sqrt(ms + eps)
    y = x * r * g
    return y, (x, g, r)


def rmsnorm_backward(dy, cache):
    x, g, r = cache
    D = x.shape[-1]
    dg = np.sum(dy * x * r, axis=0)
    dxr = dy * g
    dr = np.sum(dxr * x, axis=-1, keepdims=True)
    dms = -0.5 * r ** 3 * dr
    dx = dxr * r + dms * 2 * x / D
    return dx, dg


def groupnorm_forward(x, gamma, beta, G, eps=1e-5):
    """x: (N, C, H, W), gamma and beta: (1, C, 1, 1)"""
    N, C, H, W = x.shape
    xg = x.reshape(N, G, C // G * H * W)
    mean = xg.mean(axis=2, keepdims=True)
    std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mean) / std).reshape(N, C, H, W)
    return gamma * xhat + beta, (xhat, std, gamma, G)


def groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = np.sum(dout * xhat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dxhat = (dout * gamma).reshape(N, G, -1)
    xh = xhat.reshape(N, G, -1)
    m = xh.shape[2]
    s1 = dxhat.sum(axis=2, keepdims=True)
    s2 = (dxhat * xh).sum(axis=2, keepdims=True)
    dx = (dxhat - s1 / m - xh * s2 / m) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta
