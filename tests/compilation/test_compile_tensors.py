"""compile on functions of Tensors equals the eager engine, for every rule and for networks.

Tested are shapes, types, aliasing and buffers, and that what cannot be traced is refused.
"""

import threading
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
from test_rules import CASES, case

import micrograd_linear as mgl
from micrograd_linear import Tensor, TraceError, Value, functions, value_and_grad
from micrograd_linear.engine.tensor import apply
from micrograd_linear.foundations.nested import flatten


def agree(found, expected, rtol=1e-10):
    """True where value and gradients are equal to rounding, in structure, shape and type."""
    (leaves, structure), (leaves_2, structure_2) = flatten(found), flatten(expected)
    if structure != structure_2:
        return False
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(leaves, leaves_2, strict=True)]
    return all(type(x) is type(y) for x, y in zip(leaves, leaves_2)) and all(
        a.shape == b.shape
        and a.dtype == b.dtype
        and np.allclose(a, b, rtol=rtol, atol=rtol * (1 + np.abs(b).max(initial=0)))
        for a, b in pairs
    )


# The polygamma functions are in neither NumPy nor Python.
NOT_WRITTEN = ("gammaln", "digamma", "trigamma", "polygamma")


@pytest.mark.parametrize("name", NOT_WRITTEN)
def test_what_has_no_source_in_numpy_is_refused_by_its_name(name):
    rule, operands, static = case(name, 0)
    with pytest.raises(TypeError, match="NumPy has no function of one call for it"):
        mgl.compile(lambda x: apply(rule, (x,), static).sum(), level="tensor")(*operands)


@pytest.mark.parametrize("name, i", [each for each in CASES if each[0] not in NOT_WRITTEN])
def test_every_rule(name, i):
    rule, operands, static = case(name, i)
    y = apply(rule, tuple(map(Tensor, operands)), static)
    G = np.random.default_rng(0).normal(size=y.shape)

    def f(operands, G):
        return (apply(rule, tuple(operands), static) * G).sum()

    step = mgl.compile(f, level="tensor")
    for scale in (1.0, 1.01):  # the second call runs what the first has written
        operands = [np.asarray(x * scale) for x in operands]
        found, expected = step(operands, G), value_and_grad(f)(operands, G)
        assert agree(found, expected)
        assert not agree((found[0] * 1.001 + 0.001, found[1]), expected) and not agree(
            (found[0], [g * 1.001 + 0.001 for g in found[1]]), expected
        )
    assert step.traced == 1 and step.programs[-1].fast((operands, G), {}) is not None


def network(params, X, labels):
    h = (X @ params["W1"] + params["b1"]).relu()
    z = h @ params["W2"] + params["b2"]
    return (z.logsumexp(axis=1) - z[range(len(labels)), labels]).mean() + 0.01 * (
        params["W1"] ** 2
    ).sum()


