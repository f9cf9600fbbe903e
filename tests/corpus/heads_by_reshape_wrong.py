import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def multi_head_forward(X, Wq, Wk, Wv, Wo, num_heads):
    B, T, D = X.shape
    d = D // num_heads

    def split(M):
        return M.reshape(B, T, num_heads, d).transpose(0, 2, 1, 3)

    Q, K, V = split(X @ Wq), split(X @ Wk), split(X @ Wv)
    A = softmax(Q @ K.transpose(0, 1, 3, 2) / np.sqrt(d))
    H = A @ V
    C = H.transpose(0, 2, 1, 3).reshape(B, T, D)
    return C @ Wo, (X, Wq, Wk, Wv, Wo, num_heads, Q, K, V, A, C)


def multi_head_backward(dY, cache):
    X, Wq, Wk, Wv, Wo, num_heads, Q, K, V, A, C = cache
    B, T, D = X.shape
    d = D // num_heads

    def split(M):
        return M.reshape(B, T, num_heads, d).transpose(0, 2, 1, 3)

    def merge(M):
        return M.transpose(0, 2, 1, 3).reshape(B, T, D)

    dWo = np.einsum("bti,btj->ij", C, dY)
    dH = split(dY @ Wo.T)
    dA = dH @ V.transpose(0, 1, 3, 2)
    dV = A.transpose(0, 1, 3, 2) @ dH
    dS = A * (dA - np.sum(dA, axis=-1, keepdims=True)) / np.sqrt(d)
    dQ, dK, dV = merge(dS @ K), merge(dS.transpose(0, 1, 3, 2) @ Q), merge(dV)
    dWq = np.einsum("bti,btj->ij", X, dQ)
    dWk = np.einsum("bti,btj->ij", X, dK)
    dWv = np.einsum("bti,btj->ij", X, dV)
    dX = dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T
    return dX, dWq, dWk, dWv, dWo
