"""What a comparison says of a gradient beside right and wrong.

It may be missing, vacuous, scaled, imprecise, or NaN from a known place. The strength of a pass and
arrays of other libraries are tested here, too.
"""

import ctypes
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, assert_grads_match, check_backward, compare, draw
from micrograd_linear.comparison.heat_map import CELLS, blocks, svg, text_map


@pytest.fixture
def layer(rng):
    x, W, b = (
        Tensor(rng.normal(size=(5, 7)), "x"),
        Tensor(rng.normal(size=(7, 3)), "W"),
        Tensor(rng.normal(size=(1, 3)), "b"),
    )
    z = x @ W + b
    h = z.tanh()
    z.name, h.name = "z", "h"
    g = rng.normal(size=(5, 3))
    dz = g * (1 - h.data**2)
    return (
        h,
        g,
        {"z": dz, "W": x.data.T @ dz, "b": dz.sum(axis=0, keepdims=True), "x": dz @ W.data.T},
    )


def test_missing_is_no_agreement(layer):
    h, g, hand = layer
    comparison = compare({**hand, "b": None}, h, gradient=g)
    assert (
        comparison["b"].status == "missing"
        and not comparison.ok
        and "None was handed in" in str(comparison)
    )
    assert (
        comparison.first_wrong.name == "b"
        and [result.status for result in comparison.values()].count("unchecked") == 0
    )
    assert compare({"W": None}, h, gradient=g)["b"].status == "unchecked"


def test_a_gradient_of_zeros_is_vacuous_but_not_what_cancels(rng):
    x = Tensor(-np.abs(rng.normal(size=(4, 3))) - 1, "x")
    result = compare({"x": np.zeros((4, 3))}, x.relu().sum())["x"]
    assert result.status == "vacuous" and "cannot show a mistake" in result.note
    assert compare({"x": np.zeros((4, 3))}, x.relu().sum()).ok
    assert compare({"x": np.full((4, 3), 1e-30)}, x.relu().sum())["x"].status == "wrong"
    b = Tensor(
        rng.normal(size=(1, 3)), "b"
    )  # a bias before centring: its gradient cancels to rounding
    u = x + b
    g = rng.normal(size=(4, 3))
    centred = g - g.mean(axis=0)
    assert compare(
        {"b": centred.sum(axis=0, keepdims=True)}, u - u.mean(axis=0, keepdims=True), gradient=g
    )["b"].status in ("rounding", "identical")
    assert (
        compare({"W": np.zeros((0, 3))}, (Tensor(np.ones((0, 3)), "W") * 2).sum())["W"].status
        == "vacuous"
    )


def test_a_factor_that_is_taken_back_is_a_convention(layer):
    h, g, hand = layer
    scaled = {**hand, "z": 5 * hand["z"]}
    comparison = compare(scaled, h, gradient=g)
    assert (
        comparison.ok
        and comparison["z"].status == "scaled"
        and comparison["z"].causes[0].kind == "factor"
    )
    assert "taken back later" in comparison["z"].note and comparison["z"].causes[0].evidence[
        "factor"
    ] == pytest.approx(5)
    for spoiled in ({"W": 5 * hand["W"]}, {"z": -hand["z"]}, {"z": hand["z"] + 1}):
        assert not compare({**scaled, **spoiled}, h, gradient=g).ok
    assert not compare({"z": 5 * hand["z"]}, h, gradient=g).ok  # nothing says that it is taken back


def test_float32_numbers_in_a_float64_array_are_float32(layer):
    h, g, hand = layer
    through = {name: array.astype(np.float32).astype(np.float64) for name, array in hand.items()}
    comparison = compare(through, h, gradient=g)
    assert (
        comparison.ok
        and comparison["W"].status == "rounding"
        and comparison["W"].causes[0].kind == "precision"
        and "float32" in comparison["W"].note
    )
    spoiled = {**through, "W": (hand["W"] * (1 + 1e-4)).astype(np.float32).astype(np.float64)}
    assert compare(spoiled, h, gradient=g)["W"].status == "wrong step"
    assert (
        compare({"W": hand["W"] * (1 + 1e-7)}, h, gradient=g)["W"].status == "wrong"
    )  # not float32's numbers


