import numpy as np


def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - scores.max()
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    loss += 0.5 * reg * np.sum(W * W)
    dW /= num_train
    dW += reg * W
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    exps = np.exp(scores)
    P = exps / np.sum(exps, axis=1, keepdims=True)
    loss = -np.sum(np.log(P[range(num_train), y])) / num_train
    loss += 0.5 * reg * np.sum(W * W)

    P[range(num_train), y] -= 1
    dW = X.T.dot(P) / num_train
    dW = dW + reg * W
    return loss, dW
