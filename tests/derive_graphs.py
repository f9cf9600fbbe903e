"""Graphs that the tests of ``derive`` share: ordinary networks, and graphs that once broke it."""

import numpy as np
from test_rules import case

from micrograd_linear import Tensor, Value
from micrograd_linear.engine.tensor import apply
from micrograd_linear.nn import MLP

RNG = np.random.default_rng(7)


def normal(*shape):
    return RNG.normal(size=shape)


def named(node, name):
    node.name = name
    return node


def linear_layer(N=5, M_in=4, M_out=3):
    x, W, b = (
        Tensor(normal(N, M_in), "x"),
        Tensor(normal(M_in, M_out), "W"),
        Tensor(normal(1, M_out), "b"),
    )
    return named(x @ W + b, "y")


def rule_graph(name, i, dtype=np.float64):
    rule, operands, static = case(name, i)
    tensors = [Tensor(x.astype(dtype), f"a{k}") for k, x in enumerate(operands)]
    return named(apply(rule, tuple(tensors), static), "y")


def classifier(N=6, dtype=np.float64):
    X = Tensor(normal(N, 4).astype(dtype), "X", requires_grad=False)
    W1, b1, W2, b2 = (
        Tensor(normal(*shape).astype(dtype), name)
        for shape, name in (((4, 8), "W1"), ((8,), "b1"), ((8, 3), "W2"), ((3,), "b2"))
    )
    h = named((X @ W1 + b1).relu(), "h")
    logits = named(h @ W2 + b2, "logits")
    labels = RNG.integers(0, 3, N)
    return named((logits.logsumexp(axis=1) - logits[np.arange(N), labels]).mean(), "loss")


def classifier_by_hand():
    x, W = Tensor(normal(6, 4), "x"), Tensor(normal(4, 3), "W")
    logits = x @ W
    shifted = logits - logits.max(axis=1, keepdims=True)
    return (shifted.exp().sum(axis=1).log() - shifted[range(6), [0, 1, 2, 0, 1, 2]]).mean()


def batch_norm():
    x, gamma, beta = (
        Tensor(normal(5, 4), "x"),
        Tensor(normal(4), "gamma"),
        Tensor(normal(4), "beta"),
    )
    mu, var = named(x.mean(axis=0), "mu"), named(x.var(axis=0), "var")
    return named(gamma * named((x - mu) / np.sqrt(var + 1e-5), "xhat") + beta, "out")


def layer_norm():
    x, gamma = Tensor(normal(5, 4), "x"), Tensor(normal(4), "gamma")
    return (x - x.mean(axis=-1, keepdims=True)) / (x.std(axis=-1, keepdims=True) + 1e-6) * gamma


def attention():
    q, k, v = (Tensor(normal(2, 3, 4), name) for name in "qkv")
    scores = q @ k.mT / 2
    masked = np.where(np.tril(np.ones((3, 3), bool)), scores, -np.inf)
    e = (masked - masked.max(axis=-1, keepdims=True)).exp()
    return named(e / e.sum(axis=-1, keepdims=True), "p") @ v


def recurrent():
    W, U, h = Tensor(normal(3, 3), "W"), Tensor(normal(2, 3), "U"), Tensor(normal(1, 3), "h0")
    for _ in range(12):
        h = (h @ W + normal(1, 2) @ U).tanh()
    return (h * h).sum()


def masked_pole():
    x = Tensor([[0.0, 4.0], [-1.0, 9.0]], "x")
    return (np.where(x.data > 0, x.sqrt() * x.log(), x**2) * 3).sum()


def huber():
    y, t = Tensor(normal(7), "y"), Tensor(normal(7), "t", requires_grad=False)
    d = y - t
    return np.where(np.abs(d.data) < 0.5, 0.5 * d * d, 0.5 * (abs(d) - 0.25)).mean()


def convolution():
    x, K = Tensor(normal(2, 6, 6), "x"), Tensor(normal(3, 3), "K")
    return np.einsum(
        "bijkl,kl->bij", np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2)), K
    )


def scalar_network():
    model = MLP(2, [4, 4, 1])
    return sum((model([Value(0.3), Value(-0.7)]) - 1) ** 2 for _ in range(2))


def twice():
    a = Tensor(normal(3, 3), "a")
    return a @ a + a * a + a


def penalty():
    x, W = Tensor(normal(3, 2), "x"), Tensor(normal(2, 2), "W")
    y = named((x @ W).tanh(), "y")
    return (
        (np.linalg.inv(W) * np.linalg.det(W)).sum()
        + y.norm() ** 3
        + W.prod(axis=0).sum()
        + np.concatenate([x, y], axis=1)[:, ::2].cumsum(axis=0).sum()
    )


def one_by_one():
    return Tensor(normal(1, 4), "x") @ Tensor(normal(4, 1), "w")


def nothing_but_ones():
    x = Tensor(normal(3, 2), "x")
    return x.sum() + Tensor(2.0, "c") * 3


def empty():
    return (
        Tensor(np.zeros((0, 4)), "x") @ Tensor(normal(4, 3), "W") + Tensor(normal(3), "b")
    ).tanh()


def same_gradient_twice():
    return named(Tensor(normal(3), "a") + Tensor(normal(3), "b") - Tensor(normal(3), "c"), "y")


