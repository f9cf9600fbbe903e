import numpy as np


def graph_forward(A_hat, X, theta):
    """Twice: the mean over neighbours, then a mixture of features."""
    near = A_hat @ X
    hidden = np.tanh(near @ theta["W1"] + theta["b1"])
    wide = A_hat @ hidden
    return wide @ theta["W2"], {"near": near, "hidden": hidden, "wide": wide}


def graph_backward(dout, A_hat, theta, cache):
    dwide = dout @ theta["W2"].T
    dpre = A_hat @ dwide * (1 - cache["hidden"] ** 2)
    return {
        "W1": cache["near"].T @ dpre,
        "b1": dpre.sum(axis=0),
        "W2": cache["wide"].T @ dout,
        "X": A_hat.T @ (dpre @ theta["W1"].T),
    }


def node_loss(logits, labels, seen):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    n = seen.sum()
    loss = -(np.log(p[np.arange(len(labels)), labels]) * seen).sum() / n
    g = p.copy()
    g[np.arange(len(labels)), labels] -= 1
    g *= seen[:, None] / n
    return loss, g
