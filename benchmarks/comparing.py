"""What a comparison costs beside the backward pass that it contains.

The gradient is right, or twice too large, or wrong in a way that nothing explains.
"""

import functools

import numpy as np

from .contest import Contestant, Workload


def recurrent(turns, kind):
    """A shared weight in four operations a turn.

    Only the gradient of the weight is passed, so the mistake is searched for in the whole graph.
    """
    from micrograd_linear import Tensor, compare

    rng = np.random.default_rng(0)
    W, U, h = (
        Tensor(rng.normal(size=(8, 8)) * 0.3, "W"),
        Tensor(rng.normal(size=(4, 8)), "U"),
        Tensor(np.zeros((6, 8)), "h0"),
    )
    for _ in range(turns):
        h = (h @ W + rng.normal(size=(6, 4)) @ U).tanh()
    loss = (h * h).sum()
    gradient = loss.gradients()[W]
    hand = {"right": gradient, "twice": 2 * gradient, "unknown": rng.normal(size=(8, 8))}.get(kind)
    expected = {"right": True, "twice": False, "unknown": False}.get(kind)

    def step():
        if hand is None:
            loss.gradients()
        elif compare({W: hand}, loss).ok is not expected:
            raise RuntimeError(f"the comparison of a gradient that is {kind} came out wrong")
        return loss

    return step, lambda loss: [loss.item()]


def _workload(kind, turns, nodes):
    return Workload(
        f"Compare, {kind}, {nodes} nodes",
        "Compare",
        {
            "right": "A gradient that is right.",
            "twice": "A gradient that is twice too large, which is found and said.",
            "unknown": "A gradient that no known mistake explains, after all have been tried.",
        }[kind],
        tuple(
            Contestant(name, functools.partial(recurrent, kind=what))
            for name, what in (("ours, the gradients alone", "gradients"), ("ours, compare", kind))
        ),
        (turns,),
        (2,),
    )


WORKLOADS = tuple(
    _workload(kind, turns, nodes)
    for turns, nodes in ((8, "37"), (900, "3,605"))
    for kind in ("right", "twice", "unknown")
)
