import numpy as np


def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    F, C, high, wide = w.shape
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    OH = (H + 2 * pad - high) // stride + 1
    OW = (W + 2 * pad - wide) // stride + 1
    out = np.empty((N, F, OH, OW))
    for i in range(OH):
        for j in range(OW):
            patch = xp[:, :, i * stride : i * stride + high, j * stride : j * stride + wide]
            out[:, :, i, j] = np.tensordot(patch, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (xp, x.shape, w, stride, pad)


def conv_backward(dout, cache):
    xp, shape, w, stride, pad = cache
    F, C, high, wide = w.shape
    N, F, OH, OW = dout.shape
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(OH):
        for j in range(OW):
            rows, cols = slice(i * stride, i * stride + high), slice(j * stride, j * stride + wide)
            d = dout[:, :, i, j]
            dw += np.tensordot(d, xp[:, :, rows, cols], axes=(0, 0))
            dxp[:, :, rows, cols] = np.tensordot(d, w, axes=(1, 0))
    dx = dxp[:, :, pad : pad + shape[2], pad : pad + shape[3]]
    db = dout.sum(axis=(0, 2, 3))
    return dx, dw, db
