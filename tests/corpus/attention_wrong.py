import numpy as np


def attention_forward(q, k, v):
    d = q.shape[-1]
    s = q @ k.T / np.sqrt(d)
    e = np.exp(s - s.max(-1, keepdims=True))
    p = e / e.sum(-1, keepdims=True)
    return p @ v, (q, k, v, p, d)


def attention_backward(dout, cache):
    q, k, v, p, d = cache
    dv = p.T @ dout
    dp = dout @ v.T
    ds = p * (dp - (dp * p).sum(-1, keepdims=True))
    dq = ds @ k / np.sqrt(d)
    dk = ds.T @ q
    return dq, dk, dv
