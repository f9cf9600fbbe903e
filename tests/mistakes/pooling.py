import numpy as np


def max_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    oh = (H - size) // stride + 1
    ow = (W - size) // stride + 1
    out = np.zeros((N, C, oh, ow))
    for i in range(oh):
        for j in range(ow):
            r, c = i * stride, j * stride
            out[:, :, i, j] = x[:, :, r:r + size, c:c + size].max(axis=(2, 3))
    return out, (x, size, stride)


def max_pool_backward(dout, cache):
    x, size, stride = cache
    dx = np.zeros_like(x)
    N, C, oh, ow = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(oh):
                for j in range(ow):
                    r, s = i * stride, j * stride
                    patch = x[n, c, r:r + size, s:s + size]
                    mask = patch == np.max(patch)
                    dx[n, c, r:r + size, s:s + size] += mask * dout[n, c, i, j]
    return dx


def avg_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    oh = (H - size) // stride + 1
    ow = (W - size) // stride + 1
    out = np.zeros((N, C, oh, ow))
    for i in range(oh):
        for j in range(ow):
            r, c = i * stride, j * stride
            out[:, :, i, j] = x[:, :, r:r + size, c:c + size].mean(axis=(2, 3))
    return out, (x.shape, size, stride)


def avg_pool_backward(dout, cache):
    shape, size, stride = cache
    dx = np.zeros(shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            r, c = i * stride, j * stride
            g = dout[:, :, i, j][:, :, None, None] / (size * size)
            dx[:, :, r:r + size, c:c + size] += g
    return dx
