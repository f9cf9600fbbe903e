import numpy as np


def bmm_forward(a, b):
    out = np.einsum("bij,bjk->bik", a, b)
    return out, (a, b)


def bmm_backward(dout, cache):
    a, b = cache
    da = np.einsum("bik,bjk->bij", dout, b)
    db = np.einsum("bij,bik->bjk", a, dout)
    return da, db


def bilinear_forward(x, W, y, b):
    out = np.einsum("ni,oij,nj->no", x, W, y) + b
    cache = (x, W, y)
    return out, cache


def bilinear_backward(dout, cache):
    x, W, y = cache
    dx = np.einsum("no,oij,nj->ni", dout, W, y)
    dW = np.einsum("no,ni,nj->oij", dout, x, y)
    dy = np.einsum("no,ni,oij->nj", dout, x, W)
    db = dout.sum(axis=0)
    return dx, dW, dy, db
