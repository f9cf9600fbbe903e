import numpy as np


def _lse(a, axis):
    m = a.max(axis=axis)
    return m + np.log(np.exp(a - np.expand_dims(m, axis)).sum(axis=axis))


def crf_loss(emit, trans, start, tags):
    """
    emit: (T, K) scores, trans: (K, K) from row to column, start: (K,).
    Returns the negative log likelihood and the gradients.
    """
    T, K = emit.shape
    alpha = np.zeros((T, K))
    alpha[0] = start + emit[0]
    for t in range(1, T):
        alpha[t] = _lse(alpha[t - 1][:, None] + trans, axis=0) + emit[t]
    logZ = _lse(alpha[T - 1], axis=0)

    gold = start[tags[0]] + emit[0, tags[0]]
    for t in range(1, T):
        gold += trans[tags[t - 1], tags[t]] + emit[t, tags[t]]
    loss = logZ - gold

    beta = np.zeros((T, K))
    for t in range(T - 2, -1, -1):
        beta[t] = _lse(trans + (emit[t + 1] + beta[t + 1])[None, :], axis=1)

    demit = np.exp(alpha + beta - logZ)
    dstart = demit[0].copy()
    dtrans = np.zeros_like(trans)
    for t in range(1, T):
        pair = alpha[t - 1][:, None] + trans + (emit[t] + beta[t])[None, :]
        dtrans += np.exp(pair - logZ)
        dtrans[tags[t - 1], tags[t]] -= 1
    demit[np.arange(T), tags] -= 1
    dstart[tags[0]] -= 1
    return loss, demit, dtrans, dstart