def a_view():
    return Tensor(normal(3, 4), "x").T.reshape(2, 6)


def leaky():
    a, s = Value(-2.0, "a"), Value(0.1, "s")
    return a.leaky_relu(s) * a.maximum(s) + (s ** s.exp()).relu() + s**a


def mixed_types():
    x, w = Tensor(normal(3).astype(np.float32), "x"), Tensor(normal(3), "w")
    return (x * 2 + 1).tanh() * w


GRAPHS = [
    linear_layer,
    classifier,
    classifier_by_hand,
    batch_norm,
    layer_norm,
    attention,
    recurrent,
    masked_pole,
    huber,
    convolution,
    scalar_network,
    twice,
    penalty,
    one_by_one,
    nothing_but_ones,
    empty,
    same_gradient_twice,
    a_view,
    leaky,
    mixed_types,
]
_graphs = {}


def graph(make):
    """Each graph once, the same in every test."""
    if make not in _graphs:
        with np.errstate(all="ignore"):
            _graphs[make] = make()
    return _graphs[make]


def constant_gradient():
    return (Tensor(normal(3), "x") * np.array([1.0, 2.0, 3.0])).sum()


def scattered_into_numbers():
    x = Tensor(normal(3), "x")
    return x.sum() + x[0] * 0.5 + (x[::-1] ** 2).sum()


def scattered_into_a_row():
    x, r = Tensor(normal(4, 3), "x"), Tensor(normal(1, 3), "r")
    return (x * r).sum() + x.sum() * 2 + x[0, 1]


def scattered_whole():
    v = Tensor(normal(3, 3), "v")
    return (v.sum() - v.T).sum() + (v.T[:, -1] ** 2).sum()


def scattered_into_a_scalar():
    x = Tensor(2.0, "x")
    return x[()] * x.sum() + np.exp(x)[()] * 2 + x[...] * x


def integer_constants():
    x = Tensor(normal(2), "x")
    return (
        (x.reshape(1, 2) @ np.array([[200, 100], [200, 100]], np.uint8)).sum()
        - (x * np.array([200, 100], np.uint8)).sum()
        - (x * np.array([True, False])).sum()
    )


def a_constant_as_the_value():
    return Tensor(3.0, "x") ** 0


def the_value_is_the_gradient():
    return np.exp(Tensor([1.0, 2.0], "x"))


def a_view_of_one_element():
    return Tensor(normal(1, 3), "v")[:, 0].sum()


def the_argument_itself():
    return Tensor(2.0, "x") * 1


def large_coefficients():
    x = Tensor([1e-300, 2e-300], "x")
    return x * 1e200 * 1e200


def many_factors():
    h = Tensor([1.0, 2.0], "x")
    for _ in range(150):
        h = h * 10
    return h


def empty_product():
    b = Tensor(np.ones((0, 3)), "b")
    return np.prod(b) + b.sum() + b.T.broadcast_to(4, 3, 0).sum()


def broadcast_twice():
    v = Tensor(normal(1, 1), "v")
    d = np.concatenate([v, np.array([[-1.0]]), v], 1)
    return d.mean() * 2 + d.mean() ** 2


def vectors():
    X, v = Tensor(normal(3, 3), "X"), Tensor(normal(3), "v")
    h = named(X @ v, "h")
    return (h * X).sum() + v @ v + named(v @ X @ v, "s") * (X.sum(axis=1) * v).sum()


def three_dimensions():
    b, e = Tensor(normal(2, 3, 4), "b"), Tensor(normal(2, 1, 1), "e")
    m = named(b.mean(axis=(0, 2)), "m")
    return (b[..., :1] @ e).sum() * m.sum() + (m * m).sum()


def equal_results():
    x, W = Tensor(normal(2, 3), "x"), Tensor(normal(3, 3), "W")
    a, b = named(x @ W, "a"), named(x @ W, "b")
    h = named(b * 1, "h")
    return named((a * a).sum() + (h * b).sum(), "L")


def outer_product():
    return named(Tensor(normal(3, 1), "h") * Tensor(normal(1, 2), "c"), "y")


def empty_slice():
    x = Tensor(normal(4), "x")
    return x[1:0].sum() + (x * x).sum()


def slices_of_slices():
    x = Tensor(normal(6, 3), "x")
    return ((x[1:][::-1][:, 1:] * x[[0, 2, 0, 1, 5], :2]) ** 2)[2].sum() + x.T[1][::2].sum()


def one_sample():
    x, W = Tensor(normal(1, 4), "x"), Tensor(normal(4, 3), "W")
    return named(x @ W, "y").std(axis=0).sum() + Tensor([1.5], "b").sum() * 2


def maximum_with_zero():
    return (np.maximum(Tensor(normal(4, 3), "z"), 0) ** 2).mean()


FOUND = [
    constant_gradient,
    scattered_into_numbers,
    scattered_into_a_row,
    scattered_whole,
    scattered_into_a_scalar,
    integer_constants,
    a_constant_as_the_value,
    the_value_is_the_gradient,
    a_view_of_one_element,
    the_argument_itself,
    large_coefficients,
    many_factors,
    empty_product,
    broadcast_twice,
    vectors,
    three_dimensions,
    equal_results,
    outer_product,
    empty_slice,
    slices_of_slices,
    one_sample,
    maximum_with_zero,
]
