"""Exercise 3: the linear layer, y = xW + b.

Replace each ``None``; then: ``micrograd-linear check exercise_3_linear.py --hint``.
"""


def forward(x, W, b):
    return x @ W + b


def backward(dy, x, W, b):
    """dy is ∂L/∂y, of the shape of y, (N, M_out)."""
    dx = None  # (N, M_in)
    dW = None  # (M_in, M_out)
    db = None  # (1, M_out)
    return {"x": dx, "W": dW, "b": db}


inputs = {"x": (5, 4), "W": (4, 3), "b": (1, 3)}
