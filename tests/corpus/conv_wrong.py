import numpy as np


def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    OH = (H + 2 * pad - HH) // stride + 1
    OW = (W + 2 * pad - WW) // stride + 1
    out = np.empty((N, F, OH, OW))
    for i in range(OH):
        for j in range(OW):
            patch = xp[:, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
            out[:, :, i, j] = np.tensordot(patch, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (xp, x.shape, w, stride, pad)


def conv_backward(dout, cache):
    xp, shape, w, stride, pad = cache
    F, C, HH, WW = w.shape
    N, F, OH, OW = dout.shape
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(OH):
        for j in range(OW):
            rows, cols = slice(i * stride, i * stride + HH), slice(j * stride, j * stride + WW)
            d = dout[:, :, i, j]
            dw += np.tensordot(d, xp[:, :, rows, cols], axes=(0, 0))
            dxp[:, :, rows, cols] = np.tensordot(d, w, axes=(1, 0))
    dx = dxp[:, :, pad:pad + shape[2], pad:pad + shape[3]]
    db = dout.sum(axis=(0, 2, 3))
    return dx, dw, db
