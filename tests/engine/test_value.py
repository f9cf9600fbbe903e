"""Value: the operations, micrograd's ways, and what happens to bad input."""

import copy
import gc
import math
import operator
import pickle
import tracemalloc

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value
from micrograd_linear.operations import SCALAR_RULES as RULES
from micrograd_linear.operations import gamma

UNARY = {
    "negative": operator.neg,
    "absolute": abs,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "relu": lambda x: x * (x.real > 0),
    "square": lambda x: x * x,
    "exp2": np.exp2,
    "log2": np.log2,
    "log10": np.log10,
    "cbrt": lambda x: x ** (1 / 3),
    "sinh": np.sinh,
    "cosh": np.cosh,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "arcsinh": np.arcsinh,
    "arccosh": np.arccosh,
    "arctanh": np.arctanh,
    "erf": lambda x: _special(x, math.erf, 2 / math.sqrt(math.pi) * math.exp(-(x.real**2))),
    "erfc": lambda x: _special(x, math.erfc, -2 / math.sqrt(math.pi) * math.exp(-(x.real**2))),
    "gammaln": lambda x: _special(x, math.lgamma, gamma.digamma(x.real)),
    "digamma": lambda x: _special(x, gamma.digamma, gamma.trigamma(x.real)),
}


def _special(x, function, slope):
    """A function that knows no complex numbers, continued along its tangent."""
    return function(x.real) + 1j * x.imag * slope


BINARY = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "maximum": lambda x, y: x if x.real >= y.real else y,
    "minimum": lambda x, y: x if x.real <= y.real else y,
    "leaky_relu": lambda x, y: x if x.real > 0 else x * y,
    "logaddexp": lambda x, y: np.log(np.exp(x) + np.exp(y)),
    "logaddexp2": lambda x, y: np.log2(np.exp2(x) + np.exp2(y)),
    "hypot": lambda x, y: np.sqrt(x * x + y * y),
    "arctan2": lambda y, x: (
        np.imag(np.log(x.real + 1j * y.real))
        + 1j * (y.imag * x.real - x.imag * y.real) / abs(x.real + 1j * y.real) ** 2
    ),
    "fmax": lambda x, y: x if x.real >= y.real else y,
    "fmin": lambda x, y: x if x.real <= y.real else y,
    "remainder": lambda x, y: x - y * np.floor(x.real / y.real),
    "fmod": lambda x, y: x - y * np.trunc(x.real / y.real),
}
NUMBERS = [
    2,
    2.0,
    True,
    np.float64(2),
    np.float32(2),
    np.int64(2),
    np.uint8(2),
    np.bool_(True),
    np.array(2.0),
    np.array(2),
]


def apply(name, *values):
    if name in ("negative", "add", "subtract", "multiply", "divide", "power"):
        return (UNARY | BINARY)[name](*values)
    return getattr(values[0], name)(*values[1:])


def complex_step(function, x):
    """The derivative of an analytic function of one number, exact to rounding."""
    return np.imag(function(complex(x, 1e-30))) / 1e-30


def test_every_rule_is_tested():
    assert set(RULES) == set(UNARY) | set(BINARY)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("x", [0.3, 1.7])
def test_unary_value_and_derivative(name, x):
    low, high = RULES[name].rule.domains[0]
    x = x if low < x < high else (low + high) / 2 + 0.1
    v = Value(x)
    y = apply(name, v)
    y.backward(3.0)
    reference = UNARY[name] if name != "absolute" else lambda z: z
    assert y.data == pytest.approx(np.real(UNARY[name](complex(x))), rel=1e-12)
    assert v.grad == pytest.approx(3 * complex_step(reference, x), rel=1e-12)
    assert (y.operation, y.operands) == (name, (v,))


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("x, y", [(0.7, 1.9), (2.5, -1.5)])
def test_binary_value_and_both_derivatives(name, x, y):
    a, b = Value(x), Value(y)
    z = apply(name, a, b)
    z.backward(3.0)
    f = BINARY[name]
    assert z.data == pytest.approx(f(x, y), rel=1e-12)
    assert a.grad == pytest.approx(
        3 * complex_step(lambda t: f(t, complex(y)), x), rel=1e-12, abs=1e-15
    )
    assert b.grad == pytest.approx(
        3 * complex_step(lambda t: f(complex(x), t), y), rel=1e-12, abs=1e-15
    )


