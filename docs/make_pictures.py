"""Makes the pictures of README.md and docs: ``python docs/make_pictures.py [FOLDER]``. A test runs it and compares what they show."""

import random
import sys
from pathlib import Path

import numpy as np

from micrograd_linear import Tensor, Value, compare, draw
from micrograd_linear.nn import MLP


def linear_layer(**options):
    """The worked example of README.md, after its backward pass."""
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x")
    W = Tensor([[1.0, -1.0], [0.5, 2.0]], "W")
    b = Tensor([[0.5, -0.5]], "b")
    y = x @ W + b
    y.name = "y"
    y.backward(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]))
    return draw(y, **options)


def wrong_step():
    """tanh differentiated as 1 - z**2, in a layer whose gradients in between are handed in."""
    x, W = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x"), Tensor([[0.1, -0.2], [0.3, 0.05]], "W")
    z = x @ W
    h = z.tanh()
    z.name, h.name = "z", "h"
    g = np.array([[1.0, 0.5], [-0.5, 1.0], [2.0, -1.0]])
    h.backward(g)
    dz = g * (1 - z.data**2)
    return draw(h, check=compare({"z": dz, "W": x.data.T @ dz, "x": dz @ W.data.T}, h, gradient=g))


def folded():
    """An MLP 2-16-16-1 with a hinge loss on a hundred points, one node for every number."""
    numbers, before = np.random.default_rng(0), random.getstate()
    random.seed(0)
    model = MLP(2, [16, 16, 1])
    random.setstate(before)
    losses = [(1 + -model([Value(x) for x in point])).relu() for point in numbers.normal(size=(100, 2))]
    loss = sum(losses) * (1 / len(losses))
    loss.name = "loss"
    loss.backward()
    return draw(loss)


PICTURES = {
    "linear_layer": linear_layer,
    "linear_layer_numbers": lambda: linear_layer(level="scalar"),
    "wrong_step": wrong_step,
    "folded": folded,
}


def make(folder):
    return [picture().save(Path(folder) / f"{name}.svg") for name, picture in PICTURES.items()]


if __name__ == "__main__":
    for path in make(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent):
        print(path)
