"""Graphs with a node for every number: an MLP 2-16-16-1 with a hinge loss.

It runs in every engine that has scalars, and the cost of tracing and compiling it is measured.
"""

import functools
import random

import numpy as np

from .contest import THREADS, Contestant, Workload

LAYERS = ((2, 16), (16, 16), (16, 1))


def data(points):
    """(parameters, inputs, labels) as floats.

    The parameters hold for each layer its neurons as [weights, bias], the inputs are points in the
    plane, and each label is 1.0 or -1.0.
    """
    rng = random.Random(1)
    parameters = [
        [[[rng.uniform(-1, 1) for _ in range(inputs)], 0.0] for _ in range(outputs)]
        for inputs, outputs in LAYERS
    ]
    inputs = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(points)]
    return parameters, inputs, [rng.choice((-1.0, 1.0)) for _ in range(points)]


def hinge_loss(parameters, inputs, labels, relu=lambda x: x.relu()):
    """The mean of relu(1 - label * score), written for any numbers that have operators."""
    losses = []
    for x, label in zip(inputs, labels):
        for depth, neurons in enumerate(parameters):
            x = [sum((wi * xi for wi, xi in zip(w, x)), b) for w, b in neurons]
            x = [relu(number) for number in x] if depth < 2 else x
        losses.append(relu(1 + -label * x[0]))
    return sum(losses) * (1.0 / len(losses))


def each(function, tree):
    """The nested lists, tuples and dicts with ``function`` of each number in them."""
    if isinstance(tree, dict):
        return {name: each(function, branch) for name, branch in tree.items()}
    return (
        type(tree)(each(function, branch) for branch in tree)
        if isinstance(tree, (list, tuple))
        else function(tree)
    )


def flat(tree):
    """The numbers of nested lists, tuples and dicts, in order."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    return (
        [number for branch in tree for number in flat(branch)]
        if isinstance(tree, (list, tuple))
        else [tree]
    )


def by_objects(make_value, points):
    """Parameters are made into Values once, and inputs anew in every step, as in micrograd's demo.

    ``backward`` fills their ``grad``.
    """
    Value = make_value()
    parameters, inputs, labels = data(points)
    parameters = each(Value, parameters)
    leaves = flat(parameters)

    def step():
        for leaf in leaves:
            leaf.grad = 0.0
        loss = hinge_loss(parameters, each(Value, inputs), labels)
        loss.backward()
        return loss

    return step, lambda loss: [loss.data, [leaf.grad for leaf in leaves]]


def our_value():
    from micrograd_linear import Value

    return Value


def micrograd_value():
    from micrograd.engine import Value

    return Value


def compiled(executor, points):
    import micrograd_linear as mgl

    arguments = data(points)
    compiled_step = mgl.compile(hinge_loss, executor=executor)
    return functools.partial(compiled_step, *arguments), value_and_gradients


def value_and_gradients(result):
    value, gradients = result
    return [float(value), flat(gradients)]


def xad(points):
    """XAD's tape in C++, by its Python binding."""
    import xad.adj_1st as adjoint
    import xad.math

    parameters, inputs, labels = data(points)

    def step():
        with adjoint.Tape() as tape:
            parameters_of_step = each(adjoint.Real, parameters)
            leaves = flat(parameters_of_step)
            tape.registerInputs(leaves)
            tape.newRecording()
            loss = hinge_loss(
                parameters_of_step, inputs, labels, relu=lambda x: xad.math.max(x, 0.0)
            )
            tape.registerOutput(loss)
            loss.derivative = 1.0
            tape.computeAdjoints()
            return loss.value, [leaf.derivative for leaf in leaves]

    return step, list


def casadi_function(points):
    """CasADi's function of the parameters and the data, all numbers of each in one vector."""
    import casadi

    parameters, inputs, labels = data(points)
    names = [
        casadi.SX.sym(name, len(flat(tree)))
        for name, tree in (("p", parameters), ("x", inputs), ("t", labels))
    ]
    trees = [
        _filled(tree, iter(casadi.vertsplit(name)))
        for tree, name in zip((parameters, inputs, labels), names)
    ]
    loss = hinge_loss(*trees, relu=lambda x: casadi.fmax(x, 0.0))
    return casadi.Function("value_and_gradient", names, [loss, casadi.gradient(loss, names[0])]), (
        parameters,
        inputs,
        labels,
    )


