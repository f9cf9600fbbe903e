"""The table of conventions at kinks in docs/meaning.md is what the program does, on both levels."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, grad, hessian
from micrograd_linear.operations import RULES, SCALAR_RULES

PAGE = (Path(__file__).parents[2] / "docs/meaning.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| `([^`]+)` \| (-?[\d.]+) \| (-?[\d./]+) \|")
ROWS = [(f, float(x), float(Fraction(slope))) for f, x, slope in ROW.findall(PAGE)]


def slopes(text, x):
    """The derivative of the function in a row, by a Tensor and by a Value."""
    names = {"np": np, "mgl": mgl}
    t, v = Tensor(x), Value(x)
    for node in (t, v):
        y = eval(text, names, {"x": node})
        assert float(y.data) == eval(text, names, {"x": np.float64(x)})
        y.backward()
    return float(t.grad), v.grad


@pytest.mark.parametrize("text, x, slope", ROWS)
def test_a_row_of_the_table_is_what_both_levels_do(text, x, slope):
    assert slopes(text, x) == (slope, slope)


@pytest.mark.parametrize("text, x, slope", ROWS)
def test_the_second_derivative_at_a_kink_is_0(text, x, slope):
    function = eval(f"lambda x: {text}", {"np": np, "mgl": mgl})
    if text in ("6 % x", "np.fmod(-6, x)") or "**" in text:
        return  # no kinks of the second derivative
    assert grad(grad(function))(x) == 0.0


def test_the_table_is_read_and_a_wrong_row_is_found():
    assert len(ROWS) >= 20
    assert slopes("np.clip(x, 0, 1)", 1.0) != (1.0, 1.0)
    assert slopes("abs(x)", 0.0) != (1.0, 1.0)


def test_every_function_of_numbers_with_a_kink_stands_in_the_table():
    written = " ".join(text for text, _, _ in ROWS)
    other_words = {"absolute": "abs(", "remainder": "%"}
    for name in SCALAR_RULES:
        if RULES[name].kinked:
            assert other_words.get(name, name) in written, name


@pytest.mark.parametrize("low, high", [(0.0, 1.0), (None, 0.5), (-1.0, None), (0.5, 0.5)])
def test_clip_is_the_smaller_of_the_larger_in_value_and_gradient(low, high):
    x = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0, np.nan])
    a, b = Tensor(x), Tensor(x)
    np.clip(a, low, high).backward(np.ones(7))
    y = b if low is None else np.maximum(b, low)
    y = y if high is None else np.minimum(y, high)
    y.backward(np.ones(7))
    assert np.array_equal(a.grad[:6], b.grad[:6])


LENGTHS = {
    "norm": np.linalg.norm,
    "std": np.std,
    "hypot": lambda t: np.hypot(t[0], t[1]),
    "sum of magnitudes": lambda t: abs(t).sum(),
    "norm of rows": lambda t: np.linalg.norm(t[None], axis=1).sum(),
    "norm of order 3": lambda t: np.linalg.norm(t, 3),
    "norm of order 1.5": lambda t: np.linalg.norm(t, 1.5),
    "std of some": lambda t: np.std(t, where=np.array([True, True])),
    "magnitude of a transform": lambda t: np.abs(np.fft.rfft(t)).sum(),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths_have_derivatives_0_where_they_are_0(name):
    assert grad(LENGTHS[name])(np.zeros(2)).tolist() == [0.0, 0.0]
    assert hessian(LENGTHS[name])(np.zeros(2)).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_of_several_lengths_those_that_are_not_0_keep_their_second_derivatives():
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    found = hessian(lambda t: np.linalg.norm(t, axis=1).sum())(x)
    assert np.array_equal(found[0], np.zeros((2, 2, 2)))
    assert np.allclose(found[1, :, 1], np.array([[16.0, -12.0], [-12.0, 9.0]]) / 125)
    with np.errstate(all="ignore"):
        assert np.isnan(grad(grad(lambda v: np.sqrt(v * v)))(0.0))  # a root as such has a pole
