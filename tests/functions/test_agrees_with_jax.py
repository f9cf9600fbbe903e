"""First and second derivatives are those of JAX, where it is installed (in float64)."""

import types

import array_calls
import numpy as np
import pytest

from micrograd_linear import Tensor, grad

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

X = np.array([-1.7, -0.6, 0.35, 0.8, 1.9])
Y = np.array([0.9, 1.3, -0.4, 2.2, 0.7])
INSIDE, POSITIVE, ABOVE_1 = X / 2.1, np.abs(X), np.abs(X) + 1.1
OF_ONE = {
    **dict.fromkeys(["arcsin", "arccos", "arctanh"], INSIDE),
    **dict.fromkeys(["log2", "log10", "log", "sqrt", "log1p"], POSITIVE),
    "arccosh": ABOVE_1,
    **dict.fromkeys(
        [
            "arctan",
            "sinh",
            "cosh",
            "tanh",
            "arcsinh",
            "exp2",
            "exp",
            "expm1",
            "cbrt",
            "reciprocal",
            "positive",
            "fabs",
            "deg2rad",
            "rad2deg",
            "sinc",
            "i0",
            "nan_to_num",
            "real",
            "conj",
            "square",
            "absolute",
            "sin",
            "cos",
            "tan",
        ],
        X,
    ),
}
OF_TWO = [
    "hypot",
    "arctan2",
    "logaddexp",
    "logaddexp2",
    "remainder",
    "fmod",
    "fmax",
    "fmin",
    "copysign",
    "maximum",
    "minimum",
    "float_power",
    "true_divide",
    "heaviside",
]
# At a kink JAX shares ties, too; |x|' is 1 at 0 there, and 0 here.
AT_KINKS = [
    (lambda m, x: m.maximum(x, 2.0), 2.0),
    (lambda m, x: m.minimum(x, 2.0), 2.0),
    (lambda m, x: m.clip(x, 0.0, 1.0), 0.0),
    (lambda m, x: m.clip(x, 0.0, 1.0), 1.0),
    (lambda m, x: m.sinc(x), 0.0),
    (lambda m, x: m.cbrt(x), -8.0),
    (lambda m, x: m.logaddexp(x, x), 1.0),
    (lambda m, x: x % 2.0, 4.0),
]


def derivatives(module, differentiate, name, operands, position):
    function = getattr(module, name)
    weights = np.cos(np.arange(5.0))

    def weighed(t):
        given = [t if i == position else x for i, x in enumerate(operands)]
        return (function(*given) * weights).sum()

    first = differentiate(weighed)
    second = differentiate(lambda t: (first(t) * np.sin(np.arange(1.0, 6.0))).sum())
    x = operands[position]
    return np.asarray(first(x)), np.asarray(second(x))


@pytest.mark.parametrize("name", OF_ONE)
def test_functions_of_one(name):
    ours = derivatives(np, grad, name, [OF_ONE[name]], 0)
    theirs = derivatives(jax.numpy, jax.grad, name, [OF_ONE[name]], 0)
    for a, b in zip(ours, theirs):
        assert np.allclose(a, b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("name", OF_TWO)
def test_functions_of_two(name, position):
    x = POSITIVE if name == "float_power" else X
    if (name, position) in (("copysign", 1), ("heaviside", 0)):
        return  # what they give is plain: constant but for a jump
    ours = derivatives(np, grad, name, [x, Y], position)
    theirs = derivatives(jax.numpy, jax.grad, name, [x, Y], position)
    for a, b in zip(ours, theirs):
        assert np.allclose(a, b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("function, x", AT_KINKS)
def test_conventions_that_both_have(function, x):
    theirs = float(jax.grad(lambda v: function(jax.numpy, v))(x))
    assert np.isclose(float(grad(lambda v: function(np, v))(np.array(x))), theirs)


def test_a_wrong_derivative_is_found():
    ours = derivatives(np, grad, "arctan", [X], 0)
    theirs = derivatives(jax.numpy, jax.grad, "tanh", [X], 0)
    assert not np.allclose(ours[0], theirs[0]) and not np.allclose(ours[1], theirs[1])


# --- functions of arrays --------------------------------------------------------------------------

# The first call of each set of functions, since JAX compiles for seconds. JAX's gradient of
# np.unique is 0, and its remainder of np.polydiv keeps the zeros before it.
FIRST_CALLS = {
    call[0].__code__.co_names: name
    for name, call in reversed(array_calls.CALLS.items())
    if not {"unique", "polydiv"} & set(call[0].__code__.co_names)
}


def by_jax(call):
    """The call with JAX's NumPy in place of NumPy."""
    names = {**call.__globals__, "np": jax.numpy}
    each = call.__globals__["each"]
    names["each"] = types.FunctionType(each.__code__, names)
    return types.FunctionType(call.__code__, names, argdefs=call.__defaults__)


def both_derivatives(differentiate, call, operands, in_one):
    """The gradients of a weighed sum by all operands, and those of their sum along a direction."""
    every = tuple(range(len(operands)))

    def weighed(*xs):
        y = in_one(call(*xs))
        return (y * np.cos(np.arange(y.size)).reshape(y.shape)).sum()

    first = differentiate(weighed, every)

    def along(*xs):
        return sum((g * np.sin(1.0 + np.arange(g.size)).reshape(g.shape)).sum() for g in first(*xs))

    second = differentiate(along, every)
    return [np.asarray(g) for g in (*first(*operands), *second(*operands))]


@pytest.mark.parametrize("name", sorted(FIRST_CALLS.values()))
def test_functions_of_arrays(name):
    call, *operands = array_calls.CALLS[name]
    if any(np.isnan(x).any() for x in operands) or any(not x.shape for x in operands):
        return  # JAX makes NaN of a NaN that is left out; numbers are tested above
    try:
        theirs = both_derivatives(jax.grad, by_jax(call), operands, jax.numpy.asarray)
    except Exception as error:
        pytest.skip(f"JAX does not take this call: {type(error).__name__}")
    ours = both_derivatives(grad, call, operands, as_tensor)
    for a, b in zip(ours, theirs, strict=True):
        assert np.allclose(a, b, rtol=1e-9, atol=1e-10)


def as_tensor(y):
    return y if isinstance(y, Tensor) else np.stack(list(y)) if len(np.shape(y)) == 1 else y
