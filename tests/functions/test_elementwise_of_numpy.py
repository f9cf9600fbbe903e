"""NumPy's elementwise functions on Tensors: value, gradient, second derivative, type.

Values are compared with NumPy's own, derivatives with central differences. Every check has a broken
twin that it must reject.
"""

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, grad

X = np.array([-1.7, -0.6, 0.35, 0.8, 1.9])
POSITIVE, INSIDE, ABOVE_1 = np.abs(X), X / 2.1, np.abs(X) + 1.1
AWKWARD = np.array([-np.inf, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.5, 1e200, np.inf, np.nan])

# name: (function, array)
OF_ONE = {
    "arcsin": (np.arcsin, INSIDE),
    "arccos": (np.arccos, INSIDE),
    "arctan": (np.arctan, X),
    "sinh": (np.sinh, X),
    "cosh": (np.cosh, X),
    "arcsinh": (np.arcsinh, X),
    "arccosh": (np.arccosh, ABOVE_1),
    "arctanh": (np.arctanh, INSIDE),
    "exp2": (np.exp2, X),
    "log2": (np.log2, POSITIVE),
    "log10": (np.log10, POSITIVE),
    "cbrt": (np.cbrt, X),
    "reciprocal": (np.reciprocal, X),
    "positive": (np.positive, X),
    "fabs": (np.fabs, X),
    "deg2rad": (np.deg2rad, X),
    "radians": (np.radians, X),
    "rad2deg": (np.rad2deg, X),
    "degrees": (np.degrees, X),
    "sinc": (np.sinc, X),
    "sinc beside 0": (np.sinc, np.array([-1e-3, 1e-9, 0.0, 0.0299, 0.0301])),
    "i0": (np.i0, X),
    "nan_to_num": (np.nan_to_num, X),
    "real": (np.real, X),
    "conj": (np.conj, X),
    "conjugate": (np.conjugate, X),
    "real_if_close": (np.real_if_close, X),
    "modf": (lambda t: np.modf(t)[0], X),
    "frexp": (lambda t: np.frexp(t)[0], X),
    "ldexp": (lambda t: np.ldexp(t, 3), X),
    "divmod": (lambda t: np.divmod(t, 0.7)[1], X),
    "2 % t": (lambda t: 2.0 % t, X),
    "t % 2": (lambda t: t % 2, X),
    "heaviside": (lambda t: np.heaviside(np.array([0.0, 1.0, 0.0, -1.0, 0.0]), t), X),
    "float_power": (lambda t: np.float_power(t, 3), X),
    "power of booleans": (lambda t: t ** np.array([True, False, True, True, False]), X),
    "clip": (lambda t: np.clip(t, -1, 1), X),
    "clip by a Tensor": (lambda t: np.clip(t * t, t, t + 1), X),
    "where=": (lambda t: np.log(t, where=_plain(t) > 0, out=_buffer(t)), X),
    "dtype=": (lambda t: np.exp(t, dtype=np.float64), X),
    "add.reduce": (lambda t: np.add.reduce(t * t), X),
    "multiply.reduce": (lambda t: np.multiply.reduce(t), X),
    "maximum.reduce": (lambda t: np.maximum.reduce(t * t), X),
    "subtract.reduce": (lambda t: np.subtract.reduce(t * t), X),
    "logaddexp.reduce": (lambda t: np.logaddexp.reduce(t), X),
    "hypot.reduce": (lambda t: np.hypot.reduce(t), X),
    "add.reduce with where and initial": (
        lambda t: np.add.reduce(t * t, where=np.arange(5) % 2 == 0, initial=2.0),
        X,
    ),
    "add.accumulate": (lambda t: np.add.accumulate(t * t), X),
    "multiply.accumulate": (lambda t: np.multiply.accumulate(t), X),
    "maximum.accumulate": (lambda t: np.maximum.accumulate(t * t), X),
    "add.reduceat": (lambda t: np.add.reduceat(t * t, [0, 3, 1]), X),
    "multiply.outer": (lambda t: np.multiply.outer(t, np.array([1.0, 2.0])), X),
    "add.outer": (lambda t: np.add.outer(np.array([1.0, 2.0]), t * t), X),
    "multiply.at": (lambda t: _at(np.multiply, t * t, [0, 2, 0], np.array([2.0, 3.0, 5.0])), X),
    "maximum.at": (lambda t: _at(np.maximum, t * t, [1, 1], 0.1), X),
    "negative.at": (lambda t: _at(np.negative, t * t, [1, 1, 2]), X),
}
Y = np.array([0.9, 1.3, -0.4, 2.2, 0.7])
OF_TWO = {
    "hypot": (np.hypot, X, Y),
    "arctan2": (np.arctan2, X, Y),
    "logaddexp": (np.logaddexp, X, Y),
    "logaddexp2": (np.logaddexp2, X, Y),
    "remainder": (np.remainder, X, Y),
    "mod": (np.mod, X, Y),
    "fmod": (np.fmod, X, Y),
    "fmax": (np.fmax, X, Y),
    "fmin": (np.fmin, X, Y),
    "copysign": (np.copysign, X, Y),
    "true_divide": (np.true_divide, X, Y),
    "float_power": (np.float_power, POSITIVE, Y),
}


