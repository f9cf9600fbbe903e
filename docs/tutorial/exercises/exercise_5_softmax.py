"""Exercise 5: softmax and cross-entropy, the loss of a classifier.

Replace each ``None``; then: ``micrograd-linear check exercise_5_softmax.py --hint``.
"""

import numpy as np


def forward(z, labels):
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(labels)), labels].mean()


def backward(dy, z, labels):
    """dy is ∂L/∂L = 1 for the loss alone; multiply by it all the same."""
    dz = None
    return {"z": dz}


inputs = {"z": (5, 3), "labels": np.array([0, 2, 1, 1, 0])}
