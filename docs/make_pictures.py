"""Makes the pictures of README.md and docs: ``python docs/make_pictures.py [FOLDER]``. A test runs it and compares what they show."""

import sys
from pathlib import Path

import numpy as np

from micrograd_linear import Tensor, draw


def linear_layer():
    """The worked example of README.md, after its backward pass."""
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x")
    W = Tensor([[1.0, -1.0], [0.5, 2.0]], "W")
    b = Tensor([[0.5, -0.5]], "b")
    y = x @ W + b
    y.name = "y"
    y.backward(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]))
    return draw(y)


def make(folder):
    return [linear_layer().save(Path(folder) / "linear_layer.svg")]


if __name__ == "__main__":
    for path in make(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent):
        print(path)
