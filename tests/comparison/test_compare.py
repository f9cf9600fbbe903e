"""compare: every status, for Tensors and Values.

It changes nothing, broadcasts nothing and raises on no mismatch.
"""

import json

import numpy as np
import pytest

from micrograd_linear import Linear, Tensor, Value, compare
from micrograd_linear.command.cli import softmax_cross_entropy


@pytest.fixture
def layer(rng):
    x, layer = Tensor(rng.normal(size=(5, 7)), "x"), Linear(7, 3, rng=1)
    y = layer(x)
    y.name = "y"
    loss = (y.tanh() ** 2).sum()
    right = {node.name: g for node, g in loss.gradients().items() if node.name}
    return loss, right, {t.name: t for t in (x, layer.W, layer.b, y)}


def status(hand, loss, name="W", **keywords):
    return compare({name: hand}, loss, **keywords)[name].status


def test_identical_and_rounding(layer):
    loss, right, _ = layer
    assert status(right["W"], loss) == "identical"
    result = compare({"W": right["W"] * (1 + 1e-15)}, loss)["W"]
    assert result.status == "rounding" and 0 < result.max_difference < 1e-13
    assert status(right["W"].astype(np.float32), loss) == "rounding"
    assert status(np.asfortranarray(right["W"]), loss) == "identical"
    assert status(right["W"].tolist(), loss) == "identical"


@pytest.mark.parametrize(
    "mistake",
    [
        lambda W: 2 * W,
        lambda W: -W,
        lambda W: W * (1 + 1e-8),
        lambda W: W + 1e-8 * W.max(),
        lambda W: W * 0,
        lambda W: np.roll(W, 1),
        lambda W: W[::-1],
    ],
    ids=range(7),
)
@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e9])
def test_wrong_at_every_scale(layer, mistake, scale):
    loss, right, _ = layer
    comparison = compare({"W": mistake(right["W"] * scale)}, loss, gradient=scale)
    assert comparison["W"].status == "wrong" and not comparison.ok
    assert compare({"W": right["W"] * scale}, loss, gradient=scale).ok


def test_one_wrong_element_is_found_with_its_place(layer):
    loss, right, _ = layer
    hand = right["W"].copy()
    hand[4, 2] += 0.5
    result = compare({"W": hand}, loss)["W"]
    assert (result.status, result.where) == (
        "wrong",
        (4, 2),
    ) and result.max_difference == pytest.approx(0.5)
    assert "[4, 2]" in str(compare({"W": hand}, loss)) and "WRONG" in str(
        compare({"W": hand}, loss)
    )


def test_shape_never_broadcasts_and_the_transpose_is_noticed(layer):
    loss, right, _ = layer
    for name, hand in (
        ("b", right["b"][0]),
        ("b", np.float64(1.0)),
        ("W", right["W"].T),
        ("b", np.repeat(right["b"], 5, 0)),
        ("x", right["x"][None]),
    ):
        assert status(hand, loss, name) == "shape"
    assert "numerator layout" in compare({"W": right["W"].T}, loss)["W"].note
    assert "numerator layout" not in compare({"W": 2 * right["W"].T}, loss)["W"].note


def test_non_finite_is_never_agreement(layer):
    loss, right, _ = layer
    for bad in (np.nan, np.inf):
        hand = right["W"].copy()
        hand[1, 1] = bad
        result = compare({"W": hand}, loss)["W"]
        assert (result.status, result.where) == ("non-finite", (1, 1))
    x = Tensor([0.0], "x")
    with np.errstate(all="ignore"):
        y = x.log()
        assert status(np.array([np.inf]), y, "x", gradient=[1.0]) == "non-finite"


def test_unchecked_is_listed_and_nothing_checked_is_not_ok(layer):
    loss, right, _ = layer
    comparison = compare({"W": right["W"]}, loss)
    assert [comparison[name].status for name in ("x", "W", "b")] == [
        "unchecked",
        "identical",
        "unchecked",
    ]
    assert comparison.ok and "2 unchecked" in comparison.summary
    assert not compare({}, loss).ok and "Nothing was checked" in str(compare({}, loss))


def test_rtol_and_atol_mean_what_numpy_means(layer):
    loss, right, _ = layer
    hand = right["W"] * (1 + 1e-4)
    assert (
        status(hand, loss) == "wrong"
        and status(hand, loss, rtol=1e-3) == "close"
        and status(hand, loss, rtol=1e-5) == "wrong"
    )
    assert (
        status(right["W"] + 1e-3, loss, atol=1e-2) == "close"
        and compare({"W": hand}, loss, rtol=1e-3).ok
    )


