"""Calculations that have a name are one card, whoever wrote them, and nothing else is."""

import json
import re

import numpy as np
import pytest

from micrograd_linear import Linear, Tensor, draw
from micrograd_linear.drawing.reading import read
from micrograd_linear.engine.graph import topological_order

LABELS = np.array([0, 1, 2, 3, 0])
ONE_HOT = np.eye(4)[LABELS]
ROWS = np.arange(5)
TRUTH = np.array([[0.0], [1.0], [1.0], [0.0], [1.0]])


def tensor(*shape, name=""):
    return Tensor(np.random.default_rng(shape).normal(size=shape), name)


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def centred(x, axis=-1):
    return x - x.mean(axis=axis, keepdims=True)


def shifted_loss(z):
    s = z - z.max(axis=1, keepdims=True)
    return (np.log(np.exp(s).sum(axis=1)) - s[ROWS, LABELS]).mean()


def log_softmax_loss(z):
    s = z - z.max(axis=1, keepdims=True)
    return -(s - np.log(np.exp(s).sum(axis=1, keepdims=True)))[ROWS, LABELS].mean()


def binary_loss(z):
    p = sigmoid(z)
    return -(TRUTH * np.log(p) + (1 - TRUTH) * np.log(1 - p)).mean()


def attention(x):
    q, k, v = x[None] @ tensor(4, 3), x[None] @ tensor(3, 4).T, x[None] @ tensor(4, 2)
    return softmax(q @ k.swapaxes(-1, -2) / np.sqrt(3)) @ v


def gelu(x, factor=0.044715):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + factor * x**3)))


def test_cards_open_by_name_and_by_node():
    z = tensor(5, 4, name="z")
    p = softmax(z)
    loss = (p * softmax(tensor(5, 4, name="u"))).sum()
    p.name = "p"
    both, one = draw(loss, view="softmax"), draw(loss, view="p")
    count = [drawing.dot.count("softmax") for drawing in (draw(loss), one, both)]
    assert count == [2, 1, 0]
    assert draw(loss, view=[p]).dot == one.dot
    assert draw(loss, view=["p"]).text == one.text


def test_the_formula_of_a_card_names_what_it_is_computed_from():
    logits = tensor(5, 4, name="logits")
    p = softmax(logits)
    p.name = "p"
    assert "exp(logits) / Σ exp(logits)" in draw(p).text
    assert "exp(z) / Σ exp(z)" in draw(softmax(tensor(5, 4) * 2.0)).text


def test_what_is_no_card_cannot_be_opened():
    p = softmax(tensor(5, 4, name="z"))
    p.name = "p"
    with pytest.raises(ValueError, match=r"the name of a card \('p', 'softmax'\), got 'q'"):
        draw(p, view="q")
    with pytest.raises(ValueError, match="expected 'auto', 'full' or 'folded', got 'q'"):
        draw(tensor(2, name="z") * 2.0, view="q")
    with pytest.raises(TypeError, match="view: expected .* got 3"):
        draw(p, view=3)


WRITTEN = [
    ("softmax", softmax),
    ("softmax", lambda x: np.exp(x) / np.sum(np.exp(x), axis=1)[:, None]),
    ("softmax", lambda x: softmax(x, axis=0)),
    ("log-softmax", lambda x: np.log(softmax(x))),
    ("log-sum-exp", lambda x: np.log(np.exp(x - x.max()).sum(axis=0)) + x.max()),
    ("softmax cross-entropy", lambda x: -np.log(softmax(x)[ROWS, LABELS]).mean()),
    ("softmax cross-entropy", lambda x: -np.sum(ONE_HOT * np.log(softmax(x) + 1e-9)) / 5),
    ("softmax cross-entropy", lambda x: np.sum(-np.log(softmax(x)[ROWS, LABELS])) / 5),
    ("softmax cross-entropy", shifted_loss),
    ("softmax cross-entropy", log_softmax_loss),
    ("sigmoid cross-entropy", lambda x: binary_loss(x[:, :1])),
    ("sigmoid", sigmoid),
    ("SiLU", lambda x: x * sigmoid(x)),
    ("GELU", gelu),
    ("variance", lambda x: (centred(x, 0) ** 2).mean(axis=0)),
    ("layer norm", lambda x: tensor(4) * (centred(x) / np.sqrt(x.var(axis=1) + 1e-5)[:, None])),
    ("batch norm", lambda x: centred(x, 0) * (x.var(axis=0) + 1e-5) ** -0.5 + tensor(4)),
    ("RMS norm", lambda x: x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6) * tensor(4)),
    ("attention", attention),
    ("mean squared error", lambda x: ((x @ tensor(4, 1) - TRUTH) ** 2).mean()),
    ("squared error", lambda x: np.sum(np.square(x - ONE_HOT))),
]
# Each is one of these but for a mistake, or but for something that is needed elsewhere.
OTHERS = [
    ("softmax", lambda x: np.exp(x) / np.exp(2 * x).sum(axis=1, keepdims=True)),
    ("softmax cross-entropy", lambda x: np.log(softmax(x)[ROWS, LABELS]).mean()),
    ("sigmoid", lambda x: 1 / (1 + np.exp(x))),
    ("sigmoid", lambda x: 2 / (1 + np.exp(-x))),
    ("GELU", lambda x: gelu(x, 0.05)),
    ("layer norm", lambda x: centred(x) / np.sqrt(x.var(axis=0) + 1e-5)),
    ("variance", lambda x: (centred(x, 0) ** 2).mean(axis=1)),
    ("attention", lambda x: softmax(x @ tensor(4, 5), 0) @ x),
    ("squared error", lambda x: np.square(x - ONE_HOT)),
]


