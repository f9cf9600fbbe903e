"""Small files that people hand in, for the tests of the command."""

from pathlib import Path

RIGHT = """
import numpy as np
def forward(x, W, b):
    return x @ W + b
def backward(dy, x, W):
    return {"x": dy @ W.T, "W": x.T @ dy, "b": dy.sum(axis=0, keepdims=True)}
inputs = {"x": (5, 7), "W": (7, 3), "b": (1, 3)}
"""
WRONG = RIGHT.replace("dy.sum", "dy.mean")  # in line 6
# One row cannot show that a sum over the rows is missing.
WEAK = """
def forward(x, W, b):
    return x @ W + b
def backward(dy, x, W, b):
    return {"b": dy[:1]}
inputs = {"x": (1, 7), "W": (7, 3), "b": (1, 3)}
"""
TWO = """
import numpy as np
def relu(x):
    return np.maximum(x, 0)
def relu_backward(dy, x):
    return dy * (x > 0)
def cube(x):
    return x**3
def cube_backward(dy, x):
    return 2 * dy * x**2
"""


def written(text, name="layer.py"):
    """The text in a file, whose folder is made where it is missing; gives its name."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    return name
