from builtins import object
import numpy as np

from ..layers import *
from ..composed import *


class TwoLayerNet(object):
    """Made of the layers of this package; loss(X, y) gives the gradients too."""

    def __init__(
        self, input_dim=2 * 24 * 24, hidden_dim=80, num_classes=10, weight_scale=1e-2, reg=0.0
    ):
        self.reg, self.params = reg, {}
        widths = (input_dim, hidden_dim, num_classes)
        for k in (1, 2):
            self.params[f"W{k}"] = np.random.normal(0, weight_scale, widths[k - 1 : k + 1])
            self.params[f"b{k}"] = np.zeros(widths[k])

    def loss(self, X, y=None):
        p = self.params
        units, lower = affine_relu_forward(X, p["W1"], p["b1"])
        scores, upper = affine_forward(units, p["W2"], p["b2"])
        if y is None:
            return scores
        loss, up = softmax_loss(scores, y)
        grads = {}
        up, grads["W2"], grads["b2"] = affine_backward(up, upper)
        up, grads["W1"], grads["b1"] = affine_relu_backward(up, lower)
        for name in ("W1", "W2"):
            loss += self.reg / 2 * (p[name] * p[name]).sum()
            grads[name] += self.reg * p[name]
        return loss, grads