def cards(y, **options):
    return [value["operation"] for value in json.loads(draw(y, **options).json)["values"]]


@pytest.mark.parametrize("title, make", WRITTEN)
def test_a_calculation_that_has_a_name_is_one_card(title, make):
    y = make(tensor(5, 4, name="x"))
    assert title in cards(y)
    assert title not in cards(y, view="full")
    assert len(cards(y, view="full")) > len(cards(y))


@pytest.mark.parametrize("title, make", OTHERS)
def test_what_is_another_calculation_is_none(title, make):
    assert title not in cards(make(tensor(5, 4, name="x")))


@pytest.mark.parametrize("title, make", WRITTEN)
def test_what_flows_out_of_a_card_is_the_gradient(title, make):
    x = tensor(5, 4, name="x")
    y = make(x)
    seed = np.random.default_rng(1).normal(size=y.shape)
    y.backward(seed)
    values = json.loads(draw(y, backward=True).json)["values"]
    ids = {value["name"]: value["id"] for value in values}
    parts = [
        np.asarray(use["contribution"])
        for value in values
        for use in value["uses"]
        if use["id"] == ids["x"]
    ]
    np.testing.assert_allclose(sum(parts), x.grad, rtol=1e-10, atol=1e-12)


def test_a_value_with_a_name_is_shown():
    x = tensor(5, 4, name="x")
    p = softmax(x)
    p.name = "p"
    found = cards(-np.log(p[ROWS, LABELS]).mean())
    assert "softmax" in found and "softmax cross-entropy" not in found


def test_a_value_that_is_used_elsewhere_is_shown():
    x = tensor(5, 4, name="x")
    e = np.exp(x)
    assert "softmax" not in cards((e / e.sum(axis=1, keepdims=True)).sum() + e.mean())


def test_a_card_opens_where_a_mistake_is_inside():
    y = softmax(tensor(5, 4, name="x"))
    reading = read(y)
    assert [one.title for one in reading.closed().composites.values()] == ["softmax"]
    _, sums = y.operands
    reading.wrong_uses = {(y, sums)}
    assert not reading.closed().composites


def iris():
    x, layer = tensor(150, 4, name="x"), Linear(4, 3)
    z = layer(x)
    s = z - z.max(axis=1, keepdims=True)
    labels = np.arange(150) % 3
    return (np.log(np.exp(s).sum(axis=1)) - s[np.arange(150), labels]).mean()


def network():
    x, one, two = tensor(30, 4, name="x"), Linear(4, 8), Linear(8, 3)
    z = two(np.tanh(one(x)))
    return -np.log(softmax(z)[np.arange(30), np.arange(30) % 3]).mean()


def recurrent():
    Wx, Wh, b, Wy = tensor(4, 5), tensor(5, 5), tensor(5), tensor(5, 3)
    h, L = np.zeros((1, 5)), 0
    for t in range(10):
        h = np.tanh(Tensor(np.full((1, 4), 0.1 * t)) @ Wx + h @ Wh + b)
        L = L + ((h @ Wy) ** 2).sum()
    return L


def normalised(x):
    return centred(x) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5) * tensor(16) + tensor(16)


def block():
    x = tensor(6, 16, name="x")
    h = normalised(x)
    q, k, v = ((h @ tensor(16, 16)).reshape(6, 2, 8).transpose(1, 0, 2) for _ in range(3))
    a = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(8) + np.triu(np.full((6, 6), -1e9), 1)) @ v
    x = x + a.transpose(1, 0, 2).reshape(6, 16) @ tensor(16, 16)
    return x + gelu(normalised(x) @ tensor(16, 32) + tensor(32)) @ tensor(32, 16) + tensor(16)


@pytest.mark.parametrize("make", [iris, network, recurrent, block])
def test_a_model_is_one_screen_and_its_text_is_legible(make):
    y = make()
    y.backward(np.ones(y.shape))
    svg = draw(y).svg
    width, height = map(float, re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups())
    box = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', svg)
    fitted = min(1080 / width, 675 / height, 1) * width / float(box[1])
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)]
    assert min(sizes) * fitted * 96 / 72 >= 9
    assert height <= 1.6 * width


def test_the_values_inside_of_a_card_are_counted_in_the_whole():
    y = iris()
    assert len(topological_order(y)) == 13
    assert [c for c in cards(y) if c] == ["@", "+", "softmax cross-entropy"]
