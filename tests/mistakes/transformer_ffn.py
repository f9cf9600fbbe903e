import numpy as np


def layer_norm(x, eps=1e-5):
    mu = x.mean(axis=-1, keepdims=True)
    rstd = 1.0 / np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    return (x - mu) * rstd, rstd


def layer_norm_grad(dn, n, rstd):
    d = dn - dn.mean(axis=-1, keepdims=True)
    d -= n * (dn * n).mean(axis=-1, keepdims=True)
    return d * rstd


def silu_and_grad(u):
    s = 1 / (1 + np.exp(-u))
    return u * s, s * (1 + u * (1 - s))


def swiglu_block_forward(x, W_gate, W_up, W_down):
    """Pre-LN SwiGLU feed-forward with skip connection; x is (T, d)."""
    n, rstd = layer_norm(x)
    u = n @ W_gate
    v = n @ W_up
    act, dact = silu_and_grad(u)
    y = x + (act * v) @ W_down
    ctx = dict(n=n, rstd=rstd, v=v, act=act, dact=dact, W_gate=W_gate, W_up=W_up, W_down=W_down)
    return y, ctx


def swiglu_block_backward(dy, ctx):
    hidden = ctx["act"] * ctx["v"]
    dW_down = hidden.T @ dy
    dhidden = dy @ ctx["W_down"].T
    dact = dhidden * ctx["v"]
    dv = dhidden * ctx["act"]
    du = dact * ctx["dact"]
    dW_gate = ctx["n"].T @ du
    dW_up = ctx["n"].T @ dv
    dn = du @ ctx["W_gate"].T
    dn += dv @ ctx["W_up"].T
    dx = dy.copy()
    dx += layer_norm_grad(dn, ctx["n"], ctx["rstd"])
    return dx, dW_gate, dW_up, dW_down
