"""No cause is named that equals the truth: on saturated data two right forms differ by rounding."""

import numpy as np
import pytest
from test_mistakes import STEPS, at

from micrograd_linear import Tensor, compare
from micrograd_linear.comparison import rounding
from micrograd_linear.comparison.equal import is_derivative, is_whole_derivative
from micrograd_linear.comparison.mistakes import mistakes
from micrograd_linear.comparison.others import as_elementwise

# Outside of the domain of an inverse function, the derivative and what stands for it are NaN.
pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")


def entries(operation, rng):
    """(node, position, words, wrong contribution, right one) of the table, on ordinary numbers."""
    make, shape = STEPS[operation]
    with np.errstate(all="ignore"):  # outside of a domain, both are NaN
        y = make(at(shape, rng))
    g = rng.normal(size=y.shape)
    before = y.gradients(g)
    node = next(n for n in before if n.operation == operation)
    position = next(i for i, x in enumerate(node.operands) if hasattr(x, "operands"))
    arrays = [np.asarray(a, dtype=np.float64) for a in node.arrays]
    right = node.pullbacks[position](before[node])
    with np.errstate(all="ignore"):
        written = list(mistakes(operation, position, arrays, node.numpy(), node.static))
    for _, words, f in written:
        with np.errstate(all="ignore"):
            yield node, position, words, np.asarray(f(before[node])), right


@pytest.mark.parametrize("operation", STEPS)
def test_an_entry_that_differs_on_ordinary_numbers_is_no_derivative(operation, rng):
    tried = 0
    for node, position, words, wrong, right in entries(operation, rng):
        if wrong.shape == right.shape and not np.allclose(wrong, right, rtol=1e-6):
            assert not is_derivative(node, position, words), words
            tried += 1
    assert tried


@pytest.mark.parametrize(
    "operation, words",
    [("exp", "the value of exp is used in place of its derivative")],
)
def test_an_entry_that_is_the_derivative_is_known(operation, words, rng):
    node, position = next(
        (node, position) for node, position, its, _, _ in entries(operation, rng) if its == words
    )
    assert is_derivative(node, position, words)


def test_a_product_with_itself_has_itself_as_the_other_factor():
    x = Tensor([1.0, 2.0], "x")
    words = "multiplied by itself instead of the other factor"
    assert is_derivative(x * x, 0, words)
    assert not is_derivative(x * Tensor([3.0, 1.0]), 0, words)


RIGHT = {
    "{0} (1 - {0}), the derivative of a sigmoid, is used in place of its own": [
        lambda x: 1 / (1 + np.exp(-x)),
        lambda x: np.exp(x) / (1 + np.exp(x)),
        lambda x: x.sigmoid(),
    ],
    "1 - {0}**2, the derivative of a tanh, is used in place of its own": [
        np.tanh,
        lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
        lambda x: 1 - 2 / (np.exp(2 * x) + 1),
    ],
    "{0} is used in place of the derivative": [np.exp, lambda x: 1 / np.exp(-x)],
}


@pytest.mark.parametrize("words", RIGHT)
def test_what_is_true_of_a_result_is_known_and_of_others_is_not(words):
    def formula(result, g):
        return next((a for (_, _, own), a in as_elementwise(result, g) if own == words), None)

    for true_of, functions in RIGHT.items():
        for f in functions:
            x = Tensor(np.array([[0.3, -1.0], [2.0, 0.7]]), "x")
            assert is_whole_derivative(f(x), x, formula) == (true_of == words)


SATURATED = {
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda z, y: y * (1 - y)),
    "tanh": (lambda x: 1 - 2 / (np.exp(2 * x) + 1), lambda z, y: 1 - y * y),
    "1 - exp(-x)": (lambda x: 1 - np.exp(-x), lambda z, y: 1 - y),
}


@pytest.mark.parametrize("name", SATURATED)
def test_the_right_form_is_never_named_as_the_mistake(name, monkeypatch):
    """Without the rounding of forms the gradient is called wrong, but nothing true is blamed."""
    monkeypatch.setattr(rounding.FormRounding, "of", lambda self, node: None)
    f, slope = SATURATED[name]
    wrong = 0
    for seed in range(20):
        for dtype, scale in ((np.float32, 5), (np.float64, 12)):
            rng = np.random.default_rng(seed)
            z = np.abs(rng.normal(size=(4, 5)) * scale).astype(dtype)
            g = rng.normal(size=(4, 5)).astype(dtype)
            x = Tensor(z, "x")
            y = f(x)
            y.name = "y"
            result = compare({"x": g * slope(z, y.numpy())}, y, gradient=g)["x"]
            wrong += result.status == "wrong"
            blamed = [cause for cause in result.causes if cause.kind == "local-derivative"]
            assert not blamed, [cause.sentence for cause in blamed]
    assert wrong > 5


def test_a_mistake_in_the_derivative_of_a_written_out_sigmoid_is_still_named(rng):
    x, g = Tensor(rng.normal(size=(4, 3)), "x"), rng.normal(size=(4, 3))
    s = 1 / (1 + np.exp(-x))
    s.name = "s"
    result = compare({"x": g * (1 - s.data * s.data)}, s, gradient=g)["x"]
    assert "the derivative of a tanh" in result.note
    t = np.tanh(x)
    t.name = "t"
    assert compare({"x": g * t.data * (1 - t.data)}, t, gradient=g)["x"].causes[0].kind != "unknown"
