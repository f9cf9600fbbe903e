import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    state = np.tanh(x @ Wx + prev_h @ Wh + b)
    return state, (state, x, prev_h, Wx, Wh)


def rnn_step_backward(dnext_h, cache):
    state, x, prev_h, Wx, Wh = cache
    du = dnext_h - dnext_h * state
    return du @ Wx.T, du @ Wh.T, x.T @ du, prev_h.T @ du, du.sum(axis=0)


def word_embedding_forward(x, W):
    return W[x], (x, W.shape)


def word_embedding_backward(dout, cache):
    words, shape = cache
    dW = np.zeros(shape)
    dW[words] = dW[words] + dout
    return dW
