"""What an explanation may say.

It names the line of the blamed tensor, prefers the simple to the contrived, and says nothing about
axes of one number and nothing that is right.
"""

import re

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, compare
from micrograd_linear.comparison.mistakes import _OF
from micrograd_linear.operations import RULES

FUNCTIONS = [name for name, rule in RULES.items() if rule.is_function]

SEVERAL = re.compile(
    r"\b(axis|axes|rows?|columns?|elements?|largest|everywhere|repeated|broadcast\w*|copies"
    r"|slices?|all ones)\b"
)


def causes(hand, root, name="x", gradient=None):
    return compare({name: hand}, root, gradient=gradient)[name].causes


def note(hand, root, name="x", gradient=None):
    return compare({name: hand}, root, gradient=gradient)[name].note


# --- the line that is right -----------------------------------------------------------------------


def line(hand, root, name="x", gradient=None):
    return compare({name: hand}, root, gradient=gradient).formulas.get(name)


def test_the_line_is_that_of_the_tensor_whose_step_is_blamed(rng):
    x, W = Tensor(rng.normal(size=(5, 4)), "x"), Tensor(rng.normal(size=(4, 3)), "W")
    z = x @ W
    h = z.tanh()
    z.name, h.name = "z", "h"
    g = rng.normal(size=(5, 3))
    assert line(x.data.T @ (g * (1 - z.data**2)), h, "W", g) == "∂L/∂z = ∂L/∂h ⊙ (1 − h²)"
    right = x.data.T @ (g * (1 - h.data**2))
    assert line(right + 0.1 * W.data, h, "W", g) == "∇_W L = xᵀ ∂L/∂z"
    assert line(2 * right, h, "W", g) == "∇_W L = xᵀ ∂L/∂z"
    assert line(x.data.T @ g, h, "W", g) == "∂L/∂z = ∂L/∂h ⊙ (1 − h²)"  # the derivative left out
    assert line(x.data, h, "x", g).startswith("∇_x L = ")  # another tensor in its place


def test_a_step_of_several_unnamed_operations_has_a_line_with_its_parts(rng):
    x, gamma = Tensor(rng.normal(size=(6, 4)), "x"), Tensor(rng.normal(size=(1, 4)), "gamma")
    mu = x.mean(axis=0, keepdims=True)
    xhat = (x - mu) / np.sqrt(((x - mu) ** 2).mean(axis=0, keepdims=True) + 1e-5)
    y, g = gamma * xhat, rng.normal(size=(6, 4))
    found = line((g * xhat.data)[:1], y, "gamma", g)
    assert found.startswith("∇_gamma L = ") and "where t1 = " in found
    for part in re.findall(r"\bt\d+\b", found):
        assert f"{part} = " in found  # nothing that only the whole derivation explains
    E = Tensor(rng.normal(size=(5, 3)), "E")
    g = rng.normal(size=(2, 3))
    assert line(np.ones((5, 3)), E[[0, 2]], "E", g).endswith(
        "where at[i](v) is zeros, with v added at the places i"
    )


# --- the simple before the contrived --------------------------------------------------------------


@pytest.fixture
def paths(rng):
    """x through a, b and an unnamed step to L, and a second way past them."""
    x = Tensor(rng.normal(size=(5, 4)), "x")
    a = x.tanh()
    b = a * 1.7
    L = b.exp().sum() + (x * x).sum()
    a.name, b.name, L.name = "a", "b", "L"
    return x, L, 2 * x.data, (1 - a.data**2) * 1.7 * np.exp(b.data)


def test_a_missing_path_is_told_once_by_its_names(paths):
    _, L, direct, along = paths
    assert compare({"x": direct + along}, L).ok
    assert note(direct, L) == "the path x → a → b → … → L is missing"
    assert note(direct - along, L) == "the path x → a → b → … → L has the opposite sign"
    twice = note(direct + 2 * along, L)
    assert (
        twice.startswith("the path x → a → b → … → L is counted twice")
        and twice.count("counted") == 1
    )
    assert "path" not in note(direct + along**2, L)


def test_what_is_missing_is_told_before_what_is_turned_round(rng):
    x, g = Tensor(rng.normal(size=(4, 3)), "x"), rng.normal(size=(4, 3))
    p, q, r = x.tanh() * 3.0, 3.0 * x.tanh(), x.sin()
    p.name, q.name, r.name = "p", "q", "r"
    third = g * np.cos(x.data)  # p and q are left out, or one of them is turned round
    found = causes(third, p + q + r, gradient=g)
    assert found[0].kind == "missing-path" and "opposite sign" not in note(
        third, p + q + r, gradient=g
    )
    slope = 3 * g * (1 - np.tanh(x.data) ** 2)
    assert note(third - slope, p + r, gradient=g) == "the path x → … → p has the opposite sign"


def test_a_number_that_nobody_types_comes_last(rng):
    d = Tensor(rng.uniform(1, 2, size=6), "d")
    y = (d * d).sum() + d.mean()
    found = causes(2 * d.data, y, "d")
    assert (
        found[0].kind == "missing-path"
        and found[0].sentence == "the contribution through mean(d) is missing"
    )
    assert not any("sign(d)" in cause.sentence for cause in found)  # of one sign: it is a number
    e = Tensor(rng.normal(size=6), "e")
    y = (e * e).sum()
    typed, fitted = (
        causes(2 * e.data + 0.01 * e.data**0 * np.sign(e.data), y, "e")[0],
        causes(2 * e.data - 0.0157163 * np.sign(e.data), y, "e")[0],
    )
    assert typed.kind == fitted.kind == "extra-term" and typed.cost < fitted.cost == 8
    assert "as by a weight decay" in typed.sentence and "weight decay" not in fitted.sentence