def test_intermediates_and_tensors_as_keys(layer):
    loss, right, tensors = layer
    comparison = compare({tensors["y"]: right["y"], "W": right["W"]}, loss)
    assert comparison["y"].status == comparison[tensors["W"]].status == "identical"


def test_a_root_that_is_no_scalar_needs_its_gradient(layer, rng):
    _, _, tensors = layer
    G = rng.normal(size=(5, 3))
    assert compare({"W": tensors["x"].data.T @ G}, tensors["y"], gradient=G).ok
    with pytest.raises(ValueError, match="not a scalar"):
        compare({"W": G}, tensors["y"])


def test_one_array_against_a_tensors_grad(layer):
    loss, right, tensors = layer
    with pytest.raises(ValueError, match="no gradient yet"):
        compare(right["W"], tensors["W"])
    loss.backward()
    assert compare(right["W"], tensors["W"]).ok and not compare(right["W"] * 2, tensors["W"]).ok


def test_every_grad_and_every_hand_gradient_stays_as_it_was(layer):
    loss, right, tensors = layer
    tensors["W"].grad = np.ones((7, 3))
    hand = {"W": right["W"].copy(), "b": right["b"][0]}
    compare(hand, loss)
    assert (tensors["W"].grad == 1).all() and tensors["b"].grad is None and loss.grad is None
    assert np.array_equal(hand["W"], right["W"]) and hand["b"].shape == (3,)


def test_a_gradient_that_is_mathematically_zero_passes(rng):
    """A bias in front of a centring: its gradient cancels, and both sides hold only rounding."""
    x, b = Tensor(rng.normal(size=(50, 4)), "x"), Tensor(rng.normal(size=(1, 4)), "b")
    h = x + b
    centred = h - h.mean(axis=0)
    loss = (centred**3).sum()
    assert compare({"b": np.zeros((1, 4))}, loss).ok
    assert not compare({"b": np.full((1, 4), 1e-3)}, loss).ok


def test_sums_that_cancel_inside_a_matrix_product_are_rounding(rng):
    """A sum that cancels to almost nothing.

    In float32 two orders of summation differ by far more than 1e-5 of it.
    """
    x, g = rng.normal(size=(2, 1001, 1)).astype(np.float32)
    x[-1] = 1
    g[-1] = -(x[:-1].T.astype(float) @ g[:-1]).item()
    W = Tensor(np.ones((1, 1), np.float32), "W")
    y = Tensor(x) @ W
    hand = sum((x[i : i + 1].T @ g[i : i + 1] for i in range(1001)), np.zeros((1, 1), np.float32))
    result = compare({"W": hand}, y, gradient=g)["W"]
    assert result.max_difference > 1e-5 * abs(result.engine).max() and result.status == "rounding"
    assert not compare({"W": hand + 0.1}, y, gradient=g).ok


def test_right_float32_gradients_pass_and_wrong_ones_do_not(rng):
    for seed in range(20):
        draw = np.random.default_rng(seed)
        x, W, b = (draw.normal(size=s).astype(np.float32) for s in ((200, 30), (30, 10), (1, 10)))
        classes = draw.integers(10, size=200)
        X, V, c = Tensor(x, "x"), Tensor(W, "W"), Tensor(b, "b")
        loss = softmax_cross_entropy(X @ V + c, classes)
        p = np.exp(x @ W + b)
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(200), classes] -= 1
        G = p / np.float32(200)
        hand = {"W": x.T @ G, "b": G.sum(0, keepdims=True), "x": G @ W.T}
        assert compare(hand, loss).ok, compare(hand, loss)
        for name in hand:
            assert not compare({name: hand[name] * np.float32(1.01)}, loss).ok


def test_values():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    h = a * b
    h.name = "h"
    y = h * h + a
    a.grad = 5.0
    comparison = compare({"a": 2 * -6 * -3 + 1.0, b: -24.0, "h": 12.0}, y)
    assert [comparison[n].status for n in ("a", "b", "h")] == [
        "identical",
        "identical",
        "wrong step",
    ] and a.grad == 5.0
    assert comparison["h"].engine == -12.0 and "h" in comparison.summary
    assert compare({"a": [37.0]}, y)["a"].status == "shape"


def test_empty_tensors_agree():
    W = Tensor(np.ones((0, 3)), "W")
    assert status(np.ones((0, 3)), (W * 2).sum()) == "vacuous"


