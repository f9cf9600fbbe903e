"""A transformer of single numbers, ``microgpt``: a training step on one name.

A step computes the loss and its gradients, and moves the parameters down along them.
"""

import functools

from .contest import Contestant, Workload
from .scalar import flat, our_value

RATE = 1e-3
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
NAME = "bartholomewanna"  # with its end: the 16 positions of a full block


def data(letters):
    """(parameters, tokens, targets)"""
    from . import microgpt

    return microgpt.parameters(len(ALPHABET) + 1), *microgpt.encoded(NAME[:letters], ALPHABET)


def by_objects(make_value, letters, **options):
    from . import microgpt

    parameters, tokens, targets = data(letters)
    parameters = microgpt.nodes(parameters, make_value())
    leaves = flat(parameters)

    def step():
        loss = microgpt.loss(parameters, tokens, targets, **options)
        loss.backward()
        gradients = [leaf.grad for leaf in leaves]
        for leaf, gradient in zip(leaves, gradients):
            leaf.data -= RATE * gradient
            leaf.grad = 0.0
        return loss.data, gradients

    return step, list


def plain_value():
    from .plain import Value

    return Value


def compiled(executor, letters):
    import micrograd_linear as mgl

    from . import microgpt

    parameters, tokens, targets = data(letters)
    function = mgl.compile(microgpt.loss, executor=executor)

    def step():
        nonlocal parameters
        loss, gradients = function(parameters, tokens, targets)
        parameters = microgpt.descended(parameters, gradients, RATE)
        return loss, gradients

    return step, lambda result: [result[0], flat(result[1])]


WORKLOADS = (
    Workload(
        "Scalar transformer, a training step",
        "Scalars",
        "microgpt's architecture, a node for every number: embeddings, RMS norm, causal attention "
        "with 4 heads, an MLP; width 16, 16 positions, one name. "
        "Loss, gradients and a step of gradient descent. The plain scalar class is in "
        "benchmarks/plain.py.",
        (
            Contestant("ours, eager", functools.partial(by_objects, our_value)),
            Contestant("ours, compiled, Numba", functools.partial(compiled, "numba"), ("numba",)),
            Contestant("ours, compiled, NumPy", functools.partial(compiled, "numpy")),
            Contestant(
                "plain scalar class",
                functools.partial(
                    by_objects, plain_value, largest=lambda values: max(x.data for x in values)
                ),
            ),
        ),
        (len(NAME),),
        (2,),
    ),
)
