"""Exercise 1: y = tanh(x w + b), on single numbers.

Replace each ``None``; then: ``micrograd-linear check exercise_1_numbers.py --hint``.
"""

import numpy as np


def forward(x, w, b):
    return np.tanh(x * w + b)


def backward(dy, x, w, b):
    """dy is the upstream gradient, ∂L/∂y. The derivative of tanh(z) is 1 - tanh(z)**2."""
    dx = None
    dw = None
    db = None
    return {"x": dx, "w": dw, "b": db}


inputs = {"x": 0.5, "w": -1.5, "b": 0.25}
