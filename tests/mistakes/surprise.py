"""How surprising the labels are, of probabilities that are kept away from 0 and from 1."""

import numpy as np


class Surprise:
    def forward(self, probs, y_true):
        self.probs, self.y_true = probs, y_true
        kept = np.clip(probs, 1e-12, 1 - 1e-12)
        return -np.sum(y_true * np.log(kept)) / len(y_true)

    def backward(self):
        tiny = 1e-12
        return -self.y_true / (self.probs + tiny) / len(self.y_true)
