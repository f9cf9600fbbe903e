"""draw: what is said at the edges, and that kinds are told apart by shape, too."""

import json
import re

import numpy as np
import pytest
from draw_graphs import texts

from micrograd_linear import Linear, Tensor, Value, draw
from micrograd_linear.drawing.theme import FILLS
from micrograd_linear.drawing.uses import broadcast, role
from micrograd_linear.operations import RULES


def edge(drawing, source, target):
    """The attributes of the lines between two nodes of the DOT text."""
    return re.findall(rf"^\t*{source} -> {target}(?: \[(.*)\])?$", drawing.dot, re.M)


def test_kinds_differ_in_shape_and_colour():
    x, c = Tensor(np.ones((2, 4)), "x"), Tensor(np.ones((2, 3)), "c", requires_grad=False)
    y = Linear(4, 3, rng=0)(x) * c
    y.name = "y"
    cards = {
        box["name"]: re.search(rf"^\t*{box['id']} \[label=<(.*)> id=", draw(y).dot, re.M)[1]
        for box in json.loads(draw(y).json)["values"]
    }
    outer = {name: re.match(r"<TABLE ([^>]*)>", card)[1] for name, card in cards.items()}
    assert (
        'STYLE="ROUNDED"' in outer["x"]
        and 'STYLE="DASHED"' in outer["c"]
        and "STYLE" not in outer["W"]
    )
    assert (
        cards["y"].count('BORDER="1" COLOR="#555555"') == 2
        and cards["W"].count('BORDER="1" COLOR="#555555"') == 1
    )
    for name, kind in (
        ("x", "leaf"),
        ("c", "constant"),
        ("W", "parameter"),
        ("", "interior"),
        ("y", "root"),
    ):
        assert f'BGCOLOR="{FILLS[kind]}"' in cards[name]
    assert len(set(FILLS.values())) == 5
    kinds = {
        box["name"]: (box["kind"], box["parameter"]) for box in json.loads(draw(y).json)["values"]
    }
    assert (
        kinds["W"] == ("leaf", True)
        and kinds["x"] == ("leaf", False)
        and kinds["c"] == ("constant", False)
    )


@pytest.mark.parametrize(
    "make, roles",
    [
        (lambda x, y: x @ y, ["left", "right"]),
        (lambda x, y: x - y, ["left", "right"]),
        (lambda x, y: x / y, ["left", "right"]),
        (lambda x, y: x**y, ["base", "exponent"]),
        (lambda x, y: np.where(np.eye(2) > 0, x, y), ["if true", "if false"]),
        (lambda x, y: np.concatenate([x, y, x]), ["1", "2", "3"]),
        (lambda x, y: np.linalg.solve(x, y), ["A", "b"]),
        (lambda x, y: np.einsum("ij,jk->ik", x, y), ["1", "2"]),
        (lambda x, y: x + y, ["", ""]),
        (lambda x, y: x * y, ["", ""]),
        (lambda x, y: np.maximum(x, y), ["", ""]),
        (lambda x, y: x.tanh() + 0 * y, ["", ""]),
    ],
)
def test_the_order_of_operands_is_said_where_it_matters(make, roles):
    drawing = draw(
        make(Tensor([[2.0, 1.0], [1.0, 3.0]], "x"), Tensor([[1.0, 2.0], [3.0, 1.0]], "y"))
    )
    assert [use["role"] for use in json.loads(drawing.json)["values"][-1]["uses"]] == roles
    shown = texts(drawing.svg).split()
    assert all(word in shown for name in roles for word in name.split()) and ("left" in shown) == (
        "left" in roles
    )
    assert all(f'|"{name}"|' in drawing.mermaid for name in roles if name)


