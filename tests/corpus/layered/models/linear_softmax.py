import numpy as np
from past.builtins import xrange


def softmax_loss_loops(W, X, y, reg):
    """
    - W: a column for each class, of shape (D, C)
    - X: a row for each sample, of shape (N, D)
    - y: the class of each sample, of shape (N,)
    - reg: how much large weights cost
    """
    loss, dW = 0.0, np.zeros(W.shape)
    for row, right in zip(X, y):
        points = row @ W
        share = np.exp(points - points.max())
        share = share / share.sum()
        loss -= np.log(share[right]) / len(X)
        dW += np.outer(row, share) / len(X)
        dW[:, right] -= row / len(X)
    loss += reg * (W**2).sum()
    dW += 2 * reg * W
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    points = X @ W
    raised = np.exp(points - points.max(axis=1, keepdims=True))
    share = raised / raised.sum(axis=1, keepdims=True)
    picked = np.eye(W.shape[1])[y]
    loss = -np.log((share * picked).sum(axis=1)).mean() + reg * (W**2).sum()
    dW = X.T @ (share - picked) / len(X) + 2 * reg * W
    return loss, dW
