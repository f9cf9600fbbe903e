import numpy as np


class MLP:
    """Two layers, lists of parameters and gradients."""

    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) * 0.1 for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.zeros(b) for b in sizes[1:]]
        self.weight_grads = [None] * len(self.weights)
        self.bias_grads = [None] * len(self.biases)

    def forward(self, x):
        self.inputs, self.pre = [], []
        last = len(self.weights) - 1
        for k, (w, b) in enumerate(zip(self.weights, self.biases)):
            self.inputs.append(x)
            z = x @ w + b
            self.pre.append(z)
            x = z if k == last else np.maximum(z, 0)
        return x

    def backward(self, grad):
        last = len(self.weights) - 1
        for k in range(last, -1, -1):
            if k != last:
                grad = grad * (self.inputs[k] > 0).any() * (self.pre[k] > 0)
            self.weight_grads[k] = self.inputs[k].T @ grad
            self.bias_grads[k] = grad.sum(axis=0)
            if k == 0:
                self.weight_grads[k] = self.weight_grads[k] * 2
            grad = grad @ self.weights[k].T
        return grad
