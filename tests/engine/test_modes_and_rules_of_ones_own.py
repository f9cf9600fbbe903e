"""no_grad, debug, and operations that a user adds."""

import math

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, draw, grad
from micrograd_linear.functions.custom import PREDEFINED
from micrograd_linear.operations import RULES


def test_no_grad_records_nothing_and_is_set_back_by_an_error():
    t, v = Tensor([1.0, 2.0]), Value(3.0)
    with pytest.raises(ZeroDivisionError), mgl.no_grad():
        assert (
            not (t * 2).requires_grad
            and (t @ t).operands == ()
            and (v * 2 + 1).operands == ()
            and (2 / v).operands == ()
            and v.exp().operands == ()
        )
        with mgl.no_grad():
            pass
        assert (t * 2).operands == ()
        raise ZeroDivisionError
    assert (t * 2).requires_grad and len((v * 2).operands) == 2


def test_debug_names_the_operation_its_line_and_its_operands_in_the_forward_pass():
    x = Tensor([1.0, -4.0], "x")
    with (
        pytest.raises(
            FloatingPointError,
            match=r"sqrt of x \(2,\) made nan at \[1\] from -4.0 \(forward, test_modes.*py:\d+\)",
        ),
        mgl.debug(),
    ):
        (x.sqrt() * 2).sum()
    with (
        pytest.raises(
            FloatingPointError, match=r"divide of x \(2,\), 0 made inf at \[0\] from 1.0, 0.0"
        ),
        mgl.debug(),
    ):
        x / 0
    with np.errstate(all="ignore"):
        assert np.isnan(x.sqrt().data[1])  # outside, nothing is raised


def test_debug_names_the_operation_in_the_backward_pass():
    x = Tensor([1.0, 0.0], "x")
    with mgl.debug():
        y = x.sqrt()  # finite; its derivative is not
        with pytest.raises(
            FloatingPointError,
            match=(
                r"derivative of sqrt with respect to x \(2,\) made inf at \[1\], where x \(2,\) is "
                r"0.0 \(backward; forward at test_modes.*py"
            ),
        ):
            y.sum().backward()
    assert x.grad is None


def test_debug_of_values_forward_and_backward():
    with mgl.debug():
        x = Value(-1.0, "x")
        with pytest.raises(
            FloatingPointError,
            match=r"log of Value 'x' made nan from -1.0 \(forward, test_modes.*py:\d+\)",
        ):
            x.log()
        with pytest.raises(
            FloatingPointError, match=r"divide of Value 'x', 0.0 made -inf from -1.0, 0.0"
        ):
            x / 0
        y = x * 2.0
        assert y.line.startswith("test_modes") and y.operands == (x, 2.0)
        a = Value(0.0, "a")
        root = a.sqrt() * 3.0
        with pytest.raises(
            FloatingPointError,
            match=(
                r"derivative of sqrt with respect to Value 'a' made inf, where it is 0.0 "
                r"\(backward; forward at test_modes"
            ),
        ):
            root.backward()
        assert (a.grad, root.grad) == (0.0, 0.0)
        y.backward()
        assert x.grad == 2.0
        nan = Value(math.nan) + 1.0  # came in so: no cause
        assert math.isnan(nan.data)
        with mgl.no_grad():
            assert (x * 2.0).operands == ()
            with pytest.raises(FloatingPointError):
                x.log()
        assert (x * 2.0).operands == (x, 2.0)
    assert math.isnan(x.log().data) and not hasattr(x * 2.0, "line")
    with mgl.no_grad(), mgl.debug():
        assert (x * 2.0).operands == ()
        with pytest.raises(FloatingPointError):
            x.log()
    root.backward()
    assert a.grad == math.inf


def test_debug_lets_a_nan_that_came_in_pass():
    with mgl.debug():
        y = Tensor([np.nan], "x") * 2
        y.backward([1.0])


def test_a_rule_of_ones_own_is_a_method_a_function_a_picture_and_has_all_derivatives(own):
    @own("cube")
    def cube(x):
        """x³"""
        return x**3, (lambda g: 3 * g * x**2,)

    t = Tensor([1.0, 2.0], "t")
    y = t.cube()
    y.backward([1, 1])
    assert (
        t.grad.tolist() == [3.0, 12.0]
        and cube(t).operation == "cube"
        and cube(2.0) == 8.0
        and Tensor.cube.__doc__ == "x³"
    )
    assert "cube" in draw(y).dot and grad(grad(lambda x: x.cube()))(2.0) == 12.0
    assert mgl.compare({"t": 3 * t.data**2}, y, gradient=np.ones(2)).ok


def test_a_rule_for_a_numpy_function_with_static_arguments(own):
    @own(np.gcd)
    def gcd(x, y):
        return x * y, (lambda g: g * y, lambda g: g * x)

    @own("scaled")
    def scaled(x, *, by):
        return x * by, (lambda g: g * by,)

    t = Tensor([1.0, 2.0])
    np.gcd(t, np.array([2.0, 1.0])).backward([1, 1])
    assert np.allclose(t.grad, [2.0, 1.0]) and t.scaled(by=3).data.tolist() == [3.0, 6.0]
    with pytest.raises(TypeError, match="by"):
        t.scaled()


@pytest.mark.parametrize(
    "pullbacks, error, words",
    [
        (
            lambda x, y: (lambda g: g,),
            TypeError,
            "faulty: expected the rule to return 2 pullbacks, one for each argument, got 1",
        ),
        (
            lambda x, y: (lambda g: g, lambda g: g[:2]),
            ValueError,
            r"faulty returned a gradient of y \(3,\) that does not fit: got shape \(2,\), "
            r"expected \(3,\)",
        ),
        (
            lambda x, y: (lambda g: "no", lambda g: g),
            ValueError,
            r"faulty returned a gradient of x \(3,\) that does not fit",
        ),
        (
            lambda x, y: (lambda g: None, lambda g: g),
            ValueError,
            r"faulty returned a gradient of x \(3,\) that does not fit",
        ),
    ],
)
def test_a_rule_that_returns_the_wrong_thing_is_named(own, pullbacks, error, words):
    @own("faulty")
    def faulty(x, y):
        return x * y, pullbacks(x, y)

    x, y = Tensor(np.ones(3), "x"), Tensor(np.ones(3), "y")
    with pytest.raises(error, match=words):
        x.faulty(y).sum().backward()
    assert x.grad is None


def test_names_that_are_taken_and_things_that_are_no_name(own):
    with pytest.raises(ValueError, match="already has 'reshape'"):
        own("reshape")(lambda x: (x, (lambda g: g,)))
    with pytest.raises(TypeError, match="expected a name or a NumPy function"):
        own(3)
    assert (
        "reshape" in PREDEFINED
        and RULES["reshape"].formula.__module__ == "micrograd_linear.operations.shapes"
    )
