import numpy as np

np.random.seed(0)
W1 = np.random.randn(4, 6)
b1 = np.zeros(6)
W2 = np.random.randn(6, 3)
b2 = np.zeros(3)


def forward(X):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    return a1 @ W2 + b2, (X, a1)


def backward(dout, cache):
    X, a1 = cache
    dW2 = a1.T @ dout
    db2 = dout.sum(axis=0)
    dz1 = dout @ W2.T * (1 - a1**2)
    dW1 = X.T @ dz1
    db1 = dz1.mean(axis=0)
    dX = dz1 @ W1.T
    return dX, dW1, db1, dW2, db2
