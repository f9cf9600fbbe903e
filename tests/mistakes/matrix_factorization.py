import numpy as np


def mf_loss(R, mask, U, V, bu, bi, mu, lam=0.05):
    """
    Biased matrix factorisation: R ~ U V^T + bu + bi + mu, only on observed
    entries (mask == 1).
    """
    pred = U @ V.T + bu[:, None] + bi[None, :] + mu
    err = (pred - R) * mask
    loss = 0.5 * np.sum(err ** 2)
    loss += 0.5 * lam * (np.sum(U ** 2) + np.sum(V ** 2))
    loss += 0.5 * lam * (np.sum(bu ** 2) + np.sum(bi ** 2))

    dU = err @ V
    dV = err.T @ U
    dbu = err.sum(axis=1)
    dbi = err.sum(axis=0)
    dU += lam * U
    dV += lam * V
    dbu += lam * bu
    dbi += lam * bi
    return loss, dU, dV, dbu, dbi
