import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_forward(q, k, v):
    d = q.shape[-1]
    scores = np.einsum("bhid,bhjd->bhij", q, k) / np.sqrt(d)
    p = softmax(scores)
    out = np.einsum("bhij,bhjd->bhid", p, v)
    return out, (q, k, v, p)


def attention_backward(dout, cache):
    q, k, v, p = cache
    d = q.shape[-1]
    dp = np.einsum("bhid,bhjd->bhij", dout, v)
    dv = np.einsum("bhij,bhid->bhjd", p, dout)
    ds = p * (dp - (dp * p).sum(axis=-1, keepdims=True)) / np.sqrt(d)
    dq = np.einsum("bhij,bhjd->bhid", ds, k)
    dk = np.einsum("bhij,bhid->bhjd", ds, q)
    return dq, dk, dv


def mha_forward(x, Wq, Wk, Wv, Wo):
    q = np.einsum("bte,ehd->bhtd", x, Wq)
    k = np.einsum("bte,ehd->bhtd", x, Wk)
    v = np.einsum("bte,ehd->bhtd", x, Wv)
    s = np.einsum("bhtd,bhsd->bhts", q, k) / np.sqrt(q.shape[-1])
    p = softmax(s)
    c = np.einsum("bhts,bhsd->bhtd", p, v)
    out = np.einsum("bhtd,hde->bte", c, Wo)
    return out, (x, Wq, Wk, Wv, Wo, q, k, v, p, c)


def mha_backward(dout, cache):
    x, Wq, Wk, Wv, Wo, q, k, v, p, c = cache
    dWo = np.einsum("bhtd,bte->hde", c, dout)
    dc = np.einsum("bte,hde->bhtd", dout, Wo)
    dp = np.einsum("bhtd,bhsd->bhts", dc, v)
    dv = np.einsum("bhts,bhtd->bhsd", p, dc)
    ds = p * (dp - (dp * p).sum(axis=-1, keepdims=True)) / np.sqrt(q.shape[-1])
    dq = np.einsum("bhts,bhsd->bhtd", ds, k)
    dk = np.einsum("bhts,bhtd->bhsd", ds, q)
    dWq = np.einsum("bte,bhtd->ehd", x, dq)
    dWk = np.einsum("bte,bhtd->ehd", x, dk)
    dWv = np.einsum("bte,bhtd->ehd", x, dv)
    dx = (
        np.einsum("bhtd,ehd->bte", dq, Wq)
        + np.einsum("bhtd,ehd->bte", dk, Wk)
        + np.einsum("bhtd,ehd->bte", dv, Wv)
    )
    return dx, dWq, dWk, dWv, dWo