def _filled(tree, numbers):
    return each(lambda _: next(numbers), tree)


def casadi(points):
    """CasADi's virtual machine, called through its buffers, the fastest way it offers in Python."""
    function, arguments = casadi_function(points)
    arguments = [np.array(flat(tree)) for tree in arguments]
    results = [np.zeros(1), np.zeros(len(arguments[0]))]
    views = [memoryview(array) for array in (*arguments, *results)]
    buffer, trigger = function.buffer()
    for i, view in enumerate(views[:3]):
        buffer.set_arg(i, view)
    for i, view in enumerate(views[3:]):
        buffer.set_res(i, view)

    def step(kept=(function, buffer, views)):  # CasADi does not keep alive what it reads and writes
        trigger()
        return results

    return step, lambda results: [results[0][0], results[1]]


def torch(points):
    """PyTorch with a 0-d tensor for every number."""
    import torch

    torch.set_num_threads(THREADS)
    parameters, inputs, labels = data(points)
    parameters = each(
        lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True), parameters
    )
    leaves = flat(parameters)

    def step():
        for leaf in leaves:
            leaf.grad = None
        loss = hinge_loss(parameters, inputs, labels)
        loss.backward()
        return loss

    return step, lambda loss: [loss.item(), [leaf.grad.item() for leaf in leaves]]


def autograd(points):
    """HIPS autograd with a box for every number."""
    import autograd
    import autograd.numpy as anp

    arguments = data(points)
    step = autograd.value_and_grad(
        functools.partial(hinge_loss, relu=lambda x: anp.maximum(x, 0.0))
    )
    return functools.partial(step, *arguments), value_and_gradients


def tracing(executor, points):
    """A function compiled anew in every step, and run once.

    Numba keeps its compiled loops on disk after the first step, which is not timed.
    """
    import micrograd_linear as mgl

    arguments = data(points)
    return lambda: mgl.compile(hinge_loss, executor=executor)(*arguments), value_and_gradients


def casadi_building(points):
    def step():
        function, arguments = casadi_function(points)
        return function(*(np.array(flat(tree)) for tree in arguments))

    return step, lambda results: [float(results[0]), np.array(results[1])]


WORKLOADS = (
    Workload(
        "Scalar MLP, 65,000 nodes",
        "Scalars",
        "An MLP 2-16-16-1 with a hinge loss over 100 points, a node for every number: the loss and "
        "its 337 gradients. "
        "The compiled ones are made before the clock starts.",
        (
            Contestant("ours, eager", functools.partial(by_objects, our_value)),
            Contestant("ours, compiled, Numba", functools.partial(compiled, "numba"), ("numba",)),
            Contestant("ours, compiled, NumPy", functools.partial(compiled, "numpy")),
            Contestant("micrograd", functools.partial(by_objects, micrograd_value), ("micrograd",)),
            Contestant("XAD", xad, ("xad",)),
            Contestant("CasADi SX", casadi, ("casadi",)),
            Contestant("PyTorch, 0-d", torch, ("torch",)),
            Contestant("HIPS autograd", autograd, ("autograd",)),
        ),
        (100,),
        (2,),
    ),
    Workload(
        "Scalar MLP, tracing and compiling",
        "Scalars",
        "The same MLP: what it takes until the compiled function has run once, beside one eager "
        "pass.",
        (
            Contestant("ours, one eager pass", functools.partial(by_objects, our_value)),
            Contestant(
                "ours, trace to first result, Numba",
                functools.partial(tracing, "numba"),
                ("numba",),
            ),
            Contestant("ours, trace to first result, NumPy", functools.partial(tracing, "numpy")),
            Contestant("CasADi SX, build to first result", casadi_building, ("casadi",)),
        ),
        (100,),
        (2,),
    ),
)