@pytest.mark.parametrize(
    "number", NUMBERS, ids=lambda n: f"{type(n).__name__}{getattr(n, 'dtype', '')}"
)
@pytest.mark.parametrize(
    "op", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
)
def test_numbers_on_both_sides(op, number):
    for left, right in ((Value(3.0, "v"), number), (number, Value(3.0, "v"))):
        result = op(left, right)
        assert type(result) is Value and type(result.data) is float
        plain = [float(x.data) if isinstance(x, Value) else float(x) for x in (left, right)]
        assert result.data == pytest.approx(op(*plain))
        result.backward()


def test_the_sign_of_a_numpy_integer_is_right():
    v = Value(3.0)
    y = -np.int64(1) * v
    y.backward()
    assert (y.data, v.grad) == (-3.0, -1.0)


def test_comparisons_are_of_the_numbers_and_equality_of_the_objects():
    a, b = Value(1.0), Value(1.0)
    assert a <= b and a >= b and not a < b and not a > b and a < 2 and a > 0 and np.float64(0) < a
    assert a == a and a != b and a != 1.0 and len({a, b}) == 2
    values = [Value(3.0), Value(1.0), Value(2.0)]
    assert max(values) is values[0] and sorted(values)[0] is values[1]
    assert (a == np.float64(1.0)) is False


def test_augmented_assignment_rebinds():
    a = b = Value(1.0)
    a += 1
    assert (b.data, a.data, a.operands[0]) == (1.0, 2.0, b)


def test_unary_plus_abs_float_item_format():
    v = Value(-2.5, "v")
    assert +v is v and abs(v).data == 2.5 and v.item() == -2.5
    assert "%.4f" % v.grad == "0.0000"
    assert repr(v) == "Value(data=-2.5, grad=0.0, name='v')"


def test_new_attributes_are_allowed():
    v = Value(1.0)
    v.m, v.v = 0.9, 0.99
    assert (v.m, v.v) == (0.9, 0.99)


def test_module_functions_take_values_tensors_and_numbers():
    for name in [
        "exp",
        "log",
        "sqrt",
        "tanh",
        "sigmoid",
        "relu",
        "softplus",
        "sin",
        "cos",
        "tan",
        "expm1",
        "log1p",
        "absolute",
        "leaky_relu",
    ]:
        function = getattr(mgl, name)
        v, t = function(Value(0.5)), function(Tensor([0.5]))
        assert isinstance(v, Value) and isinstance(t, Tensor)
        assert v.data == pytest.approx(t.data[0]) == pytest.approx(float(function(0.5)))
    assert (
        mgl.leaky_relu(Value(-1.0), 0.1).data
        == -0.1
        == mgl.leaky_relu(-1.0, 0.1)
        == mgl.leaky_relu(Tensor([-1.0]), 0.1).data[0]
    )
    assert mgl.maximum(Value(1.0), 2).data == 2.0 == mgl.maximum(2, Value(1.0)).data
    assert np.exp(Value(0.0)).data == 1.0 and np.maximum(Value(1.0), 2).data == 2.0


def test_an_array_of_values_goes_element_by_element():
    values = [Value(1.0), Value(2.0)]
    total = (np.array(values) * values[0]).sum() + (values[1] * np.array(values)).sum()
    total.backward()
    assert (total.data, values[0].grad, values[1].grad) == (9.0, 6.0, 6.0)


# --- meaning --------------------------------------------------------------------------------------


def test_backward_twice_with_the_leaf_zeroed_gives_12():
    x = Value(2.0)
    y = 3 * x**2
    y.backward()
    x.zero_grad()
    y.backward()
    assert x.grad == 12.0


def test_two_losses_over_a_shared_node_add_up_to_the_gradient_of_their_sum():
    def losses(x):
        shared = x * x
        return shared * 2, shared * 5.5

    x, both = Value(2.0), Value(2.0)
    for loss in losses(x):
        loss.backward()
    sum(losses(both)).backward()
    assert x.grad == both.grad == 30.0


def test_a_leaf_adds_up_and_an_interior_node_does_not():
    x = Value(3.0)
    h = x * x
    y = h * 2
    y.backward()
    y.backward(10.0)
    assert (x.grad, h.grad, y.grad) == (132.0, 20.0, 10.0)


