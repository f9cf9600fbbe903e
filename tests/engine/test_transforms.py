"""Derivatives of derivatives: create_graph, and functions in, functions out."""

from collections import namedtuple

import numpy as np
import pytest
from test_rules import CASES, case

from micrograd_linear import (
    Tensor,
    debug,
    grad,
    hessian,
    jacobian,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
)
from micrograd_linear.engine.backward import recorded_walk
from micrograd_linear.engine.tensor import apply

ARRAY = np.array([0.5, -1.2, 2.0])


def second_order_error(rule, operands, static, twist=1.0):
    """Of vᵀ H w by the engine, against central differences of its first-order gradient along w."""
    rng = np.random.default_rng(4)
    tensors = [Tensor(x) for x in operands]
    y = apply(rule, tuple(tensors), static)
    g, v, w = (
        rng.normal(size=y.shape),
        [rng.normal(size=x.shape) for x in operands],
        [rng.normal(size=x.shape) for x in operands],
    )
    # These read one triangle of a symmetric matrix, which is to stay one.
    if rule.name in ("cholesky", "eigvalsh", "eigenvectors") or static.get("hermitian"):
        w = [x + x.mT for x in w]
    gradients = recorded_walk(y, Tensor(g, requires_grad=False))
    s = sum((gradients[t] * a * twist).sum() for t, a in zip(tensors, v, strict=True))
    found = s.gradients() if s.requires_grad else {}
    engine = sum(np.sum(found[t] * b) for t, b in zip(tensors, w, strict=True) if t in found)

    def first_order(h):
        moved = [Tensor(x + h * b) for x, b in zip(operands, w, strict=True)]
        gradients = apply(rule, tuple(moved), static).gradients(g)
        return sum(np.sum(gradients[t] * a) for t, a in zip(moved, v, strict=True))

    h = 1e-6
    numeric = (first_order(h) - first_order(-h)) / (2 * h)
    return abs(engine - numeric), abs(numeric)


@pytest.mark.parametrize("name, i", CASES)
def test_second_order_of_every_rule(name, i):
    error, size = second_order_error(*case(name, i))
    assert error <= 1e-7 * (1 + size)
    twisted, size = second_order_error(*case(name, i), twist=1.001)
    assert size < 1e-3 or twisted > 1e-7 * (1 + size)


def test_sigmoid_is_smooth_at_zero():
    assert (
        grad(grad(lambda x: x.sigmoid()))(0.0) == 0.0
        and grad(lambda x: grad(lambda y: y.sigmoid() * y)(x))(0.0) == 0.5
    )


@pytest.mark.parametrize(
    "f, third",
    [
        (lambda x: x**4, lambda x: 24 * x),
        (np.sin, lambda x: -np.cos(x)),
        (np.exp, np.exp),
        (lambda x: 1 / x, lambda x: -6 / x**4),
        (np.log, lambda x: 2 / x**3),
        (
            lambda x: x.sigmoid(),
            lambda x: (s := 1 / (1 + np.exp(-x))) * (1 - s) * (1 - 6 * s + 6 * s * s),
        ),
        (
            lambda x: x**x,
            lambda x: x**x * ((np.log(x) + 1) ** 3 + 3 * (np.log(x) + 1) / x - 1 / x**2),
        ),
        (np.tanh, lambda x: (t := np.tanh(x)) * 0 + (1 - t * t) * (6 * t * t - 2)),
    ],
)
def test_third_derivatives(f, third):
    assert grad(grad(grad(f)))(0.7) == pytest.approx(third(0.7), rel=1e-12)


def test_a_gradient_penalty_through_a_two_layer_network(rng):
    x, W, V = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 1))

    def penalty(W, V):
        inner = grad(lambda x: (np.tanh(x @ W) @ V).sum())(x)
        return ((np.sum(inner**2, axis=1) + 1e-9) ** 0.5 - 1).mean()

    dW, dV = grad(penalty, argnums=(0, 1))(W, V)
    assert type(dW) is np.ndarray and dW.shape == W.shape

    def closed(W, V):  # complex step on the closed form
        inner = ((1 - np.tanh(x @ W) ** 2) * V[:, 0]) @ W.T
        return ((np.sum(inner**2, axis=1) + 1e-9) ** 0.5 - 1).mean()

    for i in np.ndindex(W.shape):
        step = np.zeros(W.shape, complex)
        step[i] = 1e-30j
        assert dW[i] == pytest.approx(np.imag(closed(W + step, V)) / 1e-30, rel=1e-8, abs=1e-12)
    for i in np.ndindex(V.shape):
        step = np.zeros(V.shape, complex)
        step[i] = 1e-30j
        assert dV[i] == pytest.approx(np.imag(closed(W, V + step)) / 1e-30, rel=1e-8, abs=1e-12)


