import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm_forward(x, h0, Wx, Wh, b):
    """x (N,T,D), h0 (N,H), Wx (D,4H), Wh (H,4H), b (4H,)"""
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev_h = h0
    prev_c = np.zeros_like(h0)
    cache = []
    for t in range(T):
        xt = x[:, t]
        a = xt.dot(Wx) + prev_h.dot(Wh) + b
        i = sigmoid(a[:, :H])
        f = sigmoid(a[:, H:2 * H])
        o = sigmoid(a[:, 2 * H:3 * H])
        g = np.tanh(a[:, 3 * H:])
        next_c = f * prev_c + i * g
        tc = np.tanh(next_c)
        next_h = o * tc
        cache.append((xt, prev_h, prev_c, i, f, o, g, tc))
        prev_h, prev_c = next_h, next_c
        h[:, t] = next_h
    return h, (cache, Wx, Wh)


def lstm_backward(dh, cache):
    steps, Wx, Wh = cache
    N, T, H = dh.shape
    D = Wx.shape[0]
    dx = np.zeros((N, T, D))
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(4 * H)
    dh_next = np.zeros((N, H))
    dc_next = np.zeros((N, H))
    for t in reversed(range(T)):
        xt, prev_h, prev_c, i, f, o, g, tc = steps[t]
        dht = dh[:, t] + dh_next
        do = dht * tc
        dc = dc_next + dht * o * (1 - tc ** 2)
        di = dc * g
        df = dc * prev_c
        dg = dc * i
        dc_next = dc * f
        da_i = di * i * (1 - i)
        da_f = df * f * (1 - f)
        da_o = do * o * (1 - o)
        da_g = dg * (1 - g ** 2)
        da = np.hstack((da_i, da_f, da_o, da_g))
        dx[:, t] = da.dot(Wx.T)
        dWx += xt.T.dot(da)
        dWh += prev_h.T.dot(da)
        db += da.sum(axis=0)
        dh_next = da.dot(Wh.T)
    dh0 = dh_next
    return dx, dh0, dWx, dWh, db
