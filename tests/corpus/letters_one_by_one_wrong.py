import numpy as np


def net_loss(letters, nexts, h0, Wxh, Whh, Why, bh, by):
    """Each letter is a column with one 1 in it; the loss is that of the letter after it."""
    size = Wxh.shape[1]
    hs, ps, xs, loss = {-1: h0}, {}, {}, 0.0
    for t, letter in enumerate(letters):
        xs[t] = np.eye(size)[:, [letter]]
        hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        z = Why @ hs[t] + by
        ps[t] = np.exp(z) / np.exp(z).sum()
        loss -= np.log(ps[t][nexts[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    later = np.zeros_like(hs[0])
    for t in range(len(letters) - 1, -1, -1):
        dz = ps[t].copy()
        dz[nexts[t]] -= 1
        dWhy += dz @ hs[t].T
        dby += dz
        da = (Why.T @ dz + later) * (1 - hs[t] ** 2)
        dWxh += da @ xs[t].T
        dWhh += da @ hs[t - 1].T
        dbh += da
        later = Whh @ da
    return loss, dWxh, dWhh, dWhy, dbh, dby


def gated_forward(x, W_open, W_up, W_down):
    """A block around which x is carried; x is (steps, width)."""
    opened, up = x @ W_open, x @ W_up
    gate = 1 / (1 + np.exp(-opened))
    y = x + (opened * gate * up) @ W_down
    return y, {"x": x, "o": opened, "u": up, "g": gate, "W": (W_open, W_up, W_down)}


def gated_backward(dy, memo):
    x, o, u, g = memo["x"], memo["o"], memo["u"], memo["g"]
    W_open, W_up, W_down = memo["W"]
    dprod = dy @ W_down.T
    do = dprod * u * g * (1 + o * (1 - g))
    du = dprod * o * g
    dx = do @ W_open.T + du @ W_up.T
    return dx, x.T @ do, x.T @ du, (o * g * u).T @ dy