def test_backward_of_a_leaf():
    x = Value(3.0)
    x.backward()
    x.backward(0.5)
    assert x.grad == 1.5


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda x: x + x, 2.0),
        (lambda x: x * x, 6.0),
        (lambda x: x - x, 0.0),
        (lambda x: x / x, 0.0),
        (lambda x: x.maximum(x), 1.0),
        (lambda x: x.minimum(x), 1.0),
        (lambda x: x**x, 27 * (math.log(3) + 1)),
    ],
)
def test_an_operand_used_twice_gets_both_contributions(make, expected):
    x = Value(3.0)
    y = make(x)
    y.backward()
    assert len(y._prev) == 2 and x.grad == pytest.approx(expected)


@pytest.mark.parametrize(
    "make, value, grad",
    [
        (lambda x: x.relu(), 0.0, 0.0),
        (abs, 0.0, 0.0),
        (lambda x: x.sqrt(), 0.0, math.inf),
        (lambda x: x**0, 1.0, 0.0),
        (lambda x: x**1, 0.0, 1.0),
        (lambda x: x**2, 0.0, 0.0),
        (lambda x: 0 ** (x + 1), 0.0, 0.0),
        (lambda x: x.leaky_relu(0.1), 0.0, 0.1),
        (lambda x: 1 / x, math.inf, -math.inf),
        (lambda x: x.log(), -math.inf, math.inf),
        (lambda x: x.maximum(0), 0.0, 0.5),
    ],
)
def test_kinks_and_poles_at_zero(make, value, grad):
    x = Value(0.0)
    y = make(x)
    y.backward()
    assert (y.data, x.grad) == (value, grad)


def test_ieee_where_python_would_raise():
    assert Value(1000.0).exp().data == math.inf
    assert (Value(1e200) ** 2).data == math.inf
    assert (Value(-8.0) ** (1 / 3)).data != (Value(-8.0) ** (1 / 3)).data  # NaN
    assert Value(-1.0).log().data != Value(-1.0).log().data
    assert (
        Value(1e4).softplus().data == 1e4
        and Value(-1e4).sigmoid().data == 0.0
        and Value(1e4).sigmoid().data == 1.0
    )
    for name in ("relu", "absolute", "sigmoid", "softplus", "tanh", "exp"):
        assert math.isnan(getattr(Value(math.nan), name)().data), name
    assert math.isnan(Value(math.nan).maximum(1).data) and math.isnan(
        Value(1).maximum(math.nan).data
    )


# --- the graph ------------------------------------------------------------------------------------


def test_gradients_leaves_every_grad_as_it_was():
    x = Value(3.0)
    h = x * x
    y = h + x
    y.backward()
    before = x.grad, h.grad, y.grad
    assert y.gradients(2.0) == {x: 14.0, h: 2.0, y: 2.0}
    assert (x.grad, h.grad, y.grad) == before


def test_one_object_per_node_for_the_garbage_collector():
    gc.collect()
    x, keep = Value(1.5), []
    before = len(gc.get_objects())
    y = x
    for _ in range(1000):
        y = y * 1.01 + x
    grown = len(gc.get_objects()) - before
    assert 2000 <= grown <= 2010, (grown, keep)


def test_a_million_operations_in_a_row_are_built_walked_and_freed():
    x = Value(1.0)
    y = x
    for _ in range(500_000):
        y = y * 1.000001 + 1e-9
    y.backward()
    assert x.grad == pytest.approx(1.000001**500_000)
    del y


def test_memory_is_flat_with_the_garbage_collector_off():
    model = mgl.nn.MLP(2, [16, 16, 1])

    def step():
        loss = sum(model([a * 0.1, 1.0]).relu() for a in range(5))
        loss.backward()

    step()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            step()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()
    assert grown < 100_000


