import numpy as np


def svm_loss_loops(W, X, y, reg):
    dW = 2 * reg * W
    loss = reg * (W**2).sum()
    for row, right in zip(X, y):
        points = row @ W
        for other in range(W.shape[1]):
            short = 1 + points[other] - points[right]
            if other != right and short > 0:
                loss += short / len(X)
                dW[:, other] += row / len(X)
                dW[:, right] -= row / len(X)
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    points, rows = X @ W, np.arange(len(X))
    short = 1 + points - points[rows, y][:, None]
    short[rows, y] = 0
    loss = np.maximum(short, 0).sum() / len(X) + reg * (W**2).sum()
    votes = np.where(short > 0, 1.0, 0.0)
    votes[rows, y] -= votes.sum(axis=1)
    dW = 2 * reg * W + X.T @ votes / len(X)
    return loss, dW
