import numpy as np


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_forward(X, Wq, Wk, Wv, Wo):
    """Single head self-attention on one sequence, X: (T, d)."""
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    scale = 1.0 / np.sqrt(Q.shape[1])
    S = Q @ K.T * scale
    A = softmax(S)
    O = A @ V
    Y = O @ Wo
    cache = (X, Wq, Wk, Wv, Wo, Q, K, V, A, O, scale)
    return Y, cache


def attention_backward(dY, cache):
    X, Wq, Wk, Wv, Wo, Q, K, V, A, O, scale = cache
    dWo = O.T @ dY
    dO = dY @ Wo.T
    dA = dO @ V.T
    dV = A.T @ dO
    # softmax
    dS = A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
    dS = dS * scale
    dQ = dS @ K
    dK = dS.T @ Q
    dWq = X.T @ dQ
    dWk = X.T @ dK
    dWv = X.T @ dV
    dX = dQ @ Wq.T
    dX += dK @ Wk.T
    dX += dV @ Wv.T
    return {"X": dX, "Wq": dWq, "Wk": dWk, "Wv": dWv, "Wo": dWo}
