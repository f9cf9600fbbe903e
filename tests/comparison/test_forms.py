"""Right derivatives in every form in which people write them; each beside a twin that is wrong."""

import equivalent_array_forms
import numpy as np
import pytest
from equivalent_array_forms import OF_ARRAYS
from equivalent_forms import ELEMENTWISE, INSIDE, POSITIVE

from micrograd_linear import Tensor, Value, compare
from micrograd_linear.comparison import rounding

SCALES = (0.1, 1, 3, 5, 8, 15)
TYPES = (np.float32, np.float64)
CASES = [(name, form) for name, (_, _, forms) in ELEMENTWISE.items() for form in forms]
ARRAYS = [(name, form) for name, (_, _, _, forms) in OF_ARRAYS.items() for form in forms]


def drawn(rng, shape, domain, scale, dtype):
    """Random numbers of a scale, inside the domain of a function."""
    z = rng.normal(size=shape) * scale
    if domain == POSITIVE:
        z = np.abs(z) + 1e-3
    elif domain == INSIDE:
        z = 0.999 * np.tanh(z)
    elif domain == "inside (0, 1)":
        z = 1 / (1 + np.exp(-np.clip(z, -12, 12)))
    elif domain in ("small", "moderate"):
        z = np.clip(z, -3, 3) if domain == "small" else np.clip(z, -12, 12)
    return z.astype(dtype)


def finite(gradients):
    return all(np.isfinite(gradient).all() for gradient in gradients.values())


def draws(seeds):
    return [(s, d, i) for s in SCALES for d in TYPES for i in range(seeds)]


@pytest.mark.parametrize("name, form", CASES)
def test_a_right_form_is_right_at_every_scale(name, form):
    f, domain, forms = ELEMENTWISE[name]
    tried = 0
    with np.errstate(all="ignore"):
        for scale, dtype, seed in draws(2):
            rng = np.random.default_rng(seed)
            z = drawn(rng, (4, 5), domain, scale, dtype)
            g = rng.normal(size=z.shape).astype(dtype)
            x = Tensor(z, "x")
            y = f(x)
            hand = g * forms[form](z, y.numpy())
            assert hand.dtype == dtype
            if finite({"x": hand, "engine": y.gradients(g)[x]}):
                comparison = compare({"x": hand}, y, gradient=g)
                assert comparison.ok, (scale, dtype, seed, comparison)
                tried += 1
    assert tried >= 15


@pytest.mark.parametrize("name, form", [case for case in CASES if ELEMENTWISE[case[0]][1] == "any"])
def test_what_inherits_the_rounding_of_a_form_is_right(name, form):
    f, _, forms = ELEMENTWISE[name]
    tried = 0
    with np.errstate(all="ignore"):
        for scale, dtype, seed in draws(2):
            rng = np.random.default_rng(seed)
            shapes = {"X": (8, 3), "W": (3, 4), "b": (1, 4), "V": (4, 2)}
            arrays = {key: rng.normal(size=shape).astype(dtype) for key, shape in shapes.items()}
            arrays["W"] *= dtype(scale / 1.7)
            X, W, b, V = (Tensor(array, key) for key, array in arrays.items())
            z = X @ W + b
            z.name = "z"
            h = f(z)
            y = h @ V
            g = rng.normal(size=y.shape).astype(dtype)
            dz = (g @ V.numpy().T) * forms[form](z.numpy(), h.numpy())
            hand = {"V": h.numpy().T @ g, "W": X.numpy().T @ dz, "X": dz @ W.numpy().T}
            hand["b"] = dz.sum(axis=0, keepdims=True)
            if finite({**hand, "engine": y.gradients(g)[W]}):
                for claims in (hand, {**hand, "z": dz}):
                    comparison = compare(claims, y, gradient=g)
                    assert comparison.ok, (scale, dtype, seed, comparison)
                    tried += 1
    assert tried >= 20


@pytest.mark.parametrize("name, form", ARRAYS)
def test_a_right_form_of_many_elements_is_right_at_every_scale(name, form, monkeypatch):
    f, shape, domain, forms = OF_ARRAYS[name]
    constants = {key: getattr(equivalent_array_forms, key) for key in ("_T", "_Y")}
    tried = 0
    with np.errstate(all="ignore"):
        for scale, dtype, seed in draws(2):
            for key, array in constants.items():
                monkeypatch.setattr(equivalent_array_forms, key, array.astype(dtype))
            rng = np.random.default_rng(seed)
            z = drawn(rng, shape, domain, scale, dtype)
            x = Tensor(z, "x")
            y = f(x)
            g = rng.normal(size=y.shape).astype(dtype)
            hand = forms[form](g, z, y.numpy())
            assert hand.dtype == dtype
            if finite({"x": hand, "engine": y.gradients(g)[x]}):
                comparison = compare({"x": hand}, y, gradient=g)
                assert comparison.ok, (scale, dtype, seed, comparison)
                tried += 1
    assert tried >= 10


# --- the broken twins ----------------------------------------------------------------------------


def differ(wrong, right, dtype):
    """Whether an element that is not saturated shows the mistake: by more than a few percent."""
    size = np.absolute(right)
    return (np.absolute(wrong - right) > 0.03 * size)[size > 1e3 * np.finfo(dtype).eps].any()


