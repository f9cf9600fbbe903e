"""Every check of the contract of a rule, run on every row.

Each check is also run on a rule that was broken on purpose, which it must reject. (The tests of
values, first-order and second-order gradients are in test_rules.py and test_transforms.py.)
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_rules import CASES, case

from micrograd_linear import Tensor, grad
from micrograd_linear.engine.tensor import apply
from micrograd_linear.operations import RULES, SCALAR_RULES, Rule


def run(rule, operands, static, dtype=np.float64):
    tensors = [Tensor(x.astype(dtype), f"x{i}") for i, x in enumerate(operands)]
    y = apply(rule, tuple(tensors), static)
    g = np.random.default_rng(0).normal(size=y.shape).astype(dtype)
    return tensors, y, g


def check_shapes_and_types(rule, operands, static):
    """Each pullback returns a shape that its argument broadcasts to, in a type no wider.

    This is tested before the engine fits it to the argument.
    """
    for dtype in (np.float32, np.float64):
        _, y, g = run(rule, operands, static, dtype)
        for array, pull in zip(y.arrays, y.pullbacks, strict=True):
            contribution = pull(g)
            assert np.broadcast_shapes(contribution.shape, array.shape) == contribution.shape
            assert contribution.dtype == (dtype if rule.name not in WIDENED else contribution.dtype)


WIDENED = {
    "max",
    "min",
    "astype",
    "cholesky",
    "einsum",
}  # divide by a count, or hold float64 constants: the engine narrows the result


def check_purity(rule, operands, static):
    """The arguments and g are frozen, and the same comes out twice."""
    frozen = [x.astype(np.float64) for x in operands]
    for x in frozen:
        x.setflags(write=False)
    results = []
    for _ in range(2):
        y, pullbacks = rule.formula(*frozen, **static)
        g = np.random.default_rng(0).normal(size=np.shape(y))
        g.setflags(write=False)
        results.append([y, *(pull(g) for pull in pullbacks for _ in range(2))])
    for first, second in zip(*results, strict=True):
        assert np.array_equal(first, second)
    assert all(
        np.array_equal(a, b) for a, b in zip(results[0][1::2], results[0][2::2], strict=True)
    )


def check_aliasing(rule, operands, static):
    """No gradient shares memory with an argument, the value, another gradient or g."""
    tensors, y, g = run(rule, operands, static)
    y.backward(g)
    arrays = [t.grad for t in (*tensors, y)]
    others = [*arrays, *(t.current for t in (*tensors, y)), *y.arrays, g]
    for i, gradient in enumerate(arrays):
        assert not any(
            np.shares_memory(gradient, other) for j, other in enumerate(others) if i != j
        )


def check_keywords(rule, operands, static):
    """A keyword is honoured or refused: an unknown one is never dropped."""
    tensors, _, _ = run(rule, operands, static)
    with pytest.raises(TypeError, match="nonsense"):
        rule(*tensors, **static, nonsense=1)


CHECKS = [check_shapes_and_types, check_purity, check_aliasing, check_keywords]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("name, i", CASES)
def test_contract(name, i, check):
    check(*case(name, i))


def broken(formula):
    return Rule("broken", formula)


def writes_into_its_argument(x):
    x *= 1
    return x + 1, (lambda g: g,)


def returns_its_argument(x):
    return x * x, (lambda g: x,)


def swallows_keywords(x, **anything):
    return x * 2, (lambda g: 2 * g,)


def random_inside(x):
    mask = np.random.default_rng().random(x.shape)
    return x * mask, (lambda g: g * mask,)


def writes_into_g(x):
    def pullback(g):
        g *= 2
        return g

    return x * 2, (pullback,)


TWINS = [
    (check_shapes_and_types, lambda x: (x * 2, (lambda g: g[:1],))),
    (check_shapes_and_types, lambda x: (x * 2, (lambda g: g * np.float64(2),))),
    (check_purity, writes_into_its_argument),
    (check_purity, random_inside),
    (check_purity, writes_into_g),
    (check_aliasing, returns_its_argument),
    (check_keywords, swallows_keywords),
]


@pytest.mark.parametrize("check, formula", TWINS)
def test_a_broken_twin_is_rejected(check, formula):
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        check(broken(formula), (np.ones((3, 3)),), {})
    check(broken(lambda x: (x * 2, (lambda g: 2 * g,))), (np.ones((3, 3)),), {})


# --- drawn shapes, types, memory orders -----------------------------------------------------------

ELEMENTWISE = sorted(SCALAR_RULES)
UNARY = [name for name in ELEMENTWISE if RULES[name].operand_count == 1]
BINARY = [name for name in ELEMENTWISE if RULES[name].operand_count == 2]
ORDERS = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": lambda a: np.repeat(a, 2, axis=0)[::2] if a.ndim else a,
    "reversed": lambda a: a[..., ::-1] if a.ndim else a,
}


@settings(deadline=None, max_examples=200)
@given(
    name=st.sampled_from(ELEMENTWISE),
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=3),
    seed=st.integers(0, 99),
    dtype=st.sampled_from([np.float32, np.float64]),
    orders=st.tuples(*[st.sampled_from(sorted(ORDERS))] * 2),
)
def test_elementwise_rules_on_drawn_arrays(name, shapes, seed, dtype, orders):
    rng, rule = np.random.default_rng(seed), RULES[name]
    arrays = [
        ORDERS[order](rng.uniform(*domain, shape).astype(dtype))
        for shape, order, domain in zip(shapes.input_shapes, orders, rule.domains)
    ]
    frozen = [a.copy() for a in arrays]
    tensors = [Tensor(a) for a in arrays]
    y = apply(rule, tuple(tensors), {})
    assert y.dtype == dtype and y.shape == np.broadcast_shapes(*(a.shape for a in arrays))
    assert np.allclose(y.data, rule(*arrays), rtol=1e-5, atol=1e-6)
    g = rng.normal(size=y.shape).astype(dtype)
    y.backward(g)
    for k, (tensor, array) in enumerate(zip(tensors, arrays, strict=True)):
        assert tensor.grad.shape == array.shape and tensor.grad.dtype == dtype
        assert not any(
            np.shares_memory(tensor.grad, other)
            for other in (*arrays, g, *(t.current for t in tensors))
        )
        wide = [a.astype(np.float64) for a in arrays]
        direction, h = rng.normal(size=array.shape), 1e-6
        ends = [
            np.sum(g * rule(*(a + s * h * direction if i == k else a for i, a in enumerate(wide))))
            for s in (1, -1)
        ]
        assert np.sum(tensor.grad * direction) == pytest.approx(
            (ends[0] - ends[1]) / (2 * h), rel=1e-2, abs=2e-3 if dtype == np.float32 else 1e-5
        )
    assert all(np.array_equal(a, b) for a, b in zip(arrays, frozen, strict=True))


@settings(deadline=None, max_examples=100)
@given(
    name=st.sampled_from(["sum", "mean", "max", "min", "prod", "var", "std", "norm", "logsumexp"]),
    shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4),
    keepdims=st.booleans(),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_reductions_over_drawn_axes(name, shape, keepdims, seed, data):
    axes = data.draw(
        st.none()
        | st.integers(-len(shape), len(shape) - 1)
        | st.lists(st.integers(0, len(shape) - 1), unique=True, min_size=1).map(tuple)
    )
    rng = np.random.default_rng(seed)
    array, direction, h = rng.uniform(0.5, 2.0, shape), rng.normal(size=shape), 1e-6

    def f(x):
        return getattr(x, name)(axis=axes, keepdims=keepdims)

    t = Tensor(array)
    y = f(t)
    g = rng.normal(size=y.shape)
    y.backward(g)
    assert y.shape == np.sum(array, axis=axes, keepdims=keepdims).shape
    ends = [np.sum(g * f(Tensor(array + s * h * direction)).data) for s in (1, -1)]
    if name != "std" or np.min(y.data, initial=1) > 1e-2:  # at 0 the standard deviation has a kink
        assert np.sum(t.grad * direction) == pytest.approx(
            (ends[0] - ends[1]) / (2 * h), rel=1e-4, abs=1e-6
        )


def test_zero_dimensional_and_empty_arrays():
    for shape in ((), (0,), (0, 3), (3, 0)):
        x = np.ones(shape)
        for name in UNARY:
            t = Tensor(np.full(shape, sum(RULES[name].domains[0]) / 2 + 0.1))
            y = apply(RULES[name], (t,), {})
            y.backward(np.ones(shape))
            assert t.grad.shape == shape
        assert np.shape(grad(lambda x: (x * x).sum())(x)) == shape