def test_roles_of_numbers_and_that_every_rule_is_known():
    for make, roles in (
        (lambda x: x - 1, ["left", "right"]),
        (lambda x: 2**x, ["base", "exponent"]),
        (lambda x: x.leaky_relu(0.1), ["x", "slope"]),
        (lambda x: x.tanh(), [""]),
    ):
        assert [
            use["role"] for use in json.loads(draw(make(Value(3.0))).json)["values"][-1]["uses"]
        ] == roles
    for name, rule_ in RULES.items():
        if rule_.roles:
            assert len(rule_.roles) == rule_.operand_count
        elif rule_.operand_count == 2:
            assert rule_.commutative or role(name, 1, 2) == "2"
    x = Tensor(np.random.default_rng(0).normal(size=(2, 2)))
    commutative = [rule_ for rule_ in RULES.values() if rule_.commutative]
    assert len(commutative) >= 4
    for rule_ in commutative:  # and it is so
        assert np.array_equal(rule_(x, x + 1).data, rule_(x + 1, x).data)


def test_broadcasting_says_so():
    x, b, s = Tensor(np.ones((150, 3)), "x"), Tensor(np.ones((1, 3)), "b"), Tensor(2.0, "s")
    drawing = draw((x + b) * s * 3.0 + np.ones(3))
    uses = [use["broadcast"] for box in json.loads(drawing.json)["values"] for use in box["uses"]]
    assert [words for words in uses if words] == [
        "(1, 3) → (150, 3)",
        "() → (150, 3)",
        "(3,) → (150, 3)",
    ]
    assert "(1, 3) → (150, 3)" in texts(
        drawing.svg
    ) and "(1, 3) → (150, 3)" in drawing.mermaid.replace("#40;", "(").replace("#41;", ")")
    for make in (
        lambda: x @ Tensor(np.ones((3, 3))),
        lambda: Tensor(np.ones((3, 1)), "u") @ Tensor(np.ones((1, 3)), "v"),
        lambda: x.sum(axis=0),
        lambda: x[:1],
        lambda: x + x,
    ):
        assert not any(
            use["broadcast"]
            for box in json.loads(draw(make()).json)["values"]
            for use in box["uses"]
        )
    assert broadcast(x, b) == ""  # x is no result
    stack = Tensor(np.ones((2, 3, 4)), "stack") @ Tensor(np.ones((4, 5)), "one")
    assert [use["broadcast"] for use in json.loads(draw(stack).json)["values"][-1]["uses"]] == [
        "",
        "(4, 5) → (2, 4, 5)",
    ]


def test_an_elementwise_operation_of_ones_own_broadcasts(own):
    @own(np.gcd)
    def gcd(x, y):
        r = np.hypot(x, y)
        return r, (lambda g: g * x / r, lambda g: g * y / r)

    y = gcd(Tensor(np.ones((4, 3)), "x"), Tensor(np.ones((1, 3)), "y"))
    assert [use["broadcast"] for use in json.loads(draw(y).json)["values"][-1]["uses"]] == [
        "",
        "(1, 3) → (4, 3)",
    ]


def test_an_index_is_written_as_it_is():
    x = Tensor(np.arange(24.0).reshape(4, 6), "x")
    for y, words in (
        (x[:, 0], "index=(:, 0)"),
        (x[1:3], "index=1:3"),
        (x[::2, ..., -1], "index=(::2, …, -1)"),
        (x[[0, 0, 1]], "index=[0, 0, 1]"),
        (x.sum(axis=1), "axis=1"),
    ):
        assert json.loads(draw(y).json)["values"][-1]["settings"] == words


def test_in_a_folded_graph_too():
    h, W = Tensor(np.zeros((6, 8)), "h0"), Tensor(np.eye(8), "W")
    b = Tensor(np.ones((1, 8)), "b")
    for _ in range(300):
        h = (h @ W + b).tanh()
    uses = [use for box in json.loads(draw(h).json)["values"] for use in box["uses"]]
    assert {use["role"] for use in uses} == {"", "left", "right"} and {
        use["broadcast"] for use in uses
    } == {"", "(1, 8) → (6, 8)"}
    assert len(edge(draw(h), "v0", "v3_op")) <= 1