def _plain(t):
    return getattr(t, "current", t)


def _buffer(t):
    zeros = np.zeros(np.shape(t), _plain(t).dtype)
    return Tensor(zeros, requires_grad=False) if isinstance(t, Tensor) else zeros


def _at(ufunc, target, *arguments):
    ufunc.at(target, *arguments)
    return target


def first_gradient(function, x):
    """d(Σ cos(i) y_i)/dx, with different weights for the elements."""

    def weighed(t):
        y = function(t)
        return (y * np.cos(np.arange(y.size)).reshape(y.shape)).sum()

    return grad(weighed)(x)


def differences(function, x):
    """The derivative of a number by each element of x, by central differences of order four."""
    found = np.zeros(x.shape)
    for i in range(x.size):
        for k, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
            moved = x.copy()
            moved[i] += k * 1e-4
            found[i] += weight * function(moved) / 12e-4
    return found


def is_right(function, x, of_arrays=None):
    """Whether value, first and second derivative are those of NumPy and of differences."""
    of_arrays = of_arrays or function

    def weighed(a):
        y = of_arrays(a)
        return float(np.sum(y * np.cos(np.arange(np.size(y))).reshape(np.shape(y))))

    value = function(Tensor(x))
    value = _plain(value)
    if not np.allclose(value, of_arrays(x.copy()), rtol=1e-14, atol=1e-15):
        return False
    gradient = first_gradient(function, x)
    if not np.allclose(gradient, differences(weighed, x), rtol=1e-7, atol=1e-8):
        return False

    def second(t):
        inner = function(t)
        return grad(lambda u: (first_of(function, u) * np.sin(np.arange(1, 6))).sum())(t) + 0 * (
            inner.sum()
        )

    return np.allclose(
        second(Tensor(x)).data if isinstance(second(Tensor(x)), Tensor) else second(Tensor(x)),
        differences(lambda a: float(first_gradient(function, a) @ np.sin(np.arange(1, 6))), x),
        rtol=1e-5,
        atol=1e-6,
    )


def first_of(function, u):
    """The gradient as a Tensor that can be differentiated again."""

    def weighed(t):
        y = function(t)
        return (y * np.cos(np.arange(y.size)).reshape(y.shape)).sum()

    return grad(weighed)(u)


@pytest.mark.parametrize("name", OF_ONE)
def test_value_gradient_and_second_derivative_of_one(name):
    function, x = OF_ONE[name]
    assert is_right(function, x)


@pytest.mark.parametrize("name", OF_TWO)
@pytest.mark.parametrize("position", [0, 1])
def test_value_gradient_and_second_derivative_of_two(name, position):
    function, x, y = OF_TWO[name]
    if name == "copysign" and position == 1:
        assert type(function(x, Tensor(y))) is np.ndarray
    elif position:
        assert is_right(lambda t: function(x, t), y)
    else:
        assert is_right(lambda t: function(t, y), x)


@pytest.mark.parametrize(
    "twin",
    [
        lambda t: np.arcsin(t) * 1.0001,
        lambda t: np.arcsin(_plain(t)) + 0 * t,  # the gradient is lost
        lambda t: np.arcsin(t) + 1e-3 * (t - _plain(t)),  # another slope
        lambda t: np.arcsin(t) + 0.1 * (t - _plain(t)) ** 2,  # another curvature
    ],
)
def test_another_value_slope_or_curvature_is_found(twin):
    assert is_right(np.arcsin, INSIDE)
    assert not is_right(twin, INSIDE, np.arcsin)


