import numpy as np


def squared_hinge_net(W1, b1, w2, b2, X, t, C=1.0):
    """
    One hidden layer of softplus units, linear output, squared hinge loss.
    t in {-1, +1}. Returns loss and gradients.
    """
    n = len(t)
    Z = X @ W1 + b1
    H = np.log1p(np.exp(Z))
    f = H @ w2 + b2
    m = np.maximum(0.0, 1.0 - t * f)
    loss = 0.5 * (w2 @ w2) + C * np.sum(m ** 2) / n

    df = -2.0 * C * t * m / n
    dw2 = H.T @ df
    dw2 += w2
    db2 = df.sum()
    dH = df[:, None] * w2[None, :]
    dZ = dH / (1.0 + np.exp(-Z))
    dW1 = X.T @ dZ
    db1 = dZ.sum(axis=0)
    return loss, dW1, db1, dw2, db2


def multi_margin(S, y, p=2, margin=1.0):
    """Multi-class margin loss on scores S (N, C), gradient wrt S."""
    N = S.shape[0]
    rows = np.arange(N)
    viol = np.maximum(0, margin - S[rows, y][:, None] + S)
    viol[rows, y] = 0
    loss = np.mean(np.sum(viol ** p, axis=1))
    dS = p * viol ** (p - 1)
    dS[rows, y] = -np.sum(dS, axis=1)
    dS /= N
    return loss, dS
