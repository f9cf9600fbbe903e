"""Every function that has a counterpart gives PyTorch's own values and gradients."""

import numpy as np
import pytest
import torch
from calls_of_pytorch import CALLS, has_gradient
from torch import nn
from torch.nn import functional

from micrograd_linear import Tensor, compare
from micrograd_linear.pytorch import TorchArray

OLD = ("cholesky", "solve")  # torch.linalg has others of these names
ROWS = [(name, i) for name, calls in CALLS.items() for i in range(len(calls))]


def function_of(name):
    """PyTorch's function of a name; a method where there is none."""
    for room in (functional, torch, torch.linalg):
        if hasattr(room, name) and name not in OLD:
            return getattr(room, name)
    if name in OLD:
        return getattr(torch.linalg, name)
    return lambda x, *args, **keywords: getattr(x, name)(*args, **keywords)


def converted(x, floats):
    """Arguments with other arrays in the place of NumPy's, those in lists too."""
    if isinstance(x, (list, tuple)):
        return type(x)(converted(part, floats) for part in x)
    if not isinstance(x, np.ndarray):
        return x
    return floats(x) if has_gradient(x) else torch.from_numpy(x.copy())


def both(name, arguments, keywords):
    """(PyTorch's result and leaves, ours) of one call."""
    leaves, nodes = [], []

    def leaf(x):
        leaves.append(torch.tensor(x, requires_grad=True))
        return leaves[-1]

    def node(x):
        nodes.append(Tensor(x))
        return TorchArray(nodes[-1])

    function = (lambda x, key: x[key]) if name == "getitem" else function_of(name)
    named = {k: converted(x, torch.from_numpy) for k, x in keywords.items()}
    theirs, ours = (function(*converted(arguments, make), **named) for make in (leaf, node))
    return theirs, leaves, ours, nodes


@pytest.mark.parametrize("name, i", ROWS)
def test_values_and_gradients_are_those_of_pytorch(name, i):
    theirs, leaves, ours, nodes = both(name, *CALLS[name][i])
    pick = -1 if name == "slogdet" else 0
    if isinstance(theirs, tuple):
        theirs, ours = theirs[pick], ours[pick]
    np.testing.assert_allclose(ours.tensor.current, theirs.detach(), rtol=1e-9, atol=1e-12)
    g = np.cos(np.arange(theirs.numel())).reshape(theirs.shape)
    theirs.backward(torch.from_numpy(g))
    ours.tensor.backward(g)
    for leaf, node in zip(leaves, nodes, strict=True):
        if leaf.grad is not None:
            digits = 1e-6 if name == "hardsigmoid" else 1e-8  # PyTorch's 1/6 is a float32
            np.testing.assert_allclose(node.grad, leaf.grad, rtol=digits, atol=1e-10)


class Block(nn.Module):
    """A transformer block, as people write it."""

    def __init__(self, width=8, heads=2):
        super().__init__()
        self.heads = heads
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        inner = nn.Linear(width, 4 * width), nn.GELU(), nn.Dropout(0.1)
        self.mlp = nn.Sequential(*inner, nn.Linear(4 * width, width))

    def forward(self, x):
        b, t, c = x.shape
        parts = self.qkv(self.before(x)).chunk(3, dim=-1)
        q, k, v = (p.view(b, t, self.heads, c // self.heads).transpose(1, 2) for p in parts)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).contiguous().view(b, t, c))
        return x + self.mlp(self.after(x))


def networks():
    image = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(36, 3), nn.LogSoftmax(dim=1),
    )  # fmt: skip
    dense = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))
    return {"block": (Block(), (2, 5, 8)), "image": (image, (2, 1, 6, 6)), "dense": (dense, (4, 8))}


@pytest.mark.parametrize("name", ["block", "image", "dense"])
def test_a_module_is_recorded_with_its_parameters(name):
    torch.manual_seed(0)
    module, shape = networks()[name]
    module = module.double().eval()
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    y = module(x)
    g = torch.randn_like(y)
    y.backward(g)
    node = Tensor(x.detach().numpy(), "x")
    ours = module(TorchArray(node)).tensor
    hand = {"x": x.grad, **{p: p.grad for p in module.parameters()}}
    comparison = compare(hand, ours, gradient=g.numpy())
    assert comparison.ok and len(comparison) == len(hand)
    first = next(module.parameters())
    assert not compare({**hand, first: -first.grad}, ours, gradient=g.numpy()).ok


def test_gradients_are_taken_in_any_state():
    w = Tensor(np.arange(1.0, 7.0).reshape(2, 3), "w")
    loss = (w**2).sum()
    right = torch.tensor(2 * w.data, requires_grad=True)
    views = [right, nn.Parameter(right.detach()), torch._neg_view(-right), right.to_sparse()]
    views += [right.float(), right.bfloat16(), right.half(), right.detach().T.contiguous().T]
    for hand in views:
        assert compare({"w": hand}, loss).ok
        assert not compare({"w": -1 * hand}, loss).ok
    assert compare({"layer": {"w": right}}, _named(w)).ok


def _named(w):
    w.name = "layer.w"
    return (w**2).sum()


def test_functions_of_autograd_are_checked_unchanged(tmp_path):
    import autograd_functions

    from micrograd_linear import check_backward

    for function, inputs in autograd_functions.RIGHT:
        comparison = check_backward(function, inputs=inputs)
        assert comparison.ok and comparison.root is not None, function.__name__
    for function, inputs, name, words in autograd_functions.WRONG:
        comparison = check_backward(function, inputs=inputs)
        assert not comparison.ok and comparison.wrong[0].name == name, function.__name__
        assert words in str(comparison) + str(comparison.diagnosis), function.__name__
