import numpy as np


def init_params(n_in, n_h, n_out):
    return {
        "w": [np.random.randn(n_in, n_h), np.random.randn(n_h, n_out)],
        "b": [np.zeros(n_h), np.zeros(n_out)],
    }


def forward(params, x):
    h = np.tanh(x @ params["w"][0] + params["b"][0])
    out = h @ params["w"][1] + params["b"][1]
    return out, (x, h)


def backward(params, cache, dout):
    x, h = cache
    dh = dout @ params["w"][1].T * (1 - h * h)
    grads = {"w": [x.T @ dh, h.T @ dout], "b": [dh.sum(0), dout.mean(0)]}
    return grads
