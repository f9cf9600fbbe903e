import numpy as np


def dropout_forward(x, keep_prob):
    mask = np.random.rand(*x.shape) < keep_prob
    return x * mask / keep_prob, mask


def dropout_backward(dout, mask, keep_prob):
    return dout * mask


def scale_forward(x, s):
    return x * s


def scale_backward(dout, x, s):
    return {"x": dout * s, "s": np.sum(dout * x)}


inputs = {"scale": {"x": (4, 3), "s": ()}}