def test_what_inherits_float32_rounding_agrees(layer, rng):
    h, g, hand = layer
    dz = hand["z"].astype(np.float32).astype(np.float64)
    x = next(node for node in h.gradients(g) if node.name == "x").data
    comparison = compare({"z": dz, "W": x.T @ dz}, h, gradient=g)
    assert (
        comparison.ok
        and comparison["W"].status == "rounding"
        and "that of z" in comparison["W"].note
    )
    assert not compare({"z": dz, "W": 1.001 * x.T @ dz}, h, gradient=g).ok


def test_bfloat16_is_named_and_agrees_to_its_rounding(layer):
    h, g, hand = layer
    cut = (
        (hand["W"].astype(np.float32).view(np.uint32) & 0xFFFF0000)
        .astype(np.uint32)
        .view(np.float32)
    )
    for array in (cut, cut.astype(np.float64)):
        result = compare({"W": array}, h, gradient=g)["W"]
        assert (
            result.status == "rounding"
            and result.causes[0].kind == "precision"
            and "bfloat16" in result.note
        )
    few = np.round(hand["W"])  # typed by hand: few bits, but not because of a type
    assert compare({"W": few}, h, gradient=g)["W"].causes[0].kind != "precision"


def test_half_precision_is_judged_as_a_whole(rng):
    x, W = (
        Tensor(rng.normal(size=(50, 7)).astype(np.float16), "x"),
        Tensor(rng.normal(size=(7, 3)).astype(np.float16), "W"),
    )
    y, g = (x @ W).tanh(), rng.normal(size=(50, 3)).astype(np.float16)
    right = x.data.T @ (g * (1 - y.data * y.data))
    result = compare({"W": right}, y, gradient=g)["W"]
    assert result.status in ("rounding", "identical")
    nearly = compare({"W": np.nextafter(right, np.float16(9))}, y, gradient=g)["W"]
    assert (
        nearly.status == "rounding"
        and 0 < nearly.resolution < 1
        and "invisible here" in nearly.note
    )
    for wrong in (2 * right, 1.2 * right, -right):
        assert compare({"W": wrong.astype(np.float16)}, y, gradient=g)["W"].status == "wrong"


def test_units_and_resolution(layer):
    h, g, hand = layer
    result = compare({"W": np.nextafter(hand["W"], 9)}, h, gradient=g)["W"]
    assert 0 < result.rounding < 10 and result.resolution < 1e-9
    assert compare({"W": 2 * hand["W"]}, h, gradient=g)["W"].rounding > 1e12


def test_where_a_nan_arose():
    a = Tensor([1.0, 4.0, -1.0], "a")
    with np.errstate(all="ignore"):
        root = np.sqrt(a)
        root.name = "root"
        result = compare({"a": [0.5, 0.25, np.nan]}, (root * 2).sum())["a"]
        assert (
            result.status == "non-finite"
            and result.where == (2,)
            and "in the forward pass, at root" in result.note
        )
        b = Tensor([0.0, 4.0], "b")
        assert (
            "backward pass, in the gradient of b"
            in compare({"b": [1.0, 0.25]}, np.sqrt(b).sum())["b"].note
        )
    assert "in yours" in compare({"a": [1.0, np.inf, 1.0]}, a.sum())["a"].note