def test_copying_and_pickling_are_right_for_leaves_and_refused_for_results():
    x = Value(3.0, "x")
    (x * x).backward()
    x.tag = "kept"
    for same in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert (same.data, same.grad, same.name, same.tag) == (
            3.0,
            6.0,
            "x",
            "kept",
        ) and same is not x
    for function in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="result of multiply"):
            function(x * x)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data, error, words",
    [
        ([1, 2], TypeError, "Tensor"),
        (np.ones(3), TypeError, r"\(3,\).*Tensor"),
        ("a", TypeError, "'a'"),
        (1j, TypeError, "1j"),
        (None, TypeError, "None"),
        (np.complex128(1), TypeError, "complex"),
        (10**400, OverflowError, "too large"),
        (2**53 + 1, OverflowError, "9007199254740993"),
        (np.uint64(2**64 - 1), OverflowError, "not exactly"),
        (Value(1.0), TypeError, r"\.data"),
        (Tensor(1.0), TypeError, "Tensor"),
        ({}, TypeError, "dict"),
        (np.array("a"), TypeError, "a"),
    ],
)
def test_what_is_no_real_number_is_refused(data, error, words):
    with pytest.raises(error, match=words):
        Value(data)
    if not isinstance(data, (Value, list, dict)):
        for op in (operator.add, operator.pow):
            with pytest.raises(error):
                op(Value(2.0), data)
            with pytest.raises(error):
                op(data, Value(2.0))
    v = Value(2.0)
    with pytest.raises(error):
        v.data = data
    assert v.data == 2.0


def test_an_array_and_a_value_make_no_object_array():
    for make in (
        lambda v: np.ones(3) * v,
        lambda v: v * np.ones(3),
        lambda v: np.ones(3) ** v,
        lambda v: np.add(np.ones(3), v),
    ):
        with pytest.raises(TypeError, match="Tensor"):
            make(Value(1.0))
    for make in (lambda v, t: v + t, lambda v, t: t + v):
        with pytest.raises(TypeError, match="Value"):
            make(Value(1.0), Tensor([1.0, 2.0]))


@pytest.mark.parametrize("change", ["leaf", "interior", "root"])
def test_data_changed_between_forward_and_backward_is_refused(change):
    x, w = Value(3.0, "x"), Value(0.0, "w")
    h = x * w
    y = h + x
    z = y * 1
    {"leaf": x, "interior": h, "root": y}[change].data = 7.0
    x.grad = 0.5
    with pytest.raises(RuntimeError, match="stale"):
        z.backward()
    assert (x.grad, w.grad, h.grad, z.grad) == (0.5, 0.0, 0.0, 0.0)


def test_the_same_number_assigned_again_changes_nothing():
    x = Value(3.0, "x")
    y = x * x
    x.data = 3
    y.backward()
    assert x.grad == 6.0


def test_a_nan_is_not_taken_for_a_change():
    x = Value(math.nan)
    y = x * 2
    x.data = float("nan")
    y.backward()
    assert x.grad == 2.0


@pytest.mark.parametrize("gradient", ["a", [1.0], 1j, None])
def test_a_gradient_that_is_no_number_is_refused(gradient):
    x = Value(1.0)
    y = x * 2
    with pytest.raises(TypeError, match="backward"):
        y.backward(gradient)
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_names_are_strings():
    assert Value(1.0, label="a").name == "a" == Value(1.0, "a").label
    with pytest.raises(TypeError, match="name"):
        Value(1.0, 5)


def test_unsupported_numpy_calls_are_named():
    with pytest.raises(TypeError, match=r"gcd"):
        np.gcd(Value(1.0), 2)
    with pytest.raises(TypeError, match="keywords"):
        np.add(Value(1.0), 1, where=True)


def test_numbers_that_look_like_others():
    from fractions import Fraction

    for data, error in (
        (Fraction(10**400), OverflowError),
        (np.void(b"abc"), TypeError),
        (np.array(2**53 + 1), OverflowError),
        (np.str_("1"), TypeError),
    ):
        with pytest.raises(error):
            Value(data)
    assert Value(Fraction(1, 4)).data == 0.25 == Value(np.array(0.25)).data


def test_an_infinite_gradient_reaches_the_winner_alone():
    a, b = Value(1.0), Value(2.0)
    a.maximum(b).backward(math.inf)
    assert (a.grad, b.grad) == (0.0, math.inf)
    assert f"{Value(1.5):.2f}" == "1.50"


def test_a_change_is_noticed_by_a_backward_step_called_by_hand():
    x = Value(3.0, "x")
    y = x * x
    x.data, y.grad = 4.0, 1.0
    with pytest.raises(RuntimeError, match="stale"):
        y._backward()


def test_a_missing_hand_written_backward_changes_nothing():
    x = Value(2.0)
    h = Value(4.0, [x], "square")
    with pytest.raises(RuntimeError, match="no _backward"):
        (h * x).backward()
    assert x.grad == 0.0