def test_bad_input_is_refused(layer):
    loss, right, _ = layer
    for hand, error, words in [
        ({"V": 1.0}, ValueError, "no node .* named 'V'; named are: 'x'"),
        ({"W": "a"}, TypeError, "strings"),
        ({"W": [[1], [1, 2]]}, ValueError, "ragged"),
        ({Tensor(1.0, "z"): 1.0}, ValueError, "not part of the graph"),
        ({"W": 1j}, TypeError, "complex"),
    ]:
        with pytest.raises(error, match=words):
            compare(hand, loss)
    a, b = Value(1.0, "w"), Value(1.0, "w")
    with pytest.raises(ValueError, match="2 nodes .* named 'w'"):
        compare({"w": 1.0}, a * b)
    assert compare({a: 1.0, b: 1.0}, a * b).ok
    with pytest.raises(ValueError, match="twice"):
        compare(
            {"W": right["W"], next(n for n in loss.gradients() if n.name == "W"): right["W"]}, loss
        )
    with pytest.raises(TypeError, match="expected the result as a Tensor"):
        compare(right["W"], 3)


def test_text_html_and_plain_data(layer):
    loss, right, tensors = layer
    tensors["b"].name = "<b>"
    comparison = compare({"W": right["W"] * 2}, loss)
    assert str(comparison).splitlines()[0].split() == [
        "name",
        "shape",
        "status",
        "max",
        "difference",
        "at",
        "hand",
        "engine",
    ]
    assert "The gradient of W does not agree. 2 unchecked." in str(comparison)
    assert "&lt;b&gt;" in comparison._repr_html_() and "<b>" not in comparison._repr_html_()
    data = json.loads(json.dumps(comparison.to_dict()))
    assert data["gradients"]["W"]["status"] == "wrong" and data["ok"] is False


def test_a_table_of_hundreds_stays_short():
    values = [Value(i, f"p{i}") for i in range(300)]
    text = str(compare({"p299": 2.0}, sum(values)))
    assert len(text.splitlines()) < 50 and "p299" in text.splitlines()[1] and "260 more" in text


@pytest.mark.parametrize("dtype, error", [(np.float64, 2e-12), (np.float32, 1e-4)])
def test_a_small_relative_error_of_an_exact_gradient_is_wrong(dtype, error):
    t = Tensor(np.ones(3, dtype), "x")
    assert status(np.full(3, 1 + error, dtype), t.sum(), "x") == "wrong"


def test_a_small_element_beside_larger_ones_is_judged_by_its_own_size():
    t, w = Tensor(np.ones((2, 3)), "x"), np.array([[1.0, 2, 3], [1e-12, 1, 1]])
    hand = w.copy()
    hand[1, 0] = -3e-12
    assert status(hand, (t * w).sum(), "x") == "wrong"


def test_a_difference_beyond_six_digits_is_shown():
    t = Tensor(np.ones(3), "x")
    assert "1.000000001  1" in str(compare({"x": np.array([1, 1, 1 + 1e-9])}, t.sum()))


def test_options_and_roots_that_are_none():
    t = Tensor(np.ones(3), "x")
    for options in ({"rtol": -1}, {"atol": np.nan}, {"rtol": "a"}):
        with pytest.raises(ValueError, match="expected a number from 0 upward"):
            compare({"x": np.ones(3)}, t.sum(), **options)
    with pytest.raises(TypeError, match="expected the result as a Tensor or a Value, got NoneType"):
        compare({"x": np.ones(3)}, None)


def test_elements_of_different_scale_are_judged_each_by_its_own():
    w = np.array([1e6, 1.0])
    a = Tensor(np.ones(2), "a")
    assert status(np.array([1e6, 1.0001]), (a * w).sum(), "a") == "wrong"


@pytest.mark.parametrize(
    "node",
    [
        Tensor(np.float16([1]), "a") * np.float16(40000),
        Tensor(np.float32([1]), "a") * np.float32(2e38),
        Tensor([1.0], "a") * 1e308,
        Value(1.0, "a") * 1e308,
    ],
)
def test_huge_gradients_do_not_overflow_the_tolerance(node):
    assert (
        status(np.ones(node.shape), node, "a", gradient=np.ones(node.shape) if node.shape else 1.0)
        == "wrong"
    )


