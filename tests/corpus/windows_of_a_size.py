import numpy as np


def windows(length, size, stride):
    return range(0, length - size + 1, stride)


def peak_forward(img, size, stride):
    b, ch, rows, cols = img.shape
    tops, lefts = windows(rows, size, stride), windows(cols, size, stride)
    kept = np.empty((b, ch, len(tops), len(lefts)))
    for p, top in enumerate(tops):
        for q, left in enumerate(lefts):
            kept[:, :, p, q] = img[:, :, top : top + size, left : left + size].max(axis=(2, 3))
    return kept, (img, kept, size, stride)


def peak_backward(dkept, cache):
    img, kept, size, stride = cache
    dimg = np.zeros_like(img)
    for p, top in enumerate(windows(img.shape[2], size, stride)):
        for q, left in enumerate(windows(img.shape[3], size, stride)):
            here = (slice(None), slice(None), slice(top, top + size), slice(left, left + size))
            is_peak = img[here] == kept[:, :, p : p + 1, q : q + 1]
            dimg[here] += is_peak * dkept[:, :, p : p + 1, q : q + 1]
    return dimg


def blur_forward(img, size, stride):
    b, ch, rows, cols = img.shape
    tops, lefts = windows(rows, size, stride), windows(cols, size, stride)
    out = np.zeros((b, ch, len(tops), len(lefts)))
    for p, top in enumerate(tops):
        for q, left in enumerate(lefts):
            out[:, :, p, q] = img[:, :, top : top + size, left : left + size].mean(axis=(2, 3))
    return out, (img.shape, size, stride)


def blur_backward(dout, cache):
    shape, size, stride = cache
    dimg = np.zeros(shape)
    for p, top in enumerate(windows(shape[2], size, stride)):
        for q, left in enumerate(windows(shape[3], size, stride)):
            share = dout[:, :, p, q] / size**2
            dimg[:, :, top : top + size, left : left + size] += share[:, :, None, None]
    return dimg