def test_one_array_against_a_tensor_has_causes(layer):
    h, g, hand = layer
    h.backward(g)
    W = next(node for node in h.gradients(g) if node.name == "W")
    assert compare(hand["W"], W).ok
    assert compare(hand["W"].T, W)["W"].causes[0].kind == "transpose"
    assert compare(-hand["W"], W)["W"].causes[0].kind == "sign"
    assert compare(hand["W"] / 7, W)["W"].causes[0].kind == "factor"
    assert compare(hand["W"] ** 2, W)["W"].causes[0].kind == "unknown"


# --- arrays from anywhere -------------------------------------------------------------------------


class OnlyDlpack:
    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_arrays_from_anywhere(layer, tmp_path):
    h, g, hand = layer
    right = hand["W"]
    np.save(tmp_path / "dW.npy", right)
    rows = ((ctypes.c_double * 3) * 7)(*[tuple(row) for row in right])
    for array in (
        OnlyDlpack(right),
        memoryview(right),
        rows,
        tmp_path / "dW.npy",
        str(tmp_path / "dW.npy"),
        right.tolist(),
        np.asfortranarray(right),
    ):
        assert compare({"W": array}, h, gradient=g)["W"].status == "identical"
    np.savez(tmp_path / "two.npz", right)
    for path, words in (
        (tmp_path / "no.npy", "cannot read"),
        (tmp_path, "cannot read"),
        (tmp_path / "two.npz", "several arrays"),
    ):
        with pytest.raises(ValueError, match=f"gradient of 'W': .*{words}"):
            compare({"W": path}, h, gradient=g)
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="cannot read"):
        compare({"W": tmp_path / "objects.npy"}, h, gradient=g)


# --- the strength of a pass -----------------------------------------------------------------------


def weak(x, W, b, g):
    x, W, b = (Tensor(array, name) for array, name in ((x, "x"), (W, "W"), (b, "b")))
    y = x @ W + b
    y.name = "y"
    comparison = compare(
        {"x": g @ W.data.T, "W": x.data.T @ g, "b": g.sum(axis=0, keepdims=True)}, y, gradient=g
    )
    assert comparison.ok
    return comparison


def test_data_that_cannot_show_a_mistake(rng):
    x, W, b, g = (
        rng.normal(size=(5, 7)),
        rng.normal(size=(7, 3)),
        rng.normal(size=(1, 3)),
        rng.normal(size=(5, 3)),
    )
    assert weak(x, W, b, g).weaknesses == () and "PASS" not in weak(x, W, b, g).summary
    assert weak(x[:1], W, b, g[:1]).weaknesses == ("N = 1 cannot show a missing batch sum",)
    assert weak(x[:1], W, b, g[:1]).summary.endswith(
        "PASS (weak: N = 1 cannot show a missing batch sum)"
    )
    assert any(
        "ignored would not show" in words for words in weak(x, W, b, np.ones((5, 3))).weaknesses
    )
    square = weak(rng.normal(size=(5, 3)), np.diag([1.0, 2.0, 3.0]), b, g)
    assert square.weaknesses == ("W is symmetric: a missing transpose would not show",)
    assert weak(rng.normal(size=(5, 3)), rng.normal(size=(3, 3)), b, g).weaknesses == ()


def test_weak_activations_indices_and_masks(rng):
    x = Tensor(np.abs(rng.normal(size=(4, 3))) + 1, "x")
    g = rng.normal(size=(4, 3))
    assert (
        "that it is left out would not show"
        in compare({"x": g}, x.relu(), gradient=g).weaknesses[0]
    )
    assert "cuts nothing off" in compare({"x": g}, x.maximum(0.0), gradient=g).weaknesses[0]
    E = Tensor(rng.normal(size=(5, 3)), "E")
    for index, words in (([0, 2, 4], "occurs twice"), ([0, 2, 0], None)):
        hand = np.zeros((5, 3))
        np.add.at(hand, index, g[:3])
        weaknesses = compare({"E": hand}, E[index], gradient=g[:3]).weaknesses
        assert bool(weaknesses) == bool(words) and all(words in sentence for sentence in weaknesses)
    assert compare({"x": 2 * g}, x.relu(), gradient=g).weaknesses == ()  # nothing passed
    assert compare({"a": 6.0}, (a := Value(3.0, "a")) * a).weaknesses == ()


