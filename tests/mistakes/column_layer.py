"""A layer that maps one column of numbers to another, and learns in its backward pass."""

import numpy as np


class ColumnLayer:
    def __init__(self, n_in, n_out):
        self.matrix = np.random.randn(n_out, n_in)
        self.offset = np.random.randn(n_out, 1)

    def forward(self, column):
        self.column = column
        return np.dot(self.matrix, self.column) + self.offset

    def backward(self, gradient, rate):
        matrix_gradient = np.dot(gradient, self.column.T)
        column_gradient = np.dot(self.matrix.T, gradient)
        self.matrix -= rate * matrix_gradient
        self.offset -= rate * gradient
        return column_gradient
