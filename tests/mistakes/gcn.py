import numpy as np


def normalize_adjacency(A):
    """Random-walk normalisation D^-1 (A + I); not symmetric."""
    A_hat = A + np.eye(A.shape[0])
    return A_hat / A_hat.sum(axis=1, keepdims=True)


def gcn_forward(S, X, params):
    W0, W1 = params["W0"], params["W1"]
    SX = S @ X
    Z0 = SX @ W0
    H = np.maximum(Z0, 0)
    SH = S @ H
    logits = SH @ W1 + params["b1"]
    return logits, {"SX": SX, "Z0": Z0, "H": H, "SH": SH}


def masked_cross_entropy(logits, labels, train_mask):
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    n = train_mask.sum()
    loss = -(logp[np.arange(len(labels)), labels] * train_mask).sum() / n
    g = np.exp(logp)
    g[np.arange(len(labels)), labels] -= 1
    g *= train_mask[:, None]
    g /= n
    return loss, g


def gcn_backward(g, S, params, cache):
    grads = {}
    grads["W1"] = cache["SH"].T @ g
    grads["b1"] = g.sum(axis=0)
    gSH = g @ params["W1"].T
    gH = S.T @ gSH
    gZ0 = gH * (cache["Z0"] > 0)
    grads["W0"] = cache["SX"].T @ gZ0
    gSX = gZ0 @ params["W0"].T
    grads["X"] = S.T @ gSX
    return grads
