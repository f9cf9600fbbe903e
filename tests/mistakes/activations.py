import numpy as np


class GELU:
    """tanh approximation"""

    def forward(self, x):
        self.x = x
        self.t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3))
        return 0.5 * x * (1 + self.t)

    def backward(self, dy):
        x, t = self.x, self.t
        du = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x ** 2)
        dt = (1 - t ** 2) * du
        return dy * (0.5 * (1 + t) + 0.5 * x * dt)


class SiLU:
    def forward(self, x):
        self.x = x
        self.s = 1 / (1 + np.exp(-x))
        return x * self.s

    def backward(self, dy):
        grad = self.s + self.x * self.s * (1 - self.s)
        return dy * grad


class Softplus:
    def forward(self, x):
        self.x = x
        return np.logaddexp(0, x)

    def backward(self, dy):
        return dy / (1 + np.exp(-self.x))


class LeakyReLU:
    def __init__(self, alpha=0.1):
        self.alpha = alpha

    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, self.alpha * x)

    def backward(self, dy):
        dx = np.where(self.mask, dy, self.alpha * dy)
        return dx


class ELU:
    def __init__(self, alpha=1.5):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        self.y = np.where(x > 0, x, self.alpha * (np.exp(x) - 1))
        return self.y

    def backward(self, dy):
        d = np.where(self.x > 0, 1.0, self.y + self.alpha)
        return dy * d


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dy):
        return dy * (1 - self.out ** 2)
