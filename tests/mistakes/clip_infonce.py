import numpy as np


def l2norm(x):
    n = np.sqrt((x * x).sum(axis=1, keepdims=True))
    return x / n, n


def l2norm_backward(dy, y, n):
    return (dy - y * (dy * y).sum(axis=1, keepdims=True)) / n


def _softmax(z, axis):
    z = z - z.max(axis=axis, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)


def clip_loss(img, txt, log_temp):
    """Symmetric InfoNCE. img, txt: (N, d), log_temp: (1,)"""
    N = img.shape[0]
    a, na = l2norm(img)
    b, nb = l2norm(txt)
    temp = np.exp(log_temp[0])
    sim = a @ b.T
    logits = sim * temp
    P_row = _softmax(logits, axis=1)
    P_col = _softmax(logits, axis=0)
    idx = np.arange(N)
    loss = -0.5 * (np.log(P_row[idx, idx]).mean() + np.log(P_col[idx, idx]).mean())

    eye = np.eye(N)
    dlogits = 0.5 * (P_row - eye) / N
    dlogits += 0.5 * (P_col - eye) / N
    dsim = dlogits * temp
    dtemp = np.sum(dlogits * sim)
    dlog_temp = np.array([dtemp * temp])
    da = dsim @ b
    db = dsim.T @ a
    dimg = l2norm_backward(da, a, na)
    dtxt = l2norm_backward(db, b, nb)
    return loss, dimg, dtxt, dlog_temp
