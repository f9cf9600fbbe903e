"""The gradient of a function whose result left the graph is an error, not 0."""

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor
from micrograd_linear.engine import recording
from micrograd_linear.engine.leaving import LeftGraph

CUT = {
    "item": lambda x: x.sum().item() ** 2,
    "data": lambda x: (x.data**2).sum(),
    "numpy": lambda x: float((x.numpy() ** 2).sum()),
    "detach": lambda x: (x.detach() * 2).sum(),
    "a result": lambda x: (x * x).sum().item(),
    "a new Tensor": lambda x: Tensor((x * 2).data).sum(),
    "a closure": lambda x: (Tensor([1.0, 2.0]) * x.data).sum(),
}
TRANSFORMS = {
    "grad": lambda f, x: mgl.grad(f)(x),
    "value_and_grad": lambda f, x: mgl.value_and_grad(f)(x),
    "vjp": lambda f, x: mgl.vjp(f, x),
    "jvp": lambda f, x: mgl.jvp(f, (x,), (np.ones_like(x),)),
    "jacobian": lambda f, x: mgl.jacobian(f)(x),
    "hessian": lambda f, x: mgl.hessian(f)(x),
    "grad of grad": lambda f, x: mgl.grad(lambda x: mgl.grad(f)(x).sum())(x),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("cut", CUT)
def test_the_gradient_of_what_left_the_graph_is_not_zero_but_an_error(transform, cut):
    with pytest.raises(
        LeftGraph,
        match=r"does not depend on its argument as recorded.* left the graph by \.\w+(\(\))? "
        r"at test_leaving_functions.py:\d+",
    ):
        TRANSFORMS[transform](CUT[cut], np.array([1.0, 2.0]))


def test_the_line_where_the_graph_was_left_is_named():
    def f(x):
        y = (x * x).sum()
        return y.item() * 2

    with pytest.raises(
        LeftGraph,
        match=r"a sum result \(\) left the graph by \.item\(\) at "
        rf"test_leaving_functions.py:{f.__code__.co_firstlineno + 2}",
    ):
        mgl.grad(f)(np.array([1.0, 2.0]))
    with pytest.raises(LeftGraph, match=r"float\(\)"):
        mgl.grad(lambda x: float(x) ** 2)(2.0)


def test_a_constant_function_has_gradient_zero():
    other = Tensor([3.0], "other")
    for f in (
        lambda x: 3.0,
        lambda x: np.ones(()),
        lambda x: other.data.sum(),
        lambda x: x.shape[0],
        lambda x: other.item() + 1,
        lambda x: f"{x.sum():.2f}" and 1.0,
    ):
        assert np.array_equal(mgl.grad(f)(np.array([1.0, 2.0])), [0.0, 0.0])
    assert mgl.grad(lambda x: 1.0 if x > 0 else 2.0)(3.0) == 0.0


def test_a_number_that_is_a_constant_on_purpose_stays_one():
    assert mgl.grad(lambda x: x * x.item())(3.0) == 3.0
    assert mgl.grad(lambda x: (x * x).detach() * x)(3.0) == 9.0
    assert mgl.grad(lambda x, y: x.item() * y, argnums=(0, 1))(2.0, 5.0) == (0.0, 2.0)
    assert mgl.grad(mgl.grad(lambda x: x * x * x.item()))(3.0) == 6.0


def test_an_outer_listener_hears_what_left_inside_of_grad():
    told = []
    with recording.leaving(lambda node, how: told.append(how)):
        mgl.grad(lambda x: x * x.item())(3.0)
    assert told == [".item()"]
    told.clear()
    with recording.leaving(lambda node, how: told.append(how)):
        mgl.value_and_grad(lambda x: (x * x).sum())(np.ones(3))
    assert told == []