def network_data(rng, N=6, inputs=4, hidden=5, classes=3, dtype=np.float64):
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, classes), "b2": (classes,)}
    params = {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
    return params, rng.normal(size=(N, inputs)).astype(dtype), rng.integers(0, classes, N)


def eagerly(params, X, labels):
    """By the engine, with the labels as the index of a constant."""
    return value_and_grad(lambda p: network(p, X, labels))(params)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_network_with_labels_as_data(rng, dtype):
    step = mgl.compile(network)
    for _ in range(3):
        params, X, labels = network_data(rng, dtype=dtype)
        assert agree(
            step(params, X, labels),
            eagerly(params, X, labels),
            rtol=1e-10 if dtype == np.float64 else 1e-4,
        )
    assert step.traced == 1
    assert step(params, X, labels)[1]["W1"].dtype == dtype
    with pytest.raises(IndexError):
        step(params, X, labels + 3)


def test_a_large_network_overwrites_its_buffers_and_nothing_else(rng):
    step, reusing = mgl.compile(network), mgl.compile(network, reuse=True)
    params, X, labels = network_data(rng, 300, 60, 200, 50)
    first = step(params, X, labels)
    copies = {name: g.copy() for name, g in first[1].items()}
    kept = [x.copy() for x in (*params.values(), X, labels)]
    assert step.programs[-1].buffers and "buffers" in str(step.explain())
    moved = {name: p * 0.5 for name, p in params.items()}
    second = step(moved, X[::-1].copy(), labels)
    assert agree(first, eagerly(params, X, labels)) and agree(
        second, eagerly(moved, X[::-1], labels)
    )
    for name, g in first[1].items():
        assert np.array_equal(g, copies[name]) and g.flags.writeable
        assert not any(
            np.shares_memory(g, x)
            for x in (*params.values(), X, *second[1].values(), *step.programs[-1].buffers)
        )
    assert all(np.array_equal(a, b) for a, b in zip(kept, (*params.values(), X, labels)))
    once = reusing(params, X, labels)
    assert agree(once, eagerly(params, X, labels))
    again = reusing(moved, X, labels)
    assert agree(again, eagerly(moved, X, labels))
    assert any(
        np.shares_memory(once[1][name], again[1][name]) for name in params
    )  # as was asked for


def test_gradients_that_are_arguments_or_each_other_are_copies(rng):
    big = rng.normal(size=(200, 100))
    for f in (
        lambda p, G: (p["a"] * G + p["b"] * G).sum(),
        lambda p, G: (p["a"].T.reshape(-1) * G.T.reshape(-1)).sum() + p["b"].sum(),
        lambda p, G: (p["a"] + p["b"] + G).sum() * 2 + (p["a"] * p["b"].sum()).sum(),
    ):
        step = mgl.compile(f)
        params = {"a": big.copy(), "b": big * 2}
        _, g = step(params, big)
        assert agree(step(params, big), value_and_grad(f)(params, big))
        assert not np.shares_memory(g["a"], g["b"]) and not any(
            np.shares_memory(x, y) for x in g.values() for y in (*params.values(), big)
        )
        before = g["a"].copy()
        step({"a": big * 7, "b": big}, big * 3)
        assert np.array_equal(g["a"], before)


def test_data_added_to_in_place_are_not_a_buffer(rng):
    def f(p, labels):
        z = p.tanh()
        return (z * z).sum() - z[range(200), labels].sum()

    p, labels, step = rng.normal(size=(200, 100)), rng.integers(0, 100, 200), mgl.compile(f)
    _, first = step(p, labels)
    copy = first.copy()
    step(p * 2, labels)
    assert np.array_equal(first, copy) and agree(
        (0.0, first), (0.0, value_and_grad(lambda p: f(p, labels))(p)[1])
    )


def test_two_threads_at_once(rng):
    step = mgl.compile(network)
    cases = [network_data(rng, 300, 60, 200, 50) for _ in range(2)]
    expected = [step(*case) for case in cases]
    wrong = []

    def work(i):
        for _ in range(20):
            if not agree(step(*cases[i]), expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


Layer = namedtuple("Layer", "W b")


def test_structures_types_and_levels(rng):
    W, b, x = rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 3))

    def f(p, x, scale=1.0, kind="sum"):
        y = (x @ p["layer"].W + p["layer"].b) * p["list"][0] * scale
        return y.sum() if kind == "sum" else y.mean()

    params = {"layer": Layer(W, Tensor(b)), "list": (2.0, None), "unused": np.ones(3), "name": "p"}
    step = mgl.compile(f)
    for kind in ("sum", "mean"):
        value, g = step(params, x, 3.0, kind=kind)
        y = x @ W + b
        assert value == pytest.approx(getattr(y, kind)() * 6)
        assert (
            type(g["layer"]) is Layer
            and g["layer"].W.shape == (3, 2)
            and g["list"][1] is None
            and g["name"] is None
            and np.array_equal(g["unused"], np.zeros(3))
        )
        assert type(g["list"][0]) is float and g["list"][0] == pytest.approx(getattr(y, kind)() * 3)
    traced = step.traced
    assert (
        step(params, x, 5.0, kind="sum")[0] == pytest.approx((x @ W + b).sum() * 10)
        and step.traced == traced
    )  # floats are data
    assert step(params, Tensor(x), 1.0)[0] == pytest.approx((x @ W + b).sum() * 2)
    assert step(params, x[:2], 1.0)[0] == pytest.approx((x[:2] @ W + b).sum() * 2)
    assert step(OrderedDict(params), np.asfortranarray(x), 1.0)[0] == pytest.approx(
        (x @ W + b).sum() * 2
    )
    assert mgl.compile(f, argnums=(1, 0))(params, x)[1][0].shape == (4, 3)
    tensor = mgl.compile(lambda p: p["a"] * p["b"], level="tensor")
    assert tensor({"a": 2.0, "b": 5}) == (
        10.0,
        {"a": 5.0, "b": 2.0},
    ) and "a function of Tensors" in str(tensor.explain())
    assert mgl.compile(lambda p: p.sum())(np.array([1, 2, 3]))[1].dtype == np.float64
    assert mgl.compile(lambda p, n: (p**n).sum())(np.array([1.0, 2.0]), 3)[1].tolist() == [
        3.0,
        12.0,
    ]


