"""What is measured. A workload has contestants; each is a function that sets up and returns a step, and a step returns a number to check."""

import random

import numpy as np

from . import comparing, derived


def scalar_mlp(Value):
    """An MLP 2-16-16-1 with a hinge loss over 100 points, one node per number: some 65,000 nodes; forward and backward."""
    rng = random.Random(1)

    def layer(inputs, outputs):
        return [([Value(rng.uniform(-1, 1)) for _ in range(inputs)], Value(0)) for _ in range(outputs)]

    layers = [layer(2, 16), layer(16, 16), layer(16, 1)]
    points = [((rng.gauss(0, 1), rng.gauss(0, 1)), rng.choice((-1, 1))) for _ in range(100)]

    def step():
        losses = []
        for point, label in points:
            x = [Value(number) for number in point]
            for depth, neurons in enumerate(layers):
                x = [sum((wi * xi for wi, xi in zip(w, x)), b) for w, b in neurons]
                x = [value.relu() for value in x] if depth < 2 else x
            losses.append((1 + -label * x[0]).relu())
        loss = sum(losses) * (1.0 / len(losses))
        loss.backward()
        return loss.data

    return step


def scalar_ours():
    from micrograd_linear import Value

    return scalar_mlp(Value)


def scalar_micrograd():
    from micrograd.engine import Value

    return scalar_mlp(Value)


def _linear_data(N, M_in, M_out):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in ((N, M_in), (M_in, M_out), (1, M_out), (N, M_out))]


def linear_ours(*sizes):
    from micrograd_linear import Tensor

    x, W, b, G = _linear_data(*sizes)
    x, W, b = Tensor(x, "x"), Tensor(W, "W"), Tensor(b, "b")

    def step():
        x.zero_grad()
        W.zero_grad()
        b.zero_grad()
        y = x @ W + b
        y.backward(G)
        return W.grad[0, 0]

    return step


def linear_numpy(*sizes):
    x, W, b, G = _linear_data(*sizes)

    def step():
        y = x @ W + b
        dW, db, dx = x.T @ G, G.sum(axis=0, keepdims=True), G @ W.T
        return (y, dW, db, dx)[1][0, 0]

    return step


def operations_ours(shape):
    """A chain of 300 operations, forward and backward: the cost of recording, not of arithmetic."""
    from micrograd_linear import Tensor

    start, factor = np.full(shape, 0.5), np.full(shape, 0.9)

    def step():
        x, a = Tensor(start), Tensor(factor)
        y = x
        for _ in range(100):
            y = (y * a).tanh() + x
        y.sum().backward()
        return a.grad.sum()

    return step


def operations_autograd(shape):
    import autograd.numpy as anp
    from autograd import grad

    start, factor = np.full(shape, 0.5), np.full(shape, 0.9)

    def chain(a, x):
        y = x
        for _ in range(100):
            y = anp.tanh(y * a) + x
        return anp.sum(y)

    both = grad(chain, (0, 1))
    return lambda: np.sum(both(factor, start)[0])


def operations_torch(shape):
    import torch

    torch.set_num_threads(1)
    start, factor = np.full(shape, 0.5), np.full(shape, 0.9)

    def step():
        x, a = (torch.tensor(array, requires_grad=True) for array in (start, factor))
        y = x
        for _ in range(100):
            y = (y * a).tanh() + x
        y.sum().backward()
        return a.grad.sum().item()

    return step


# What a contestant needs that the project does not install.
PEERS = {"micrograd 0.1.0": "micrograd", "HIPS autograd": "autograd", "PyTorch": "torch"}

# name: (contestants, the first against the second; arguments; steps per sample)
WORKLOADS = {
    "Value, 65,000 nodes": ({"micrograd 0.1.0": scalar_micrograd, "ours": scalar_ours}, (), 1),
    "300 operations, shape ()": ({"ours": operations_ours, "HIPS autograd": operations_autograd}, ((),), 10),
    "300 operations, shape (8,)": ({"ours": operations_ours, "HIPS autograd": operations_autograd}, ((8,),), 10),
    "300 operations, shape () again": ({"ours": operations_ours, "PyTorch": operations_torch}, ((),), 10),
    "300 operations, shape (8,) again": ({"ours": operations_ours, "PyTorch": operations_torch}, ((8,),), 10),
    "Tensor (8, 4, 3)": ({"ours": linear_ours, "NumPy by hand": linear_numpy}, (8, 4, 3), 2000),
    "Tensor (1024, 512, 512)": ({"ours": linear_ours, "NumPy by hand": linear_numpy}, (1024, 512, 512), 1),
    **derived.WORKLOADS,
    **comparing.WORKLOADS,
}
