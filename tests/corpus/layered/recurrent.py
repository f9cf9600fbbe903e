"""Steps through time, and the layers around them."""

import numpy as np


def sigmoid(u):
    small = np.exp(-np.abs(u))
    return np.where(u < 0, small, 1.0) / (1 + small)


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    - x: what is read at this step, of shape (N, D)
    - prev_h: what is remembered, of shape (N, H)
    - Wx: of shape (D, H)
    - Wh: of shape (H, H)
    - b: of shape (H,)
    """
    state = np.tanh(b + prev_h @ Wh + x @ Wx)
    return state, (state, x, prev_h, Wx, Wh)


def rnn_step_backward(dnext_h, cache):
    state, x, prev_h, Wx, Wh = cache
    du = dnext_h - dnext_h * state * state
    return du @ Wx.T, du @ Wh.T, x.T @ du, prev_h.T @ du, du.sum(axis=0)


def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    states, kept = [h0], []
    for t in range(T):
        state, step = rnn_step_forward(x[:, t], states[-1], Wx, Wh, b)
        states.append(state)
        kept.append(step)
    return np.stack(states[1:], axis=1), kept


def rnn_backward(dh, cache):
    later = 0.0
    dxs, totals = [], [0.0, 0.0, 0.0]
    for t in range(len(cache) - 1, -1, -1):
        dx, later, *shared = rnn_step_backward(dh[:, t] + later, cache[t])
        dxs.insert(0, dx)
        totals = [total + part for total, part in zip(totals, shared)]
    dWx, dWh, db = totals
    return np.stack(dxs, axis=1), later, dWx, dWh, db


def word_embedding_forward(x, W):
    return W[x], (x, W)


def word_embedding_backward(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    for place in np.ndindex(x.shape):
        dW[x[place]] += dout[place]
    return dW


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    u = x @ Wx + prev_h @ Wh + b
    write, keep, show = sigmoid(u[:, :H]), sigmoid(u[:, H : 2 * H]), sigmoid(u[:, 2 * H : 3 * H])
    news = np.tanh(u[:, 3 * H :])
    next_c = write * news + keep * prev_c
    shown = np.tanh(next_c)
    return show * shown, next_c, (x, prev_h, prev_c, Wx, Wh, write, keep, show, news, shown)


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, write, keep, show, news, shown = cache
    dcell = dnext_c + (1 - shown * shown) * show * dnext_h
    dgates = [
        dcell * news * (write - write**2),
        dcell * prev_c * (keep - keep**2),
        dnext_h * shown * (show - show**2),
        dcell * write * (1 - news**2),
    ]
    du = np.concatenate(dgates, axis=1)
    return du @ Wx.T, du @ Wh.T, dcell * keep, x.T @ du, prev_h.T @ du, du.sum(axis=0)


def temporal_affine_forward(x, w, b):
    N, T, D = x.shape
    return np.einsum("ntd,dm->ntm", x, w) + b, (x, w)


def temporal_affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, np.einsum("ntd,ntm->dm", x, dout), dout.sum(axis=(0, 1))


def temporal_softmax_loss(x, y, mask, verbose=False):
    """The mask says which steps count."""
    N, T, V = x.shape
    scores, words, counts = x.reshape(-1, V), y.reshape(-1), mask.reshape(-1)
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    share = raised / raised.sum(axis=1, keepdims=True)
    right = share[np.arange(N * T), words]
    loss = -(counts * np.log(right)).sum() / N
    off = (share - np.eye(V)[words]) * counts[:, None]
    dx = off.reshape(N, T, V) / N
    if verbose:
        print("steps that count:", counts.sum())
    return loss, dx