def forward(x, W, b):
    return x @ W + b


def test_functions_are_run_on_other_inputs():
    one = {"x": np.ones((1, 3)), "W": np.eye(3), "b": np.zeros((1, 3))}

    def right(dy, x, W, b):
        return {"x": dy @ W.T, "W": x.T @ dy, "b": dy.sum(axis=0, keepdims=True)}

    passed = check_backward(forward, right, one)
    assert (
        passed.ok
        and passed.weaknesses == ()
        and "other inputs" in str(passed)
        and "x (5, 3), W (3, 3), b (1, 3)" in str(passed)
    )
    for name, wrong, kind in (
        ("b", lambda dy, x, W, b: {**right(dy, x, W, b), "b": dy[:1]}, "overwritten-repeats"),
        ("b", lambda dy, x, W, b: {**right(dy, x, W, b), "b": dy}, "missing-sum"),
        ("x", lambda dy, x, W, b: {**right(dy, x, W, b), "x": dy @ W}, "wrong-operand"),
    ):
        hidden = check_backward(forward, wrong, one)  # the verdict is that of the inputs given
        assert hidden.ok and hidden.weaknesses and kind
        assert "x (5, 3), W (3, 3), b (1, 3), there is a mistake" in str(
            hidden
        ) and f"mistake. {name}: " in str(hidden)


def test_a_gradient_that_is_0_for_these_inputs_is_checked_on_others():
    zeros = {"x": np.zeros((4, 3)), "W": (3, 2)}
    wrong = check_backward(
        lambda x, W: x @ W, lambda dy, x, W: {"x": dy @ W.T, "W": x.T @ dy * 17}, zeros
    )
    assert wrong.ok and "there is a mistake. W: it is 17 times the gradient" in str(wrong)
    right = check_backward(
        lambda x, W: x @ W, lambda dy, x, W: {"x": dy @ W.T, "W": x.T @ dy}, zeros
    )
    assert right.ok and "there is a mistake" not in str(right)
    W = Tensor(np.zeros((3, 2)), "W")
    assert (
        "0 throughout"
        in compare(
            {"W": np.zeros((3, 2))}, Tensor(np.zeros((4, 3)), "x") @ W, gradient=np.ones((4, 2))
        ).weaknesses[0]
    )


def test_the_row_that_failed_stands_first_in_a_failed_assertion(rng):
    leaves = [Tensor(rng.normal(size=3), f"b{i}") for i in range(37)]
    loss = sum((leaf * leaf).sum() for leaf in leaves)
    with pytest.raises(AssertionError) as error:
        assert_grads_match(
            {leaf.name: 2 * leaf.data * (3 if leaf.name == "b30" else 1) for leaf in leaves}, loss
        )
    lines = str(error.value).splitlines()
    table = next(i for i, line in enumerate(lines) if line.startswith("name "))
    assert (
        len(lines) <= 25
        and lines[table + 1].startswith("b30 ")
        and lines[-1] == "36 of 37 gradients agree; b30 does not."
    )
    assert "Right is ∇_b30 L = 2 · b30" in lines and lines[0].startswith("b30: ")


def test_what_cannot_be_compared_says_what_to_do(layer):
    h, g, hand = layer
    with pytest.raises(ValueError, match="call backward"):
        compare(12.0, Value(2.0, "a"))
    with pytest.raises(TypeError, match="say which is which by name"):
        compare([hand["W"], hand["b"]], h)
    with pytest.raises(TypeError, match=".npy"):
        compare({"W": "gradients.bin"}, h, gradient=g)


