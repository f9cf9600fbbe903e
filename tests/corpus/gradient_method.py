import numpy as np
from layer_objects import *


class Classifier:
    """loss(x, t) and gradient(x, t) are two methods; both run the network."""

    def __init__(self, features, units, classes, spread=0.2):
        rng = np.random.default_rng(17)
        self.params = {}
        for k, shape in enumerate([(features, units), (units, classes)], start=1):
            self.params["W%d" % k] = spread * rng.standard_normal(shape)
            self.params["b%d" % k] = np.full(shape[1], 0.05)

    def hidden(self, x):
        return 1 / (1 + np.exp(-(x @ self.params["W1"] + self.params["b1"])))

    def predict(self, x):
        return softmax(self.hidden(x) @ self.params["W2"] + self.params["b2"])

    def loss(self, x, t):
        """t is one-hot."""
        return -(t * np.log(self.predict(x))).sum(axis=1).mean()

    def hits(self, x, t):
        return (self.predict(x).argmax(1) == t.argmax(1)).mean()

    def gradient(self, x, t):
        units = self.hidden(x)
        top = (self.predict(x) - t) / len(x)
        below = top @ self.params["W2"].T * units * (1 - units)
        return {
            "W1": x.T @ below,
            "b1": below.sum(axis=0),
            "W2": units.T @ top,
            "b2": top.sum(axis=0),
        }
