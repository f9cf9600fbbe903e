"""Scaled dot-product attention with a manual backward pass."""

import numpy as np


def softmax(s):
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def attention_forward(q, k, v):
    d = q.shape[-1]
    scores = q @ k.T / np.sqrt(d)
    p = softmax(scores)
    return p @ v, (q, k, v, p, d)


def attention_backward(dout, cache):
    q, k, v, p, d = cache
    dv = p.T @ dout
    dp = dout @ v.T
    ds = p * (dp - (dp * p).sum(-1, keepdims=True))
    dq = ds @ k / np.sqrt(d)
    dk = ds.T @ q / np.sqrt(d)
    return dq, dk, dv