def test_plain_numbers_take_the_type_of_the_arrays(rng):
    p = rng.normal(size=3).astype(np.float32)
    step = mgl.compile(lambda p, s: (p * s).sum())
    value, g = step(p, 0.1)
    assert g.dtype == np.float32 and agree(
        (value, g), value_and_grad(lambda p: (p * 0.1).sum())(p), rtol=1e-6
    )
    assert step(p, 0.2)[1].dtype == np.float32 and step.traced == 1
    assert (
        step(p, np.float64(0.1))[1].dtype == np.float32
    )  # a number with a type of its own: the product is float64, the gradient is of p's type
    with pytest.raises(
        TypeError, match=r"s is a plain number beside arrays of float32 and float64"
    ):
        mgl.compile(lambda p, s: (p[0] * s).sum() + p[1].sum())([p, p.astype(float)], 0.1)


@pytest.mark.parametrize(
    "f",
    [
        lambda p: 3.0,
        lambda p: p.sum() * 0 + 1,
        lambda p: p[0],
        lambda p: p[0:1],
        lambda p: (p * np.arange(3.0)).sum(),
        lambda p: p.var() + p.std() + p.norm(),
        lambda p: np.float64(2) * p.sum(),
        lambda p: np.where(np.array([True, False, True]), p, 2 * p).sum(),
        lambda p: np.concatenate([p, p[::-1]]).cumsum().sum(),
        lambda p: np.maximum(p, 0.5).sum() + p.clip(0, 1).sum() + np.ones_like(p).sum() * p.sum(),
        lambda p: (p * Tensor([1.0, 2.0, 3.0], requires_grad=False)).sum(),
        lambda p: sum(x * x for x in p),
        lambda p: (p.reshape(3, 1) @ p.reshape(1, 3)).sum(),
        lambda p: p.sigmoid().sum() + p.softplus().sum(),
    ],
)
def test_small_functions(f):
    p = np.array([0.3, 0.9, 1.7])
    found, expected = mgl.compile(f)(p), value_and_grad(f)(p)
    assert agree((found[0], found[1]), (float(np.asarray(expected[0]).item()), expected[1]))


def test_a_result_that_depends_on_no_argument():
    value, g = mgl.compile(lambda p: Tensor(2.0) * Tensor(3.0, "c"))(np.ones(2))
    assert value == 6.0 and g.tolist() == [0.0, 0.0]


def test_large_constants_are_kept_as_they_are(rng):
    C = rng.normal(size=(150, 100))
    assert agree(
        mgl.compile(lambda p: (p * C).sum())(C + 1), value_and_grad(lambda p: (p * C).sum())(C + 1)
    )


W = Tensor([1.0, 2.0, 3.0], "W")
C = Tensor([1.0, 2.0, 3.0], "C", requires_grad=False)


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda p, x, i: p.sum() if p.sum() > 0 else -p.sum(), "compared (>)"),
        (lambda p, x, i: np.where(x > 0, p, 0).sum(), "compared (>)"),
        (lambda p, x, i: (p * (p.data > 0)).sum(), ".data"),
        (lambda p, x, i: p.sum() if p.sum() else -p.sum(), "branches"),
        (lambda p, x, i: (p / float(p.sum())).sum(), "numbers of a traced Tensor"),
        (lambda p, x, i: p[np.argmax(p)], ".data of a traced"),
        (lambda p, x, i: p[p.argmax()], "place of the largest"),
        (lambda p, x, i: p[functions.argmax(x)], ".data of a traced"),
        (lambda p, x, i: (p * np.asarray(x)).sum(), "plain array"),
        (lambda p, x, i: (p * x.numpy()).sum(), "read"),
        (lambda p, x, i: (p * (i + 1)).sum(), "integers of the data"),
        (lambda p, x, i: p[i[0]].sum(), "integers of the data"),
        (lambda p, x, i: (np.eye(3)[i] @ p).sum(), "plain array"),
        (lambda p, x, i: (p * np.sign(x)).sum(), "np.sign"),
        (lambda p, x, i: (p * x.detach()).sum(), "detach"),
        (lambda p, x, i: p.sum().backward(), "backward pass"),
        (lambda p, x, i: p.grad, ".grad"),
        (lambda p, x, i: (p * (x == x)).sum(), "compared (==)"),
        (lambda p, x, i: (p * np.random.default_rng().normal(size=3)).sum(), "random"),
        (lambda p, x, i: (p * W).sum(), "W (3,) from outside"),
        (lambda p, x, i: (p * C).sum(), "C (3,) from outside"),
        (lambda p, x, i: (p * (W * 2)).sum(), "W (3,) from outside"),
        (lambda p, x, i: mgl.compile(lambda q: q.sum())(p)[0], "inside of another"),
        (lambda p, x, i: mgl.grad(lambda q: (q * q).sum())(p).sum(), "traced Tensor"),
        (lambda p, x, i: (p * np.isfinite(x)).sum(), "np.isfinite"),
        (lambda p, x, i: p.sum() if np.allclose(x, 0) else -p.sum(), ".data of a traced"),
        (lambda p, x, i: np.arange(3.0)[i] @ p, "plain array"),
        (lambda p, x, i: int(x[0]) * p.sum(), "integer"),
    ],
)
def test_what_cannot_be_traced_is_said(f, message):
    step = mgl.compile(f)
    for _ in range(2):
        with pytest.raises(TraceError) as caught:
            step(np.array([1.0, 2.0, 3.0]), np.array([0.5, -0.5, 1.0]), np.array([0, 2, 1]))
        assert message in str(caught.value)
        if "outside" not in message and message != "random":
            assert f"test_compile_tensors.py:{f.__code__.co_firstlineno}" in str(caught.value)
    assert not step.programs
    assert (W * 2).sum().item() == 12.0 and bool(
        (W > 0).all()
    )  # Tensors elsewhere are as they were


