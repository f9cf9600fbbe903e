"""draw: where NaN begins, and where its gradient is 0."""

import functools
import json
import operator
import re

import numpy as np
import pytest
from draw_graphs import mlp_loss, texts

from micrograd_linear import Tensor, Value, draw


def notes(drawing):
    return {
        box["name"] or box["id"]: box["notes"]
        for box in json.loads(drawing.json)["values"]
        if box["notes"]
    }


def named(node, name):
    node.name = name
    return node


def test_a_dead_relu_is_marked_once_where_it_dies():
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    z = named(x * w, "z")
    loss = named(z, "z").relu() + x
    loss.backward()
    assert notes(draw(loss)) == {"z": ["its gradient is 0"]}
    assert (
        "its gradient is 0" in texts(draw(loss).svg)
        and "its gradient is 0" in draw(loss).text
        and "its gradient is 0" in draw(loss).mermaid
    )
    t = named(Tensor([[-1.0, -2.0]], "t") * 2.0, "u")
    total = t.relu().sum()
    total.backward()
    assert notes(draw(total)) == {"u": ["its gradient is 0"]}


def test_what_is_not_dead():
    x = Value(-2.0, "x")
    y = x.relu() + x
    assert notes(draw(y)) == {}  # not differentiated yet: 0 means nothing
    y.backward()
    assert notes(draw(y)) == {}
    x.zero_grad()
    assert notes(draw(y)) == {}  # reset by the user: a gradient did arrive
    t = Tensor([[-1.0, 2.0]], "t")
    loss = t.relu().sum()
    loss.backward()
    assert notes(draw(loss)) == {}  # in one of two places
    s = Tensor([1.0, 2.0], "s", requires_grad=False)
    other = (s * Tensor([1.0, 1.0], "w")).sum()
    other.backward()
    assert notes(draw(other)) == {}
    t.zero_grad()
    assert notes(draw(loss)) == {}


def test_the_first_nan_is_marked():
    with np.errstate(all="ignore"):
        x = Tensor([-1.0, 4.0], "x")
        y = named(np.sqrt(x), "y")
        z = named(y * 2.0, "z")
        total = named(z.sum(), "total")
        total.backward()
        assert notes(draw(total)) == {"y": ["nan begins here"], "x": ["gradient: nan begins here"]}
        assert notes(draw(named((Tensor([1e308], "big") * 10.0).sum(), "s"))) == {
            "v2": ["inf begins here"]
        }
        assert notes(draw(Tensor([np.nan], "leaf") * 2.0)) == {"leaf": ["nan begins here"]}
    zero = Value(0.0, "zero")
    root = named(zero.sqrt(), "root") * 0.5
    root.backward()
    assert notes(draw(root)) == {"zero": ["gradient: inf begins here"]}
    assert notes(draw(Value(1.0) * 2)) == {}


def test_notes_of_folded_values_are_counted():
    loss = mlp_loss(20)
    loss.backward()
    found = [
        words
        for words in functools.reduce(operator.iadd, notes(draw(loss)).values(), [])
        if "gradient is 0" in words
    ]
    assert found and all(
        re.fullmatch(r"its gradient is 0( in [\d,]+ of [\d,]+)?", words) for words in found
    )
    with np.errstate(all="ignore"):
        h = Tensor([-1.0], "h")
        for _ in range(200):
            h = h * 1.0
        assert functools.reduce(operator.iadd, notes(draw(np.sqrt(h).sum())).values(), []) == [
            "nan begins here"
        ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Value(float("nan"), "x") * 2,
        lambda: Tensor(np.full((3, 0), np.nan), "x") * 2,
        lambda: Tensor(3, "i", requires_grad=False) * Value(2.0).data,
    ],
)
def test_odd_values_do_no_harm(make):
    assert draw(make()).svg
