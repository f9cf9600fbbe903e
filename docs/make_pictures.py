"""Makes the pictures of README.md and docs: ``python docs/make_pictures.py [FOLDER]``.

A test runs it and compares what they show.
"""

import random
import sys
from pathlib import Path

import numpy as np

from micrograd_linear import Tensor, Value, compare, draw
from micrograd_linear.nn import MLP, Linear, Module


def linear_layer(**options):
    """The worked example of README.md, after its backward pass."""
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x")
    W = Tensor([[1.0, -1.0], [0.5, 2.0]], "W")
    b = Tensor([[0.5, -0.5]], "b")
    y = x @ W + b
    y.name = "y"
    y.backward(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]))
    return draw(y, **options)


class Classifier(Module):
    """Two linear layers with tanh between them."""

    def __init__(self):
        self.layers = [Linear(4, 10, rng=1), Linear(10, 3, rng=2)]

    def __call__(self, x):
        return self.layers[1](self.layers[0](x).tanh())

    def __repr__(self):
        return "Classifier(4, 10, 3)"


def modules():
    """A batch through two layers, each a frame of its own.

    The arrays are too large to show their numbers, and are shown as heat maps.
    """
    x = Tensor(np.random.default_rng(0).normal(size=(30, 4)), "x")
    logits = Classifier()(x)
    logits.backward(np.random.default_rng(1).normal(size=(30, 3)))
    return draw(logits, direction="TB")


def flow():
    """What flows back along every line, on the example that Karpathy computes by hand.

    a is used twice, so its gradient is a sum.
    """
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    d = c + a
    loss = d.tanh()
    loss.backward()
    return draw(loss, backward=True)


def dead():
    """A neuron that is 0 for its whole batch, and a logarithm of something negative."""
    x, w, v = (
        Tensor([[1.0, 2.0], [3.0, 1.0]], "x"),
        Tensor([[-1.0], [-0.5]], "w"),
        Tensor([[0.3], [-0.7]], "v"),
    )
    z = x @ w
    with np.errstate(all="ignore"):
        y = (x @ v).log()
        loss = (z.relu() + y).sum()
        loss.backward()
        return draw(loss)


def wrong_step():
    """tanh differentiated as 1 - z**2, in a layer whose gradients in between are handed in."""
    x, W = (
        Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x"),
        Tensor([[0.1, -0.2], [0.3, 0.05]], "W"),
    )
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
    losses = [
        (1 + -model([Value(x) for x in point])).relu() for point in numbers.normal(size=(100, 2))
    ]
    loss = sum(losses) * (1 / len(losses))
    loss.name = "loss"
    loss.backward()
    return draw(loss)


def numbers():
    """The first graph of the tutorial."""
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    y = a * b + c
    L = y * y
    y.name, L.name = "y", "L"
    L.backward()
    return draw(L)


def layer():
    """The linear layer of the tutorial, with the numbers of its chapter."""
    rng = np.random.default_rng(0)
    x, W = Tensor(rng.normal(size=(5, 4)), "x"), Tensor(rng.normal(size=(4, 3)), "W")
    b = Tensor(rng.normal(size=(1, 3)), "b")
    y = x @ W + b
    y.name = "y"
    y.backward(rng.normal(size=(5, 3)))
    return draw(y)


# {where the picture is, inside of docs: what makes it}
PICTURES = {
    "tutorial/numbers": numbers,
    "tutorial/layer": layer,
    "linear_layer": linear_layer,
    "linear_layer_numbers": lambda: linear_layer(level="scalar"),
    "wrong_step": wrong_step,
    "folded": folded,
    "modules": modules,
    "flow": flow,
    "dead": dead,
}


def make(folder):
    """Draw all pictures, each in its place inside of a folder."""
    paths = {Path(folder) / f"{name}.svg": picture for name, picture in PICTURES.items()}
    for path in paths:
        path.parent.mkdir(exist_ok=True)
    return [picture().save(path) for path, picture in paths.items()]


if __name__ == "__main__":
    for path in make(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent):
        print(path)