def test_create_graph_on_a_tensor():
    x = Tensor([1.0, 2.0], "x")
    (x**3).sum().backward(create_graph=True)
    first = x.grad
    assert isinstance(first, Tensor) and first.data.tolist() == [3.0, 12.0]
    x.zero_grad()
    first.sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]


def test_hessian_vector_products(rng):
    A = rng.normal(size=(4, 4))
    v, x = rng.normal(size=4), rng.normal(size=4)

    def f(x):
        return np.exp(np.sin(x) @ A @ x / 10)

    product = grad(lambda x: (grad(f)(x) * v).sum())(x)
    forward_over_reverse = jvp(grad(f), (x,), (v,))[1]
    assert np.allclose(product, hessian(f)(x) @ v, rtol=1e-10) and np.allclose(
        forward_over_reverse, product, rtol=1e-10
    )


def test_jacobian_has_the_shape_of_output_then_input(rng):
    x, W = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    J = jacobian(lambda x, W: x @ W, argnums=(0, 1))(x, W)
    assert J[0].shape == (2, 4, 2, 3) and J[1].shape == (2, 4, 3, 4)
    assert np.allclose(J[1], np.einsum("ih,jk->ijhk", x, np.eye(4)))
    assert np.allclose(J[0], np.einsum("il,kj->ijlk", np.eye(2), W))
    assert jacobian(lambda x: x * 2)(3.0) == 2.0 and jacobian(lambda x: x[:0])(ARRAY).shape == (
        0,
        3,
    )
    assert hessian(lambda x: x**3)(2.0) == 12.0 and jacobian(jacobian(lambda x: x * x))(
        ARRAY
    ).shape == (3, 3, 3)


def test_vjp_and_jvp_are_each_others_transposes(rng):
    x, y, u, v, g = (rng.normal(size=3) for _ in range(5))

    def f(x, y):
        return np.tanh(x * y) / (1 + y**2) + x[::-1]

    value, pull = vjp(f, x, y)
    assert np.array_equal(value, f(x, y))
    pushed = jvp(f, (x, y), (u, v))[1]
    assert g @ pushed == pytest.approx(pull(g)[0] @ u + pull(g)[1] @ v)
    assert np.allclose(pull(2 * g)[0], 2 * pull(g)[0])


def test_structures_in_structures_out():
    Point = namedtuple("Point", "x y")

    def f(p):
        return p["a"] ** 2 * p["rest"][0].x + np.sum(p["rest"][1] * p["rest"][0].y)

    value, gradient = value_and_grad(f)({"a": 3.0, "rest": [Point(2.0, 5.0), (ARRAY, 7.0)[0]]})
    assert value == 18 + 5 * ARRAY.sum() and gradient["a"] == 12.0
    assert gradient["rest"][0] == Point(9.0, ARRAY.sum()) and np.array_equal(
        gradient["rest"][1], [5.0, 5.0, 5.0]
    )
    assert jacobian(lambda p: p["w"] * 2)({"w": ARRAY, "b": 1.0})["w"].shape == (3, 3)


def test_plain_in_plain_out():
    assert (
        type(grad(lambda x: x * x)(3)) is float
        and type(grad(lambda x: (x * x).sum())(ARRAY)) is np.ndarray
    )
    assert grad(lambda x: (x * x).sum())(ARRAY.astype(np.float32)).dtype == np.float32
    assert grad(lambda x: 5.0)(1.0) == 0.0 and np.array_equal(
        grad(lambda x: np.float64(5.0))(ARRAY), np.zeros(3)
    )
    frozen = ARRAY.copy()
    frozen.setflags(write=False)
    assert np.allclose(grad(lambda x: (x**2).sum())(frozen), 2 * frozen)


def test_a_closure_over_the_same_tensor_is_not_mixed_up():
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6.0  # d(x * x), not d(x * 2x)
    assert grad(lambda x: grad(lambda y: x * y * y)(2.0))(3.0) == 4.0
    x = Tensor(3.0, "x")
    y = grad(lambda z: z * z * x)(x)
    assert isinstance(y, Tensor)
    y.backward()
    assert y.item() == 18.0 and x.grad == 12.0  # 2x * x


