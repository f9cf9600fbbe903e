"""What the text of a file tells of its functions: pairs, parameters, shapes, gradients."""

import numpy as np
import pytest

from micrograd_linear import Tensor, check_backward
from micrograd_linear.comparison.small_constants import doubled
from micrograd_linear.comparison.styles.cost_pairs import cost_of
from micrograd_linear.comparison.styles.module_arrays import ModuleParameters
from micrograd_linear.comparison.styles.pairing import Case
from micrograd_linear.comparison.styles.returning import is_gradient, returns_own_gradients
from micrograd_linear.comparison.styles.subscripts import shapes_of

SCALE = np.ones((2, 3))
OTHER = np.zeros(4)


def of_two(w, X):
    return w, X


@pytest.mark.parametrize(
    "gradient, cost",
    [
        ("gradient", "cost_function"),
        ("compute_gradient", "compute_cost"),
        ("computeGradient", "computeCost"),
        ("logistic_grad", "logistic_loss"),
        ("df", "f"),
        ("gradient_descent", None),
        ("numerical_gradient", None),
        ("update_grads", None),
        ("predict", None),
    ],
)
def test_a_gradient_is_of_the_cost_that_its_name_tells(gradient, cost):
    functions = {gradient: of_two, "sigmoid": abs, "other": lambda x: x}
    functions |= {cost: of_two} if cost else {"cost": of_two}
    functions = {n: f for n, f in functions.items() if n != "sigmoid"}
    assert cost_of(gradient, functions) == cost


def test_a_cost_that_takes_something_else_is_not_the_one():
    assert cost_of("gradient", {"gradient": of_two, "cost": lambda q: q}) is None


@pytest.mark.parametrize(
    "name, known, told",
    [
        ("dW", (), True),
        ("grad_mu", (), True),
        ("dmu", ("mu",), True),
        ("dmu", (), False),
        ("data", ("x",), False),
        ("d_model", (), False),
    ],
)
def test_a_gradient_is_told_from_what_begins_with_the_same_letter(name, known, told):
    assert is_gradient(name, known) == told


def test_what_comes_with_an_upstream_gradient_is_no_loss():
    def divergence(mu, dout):
        kl, dmu = mu.sum(), dout * np.ones_like(mu)
        return kl, dmu

    def alone(mu):
        kl, dmu = mu.sum(), np.ones_like(mu)
        return kl, dmu

    assert returns_own_gradients(alone) and not returns_own_gradients(divergence)


def read_by(x):
    dSCALE = x
    return x * SCALE + OTHER.sum(), dSCALE


def test_globals_are_parameters_where_a_gradient_is_named_of_them_and_are_put_back():
    found = ModuleParameters.of([read_by], ["dSCALE"])
    assert list(found.paths) == ["SCALE"]
    assert found.drawn(np.random.default_rng(0))["SCALE"].shape == (2, 3)
    before = SCALE
    with pytest.raises(KeyError), found.holding({"SCALE": np.full((2, 3), 7.0)}):
        assert SCALE[0, 0] == 7.0
        raise KeyError
    assert SCALE is before and not ModuleParameters.of([read_by], ["dx"]).paths


def attention(q, k, v, W, b):
    scores = np.einsum("bhid,bhjd->bhij", q, k) / 2.0
    weights = np.tanh(scores)
    mixed = np.einsum("bhij,bhjd->bhid", weights, v)
    return np.einsum("bhid,de->bhie", mixed, W) + b


def test_subscripts_say_which_sizes_are_shared():
    shapes = shapes_of(attention)
    assert shapes["k"][:3] == shapes["v"][:3] and shapes["q"][:2] == shapes["k"][:2]
    assert shapes["q"][3] == shapes["k"][3] and shapes["v"][3] == shapes["W"][0]
    assert shapes["b"] == shapes["W"][1:]
    assert shapes["q"][2] != shapes["k"][2]
    assert attention(*(np.ones(shape) for shape in shapes.values())).ndim == 4
    assert shapes_of(of_two) == {}


def floor(x, eps=1e-6):
    return np.log(x + 1e-7) + eps


def test_constants_are_doubled_in_code_and_defaults_and_put_back():
    code, defaults = floor.__code__, floor.__defaults__
    case = Case(floor, floor, {})
    with doubled([1e-7, 1e-6], [floor], case):
        assert floor(0.0) == np.log(2e-7) + 2e-6
    assert floor.__code__ is code and floor.__defaults__ is defaults
    assert floor(0.0) == np.log(1e-7) + 1e-6


@pytest.mark.parametrize("factor, ok", [(1.0, True), (1.00001, False), (1.0002, False)])
def test_a_small_constant_excuses_what_it_explains_and_no_more(factor, ok):
    def forward(p):
        return -np.log(p + 1e-7).sum()

    def backward(dy, p):
        return {"p": -dy * factor / p}

    p = np.random.default_rng(0).uniform(0.1, 0.9, 7)
    comparison = check_backward(forward, backward, {"p": p})
    assert comparison.ok == ok
    assert comparison["p"].status == ("close" if ok else "wrong")


def test_a_border_of_another_constant_and_a_result_that_is_written_into_are_recorded():
    x = Tensor(np.arange(4.0).reshape(2, 2), "x")
    padded = np.pad(x, 1, constant_values=-3.0)
    assert np.array_equal(padded.numpy(), np.pad(x.numpy(), 1, constant_values=-3.0))
    (padded * np.arange(16.0).reshape(4, 4)).sum().backward()
    assert np.array_equal(x.grad, [[5, 6], [9, 10]])
    y = Tensor(np.array([-9.0, 0.5]), "y")
    held = y * 1.0
    np.clip(held, -5, 5, out=held)
    held.sum().backward()
    assert held.numpy().tolist() == [-5.0, 0.5] and y.grad.tolist() == [0.0, 1.0]
    two = np.pad(x, 1, constant_values=(1, 2))
    assert np.array_equal(two.numpy(), np.pad(x.numpy(), 1, constant_values=(1, 2)))
