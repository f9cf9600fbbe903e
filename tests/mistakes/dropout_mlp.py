import numpy as np


def forward(x, params, masks, keep=0.8):
    """Two hidden layers with inverted dropout; masks are 0/1 arrays."""
    z1 = x @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    d1 = a1 * masks[0] / keep
    z2 = d1 @ params["W2"] + params["b2"]
    a2 = 1 / (1 + np.exp(-z2))
    d2 = a2 * masks[1] / keep
    out = d2 @ params["W3"] + params["b3"]
    cache = {"x": x, "z1": z1, "a1": a1, "d1": d1, "z2": z2, "a2": a2, "d2": d2}
    return out, cache


def backward(dout, params, masks, cache, keep=0.8):
    grads = {}
    grads["W3"] = cache["d2"].T @ dout
    grads["b3"] = dout.sum(0)
    dd2 = dout @ params["W3"].T
    da2 = dd2 * masks[1] / keep
    dz2 = da2 * cache["a2"] * (1 - cache["a2"])
    grads["W2"] = cache["d1"].T @ dz2
    grads["b2"] = dz2.sum(0)
    dd1 = dz2 @ params["W2"].T
    da1 = dd1 * masks[0] / keep
    dz1 = da1 * (cache["z1"] > 0)
    grads["W1"] = cache["x"].T @ dz1
    grads["b1"] = dz1.sum(0)
    grads["x"] = dz1 @ params["W1"].T
    return grads
