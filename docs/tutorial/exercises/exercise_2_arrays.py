"""Exercise 2: scale and shift the columns of a batch.

Replace each ``None``; then: ``micrograd-linear check exercise_2_arrays.py --hint``.
"""


def forward(x, s, b):
    return x * s + b


def backward(dy, x, s, b):
    """dy is ∂L/∂y, of the shape of y, (N, M)."""
    dx = None  # (N, M)
    ds = None  # (1, M)
    db = None  # (1, M)
    return {"x": dx, "s": ds, "b": db}


inputs = {"x": (5, 3), "s": (1, 3), "b": (1, 3)}
