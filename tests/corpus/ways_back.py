import numpy as np


def affine(x, A, c):
    def pull(g):
        return g @ A.T, x.T @ g, g.sum(axis=0)

    return x @ A + c, pull


def softplus(x, sharpness):
    t = sharpness * x
    out = np.log1p(np.exp(t)) / sharpness

    def pull(g):
        slope = 1 / (1 + np.exp(-t))
        return g * slope, np.sum(g * (slope * x - out) / sharpness)

    return out, pull


def half_square(guess, aim):
    miss = guess - aim

    def pull():
        return miss / len(miss)

    return 0.5 * np.sum(miss**2) / len(miss), pull


def dense(W, b):
    def forward(x):
        forward.x = x
        return x @ W + b

    def backward(dout):
        return dout @ W.T

    return forward, backward


def fit_loss_and_grads(p, x, aim):
    h, pull_1 = affine(x, p["W1"], p["b1"])
    a, pull_2 = softplus(h, p["sharpness"])
    y, pull_3 = affine(a, p["W2"], p["b2"])
    loss, pull_4 = half_square(y, aim)
    grads = {}
    ga, grads["W2"], grads["b2"] = pull_3(pull_4())
    gh, grads["sharpness"] = pull_2(ga)
    _, grads["W1"], grads["b1"] = pull_1(gh)
    return loss, grads