def test_inputs_that_mean_something_are_kept(rng):
    labels = np.eye(4)[[0, 1, 2, 2]]

    def loss(z, t):
        return -(t * (z - np.log(np.exp(z).sum(axis=1, keepdims=True)))).sum() / 4

    def backward(dy, z, t):  # right where the rows of t sum to 1
        p = np.exp(z)
        return {"z": dy * (p / p.sum(axis=1, keepdims=True) - t) / 4}

    assert check_backward(loss, backward, {"z": np.ones((4, 4)), "t": labels}).ok
    assert check_backward(
        lambda x: np.log(x) * 1.0, lambda dy, x: dy / x, {"x": np.full((1, 4), 2.0)}
    ).ok


def test_backward_is_called_twice(rng):
    kept = {}

    def adds_up(dy, x, W, b):
        kept["W"] = kept.get("W", 0) + x.T @ dy
        return {"W": kept["W"]}

    result = check_backward(forward, adds_up, {"x": (5, 7), "W": (7, 3), "b": (1, 3)})["W"]
    assert (
        result.status == "wrong"
        and result.causes[0].kind == "stale"
        and "twice as much" in result.note
    )

    buffer = np.empty((7, 3))

    def reuses(dy, x, W, b):
        x *= 1.0
        return {"W": np.matmul(x.T, dy, out=buffer)}

    assert check_backward(forward, reuses, {"x": (5, 7), "W": (7, 3), "b": (1, 3)}).ok

    def changes(dy, x, W, b):
        right = x.T @ dy
        x -= 1.0
        dy *= 2
        return {"W": right}

    assert "backward changes its arguments in place: dy, x." in str(
        check_backward(forward, changes, {"x": (5, 7), "W": (7, 3), "b": (1, 3)})
    )


# --- pictures -------------------------------------------------------------------------------------


def test_one_wrong_element_in_a_million_is_seen():
    big = Tensor(np.ones((1000, 1000)), "big")
    hand = np.full((1000, 1000), 2.0)
    hand[123, 456] = 2.001
    result = compare({"big": hand}, (big * big).sum())["big"]
    worst, _, _ = blocks(result)
    assert (
        worst.shape == (CELLS, CELLS)
        and np.count_nonzero(worst) == 1
        and np.argwhere(worst).tolist() == [[123 * CELLS // 1000, 456 * CELLS // 1000]]
    )
    assert len(re.findall(r'fill="#[0-9a-f]{6}"/><', svg(result))) < 20
    assert text_map(result).strip() in set(":+*#@·")
    averaged = (
        np.abs(hand - 2).reshape(50, 20, 50, 20).mean(axis=(1, 3))
    )  # what the picture must not do: 2.5e-6 is left of it
    assert averaged.max() < 1e-5


def test_pictures_are_well_formed_and_inert(layer):
    h, g, hand = layer
    for node in h.gradients(g):
        if node.name == "W":
            node.name = "<script>&\x00W"
    comparison = compare(
        {
            "<script>&\x00W": -hand["W"],
            "z": np.where(np.arange(15).reshape(5, 3) == 4, np.nan, hand["z"]),
        },
        h,
        gradient=g,
    )
    page = comparison._repr_html_()
    assert "<script>" not in page and page.count("<svg") == 2 and "\x00" not in page
    for result in comparison.values():
        if result.has_map:
            ET.fromstring(svg(result))
    assert (
        compare(hand | {"W": hand["W"]}, h, gradient=g)._repr_html_().count("<svg") == 0
        if "W" in {n.name for n in h.gradients(g)}
        else True
    )
    json.dumps(comparison.to_dict(), allow_nan=True)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (1, 1000), (2000, 3), (2, 2, 2, 2)])
def test_pictures_of_every_shape(shape, rng):
    t = Tensor(rng.normal(size=shape), "t")
    hand = 2 * t.data
    hand[(0,) * t.ndim] += 1
    result = compare({"t": hand}, (t * t).sum())["t"]
    worst, _, _ = blocks(result)
    assert worst.ndim == 2 and max(worst.shape) <= CELLS and np.count_nonzero(worst) == 1
    ET.fromstring(svg(result))


