import numpy as np

# names the other way round: forward_X, backward_X


def forward_linear(A_prev, W, b):
    Z = W.dot(A_prev) + b
    return Z, (A_prev, W, b)


def backward_linear(dZ, cache):
    A_prev, W, b = cache
    dA_prev = W.T.dot(dZ)
    dW = dZ.dot(A_prev.T)
    db = dZ.sum(axis=1, keepdims=True)
    return dA_prev, dW, db


def forward_tanh(Z):
    A = np.tanh(Z)
    return A, A


def backward_tanh(dA, A):
    return dA * (1 - A * A)
