"""Graphs of arrays: the linear layer, and a chain of operations.

The layer stands beside what somebody writes by hand in NumPy. The chain costs recording and hardly
any arithmetic.
"""

import functools

import numpy as np

from .contest import THREADS, Contestant, Workload


def linear_layer(N, inputs, outputs):
    """(loss, {"x", "W", "b"}, (G,)) in float64, where G is dL/dy of y = xW + b."""
    rng = np.random.default_rng(0)
    *parameters, G = (
        rng.normal(size=shape)
        for shape in ((N, inputs), (inputs, outputs), (1, outputs), (N, outputs))
    )

    def loss(p, G, tanh=np.tanh):
        return ((p["x"] @ p["W"] + p["b"]) * G).sum()

    return loss, dict(zip(("x", "W", "b"), parameters, strict=True)), (G,)


def chain(turns, *shape):
    """Three operations a turn on x and a.

    Single numbers need no sum, so that ``compile`` gets a function of Values.
    """

    def loss(p, tanh=np.tanh):
        y = p["x"]
        for _ in range(turns):
            y = tanh(y * p["a"]) + p["x"]
        return y.sum() if shape else y

    return loss, {"x": np.full(shape, 0.5), "a": np.full(shape, 0.9)}, ()


def by_hand(*sizes):
    _, parameters, (G,) = linear_layer(*sizes)
    x, W, b = parameters.values()

    def step():
        y = x @ W + b
        return (y * G).sum(), {"x": G @ W.T, "W": x.T @ G, "b": G.sum(axis=0, keepdims=True)}

    return step, value_and_gradients


def value_and_gradients(result):
    value, gradients = result
    return [value, *gradients.values()]


def by_objects(library, problem, *sizes):
    """Tensors with ``backward`` and ``grad``; they are made before the clock starts."""
    tanh, make, forget = library()
    loss, arrays, data = problem(*sizes)
    parameters = {name: make(array, True) for name, array in arrays.items()}
    data = [make(array, False) for array in data]

    def step():
        for parameter in parameters.values():
            forget(parameter)
        result = loss(parameters, *data, tanh=tanh)
        result.backward()
        return result

    return step, lambda result: [
        result.item(),
        *(parameter.grad for parameter in parameters.values()),
    ]


def ours():
    from micrograd_linear import Tensor

    return (
        Tensor.tanh,
        lambda array, gradient: Tensor(array) if gradient else array,
        Tensor.zero_grad,
    )


def torch():
    import torch

    torch.set_num_threads(THREADS)
    return (
        torch.tanh,
        lambda array, gradient: torch.tensor(array, requires_grad=gradient),
        lambda parameter: setattr(parameter, "grad", None),
    )


def mygrad():
    import mygrad

    return (
        mygrad.tanh,
        lambda array, gradient: mygrad.tensor(array) if gradient else array,
        mygrad.Tensor.null_grad,
    )


def compiled(problem, *sizes):
    import micrograd_linear as mgl

    loss, parameters, data = problem(*sizes)
    return functools.partial(mgl.compile(loss), parameters, *data), value_and_gradients


def jax(problem, *sizes):
    """Compiled before the clock starts; arrays stay on JAX's device, and every step is awaited."""
    import jax

    jax.config.update("jax_enable_x64", True)
    loss, parameters, data = problem(*sizes)
    parameters, data = (
        {name: jax.numpy.asarray(array) for name, array in parameters.items()},
        [jax.numpy.asarray(array) for array in data],
    )
    function = jax.jit(jax.value_and_grad(functools.partial(loss, tanh=jax.numpy.tanh)))
    return lambda: jax.block_until_ready(function(parameters, *data)), lambda result: [
        result[0],
        *(result[1][name] for name in parameters),
    ]


def autograd(problem, *sizes):
    import autograd
    import autograd.numpy

    loss, parameters, data = problem(*sizes)
    function = autograd.value_and_grad(functools.partial(loss, tanh=autograd.numpy.tanh))
    return functools.partial(function, parameters, *data), value_and_gradients


def contestants(problem):
    return (
        Contestant("ours, eager", functools.partial(by_objects, ours, problem)),
        Contestant("ours, compiled", functools.partial(compiled, problem)),
        Contestant("PyTorch", functools.partial(by_objects, torch, problem), ("torch",)),
        Contestant("JAX, jit", functools.partial(jax, problem), ("jax",)),
        Contestant("MyGrad", functools.partial(by_objects, mygrad, problem), ("mygrad",)),
        Contestant("HIPS autograd", functools.partial(autograd, problem), ("autograd",)),
    )


def linear_workload(*sizes):
    first, *others = contestants(linear_layer)
    about = (
        f"y = xW + b with x, W and G of sizes {sizes} in float64, where G is given: the sum of y * "
        "G, and its gradients of x, W and b."
    )
    return Workload(
        f"Linear layer {sizes}",
        "Tensors",
        about,
        (first, Contestant("NumPy by hand", by_hand), *others),
        sizes,
        (3, 2, 4),
    )


def chain_workload(*shape):
    about = (
        f"y = tanh(y * a) + x a hundred times on arrays of shape {shape}: what it costs to record "
        "and to walk, not to compute."
    )
    return Workload(
        f"300 operations, shape {shape}",
        "Tensors",
        about,
        contestants(chain),
        (100, *shape),
        (3, *shape),
    )


WORKLOADS = (
    linear_workload(8, 4, 3),
    linear_workload(1024, 512, 512),
    chain_workload(),
    chain_workload(8),
)
