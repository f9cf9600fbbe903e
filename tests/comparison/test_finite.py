"""Finite differences as a third opinion: what they say of the engine, and when they say nothing."""

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, compare
from micrograd_linear.comparison.finite import finite_difference, verdict
from micrograd_linear.engine.graph import topological_order
from micrograd_linear.operations import RULES, SCALAR_RULES

FUNCTIONS = {
    "sigmoid": mgl.sigmoid, "sigmoid written out": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh,
    "softplus": mgl.softplus, "exp": lambda x: np.exp(-abs(x)), "relu": mgl.relu, "sin": np.sin,
    "square": np.square, "absolute": abs, "log1p": lambda x: np.log1p(x * x),
    "sqrt": lambda x: np.sqrt(x * x + 1e-3), "maximum": lambda x: np.maximum(x, 0.5),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(), "offset": lambda x: x + 1e16,
    "offset taken back": lambda x: (x + 1e9) - 1e9, "1 - tanh**2": lambda x: 1 - np.tanh(x) ** 2,
    "clip": lambda x: np.clip(x, -1, 1), "logsumexp": lambda x: x.logsumexp(axis=0) + 0 * x,
    "1e8 times": lambda x: 1e8 * x - 1e8 * np.tanh(x), "max": lambda x: x - x.max(),
}  # fmt: skip


def random_graph(rng):
    """A leaf and a function of it of one to five steps, at ordinary and at odd numbers."""
    scale = rng.choice([1e-8, 0.1, 1, 5, 20, 40, 700])
    array = rng.normal(size=3) * scale
    array[rng.random(3) < 0.2] = rng.choice([0.0, 1e-7, 0.5, 1.0, -1.0])
    x = Tensor(array.astype(rng.choice([np.float32, np.float64])), "x")
    y = x
    for name in rng.choice(list(FUNCTIONS), size=rng.integers(1, 6)):
        y = FUNCTIONS[name](y)
    return x, y


def naive_differences(x, y, g, step):
    """What somebody hands in who takes differences without a thought to rounding."""
    found = np.zeros(x.shape)
    for i in range(x.size):
        found[i] = (_moved(y, x, i, step) - _moved(y, x, i, -step)) @ g.ravel() / (2 * step)
    return found


def _moved(y, x, i, change):
    values = {x: x.numpy().astype(np.float64)}
    values[x][i] += change
    for node in [n for n in sorted(_graph(y), key=lambda n: n.created) if n.operands]:
        operands = [values.get(z, z.numpy()) if z in values else z for z in node.operands]
        values[node] = RULES[node.operation].formula(*operands, **node.static)[0]
    return np.ravel(values[y])


def _graph(y):
    seen, waiting = set(), [y]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [x for x in node.operands if hasattr(x, "operands")]
    return seen


def accused(comparison):
    return "the engine is wrong" in str(comparison)


def hand_gradients(rng, x, y, g, right):
    """Wrong gradients of every kind, those that differences would give among them."""
    yield from (naive_differences(x, y, g, step) for step in (1e-3, 1e-5, 6e-6, 1e-7))
    yield from (0 * right, 1.5 * right, right + 1e-6, right + rng.normal(size=3), g)
    order = [n for n in _graph(y) if n is x or n.operands]
    one = finite_difference(topological_order(y), g, x, (0,)) if order else None
    if one is not None:
        yield np.array([one[0], *right[1:]])


def accusations(seeds):
    tried = 0
    with np.errstate(all="ignore"):
        for seed in seeds:
            rng = np.random.default_rng(seed)
            x, y = random_graph(rng)
            g = rng.normal(size=y.shape).astype(y.dtype)
            right = np.asarray(y.gradients(g)[x], dtype=np.float64)
            if np.isfinite(right).all():
                for hand in hand_gradients(rng, x, y, g.astype(np.float64), right):
                    if np.isfinite(hand).all():
                        tried += 1
                        comparison = compare({"x": hand}, y, gradient=g)
                        assert not accused(comparison), (seed, comparison)
    return tried


