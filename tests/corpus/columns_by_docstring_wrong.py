"""Losses of predictions in one column, as their docstrings say."""

import numpy as np


class SquaredError:
    def forward(self, y_hat, y_true):
        """The mean of the squares.

        Parameters
        ----------
        y_hat : np.ndarray
            Predictions of shape [batch_size, 1]
        y_true : np.ndarray
            Measured values of shape [batch_size, 1]
        """
        self.y_hat, self.y_true = y_hat, y_true
        return np.mean((y_hat - y_true) ** 2)

    def backward(self):
        over = np.sum(self.y_hat - self.y_true, axis=1)
        return (over / self.y_true.shape[0])[:, None]