def test_the_wrong_step_is_marked_in_the_graph(layer):
    h, g, hand = layer
    comparison = compare({**hand, "z": g}, h, gradient=g)
    marked = draw(h, check=comparison)
    assert (
        "✗ wrong step" in marked.dot and marked.dot.count("✗") == 2 and "✓ identical" in marked.dot
    ) or "✓ rounding" in marked.dot
    assert "✗" not in draw(h).dot and "✗" not in draw(h, check=compare(hand, h, gradient=g)).dot
    with pytest.raises(TypeError, match="expected a Comparison"):
        draw(h, check="z")


def test_the_right_line_stands_beside_what_is_wrong(layer):
    h, g, hand = layer
    text = str(compare({**hand, "z": g}, h, gradient=g))
    assert "\n   right is ∂L/∂z = ∂L/∂h ⊙ (1 − h²)\n" in text
    assert "right is" not in str(compare(hand, h, gradient=g))


# --- what broke an earlier version ----------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype, width, depth",
    [(np.float64, 16, 40), (np.float64, 64, 20), (np.float32, 4, 60), (np.float32, 32, 15)],
)
def test_depth_hides_no_mistake(dtype, width, depth, rng):
    x = Tensor(rng.normal(size=(3, width)).astype(dtype), "x")
    h = x
    for i in range(depth):
        h = (
            h @ Tensor((rng.normal(size=(width, width)) / width**0.5).astype(dtype), f"W{i}")
        ).tanh()
    loss = (h * h).sum()
    right = np.asarray(loss.gradients()[x])
    assert compare({"x": right * (1 + 4 * np.finfo(dtype).eps)}, loss).ok
    result = compare({"x": rng.normal(size=x.shape).astype(dtype) * np.abs(right).max()}, loss)["x"]
    assert result.status == "wrong" and result.resolution < 0.05


@pytest.mark.parametrize("dtype, last", [(np.float32, 9.0), (np.float64, 20.0)])
def test_one_saturated_element_hides_no_other(dtype, last):
    x = Tensor(np.array([0.1, 0.2, 0.5, 1.0, last], dtype), "x")
    right = 1 / np.cosh(x.data.astype(np.float64)) ** 2
    assert compare({"x": right}, x.tanh().sum()).ok
    assert not compare({"x": right * [3, -2, 0.1, 5, 1]}, x.tanh().sum()).ok


def test_integers_beside_float32_are_weak(rng):
    for make in (
        lambda t: np.tanh(np.maximum(t, 0).sum(axis=0)),
        lambda t: np.tanh(2 * t),
        lambda t: (t * 3) ** 2,
    ):
        for seed in range(20):
            values = (np.random.default_rng(seed).normal(size=(2, 3, 4)) * 3).astype(np.float32)
            exact = Tensor(values.astype(np.float64))
            right = np.asarray(make(exact).sum().gradients()[exact])
            assert compare({"x": right.astype(np.float32)}, make(Tensor(values, "x")).sum()).ok


def test_the_coarsest_type_of_the_graph_counts(rng):
    x, W, s = (
        Tensor(rng.normal(size=(5, 4)).astype(np.float32), "x"),
        Tensor(rng.normal(size=(4, 3)).astype(np.float32), "W"),
        Tensor(rng.normal(size=(1, 3)), "s"),
    )
    h = np.tanh(x.data.astype(np.float64) @ W.data.astype(np.float64))
    loss = ((x @ W).tanh() * s).sum()
    assert (
        compare({"s": h.sum(axis=0, keepdims=True)}, loss).ok
        and not compare({"s": 1.001 * h.sum(axis=0, keepdims=True)}, loss).ok
    )