def test_a_named_place_stands_for_one_that_nobody_typed(rng):
    x, v = Tensor(rng.normal(size=(4, 3)), "x"), Tensor(rng.normal(size=(4, 3)), "v")
    u = x * 0.3
    y = ((u + 1.0) * 2.0) * v
    y.name = "y"
    g = rng.normal(size=(4, 3))
    text = note(0.6 * g * v.data * v.data, y, gradient=g)
    assert "#" not in text and text.count("; or") <= 1


# --- one number -----------------------------------------------------------------------------------


def functions(shape):
    matrix = bool(shape)
    yield from (
        (name, lambda x, name=name: abs(x) if name == "absolute" else getattr(x, name)())
        for name in FUNCTIONS
    )
    yield from {
        "multiply": lambda x: x * 0.7,
        "square": lambda x: x * x,
        "divide": lambda x: x / 0.3,
        "below": lambda x: 2 / x,
        "power": lambda x: x**3,
        "sum": lambda x: x.sum(),
        "mean": lambda x: x.mean(),
        "max": lambda x: x.max(),
        "min": lambda x: x.min(),
        "maximum": lambda x: x.maximum(0.1),
        "minimum": lambda x: x.minimum(9.0),
        "clip": lambda x: x.clip(0.1, 9.0),
        "where": lambda x: np.where(True, x, 0.0),
        "prod": lambda x: x.prod(),
        "several": lambda x: x.tanh() * x + x.exp(),
        "product": lambda x: (x * x).tanh() * x,
        "var": lambda x: x.var() + x.sum(),
        "std": lambda x: (x * np.array([1.0, 2.0])).std() if not matrix else x * 1.0,
        "reshape": lambda x: x.reshape(1) * 2.0,
    }.items()
    if matrix:
        yield from {
            "matmul": lambda x: x @ np.array([[0.7]]),
            "norm": lambda x: np.linalg.norm(x),
            "det": lambda x: np.linalg.det(x),
            "logsumexp": lambda x: x.logsumexp(axis=1),
            "cumsum": lambda x: x.cumsum(axis=0) * 2.0,
            "inv": lambda x: np.linalg.inv(x),
            "concatenate": lambda x: np.concatenate([x, x * 2.0], axis=0),
            "getitem": lambda x: x[[0]] * 3.0,
            "einsum": lambda x: np.einsum("ij,jk->ik", x, np.array([[0.7]])),
            "logabsdet": lambda x: np.linalg.slogdet(x)[1],
        }.items()


SPOILED = (
    lambda g, v, y, r: 0 * r,
    lambda g, v, y, r: g,
    lambda g, v, y, r: g * v,
    lambda g, v, y, r: g * y,
    lambda g, v, y, r: 2 * r,
    lambda g, v, y, r: -r,
    lambda g, v, y, r: r / 2,
    lambda g, v, y, r: g * (1 - v * v),
    lambda g, v, y, r: g * y * (1 - y),
    lambda g, v, y, r: v,
    lambda g, v, y, r: y,
    lambda g, v, y, r: r / g,
    lambda g, v, y, r: g / v,
    lambda g, v, y, r: 1.0 + 0 * r,
    lambda g, v, y, r: r + 0.37,
    lambda g, v, y, r: g * 0.3,
    lambda g, v, y, r: g / 0.7,
    lambda g, v, y, r: np.round(g),
)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_of_one_number_nothing_is_said_about_axes_or_elements(shape):
    told = 0
    for name, f in functions(shape == (1, 1)):
        if name in RULES and RULES[name].domains and RULES[name].domains[0][0] > 0.83:
            continue  # such as arccosh
        x = Tensor(np.full(shape, 0.83), "x")
        y = f(x)
        if y.size > 1 or any(np.size(node.current) > 1 for node in y.gradients(np.ones(y.shape))):
            continue  # several numbers on the way
        g = np.full(y.shape, 1.3)
        right = y.gradients(g)[x]
        for spoiled in SPOILED:
            hand = np.asarray(spoiled(1.3, 0.83, float(np.ravel(y.data)[0]), right)).reshape(shape)
            for cause in causes(hand, y, gradient=g):
                assert not SEVERAL.search(cause.sentence), (name, cause)
                told += cause.kind != "unknown"
    assert told > 100


def test_of_values_nothing_is_said_about_axes_or_elements():
    for f in (
        lambda c: c * c,
        lambda c: c * c * c,
        lambda c: (c * c).tanh() * c,
        lambda c: c.exp() / c,
    ):
        c = Value(2.0, "c")
        y = f(c)
        for hand in (0.0, 1.0, 2.0, 4.0, 8.0, -4.0, 0.5, y.data, y.data**2):
            assert not any(SEVERAL.search(cause.sentence) for cause in causes(hand, y, "c"))


def test_of_several_numbers_it_is_still_said(rng):
    x, w, g = Tensor(rng.normal(size=(3, 4)), "x"), rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    alone = g * (w == w.max(axis=-1, keepdims=True))
    assert "largest of the other factor along its last axis" in note(alone, x * w, gradient=g)
    assert set(_OF) >= {"max", "min", "prod"}
    assert "every element gets the gradient" in note(
        np.broadcast_to(g[:, :1], (3, 4)), x.max(axis=1), gradient=g[:, 0]
    )