def test_no_grad_inside_is_said():
    def f(p):
        with mgl.no_grad():
            y = p * 2
        return (y * p).sum()

    with pytest.raises(TraceError, match="not recorded"):
        mgl.compile(f)(np.ones(2))
    with mgl.no_grad(), pytest.raises(RuntimeError, match="nothing is recorded"):
        mgl.compile(lambda p: p.sum())(np.ones(2))


def test_what_is_no_array_is_refused_by_name():
    step = mgl.compile(lambda p, x: p.sum())
    p = np.ones(2)
    for x, message in (
        (object(), "x: expected an array"),
        (np.array([True]), "x is an array of bool; pass a mask as floats"),
        (np.array(["a"]), "x is an array of <U1"),
        (Value(1.0), "x is a Value"),
        (np.ma.masked_array([1.0, 2.0], [0, 1]), "x is a masked array"),
        ([1j], r"x\[0\]: expected"),
    ):
        with pytest.raises(TypeError, match=message):
            step(p, x)
    with pytest.raises(TypeError, match=r"one number, got shape \(2,\)"):
        mgl.compile(lambda p: p * 2)(p)
    with pytest.raises(ValueError, match=r"matmul of p \(2,\), .*expected"):
        mgl.compile(lambda p: p @ np.ones((3, 3)))(p)
    with pytest.raises(TypeError, match="a batch as an axis"):
        mgl.compile(lambda p, x: (p * x).sum()).batch(p, [p, p])


def test_indices_of_every_kind_as_data(rng):
    table, X = rng.normal(size=(5, 3)), rng.normal(size=(4, 5))
    for f in (
        lambda t, i: (t[i] ** 2).sum(),
        lambda t, i: np.take(t, i, axis=0).prod(axis=1).sum(),
        lambda t, i: t[i, 1].sum() + t[:, 2][i].sum(),
    ):
        step = mgl.compile(f)
        for i in (np.array([0, 4, 4]), np.array([1, -1, 2])):
            assert agree(step(table, i), value_and_grad(lambda t, f=f, i=i: f(t, i))(table))
        assert step.traced == 1
    along = mgl.compile(lambda X, i: (np.take_along_axis(X, i, axis=1) * 2).sum())
    for i in (rng.integers(0, 5, (4, 2)), rng.integers(0, 5, (4, 2))):
        assert agree(
            along(X, i),
            value_and_grad(lambda X, i=i: (np.take_along_axis(X, i, axis=1) * 2).sum())(X),
        )


def test_explain_draws_the_graph(rng):
    step = mgl.compile(network)
    step(*network_data(rng))
    text, drawing = str(step.explain()), step.explain().drawing
    assert (
        text.startswith("network: a function of Tensors, for params (array (4, 5) float64,")
        and "labels (array (6,) int64)" in text
        and "operations recorded" in text
    )
    assert "W1" in drawing.text and "relu" in drawing.text.lower()


def test_a_bound_on_traces(rng):
    step = mgl.compile(lambda p: p.sum(), max_structures=2)
    for n in (1, 2, 3, 1):
        assert step(np.ones(n))[0] == n
    assert (step.traced, len(step.programs)) == (4, 2)