def test_pairs_with_one_row_that_are_right_stay_right():
    def gru(x, W, h, z):
        n = np.tanh(x @ W)
        return (1 - z) * n + z * h

    def gru_backward(dy, x, W, h, z):
        n = np.tanh(x @ W)
        d = dy * (1 - z) * (1 - n * n)
        return {"x": d @ W.T, "W": x.T @ d, "h": dy * z, "z": dy * (h - n)}

    def logistic(x, w, b, t):
        return np.log1p(np.exp(-t * (x @ w + b))).mean()

    def logistic_backward(dy, x, w, b, t):  # for labels of -1 and 1
        z = x @ w + b
        d = dy * (1 / (1 + np.exp(-z)) - (t + 1) / 2) / z.size
        return {"w": x.T @ d, "b": d.sum(axis=0, keepdims=True)}

    def quadratic(x, A):
        return (x @ A * x).sum(axis=1)

    symmetric = np.array([[2.0, 1.0], [1.0, 3.0]])
    for f, g, inputs in (
        (
            forward,
            lambda dy, x, W, b: {"x": dy @ W.T, "W": x.T @ dy, "b": dy.sum(axis=0, keepdims=True)},
            {"x": (1, 4), "W": (4, 3), "b": (1, 3)},
        ),
        (
            lambda x, W, r: x @ W + r,
            lambda dy, x, W, r: {"x": dy @ W.T, "W": x.T @ dy, "r": dy},
            {"x": (1, 4), "W": (4, 3), "r": (1, 3)},
        ),
        (
            lambda x, W, t: ((x @ W - t) ** 2).mean(),
            lambda dy, x, W, t: {"W": dy * x.T @ (2 * (x @ W - t) / t.size)},
            {"x": (1, 4), "W": (4, 3), "t": (1, 3)},
        ),
        (
            lambda x, W, offset: x @ W + offset,
            lambda dy, x, W, offset: {"offset": dy.sum(axis=0, keepdims=True)},
            {"x": (1, 4), "W": (4, 3), "offset": (1, 3)},
        ),
        (gru, gru_backward, {"x": (1, 4), "W": (4, 3), "h": (1, 3), "z": (1, 3)}),
        (
            logistic,
            logistic_backward,
            {"x": (1, 4), "w": (4, 1), "b": (1, 1), "t": np.array([[1.0]])},
        ),
        (
            quadratic,
            lambda dy, x, A: {"x": 2 * dy[:, None] * (x @ A)},
            {"x": (5, 2), "A": symmetric},
        ),
    ):
        assert check_backward(f, g, inputs).ok


def test_many_wrong_gradients_at_once(rng):
    x = Tensor(rng.normal(size=(3, 4)), "x")
    h, leaves = x, [x]
    for i in range(20):
        leaves.append(Tensor(rng.normal(size=(4, 4)), f"W{i}"))
        h = (h @ leaves[-1]).tanh()
    comparison = compare({leaf: rng.normal(size=leaf.shape) for leaf in leaves}, (h * h).sum())
    unsearched = [result.name for result in comparison.values() if "not looked into" in result.note]
    assert len(unsearched) == 9 and "x" in unsearched and "W19" not in unsearched


@pytest.mark.parametrize(
    "shape, axes",
    [
        ((5, 8, 8, 3), (0, 3, 1, 2)),
        ((1, 28, 28), (1, 2, 0)),
        ((4, 4, 3), (2, 0, 1)),
        ((2, 3, 4), (1, 2, 0)),
    ],
)
def test_transposes_of_every_kind_can_be_searched(shape, axes, rng):
    x = Tensor(rng.normal(size=shape), "x")
    assert (
        compare({"x": rng.normal(size=shape)}, np.tanh(np.transpose(x, axes)).sum())["x"]
        .causes[0]
        .kind
        == "unknown"
    )


