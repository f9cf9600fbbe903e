import numpy as np


class SoftmaxWithLoss:
    """The last layer: scores and one-hot targets in, the mean cross-entropy out."""

    tiny = 1e-11

    def forward(self, x, t):
        raised = np.exp(x - x.max(axis=-1, keepdims=True))
        self.share = raised / raised.sum(axis=-1, keepdims=True)
        self.target = t
        return -(t * np.log(self.share + self.tiny)).sum(axis=-1).mean()

    def backward(self, dout=1):
        return (self.share - self.target) * (dout / len(self.target))


class MSELoss:
    def forward(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff**2)

    def backward(self):
        return 2 * self.diff / self.diff.size


class L1Loss:
    def forward(self, pred, target):
        self.diff = pred - target
        return np.abs(self.diff).sum()

    def backward(self):
        return np.sign(self.diff) / len(self.diff)
