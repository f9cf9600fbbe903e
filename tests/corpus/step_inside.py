import numpy as np


class Dense:
    """Steps down the slope within backward, which is given the input again."""

    def __init__(self, n_in, n_units, learning_rate=0.05):
        bound = np.sqrt(3 / n_in)
        self.weights = np.random.uniform(-bound, bound, (n_in, n_units))
        self.biases = np.full(n_units, 0.01)
        self.learning_rate = learning_rate

    def forward(self, input):
        return self.biases + input @ self.weights

    def backward(self, input, grad_output):
        down = grad_output @ self.weights.T
        step = self.learning_rate * grad_output
        self.weights = self.weights - input.T @ step
        self.biases = self.biases - len(input) * step.mean(axis=0)
        return down


class ReLU:
    def forward(self, input):
        return np.where(input > 0, input, 0)

    def backward(self, input, grad_output):
        return np.where(input > 0, grad_output, 0)