def test_odd_graphs_can_be_searched(rng, own):
    @own("only_float64")
    def only_float64(x):
        assert x.dtype == np.float64
        return x * x, (lambda g: 2 * g * x,)

    empty, W = Tensor(np.zeros((0, 3)), "empty"), Tensor(rng.normal(size=(3, 2)), "W")
    y = np.concatenate([empty @ W, np.ones((2, 2)) @ W[:2]]).sum()
    assert (
        compare({"W": rng.normal(size=(3, 2)), "empty": np.zeros((0, 3))}, y)["W"].status == "wrong"
    )
    assert compare({"empty": np.ones((1, 3))}, (empty * empty).sum())["empty"].status == "shape"
    x = Tensor([1.0, 2.0, 3.0], "x")
    assert compare({"x": [2, 4, 6.00001]}, x.only_float64().sum())["x"].status == "wrong"
    half = Tensor(rng.normal(size=3).astype(np.float16), "half")
    assert compare({"half": np.float16([1e-3, 0, 0])}, (half * half - half * half).sum())[
        "half"
    ].status in ("rounding", "wrong")


def test_choices_at_ties_of_every_kind():
    a, v, x = Value(0.0, "a"), Value(0.0, "v"), Tensor([0.0, 1.0, -1.0, 0.5], "x")
    wide, m = Tensor([[1.0, 2.0], [0.0, 1.0]], "wide"), Tensor([[1.0], [0.0]], "m")
    g = np.array([[1.0, 2.0], [3.0, 4.0]])
    for hand, root in (
        ({"a": 3.0}, a.relu() * 3),
        ({"v": 2.0}, abs(v) * 2),
        ({"x": [1.0, 2.0, 0.03, 4.0]}, (x.leaky_relu() * np.arange(1.0, 5)).sum()),
        ({"x": [0.0, 0.0, 0.0, 4.0]}, (x.clip(0.0, 1.0) * np.arange(1.0, 5)).sum()),
        ({"wide": g, "m": [[0.0], [0.0]]}, (np.maximum(wide, m) * g).sum()),
    ):
        comparison = compare(hand, root)
        assert comparison.ok and {comparison[name].status for name in hand} == {"kink"}, comparison
    tied = Tensor([[1.0, 1.0], [0.0, 1.0]], "tied")
    for hand in ([[3.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 3.0]], [[3.0, 3.0], [0.0, 3.0]]):
        assert compare({"tied": hand}, tied.max(axis=(0, 1)) * 3)["tied"].status == "kink"
    assert (
        compare({"tied": [[0.0, 0.0], [3.0, 0.0]]}, tied.max(axis=(0, 1)) * 3)["tied"].status
        == "wrong"
    )


def test_right_gradients_of_many_kinds_agree():
    """A sample of 2,000 measured graphs: both types, ties, zeros, empty batches, cancellation."""
    checked = 0
    for seed in range(24):
        rng = np.random.default_rng(seed)
        for dtype in (np.float64, np.float32):
            n = 0 if seed % 8 == 7 else int(rng.integers(1, 30))
            x, W, b = (rng.normal(size=shape).astype(dtype) for shape in ((n, 4), (4, 3), (1, 3)))
            if seed % 4 == 0:
                x[: n // 2], b[:] = 0, 0
            tensors = [Tensor(array, name) for array, name in ((x, "x"), (W, "W"), (b, "b"))]
            z = tensors[0] @ tensors[1] + tensors[2]
            h = z.relu() if seed % 2 else z.tanh()
            z.name, h.name = "z", "h"
            g = rng.normal(size=(n, 3)).astype(dtype)
            dz = g * (z.data >= 0) if seed % 2 else g * (1 - h.data * h.data)
            hand = {"z": dz, "W": x.T @ dz, "b": dz.sum(axis=0, keepdims=True), "x": dz @ W.T}
            comparison = compare(hand, h, gradient=g)
            assert comparison.ok, comparison
            checked += len(hand)
    assert checked == 192