@pytest.mark.parametrize("name", OF_ONE)
def test_float32_stays_float32_of_one(name):
    function, x = OF_ONE[name]
    t = Tensor(x.astype(np.float32))
    y = function(t)
    y.sum().backward()
    assert t.grad.dtype == np.float32
    numpys = np.asarray(function(x.astype(np.float32))).dtype
    assert y.dtype == (np.float32 if name == "i0" else numpys)


@pytest.mark.parametrize("name", OF_TWO)
def test_float32_stays_float32_of_two(name):
    function, x, y = OF_TWO[name]
    a, b = Tensor(x.astype(np.float32)), Tensor(y.astype(np.float32))
    for result in (function(a, b), function(a, 2.0), function(2.0, b)):
        assert result.dtype == (np.float64 if name == "float_power" else np.float32)
    function(a, b).sum().backward()
    assert a.grad.dtype == np.float32


def same(a, b):
    """Equal to the sign of 0; NaN equals NaN."""
    a, b = np.asarray(a), np.asarray(b)
    numbers = np.array_equal(a, b, equal_nan=True)
    return numbers and np.array_equal(np.signbit(a)[~np.isnan(a)], np.signbit(b)[~np.isnan(b)])


LINES = [
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "exp2",
    "log2",
    "log10",
    "cbrt",
    "reciprocal",
    "positive",
    "fabs",
    "deg2rad",
    "rad2deg",
    "conj",
    "floor",
    "ceil",
    "trunc",
    "rint",
    "sign",
    "isnan",
    "isfinite",
]
PAIRS = [
    "hypot",
    "arctan2",
    "logaddexp",
    "logaddexp2",
    "remainder",
    "fmod",
    "fmax",
    "fmin",
    "copysign",
    "heaviside",
    "divide",
    "floor_divide",
    "maximum",
    "minimum",
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", [*LINES, "nan_to_num", "modf", "frexp"])
def test_values_at_awkward_points_are_numpys(name):
    function = getattr(np, name)
    found, expected = function(Tensor(AWKWARD)), function(AWKWARD)
    pairs = zip(found, expected) if isinstance(expected, tuple) else [(found, expected)]
    assert all(same(_plain(a), b) for a, b in pairs)
    if name in LINES:
        for x in AWKWARD:
            assert same(_plain(function(Value(x))), function(x)) or np.isclose(
                _plain(function(Value(x))), function(x), rtol=1e-15
            )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", PAIRS)
def test_values_of_two_at_awkward_points_are_numpys(name):
    function = getattr(np, name)
    x, y = np.meshgrid(AWKWARD, AWKWARD)
    assert same(_plain(function(Tensor(x), y)), function(x, y))
    assert same(_plain(function(x, Tensor(y))), function(x, y))
    for a, b in zip(x.flat, y.flat):
        value = function(Value(a), b)
        assert same(_plain(value), function(a, b)) or np.isclose(_plain(value), function(a, b))


def test_the_comparison_at_awkward_points_sees_signs_and_nan():
    assert same([0.0, np.nan], [0.0, np.nan])
    assert not same([0.0], [-0.0]) and not same([np.nan], [0.0])


# --- poles, large and small numbers ---------------------------------------------------------------


@pytest.mark.parametrize(
    "function, x, slope",
    [
        (np.cbrt, -8.0, 1 / 12),
        (np.cbrt, 0.0, np.inf),
        (np.arcsin, 1.0, np.inf),
        (np.arccos, -1.0, -np.inf),
        (np.arcsinh, 1e200, 1e-200),
        (np.arccosh, 1e200, 1e-200),
        (np.arctan, 1e200, 0.0),
        (lambda t: np.logaddexp(t, -np.inf), -np.inf, 0.5),
        (lambda t: np.logaddexp(t, 1000.0), -1000.0, 0.0),
        (lambda t: np.logaddexp(t, t), 3.0, 1.0),
        (lambda t: np.hypot(t, 1e200), 1e200, np.sqrt(0.5)),
        (lambda t: np.arctan2(t, 1e200), 1e200, 0.5e-200),
        (np.sinc, 0.0, 0.0),
        (np.i0, 0.0, 0.0),
        (np.fabs, -3.0, -1.0),
        (lambda t: np.fmax(t, np.nan), 2.0, 1.0),
        (lambda t: np.fmax(np.nan, t), 2.0, 1.0),
        (lambda t: t % 2, -3.0, 1.0),
        (lambda t: -7.0 % t, 2.0, 4.0),
        (lambda t: np.fmod(-7.0, t), 2.0, 3.0),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_slopes_at_poles_and_far_out(function, x, slope):
    assert np.isclose(grad(function)(np.array(x)), slope, rtol=1e-14, atol=0)


def test_second_derivatives_where_a_shortcut_would_lose_them():
    """A tie of logaddexp, the top of sinc, and the sum of squares below hypot's root."""
    assert np.isclose(grad(grad(lambda t: np.logaddexp(t, 1.0)))(1.0), 0.25)
    assert np.isclose(grad(grad(np.sinc))(0.0), -(np.pi**2) / 3)
    assert np.isclose(grad(grad(grad(grad(np.sinc))))(0.0), np.pi**4 / 5)
    assert np.isclose(grad(grad(lambda t: np.hypot(t, 4.0)))(3.0), 16 / 125)


# --- keywords ------------------------------------------------------------------------------------


def test_where_with_out_records_and_no_pole_outside_of_the_mask_spoils_the_gradient():
    x = Tensor([-1.0, 0.0, 2.0, 4.0], "x")
    out = Tensor([9.0, 9.0, 9.0, 9.0], requires_grad=False)
    result = np.log(x, out=out, where=x > 0)
    assert result is out and np.allclose(out.data, [9, 9, np.log(2), np.log(4)])
    out.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.5, 0.25]
    b = Tensor([0.0, 2.0])
    y = np.divide(1.0, b, out=Tensor(np.zeros(2), requires_grad=False), where=b != 0)
    y.sum().backward()
    assert y.data.tolist() == [0.0, 0.5] and b.grad.tolist() == [0.0, -0.25]


def test_keywords_at_their_defaults_change_nothing():
    t = Tensor([1.0, 2.0])
    same_call = np.exp(t, where=True, out=None, casting="same_kind", order="K", subok=True)
    assert same_call.operation == "exp"
    assert np.add(t, t, dtype=None).operation == "add"


def test_dtype_is_a_recorded_cast():
    t = Tensor(np.array([0.5, 1.0]), "t")
    y = np.multiply(t, t, dtype=np.float32)
    y.sum().backward()
    assert y.dtype == np.float32 and t.grad.dtype == np.float64 and t.grad.tolist() == [1.0, 2.0]
    with pytest.raises(TypeError, match="casting"):
        np.exp(t, dtype=np.float32, casting="safe")


def test_results_of_two_go_into_two_tensors():
    t = Tensor([5.0, -3.5])
    whole, rest = (Tensor(np.zeros(2), requires_grad=False) for _ in range(2))
    np.divmod(t, 2.0, out=(whole, rest))
    rest.sum().backward()
    assert whole.data.tolist() == [2.0, -2.0] and rest.data.tolist() == [1.0, 0.5]
    assert t.grad.tolist() == [1.0, 1.0]


# --- methods of ufuncs ---------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, -1, None, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["add", "multiply", "maximum", "minimum", "logaddexp", "hypot"])
def test_reduce_has_numpys_axes(name, axis, keepdims):
    x = np.arange(1.0, 7.0).reshape(2, 3)
    reduce = getattr(np, name).reduce
    if name in ("logaddexp", "hypot") and not isinstance(axis, int):
        return  # NumPy takes one axis here
    found, expected = (reduce(a, axis=axis, keepdims=keepdims) for a in (Tensor(x), x))
    assert found.shape == np.shape(expected) and np.allclose(found.data, expected, rtol=1e-14)


def test_the_axis_of_reduce_is_the_first_where_none_is_given():
    x = np.arange(6.0).reshape(2, 3)
    assert np.add.reduce(Tensor(x)).data.tolist() == np.add.reduce(x).tolist()
    assert np.add.accumulate(Tensor(x)).data.tolist() == np.add.accumulate(x).tolist()
    with pytest.raises(np.exceptions.AxisError):
        np.hypot.reduce(Tensor(x), axis=2)


# --- advice --------------------------------------------------------------------------------------


def test_the_advice_for_where_without_out_works():
    t = Tensor([-1.0, 2.0])
    with pytest.raises(TypeError, match=r"write np.where\(mask, np.log\(np.where\(mask, t, 1\)\)"):
        np.log(t, where=t > 0)
    mask = t > 0
    y = np.where(mask, np.log(np.where(mask, t, 1)), 0)
    y.sum().backward()
    assert y.data.tolist() == [0.0, np.log(2.0)] and t.grad.tolist() == [0.0, 0.5]


def test_the_advice_for_a_dtype_without_a_gradient_works():
    t = Tensor([1.5, 2.0])
    with pytest.raises(TypeError, match=r"write \.astype\(int64\) behind the result"):
        np.add(t, t, dtype=int)
    assert np.add(t, t).astype(np.int64).tolist() == [3, 4]


def test_the_advice_for_a_neutral_element_works():
    t = Tensor([1.5, 2.0, -1.0])
    mask = np.array([True, False, True])
    with pytest.raises(ValueError, match="give initial= as well"):
        np.maximum.reduce(t, where=mask)
    assert np.maximum.reduce(t, where=mask, initial=-np.inf).data == 1.5


def test_a_recorded_result_is_not_written_into_a_plain_array_and_the_advice_works():
    t, a = Tensor([1.0, 2.0]), np.zeros(2)
    with pytest.raises(TypeError, match="a = a \\+ t instead of a \\+= t"):
        a += t
    assert (a + t).requires_grad and not a.any()


# --- whole numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [5.7, -5.7, 2.0, 0.25])
def test_whole_parts_of_a_number_are_pythons_and_plain(x):
    for node in (Value(x), Tensor(x), Tensor([[x]]) * 1):
        assert (int(node), round(node), round(node, 1)) == (int(x), round(x), round(x, 1))
        assert f"{node:.4f}" == f"{x:.4f}"
        assert np.all(node // 2 == x // 2) and np.all(7 // node == 7 // x)
        quotient, rest = divmod(node, 2)
        assert np.all(quotient == x // 2) and np.all(_plain(rest) == x % 2)
        quotient, rest = divmod(7, node)
        assert np.all(quotient == 7 // x) and np.all(_plain(rest) == 7 % x)
        assert type(node % 2) is type(node) and not hasattr(node // 2, "backward")


def test_a_remainder_has_the_slope_1_and_minus_the_quotient():
    for x, y in ((Value(7.5), Value(2.0)), (Tensor(7.5), Tensor(2.0))):
        (x % y).backward()
        assert x.grad == 1.0 and y.grad == -3.0


def test_lists_copies_and_rounded_numbers():
    t, v = Tensor([1.26, -2.0]), Value(1.26)
    assert t.tolist() == [1.26, -2.0] and v.tolist() == 1.26
    assert t.round(1).tolist() == [1.3, -2.0] and v.round(1) == 1.3
    for node in (t, v):
        copied = node.copy()
        assert copied is not node and np.all(_plain(copied) == _plain(node))
        copied.sum().backward() if node is t else copied.backward()
        assert np.all(node.grad == 1.0)


def test_several_elements_are_no_whole_number_and_the_advice_works():
    t = Tensor([1.5, 2.5])
    with pytest.raises(ValueError, match=r"np.trunc, np.floor, np.ceil and np.round"):
        int(t)
    assert np.trunc(t).tolist() == [1.0, 2.0]


def test_numbers_of_both_levels_through_compositions():
    for name in ["reciprocal", "positive", "fabs", "deg2rad", "rad2deg", "conj"]:
        function, v, t = getattr(np, name), Value(-0.7), Tensor(-0.7)
        y, z = function(v), function(t)
        y.backward()
        z.backward()
        assert type(y) is Value and y.data == z.data == function(-0.7) and v.grad == t.grad
    assert np.copysign(Value(2.0), -1).data == -2.0 and np.modf(Value(2.5))[0].data == 0.5
    assert np.heaviside(0.0, Value(0.5)).data == 0.5 and np.heaviside(2.0, Value(0.5)) == 1.0


def test_softmax_and_its_logarithm():
    x = np.array([[1.0, 2.0, 1000.0], [0.0, -1.0, 3.0]])
    t = Tensor(x, "t")
    shares = t.softmax(axis=1)
    assert np.allclose(shares.data.sum(axis=1), 1) and np.isfinite(t.log_softmax(dim=1).data).all()
    assert np.allclose(np.log(shares.data[1]), t.log_softmax(axis=-1).data[1])
    grad_of = grad(lambda u: (u.softmax(axis=1) * np.arange(6.0).reshape(2, 3)).sum())(x)
    assert np.allclose(grad_of.sum(axis=1), 0)