def test_names_that_collide_hide_nothing():
    a, b, c = Tensor(1.0, "w"), Tensor(2.0, "w"), Tensor(3.0, "w (1)")
    comparison = compare({a: 99.0, c: 2.0}, a * b * c)
    assert not comparison.ok and len(comparison) == 3
    assert [comparison[t].status for t in (a, b, c)] == ["wrong", "unchecked", "identical"]
    unnamed = Tensor([1.0])
    assert compare({unnamed: [2.0]}, unnamed * 2)[unnamed].status == "identical"


def test_the_engines_gradient_in_a_result_is_a_copy():
    t = Tensor([1.0], "t")
    (t * 2).backward()
    compare([2.0], t)["t"].engine[:] = 9
    assert t.grad[0] == 2.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("margin", [1, 5, 10, 20, 30])
def test_a_confident_classifier_is_right(dtype, margin):
    draw = np.random.default_rng(margin)
    classes = draw.integers(3, size=50)
    x = (draw.normal(size=(50, 3)) + margin * np.eye(3)[classes]).astype(dtype)
    W = np.eye(3, dtype=dtype)
    X, V = Tensor(x, "x"), Tensor(W, "W")
    z = x @ W
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(50), classes] -= 1
    d = p / dtype(50)
    comparison = compare({"W": x.T @ d, "x": d @ W.T}, softmax_cross_entropy(X @ V, classes))
    assert comparison.ok, comparison


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.concatenate([x, x]),
        lambda x: np.stack([x, x]),
        np.cumsum,
        lambda x: np.pad(x, 1),
        lambda x: np.linalg.det(x),
        lambda x: np.linalg.slogdet(x)[1],
        np.linalg.cholesky,
        np.linalg.inv,
        lambda x: np.einsum("ij,jk->i", x, x),
        lambda x: x[[0, 0]],
        lambda x: np.prod(x, axis=1),
        lambda x: x.std(),
        np.trace,
        lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=1),
        lambda x: np.linalg.solve(x, np.ones(2)),
        lambda x: np.where([True, False], x, 0),
        lambda x: x.logsumexp(axis=0),
    ],
    ids=range(17),
)
def test_every_operation_can_be_compared(f):
    x = Tensor([[2.0, 0.5], [0.5, 3.0]], "x")
    y = f(x)
    g = np.random.default_rng(0).normal(size=y.shape)
    right = y.gradients(g)[x]
    assert status(right * (1 + 1e-15), y, "x", gradient=g) in ("rounding", "identical")
    assert status(right * (1 + 1e-9), y, "x", gradient=g) == "wrong"


def test_small_elements_beside_large_ones_through_a_network(rng):
    X = (rng.normal(size=(100, 3)) * [1, 1e3, 1e6]).astype(np.float32)
    W = Tensor((rng.normal(size=(3, 2)) / [[1], [1e3], [1e6]]).astype(np.float32), "W")
    y = np.tanh(X @ W)
    dy = rng.normal(size=y.shape).astype(np.float32)
    right = y.gradients(dy)[W]
    assert status(right * np.float32([[2], [1], [1]]), y, gradient=dy) == "wrong"
    x = Tensor([1e8, 1.0, 1e-3], "x")
    y = (x**3).sum()
    assert status(y.gradients()[x] * [1, 2, 1], y, "x") == "wrong"


def test_a_preactivation_near_its_kink_does_not_let_everything_pass(rng):
    x = Tensor(rng.normal(size=(200, 64)).astype(np.float32), "x")
    W = Tensor(rng.normal(size=(64, 64)).astype(np.float32), "W")
    h = x @ W
    b = Tensor(-h.numpy()[0], "b")
    y = np.maximum(h + b, 0)
    dy = rng.normal(size=y.shape).astype(np.float32)
    right = y.gradients(dy)
    assert not compare({"W": 2 * right[W], "b": right[b]}, y, gradient=dy).ok


@pytest.mark.parametrize("z", [1.0, 3.0, 5.0, 7.0])
def test_another_form_of_the_same_derivative_is_right(z):
    x, s = Tensor([z], "x"), 1 / (1 + np.exp(-z))
    assert status([s * (1 - s)], 1 / (1 + np.exp(-x)), "x", gradient=[1.0]) in (
        "rounding",
        "identical",
    )


@pytest.mark.parametrize("z", [5.0, 8.0, 12.0, 15.0, 18.0])
def test_saturated_functions_are_right(z):
    x, e = Tensor([z], "x"), np.exp(-z)
    assert status([1 / np.cosh(z) ** 2], x.tanh(), "x", gradient=[1.0]) in ("rounding", "identical")
    assert status([e / (1 + e) ** 2], x.sigmoid(), "x", gradient=[1.0]) in ("rounding", "identical")
