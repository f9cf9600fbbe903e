import numpy as np


def dense_fwd(x, w, b):
    y = x @ w + b
    return y, (x, w)


def dense_bwd(dy, saved):
    x, w = saved
    dw = x.T @ dy
    db = dy.sum(0)
    dx = dy @ w.T
    return dw, db, dx


def scale_shift_fwd(x, gamma, beta):
    return x * gamma + beta, (x, gamma)


def scale_shift_bwd(dy, saved):
    x, gamma = saved
    dgamma = (dy * x).sum(0)
    dbeta = dy.sum(0)
    dx = dy * gamma
    return {"dgamma": dgamma, "dbeta": dbeta, "dx": dx}
