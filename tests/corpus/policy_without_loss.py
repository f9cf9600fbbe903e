import numpy as np


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    return dout * (cache > 0)


def policy_step(states, actions, advantages):
    dlogits = actions * advantages[:, None]
    dW = states.T @ dlogits
    return dW, dlogits.sum(axis=0)


def sparse_penalty(rho_hat):
    d_rho = -0.05 / rho_hat + 0.95 / (1 - rho_hat)
    return d_rho
