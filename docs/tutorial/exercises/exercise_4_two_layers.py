"""Exercise 4: two layers with a relu between them.

Replace each ``None``; then: ``micrograd-linear check exercise_4_two_layers.py --hint``.
"""

import numpy as np


def forward(x, W1, b1, W2):
    z = x @ W1 + b1
    h = np.maximum(z, 0)
    y = h @ W2
    return y, (x, W1, W2, z, h)


def backward(dy, cache):
    """dy is ∂L/∂y, of the shape of y. relu has the derivative 1 where z > 0, and 0 elsewhere."""
    x, W1, W2, z, h = cache
    dW2 = None
    db1 = None
    dW1 = None
    dx = None
    return {"x": dx, "W1": dW1, "b1": db1, "W2": dW2}


inputs = {"x": (5, 4), "W1": (4, 6), "b1": (1, 6), "W2": (6, 3)}
