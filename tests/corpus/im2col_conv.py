import numpy as np


def corners(size, window, stride, pad):
    """How many windows fit beside each other."""
    return (size + 2 * pad - window) // stride + 1


def im2col(images, high, wide, stride=1, pad=0):
    """Each window of each image as one row."""
    N, C, H, W = images.shape
    rows, columns = corners(H, high, stride, pad), corners(W, wide, stride, pad)
    framed = np.pad(images, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    laid = np.empty((N, rows, columns, C, high, wide))
    for p in range(rows):
        for q in range(columns):
            top, left = p * stride, q * stride
            laid[:, p, q] = framed[:, :, top : top + high, left : left + wide]
    return laid.reshape(N * rows * columns, C * high * wide)


def col2im(laid, shape, high, wide, stride=1, pad=0):
    """The rows back in their places, added where windows overlap."""
    N, C, H, W = shape
    rows, columns = corners(H, high, stride, pad), corners(W, wide, stride, pad)
    laid = laid.reshape(N, rows, columns, C, high, wide)
    framed = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for p in range(rows):
        for q in range(columns):
            top, left = p * stride, q * stride
            framed[:, :, top : top + high, left : left + wide] += laid[:, p, q]
    return framed[:, :, pad : pad + H, pad : pad + W]


class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b = W, b
        self.stride, self.pad = stride, pad
        self.dW = self.db = None

    def forward(self, x):
        filters, _, high, wide = self.W.shape
        N, C, H, W = x.shape
        self.shape = x.shape
        self.laid = im2col(x, high, wide, self.stride, self.pad)
        y = self.laid @ self.W.reshape(filters, -1).T + self.b
        rows = corners(H, high, self.stride, self.pad)
        columns = corners(W, wide, self.stride, self.pad)
        return np.moveaxis(y.reshape(N, rows, columns, filters), 3, 1)

    def backward(self, dout):
        filters, _, high, wide = self.W.shape
        up = np.moveaxis(dout, 1, 3).reshape(-1, filters)
        self.dW = (up.T @ self.laid).reshape(self.W.shape)
        self.db = up.sum(axis=0)
        dlaid = up @ self.W.reshape(filters, -1)
        return col2im(dlaid, self.shape, high, wide, self.stride, self.pad)


class Pooling:
    def __init__(self, pool_h, pool_w, stride=2, pad=0):
        self.pool_h, self.pool_w = pool_h, pool_w
        self.stride, self.pad = stride, pad

    def forward(self, x):
        N, C, H, W = x.shape
        self.shape = x.shape
        laid = im2col(x, self.pool_h, self.pool_w, self.stride, self.pad)
        laid = laid.reshape(-1, self.pool_h * self.pool_w)
        self.winner = laid.argmax(axis=1)
        rows = corners(H, self.pool_h, self.stride, self.pad)
        columns = corners(W, self.pool_w, self.stride, self.pad)
        return np.moveaxis(laid.max(axis=1).reshape(N, rows, columns, C), 3, 1)

    def backward(self, dout):
        up = np.moveaxis(dout, 1, 3).reshape(-1, 1)
        one_hot = np.eye(self.pool_h * self.pool_w)[self.winner]
        return col2im(one_hot * up, self.shape, self.pool_h, self.pool_w, self.stride, self.pad)