def test_several_arguments_keywords_and_negative_numbers():
    def f(a, b, scale=1.0):
        return a * b**2 * scale

    assert (
        grad(f, argnums=1)(2.0, 3.0, scale=10.0) == 120.0 and grad(f, argnums=-1)(2.0, 3.0) == 12.0
    )
    assert grad(f, argnums=(1, 0))(2.0, 3.0) == (12.0, 9.0)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (
            lambda: grad(lambda x: x * 2)(ARRAY),
            ValueError,
            r"expected a scalar from the function, got shape \(3,\)",
        ),
        (lambda: grad(lambda x: x)("a"), TypeError, "strings"),
        (lambda: grad(lambda x: x, argnums=3)(1.0), ValueError, "argnums"),
        (
            lambda: vjp(lambda x: x * 2, ARRAY)[1](np.ones(2)),
            ValueError,
            r"expected shape \(3,\), got \(2,\)",
        ),
        (lambda: jvp(lambda x: x, (ARRAY,), (1.0,)), ValueError, r"expected shape \(3,\)"),
        (lambda: jvp(lambda x: x, (1.0,), (1.0, 2.0)), ValueError, "1 arguments, got 2"),
        (lambda: grad(lambda x: (x, x))(1.0), ValueError, "expected a scalar.*got 2 results"),
        (lambda: grad(lambda x: x)(1j), TypeError, "complex"),
        (lambda: grad(lambda x: "no")(1.0), TypeError, "strings"),
    ],
)
def test_bad_input(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_where_around_a_pole_gives_the_gradient_of_the_branch_that_was_taken():
    x = np.array([0.0, 4.0])
    with np.errstate(all="ignore"):
        for f, expected in (
            (lambda t: np.where(x > 0, np.sqrt(t), 0), [0.0, 0.25]),
            (lambda t: np.where(x > 0, np.log(t), t), [1.0, 0.25]),
            (lambda t: np.where(x > 0, 1 / t, 0), [0.0, -1 / 16]),
        ):
            assert grad(lambda t, f=f: f(t).sum())(x).tolist() == expected
            assert np.isfinite(hessian(lambda t, f=f: f(t).sum())(x)).all()
        assert grad(lambda t: np.sqrt(t).sum())(x)[0] == np.inf  # no branch: the pole is told
        assert np.isnan(grad(lambda t: (np.sqrt(t) * 0).sum())(x)[0])  # and a NaN stays one


def test_pulls_and_pushes_nest():
    assert grad(lambda g: vjp(lambda y: y**3, 2.0)[1](g)[0])(1.0) == 12.0
    assert grad(lambda v: jvp(lambda y: y**3, (2.0,), (v,))[1])(1.0) == 12.0
    assert grad(lambda x: jvp(lambda y: y**3, (x,), (1.0,))[1])(2.0) == 12.0
    _, pull = vjp(lambda y: y**3, 2.0)
    assert grad(lambda g: pull(g)[0])(1.0) == 12.0 and pull(1.0) == (12.0,)
    assert jvp(lambda x, y: 5.0, (2.0, 1.0), (1.0, 1.0)) == (5.0, 0.0)


def test_hessians_of_several_arguments_and_structures():
    assert hessian(lambda x, y: x * x * y, argnums=(0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
    second = hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 2.0, "b": 3.0})
    assert second == {"a": {"a": 6.0, "b": 4.0}, "b": {"a": 4.0, "b": 0.0}}


def test_what_cannot_be_differentiated_is_refused():
    with pytest.raises(ValueError, match="each argument once"):
        grad(lambda x, y: x * y, argnums=(0, 0))(2.0, 3.0)
    with no_grad(), pytest.raises(RuntimeError, match="inside no_grad"):
        grad(lambda x: x**3)(2.0)


def test_recorded_gradients_are_not_shared():
    x, z, G = Tensor([2.0], "x"), Tensor([3.0], "z"), Tensor([1.0], "G")
    (x + z).backward(G, create_graph=True)
    x.grad.data[0] = 9
    assert z.grad.data[0] == G.data[0] == 1.0


def test_debug_watches_transforms():
    with debug(), pytest.raises(FloatingPointError, match="derivative of sqrt"):
        grad(np.sqrt)(0.0)


def test_an_array_of_objects_that_holds_numbers_alone_is_a_result():
    def smallest(x):
        return np.min(np.array([[x, x, 0.5], [0.5, 0.5, x]]), axis=0)

    assert jacobian(smallest)(1.0).tolist() == [0.0, 0.0, 0.0]
    assert jacobian(smallest)(-1.0).tolist() == [1.0, 1.0, 1.0]