MISTAKES = {
    "twice": lambda d, x, y: 2 * d,
    "the sign": lambda d, x, y: -d,
    "5 % too large": lambda d, x, y: 1.05 * d,
    "squared": lambda d, x, y: d * d,
    "left out": lambda d, x, y: 1 + 0 * d,
    "the value": lambda d, x, y: y + 0 * d,
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_form_hides_a_mistake(name, mistake):
    f, domain, forms = ELEMENTWISE[name]
    form, tried = next(iter(forms)), 0
    with np.errstate(all="ignore"):
        for scale, dtype, seed in draws(2):
            rng = np.random.default_rng(seed)
            z = drawn(rng, (4, 5), domain, scale, dtype)
            x = Tensor(z, "x")
            y = f(x)
            slope = 1 * forms[form](z, y.numpy())
            wrong = MISTAKES[mistake](slope, z, y.numpy()).astype(dtype)
            right = y.gradients(np.ones(y.shape, dtype))[x]
            if finite({"wrong": wrong, "right": right}) and differ(wrong, right, dtype):
                assert not compare({"x": wrong}, y, gradient=np.ones(y.shape, dtype)).ok
                tried += 1
    assert tried or mistake in ("squared", "left out", "the value")


@pytest.mark.parametrize("dtype, z", [(np.float32, 9.0), (np.float64, 20.0)])
def test_one_saturated_element_excuses_no_other(dtype, z):
    x = Tensor(np.array([0.1, 0.5, 1.0, 2.0, z], dtype), "x")
    y = 1 / (1 + np.exp(-x))
    f = y.numpy()
    g = np.ones(5, dtype)
    assert compare({"x": f * (1 - f)}, y, gradient=g).ok
    for k in range(4):
        wrong = f * (1 - f)
        wrong[k] *= dtype(1.001)
        assert compare({"x": wrong}, y, gradient=g)["x"].where == (k,)
        assert not compare({"x": wrong}, y, gradient=g).ok


def test_where_all_is_saturated_the_pass_is_weak_and_says_so():
    x = Tensor(np.array([16.0, 17.0, 18.0], np.float32), "x")
    y = 1 / (1 + np.exp(-x))
    f = y.numpy()
    comparison = compare({"x": f * (1 - f)}, y, gradient=np.ones(3, np.float32))
    assert comparison.ok and comparison["x"].resolution > 1
    assert "invisible here" in comparison.summary and "weak" in comparison.summary


@pytest.mark.parametrize("offset", [1e4, 1e8])
def test_a_large_offset_hides_nothing(offset):
    """A hand would not recover x from x**2 + 1e8, so what is lost there excuses nothing."""
    for dtype in TYPES:
        z = np.array([0.5, 1e-3, 2.0, -1.5], dtype)
        x = Tensor(z, "x")
        for f, slope in ((np.exp, np.exp), (np.square, lambda x: 2 * x), (np.sin, np.cos)):
            y = f(x) + offset
            g = np.ones(4, dtype)
            assert compare({"x": slope(z)}, y, gradient=g).ok
            assert not compare({"x": slope(z) * dtype(1.01)}, y, gradient=g).ok


@pytest.mark.parametrize("z", [0.3, -2.0, 6.0, 12.0, -25.0, 33.0])
def test_forms_of_scalars(z):
    x = Value(z, "x")
    f = 1 / (1 + (-x).exp())
    assert compare({"x": f.data * (1 - f.data)}, f).ok
    t = (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())
    assert compare({"x": 1 - t.data**2}, t).ok
    assert abs(z) > 30 or not compare({"x": 1.01 * f.data * (1 - f.data) + 1e-3}, f).ok
    one = Value(1.0, "one")
    g = one / (one + (-x).exp())
    assert compare({"x": g.data * (1 - g.data)}, g).ok


def test_a_deep_net_of_written_out_sigmoids_hides_no_mistake(rng):
    for dtype in TYPES:
        x = Tensor(rng.normal(size=(3, 8)).astype(dtype), "x")
        h = x
        for i in range(12):
            W = Tensor((3 * rng.normal(size=(8, 8)) / 8**0.5).astype(dtype), f"W{i}")
            h = 1 / (1 + np.exp(-(h @ W)))
        loss = (h * h).sum()
        right = loss.gradients()[x]
        assert compare({"x": right * (1 + 4 * np.finfo(dtype).eps)}, loss).ok
        wrong = rng.normal(size=x.shape).astype(dtype) * np.abs(right).max()
        result = compare({"x": wrong}, loss)["x"]
        assert result.status == "wrong" and result.resolution < 0.05


def test_forms_are_looked_for_only_where_there_is_a_difference(monkeypatch, rng):
    asked = []
    of = rounding.FormRounding.of
    monkeypatch.setattr(rounding.FormRounding, "of", lambda *a: asked.append(1) or of(*a))
    x = Tensor(rng.normal(size=(4, 5)), "x")
    y = 1 / (1 + np.exp(-x))
    right = y.gradients(np.ones((4, 5)))[x]
    assert compare({"x": right * (1 + 1e-15)}, y, gradient=np.ones((4, 5))).ok and not asked
    assert not compare({"x": 2 * right}, y, gradient=np.ones((4, 5))).ok and asked


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_an_overflow_excuses_nothing(dtype):
    x = Tensor(np.array([0.5, 9.0, -2.0], dtype), "x")
    y = (1 / (1 + np.exp(-x))) * dtype(np.finfo(dtype).max / 2)
    right = y.gradients(np.ones(3, dtype))[x]
    assert compare({"x": right}, y, gradient=np.ones(3, dtype)).ok
    assert not compare({"x": -right}, y, gradient=np.ones(3, dtype)).ok
