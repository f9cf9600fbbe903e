"""Layers that see one column at a time and take their step on the way back."""

import numpy as np


class Part:
    """What every part of a chain has."""

    input = None

    def forward(self, input):
        pass

    def backward(self, output_gradient, learning_rate):
        pass


class Full(Part):
    def __init__(self, input_size, output_size):
        rng = np.random.default_rng(13)
        self.weights = rng.normal(size=(output_size, input_size))
        self.bias = rng.normal(size=(output_size, 1))

    def forward(self, input):
        self.input = input
        return self.bias + self.weights @ input

    def backward(self, output_gradient, learning_rate):
        down = self.weights.T @ output_gradient
        step = output_gradient * learning_rate
        self.weights -= step @ self.input.T
        self.bias -= step
        return down


class Elementwise(Part):
    """A function and its derivative, both passed in."""

    def __init__(self, activation, activation_prime):
        self.activation, self.activation_prime = activation, activation_prime

    def forward(self, input):
        self.input = input
        return self.activation(input)

    def backward(self, output_gradient, learning_rate):
        return output_gradient * self.activation_prime(self.input)


class HyperbolicTangent(Elementwise):
    def __init__(self):
        super().__init__(np.tanh, lambda u: 1 / np.cosh(u) ** 2)


def mse(y_true, y_pred):
    return ((y_pred - y_true) ** 2).mean()


def mse_prime(y_true, y_pred):
    return (y_pred - y_true) * (2 / y_pred.size)


if __name__ == "__main__":
    chain = [Full(2, 3), HyperbolicTangent(), Full(3, 1)]
    column = np.array([[0.3], [-0.8]])
    for part in chain:
        column = part.forward(column)
    print(column.item())
