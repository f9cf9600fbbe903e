import numpy as np


class TwoLayerNet(object):
    def __init__(self, n_in, n_hidden, n_classes, std=1e-3):
        widths = [n_in, n_hidden, n_classes]
        self.params = {}
        for k in (1, 2):
            self.params["W%d" % k] = np.random.normal(0, std, widths[k - 1 : k + 1])
            self.params["b%d" % k] = np.zeros(widths[k])

    def loss(self, X, y=None, reg=0.0):
        W1, W2 = self.params["W1"], self.params["W2"]
        units = np.maximum(X @ W1 + self.params["b1"], 0)
        points = units @ W2 + self.params["b2"]
        if y is None:
            return points
        raised = np.exp(points - points.max(axis=1, keepdims=True))
        share = raised / raised.sum(axis=1, keepdims=True)
        rows = np.arange(len(X))
        loss = -np.log(share[rows, y]).mean() + reg * ((W1**2).sum() + (W2**2).sum())

        share[rows, y] -= 1
        top = share / len(X)
        below = top @ W2.T
        grads = {
            "W1": X.T @ below + 2 * reg * W1,
            "b1": below.sum(axis=0),
            "W2": units.T @ top + 2 * reg * W2,
            "b2": top.sum(axis=0),
        }
        return loss, grads
