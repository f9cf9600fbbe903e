"""The graph as SVG, of a small network and of 65,000 numbers.

A peer draws the small one with the same program; only ours can draw the large one.
"""

import numpy as np

from . import scalar
from .contest import THREADS, Contestant, Workload


def network(width):
    rng = np.random.default_rng(0)
    return {
        "x": rng.normal(size=(4, width)),
        "W1": rng.normal(size=(width, width)),
        "b1": rng.normal(size=width),
        "W2": rng.normal(size=(width, 1)),
    }


def picture(make, loss):
    """A contestant from ``make() -> SVG`` and the number that the graph computed."""

    def step():
        svg = make()
        if "<svg" not in svg:
            raise RuntimeError("no picture was made")
        return svg

    return step, lambda svg: [loss]


def ours(width):
    from micrograd_linear import Tensor, draw

    tensors = {name: Tensor(array, name) for name, array in network(width).items()}
    loss = ((tensors["x"] @ tensors["W1"] + tensors["b1"]).tanh() @ tensors["W2"]).sum()
    loss.backward()
    return picture(lambda: draw(loss).svg, loss.item())


def torchviz(width):
    import torch
    from torchviz import make_dot

    torch.set_num_threads(THREADS)
    tensors = {
        name: torch.tensor(array, requires_grad=True) for name, array in network(width).items()
    }
    loss = ((tensors["x"] @ tensors["W1"] + tensors["b1"]).tanh() @ tensors["W2"]).sum()
    return picture(lambda: make_dot(loss, params=tensors).pipe("svg").decode(), loss.item())


def folded(points):
    from micrograd_linear import Value, draw

    parameters, inputs, labels = scalar.data(points)
    loss = scalar.hinge_loss(scalar.each(Value, parameters), scalar.each(Value, inputs), labels)
    loss.backward()
    return picture(lambda: draw(loss).svg, loss.data)


WORKLOADS = (
    Workload(
        "Drawing a network, to SVG",
        "Drawing",
        "Two layers of tensors. Ours shows shapes, numbers and gradients; torchviz shows the "
        "operations. Both run Graphviz in a process of its own.",
        (Contestant("ours", ours), Contestant("torchviz", torchviz, ("torch", "torchviz", "dot"))),
        (8,),
        (2,),
    ),
    Workload(
        "Drawing 65,000 numbers, folded, to SVG",
        "Drawing",
        "The scalar MLP above, folded into 20 boxes; no peer folds, so there is nobody to compare "
        "with.",
        (Contestant("ours", folded),),
        (100,),
        (2,),
    ),
)
