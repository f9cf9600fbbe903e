import numpy as np


def contrastive_loss_and_grads(params, x1, x2, same, margin=2.0):
    """
    Siamese network, both branches share W and b.
    same: 1 if the pair is similar, else 0.
    """
    W, b = params["W"], params["b"]
    N = x1.shape[0]
    f1 = 1 / (1 + np.exp(-(x1 @ W + b)))
    f2 = 1 / (1 + np.exp(-(x2 @ W + b)))
    diff = f1 - f2
    d = np.sqrt(np.sum(diff ** 2, axis=1) + 1e-9)
    hinge = np.maximum(0, margin - d)
    loss = np.sum(same * d ** 2 + (1 - same) * hinge ** 2) / (2 * N)

    dd = (same * d - (1 - same) * hinge) / N
    ddiff = dd[:, None] * diff / d[:, None]
    df1 = ddiff
    df2 = -ddiff
    da1 = df1 * f1 * (1 - f1)
    da2 = df2 * f2 * (1 - f2)
    dW = x1.T @ da1
    dW += x2.T @ da2
    db = da1.sum(axis=0)
    db += da2.sum(axis=0)
    return loss, {"W": dW, "b": db}
