import numpy as np


def border(images, pad):
    """Zeros around the rows and the columns of a batch."""
    samples, rows, columns, channels = images.shape
    framed = np.zeros((samples, rows + 2 * pad, columns + 2 * pad, channels))
    framed[:, pad : pad + rows, pad : pad + columns] = images
    return framed


def places(rows, columns, size, stride):
    """Each position of the result, with the window of the input that it looks at."""
    for p in range((rows - size) // stride + 1):
        for q in range((columns - size) // stride + 1):
            top, left = p * stride, q * stride
            yield p, q, slice(top, top + size), slice(left, left + size)


def conv_forward(A_prev, W, b, hparameters):
    """
    A_prev: a batch of images, shape (m, n_H, n_W, n_C)
    W: square filters, shape (f, f, n_C, n_F)
    b: one number a filter, shape (1, 1, 1, n_F)
    hparameters: a dict of "stride" and "pad"
    """
    stride, pad = hparameters["stride"], hparameters["pad"]
    framed = border(A_prev, pad)
    samples, rows, columns, _ = framed.shape
    size, _, _, filters = W.shape
    Z = np.zeros((samples, (rows - size) // stride + 1, (columns - size) // stride + 1, filters))
    for p, q, high, wide in places(rows, columns, size, stride):
        for k in range(filters):
            Z[:, p, q, k] = (framed[:, high, wide] * W[..., k]).sum(axis=(1, 2, 3))
    return Z + b, (A_prev, W, b, hparameters)


def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    stride, pad = hparameters["stride"], hparameters["pad"]
    framed = border(A_prev, pad)
    samples, rows, columns, _ = framed.shape
    dframed, dW, db = np.zeros_like(framed), np.zeros_like(W), np.zeros_like(b)
    for p, q, high, wide in places(rows, columns, W.shape[0], stride):
        for n in range(samples):
            for k in range(W.shape[3]):
                up = dZ[n, p, q, k]
                dW[..., k] += up * framed[n, high, wide]
                db[..., k] += up
                dframed[n, high, wide] += up * W[..., k]
    return dframed[:, pad : rows - pad, pad : columns - pad], dW, db


def pool_forward(A_prev, hparameters, mode="max"):
    size, stride = hparameters["f"], hparameters["stride"]
    samples, rows, columns, channels = A_prev.shape
    A = np.zeros((samples, (rows - size) // stride + 1, (columns - size) // stride + 1, channels))
    for p, q, high, wide in places(rows, columns, size, stride):
        window = A_prev[:, high, wide]
        if mode == "max":
            A[:, p, q] = window.max(axis=(1, 2))
        elif mode == "average":
            A[:, p, q] = window.mean(axis=(1, 2))
    return A, (A_prev, hparameters)


def pool_backward(dA, cache, mode="max"):
    A_prev, hparameters = cache
    size, stride = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros_like(A_prev)
    for p, q, high, wide in places(*A_prev.shape[1:3], size, stride):
        up = dA[:, p : p + 1, q : q + 1]
        if mode == "max":
            window = A_prev[:, high, wide]
            share = window == window.max(axis=(1, 2), keepdims=True)
        elif mode == "average":
            share = 1 / size**2
        dA_prev[:, high, wide] += share * up
    return dA_prev