def test_a_right_engine_is_never_called_wrong():
    assert accusations(range(40)) > 200


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("operation", ["tanh", "exp", "sin", "sqrt", "multiply", "divide", "log1p"])
def test_a_wrong_rule_is_found(operation, dtype, monkeypatch, rng):
    rule = RULES[operation]
    formula = rule.formula

    def wrong(*operands):
        y, pullbacks = formula(*operands)
        return y, tuple(lambda g, pull=pull: 1.5 * pull(g) for pull in pullbacks)

    z, g = rng.uniform(0.5, 2, size=(3, 4)).astype(dtype), rng.normal(size=(3, 4)).astype(dtype)

    def made(x):
        return {
            "multiply": lambda: x * 3.0,
            "divide": lambda: 2.0 / x,
        }.get(operation, lambda: getattr(np, operation)(x))()

    x = Tensor(z, "x")
    right = made(x).gradients(g)[x]
    monkeypatch.setattr(rule, "formula", wrong)
    x = Tensor(z, "x")
    assert accused(compare({"x": right}, made(x), gradient=g))
    x = Tensor(z, "x")
    assert not accused(compare({"x": 3 * right}, made(x), gradient=g))


def test_a_wrong_rule_of_a_scalar_is_found():
    rule = SCALAR_RULES["tanh"]
    right = rule.derivative
    object.__setattr__(rule, "derivative", lambda g, x: 2 * right(g, x))
    try:
        assert accused(compare({"x": 1 - np.tanh(0.7) ** 2}, Value(0.7, "x").tanh()))
    finally:
        object.__setattr__(rule, "derivative", right)
    assert compare({"x": 1 - np.tanh(0.7) ** 2}, Value(0.7, "x").tanh()).ok


@pytest.mark.parametrize("z", [34.0, 36.0, 37.0, 39.4, 45.0])
def test_a_saturated_sigmoid_cannot_be_seen_by_differences(z):
    """At 39.4 the derivative is 7.741e-18, and differences of numbers beside 1 cannot show it."""
    for x in (Tensor([z], "x"), Value(z, "x")):
        y = 1 / (1 + np.exp(-x)) if isinstance(x, Tensor) else 1 / (1 + (-x).exp())
        g = [1.0] if isinstance(x, Tensor) else 1.0
        for hand in (0.0, 1e-9, 1e-12, 5e-17):
            result = compare({"x": [hand] if isinstance(x, Tensor) else hand}, y, gradient=g)["x"]
            assert not accused(result.note + result.check)
            assert hand > 1e-11 or result.check == ""
    seen = compare({"x": [1.0]}, Tensor([z], "x").sigmoid(), gradient=[1.0])["x"].check
    assert "as the engine does" in seen


def test_a_kink_inside_of_the_step_says_nothing():
    for at in (0.0, 1e-9, 1e-7, 1e-6, 3e-6, 4e-6, -5e-6, 6e-6, 9e-6):
        x = Tensor([at, 1.0], "x")
        for f in (mgl.relu, abs, lambda x: np.maximum(x, 0), lambda x: np.clip(x, 0, 3)):
            for slope in (0.0, 0.5, 1.0, 0.52, -1.0):
                assert not accused(compare({"x": [slope, 1.0]}, f(x), gradient=[1.0, 1.0]))


def test_differences_with_an_error_above_the_question_say_nothing():
    assert verdict((1.0, 1e-3), 1.0, 1.005, (0,)) == ("", False)
    assert verdict((1.0, 1e-3), 1.0, 1.5, (0,))[1]
    assert verdict((1.0, 1e-9), 1.0, 1.5, (0,), due=0.4) == ("", False)
    assert verdict((1.0, 1e-9), 1.5, 1.0, (0,))[0].endswith("as the engine does")
    assert verdict(None, 1.5, 1.0, (0,)) == ("", False)
    x = Tensor([1.0], "x")
    value, error = finite_difference(topological_order(x + 1e16), [1.0], x, (0,))
    assert abs(value - 1) <= 10 * error and error > 1
