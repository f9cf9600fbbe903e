import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_forward(x, h_prev, Wz, Uz, bz, Wr, Ur, br, Wh, Uh, bh):
    z = sigmoid(x @ Wz + h_prev @ Uz + bz)
    r = sigmoid(x @ Wr + h_prev @ Ur + br)
    h_hat = np.tanh(x @ Wh + (r * h_prev) @ Uh + bh)
    h = z * h_prev + (1 - z) * h_hat
    cache = (x, h_prev, Wz, Uz, Wr, Ur, Wh, Uh, z, r, h_hat)
    return h, cache


def gru_backward(dh, cache):
    x, h_prev, Wz, Uz, Wr, Ur, Wh, Uh, z, r, h_hat = cache
    dz = dh * (h_prev - h_hat) * z * (1 - z)
    da = dh * (1 - z) * (1 - h_hat**2)
    drh = da @ Uh.T
    dr = drh * h_prev * r * (1 - r)
    dx = dz @ Wz.T + dr @ Wr.T + da @ Wh.T
    dh_prev = dh * z + drh * r + dz @ Uz.T + dr @ Ur.T
    dWz, dUz, dbz = x.T @ dz, h_prev.T @ dz, dz.sum(0)
    dWr, dUr, dbr = x.T @ dr, h_prev.T @ dr, dr.sum(0)
    dWh, dUh, dbh = x.T @ da, (r * h_prev).T @ da, da.sum(0)
    return dx, dh_prev, dWz, dUz, dbz, dWr, dUr, dbr, dWh, dUh, dbh
