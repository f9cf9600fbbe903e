"""``h += b`` means what it means to NumPy, that every name of h sees it, or is refused."""

import gc
import operator
import weakref

import numpy as np
import pytest
from plain_functions import OTHER, START, agree

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, compare, derive, draw, no_grad
from micrograd_linear.engine.graph import topological_order

OPERATORS = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "/=": operator.itruediv,
    "**=": operator.ipow,
    "@=": operator.imatmul,
}


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("order", ["before", "after", "both"])
def test_results_before_a_change_keep_the_old_version_and_later_ones_see_the_new(symbol, order):
    def f(x, b):
        h = x * 1
        alias, before = h, h * h
        h = OPERATORS[symbol](h, b)
        after = alias * h
        return (
            before if order == "before" else after if order == "after" else before * after + h
        ).sum()

    def rebinding(x, b):  # what the engine did: the alias keeps the old number
        h = x * 1
        alias = h
        h = getattr(operator, OPERATORS[symbol].__name__[1:])(h, b)
        return (alias * h).sum()

    assert agree(f, START, OTHER)
    if order == "after":
        assert not np.allclose(rebinding(START, OTHER), f(START, OTHER))


@pytest.mark.parametrize(
    "f",
    [
        lambda x, b: twice(x * 1, lambda h: h.__iadd__(h)),
        lambda x, b: twice(x * b, lambda h: operator.imul(h, h * 2)),
        lambda x, b: twice(x * 1, lambda h: operator.iadd(h, (h * b).sum())),
        lambda x, b: twice(x @ b, lambda h: operator.isub(h, h.mean(axis=0))),
        lambda x, b: twice(x * 1, lambda h: operator.iadd(h, 2.5)),
        lambda x, b: twice(x * 1, lambda h: operator.ipow(h, 2)),
        lambda x, b: twice(x * 1, lambda h: operator.itruediv(h, np.sum(h * h) ** 0.5)),
        lambda x, b: twice(x @ b[0], lambda h: operator.iadd(h, x @ h)),
    ],
)
def test_a_change_may_use_what_it_changes(f):
    assert agree(f, START, OTHER)


def twice(h, change):
    same, first = h, h * 3
    for _ in range(2):
        assert change(h) is h
        first = first + same * h
    return (first * h).sum()


def random_program(seed):
    """Statements on three arrays that may be aliases of one another, some of them in place."""
    rng = np.random.default_rng(seed)
    steps = [
        (int(rng.integers(7)), *map(int, rng.integers(4, size=3)), float(rng.uniform(0.5, 1.5)))
        for _ in range(12)
    ]

    def f(x, y):
        names = [x * 1, y * 1, x * y, y + 0.5]
        total = 0.0
        for kind, i, j, k, c in steps:
            if kind == 0:
                names[i] += names[j] * c
            elif kind == 1:
                names[i] *= names[j] / 3
            elif kind == 2:
                names[i] -= names[j].mean(axis=0) * names[k]
            elif kind == 3:
                names[i] = names[j]
            elif kind == 4:
                names[i] = names[j] * names[k] / 2
            elif kind == 5:
                total = total + (names[i] * names[j]).sum()
            else:
                names[i] /= c + names[j] ** 2
        return total + sum((name * (1.0 + n)).sum() for n, name in enumerate(names))

    return f


@pytest.mark.parametrize("seed", range(40))
def test_random_programs_with_aliases_agree_with_numpy(seed):
    assert agree(random_program(seed), START / 2, OTHER / 2)


def test_second_derivatives_go_through_a_change():
    def f(x):
        h = x * x
        y = h * 3
        h *= x
        return (h * y + h).sum()

    def plain(x):
        return (x**3 * 3 * x**2 + x**3).sum()

    x = np.array([0.7, 1.3])
    for transform in (mgl.grad, mgl.hessian, mgl.jacobian):
        assert np.allclose(transform(f)(x), transform(plain)(x))
    t = Tensor(x)
    f(t).backward(create_graph=True)
    first = t.grad
    t.grad = None
    first.sum().backward()
    assert np.allclose(t.grad, 60 * x**3 + 6 * x)


def graph():
    x, b = Tensor([[1.0, 2.0]], "x"), Tensor([[3.0, 5.0]], "b")
    h = x * 2
    h.name = "h"
    y = h * x
    h += b
    z = y + h * h
    z.name = "z"
    return x, b, h, y, z


def test_readers_see_both_versions():
    x, _, h, y, z = graph()
    names = [node.operation for node in topological_order(z.sum())]
    assert names == ["", "", "multiply", "multiply", "add", "multiply", "add", "sum"]
    assert (
        y.operands[0] is not h
        and y.operands[0].operation == "multiply"
        and y.operands[0].name == ""
        and h.operation == "add"
    )
    x, _, h, y, z = graph()
    assert [contribution.tolist() for _, contribution in y.contributions(np.ones((1, 2)))] == [
        [[1.0, 2.0]],
        [[2.0, 4.0]],
    ]
    assert draw(z).dot.count(">h<") == draw(z).dot.count(">z<") > 0
    x, _, h, y, z = graph()
    hand = {"x": 4 * x.data + 2 * 2 * h.data, "b": 2 * h.data}
    assert compare(hand, z, gradient=np.ones((1, 2))).ok
    assert not compare({**hand, "x": hand["x"] + 1}, z, gradient=np.ones((1, 2))).ok
    assert derive(z)["b"] is not None
    assert np.allclose(z.gradients(np.ones((1, 2)))[h], 2 * h.data)


def test_the_gradient_of_the_object_is_that_of_its_new_version():
    x = Tensor([1.0, 2.0], "x")
    h = x * 3
    h.sum().backward()
    assert h.grad.tolist() == [1.0, 1.0]
    h *= 2
    assert h.grad is None
    (h * h).sum().backward()
    assert h.grad.tolist() == [12.0, 24.0] and x.grad.tolist() == [75.0, 147.0]


def test_types_and_shapes_stay_or_are_refused():
    h = Tensor(np.ones(3, np.float32), "x") * 1
    h.name = "h"
    before = h.data.copy()
    h += np.ones(3)
    assert (
        h.dtype == np.float32
        and h.data.tolist() == [2.0, 2.0, 2.0]
        and before.tolist() == [1.0] * 3
    )
    for other, error, words in (
        (np.ones((5, 3)), ValueError, r"h \(3,\) \+= .*shape \(5, 3\)"),
        (np.ones(4), ValueError, "h .*broadcast"),
        ("a", TypeError, "h "),
    ):
        with pytest.raises(error, match=words):
            h += other
        assert h.operation == "astype" and h.data.tolist() == [2.0, 2.0, 2.0]
    n = Tensor([1, 2, 3], "n", requires_grad=False)
    with pytest.raises(TypeError, match=r"n \(3,\) \+= .*float64.*int64.*n = n \+"):
        n += 0.5
    with pytest.raises(TypeError, match="n"):
        n += Tensor([1.0, 2.0, 3.0])
    small = Tensor(np.array([100], np.int8), "small", requires_grad=False)
    with pytest.raises(OverflowError):
        small *= small
    assert n.data.tolist() == [1, 2, 3] and small.data.tolist() == [100] and not n.requires_grad


def test_a_leaf_that_requires_a_gradient_is_refused_with_the_line_to_write():
    W = Tensor([1.0, 2.0], "W")
    for operation in OPERATORS.values():
        with pytest.raises(TypeError, match=r"W \(2,\) .*W\.data .*no_grad\(\).*W = W "):
            operation(W, 1.0)
    with pytest.raises(TypeError, match="leaf"):
        mgl.grad(lambda x: operator.iadd(x, 1.0).sum())(np.ones(2))
    # A number does not change: the name gets another, as in NumPy.
    assert mgl.grad(mgl.grad(lambda x: operator.imul(x, x)))(2.0) == 2.0
    assert W.data.tolist() == [1.0, 2.0]


def test_a_constant_changes_in_place_and_every_name_sees_it():
    c = same = Tensor([1.0, 2.0], "c", requires_grad=False)
    c += 1
    c *= c
    assert c is same and same.data.tolist() == [4.0, 9.0] and same.rule is None
    x = Tensor([1.0, 1.0], "x")
    y = (x * c).sum()
    c -= 1
    with pytest.raises(RuntimeError, match="c .*changed"):
        y.backward()


def test_a_constant_that_meets_a_recorded_operand_becomes_recorded():
    x = Tensor([1.0, 2.0], "x")
    total = Tensor([0.0, 0.0], requires_grad=False)
    before = total * x
    for k in (1, 2, 3):
        total += x * k
    assert total.requires_grad
    (total * x + before).sum().backward()
    assert x.grad.tolist() == [12.0, 24.0]


def test_a_floor_division_in_place_is_refused_and_its_advice_works():
    for other in (2, np.ones(2), Tensor([1.0, 2.0])):
        h = Tensor([1.0, 3.0]) * 1
        h.name = "h"
        with pytest.raises(
            TypeError, match=r"h \(2,\) //= .*has no gradient.*write h = h // \.\.\."
        ):
            operator.ifloordiv(h, other)
        assert type(h // other) is np.ndarray


def test_a_remainder_in_place_is_recorded():
    x = Tensor([5.0, -3.5], "x")
    h = same = x * 1
    before = h * 10
    h %= 2
    (before + same).sum().backward()
    assert h.data.tolist() == [1.0, 0.5] and x.grad.tolist() == [11.0, 11.0]


def test_a_training_line_inside_no_grad_trains():
    rng = np.random.default_rng(0)
    X, W = rng.normal(size=(20, 3)), np.array([[1.0], [-2.0], [0.5]])
    layer = mgl.Linear(3, 1, rng=np.random.default_rng(1))
    parameters = [layer.W, layer.b]
    for _ in range(300):
        loss = ((layer(X) - X @ W) ** 2).mean()
        for p in parameters:
            p.zero_grad()
        loss.backward()
        with no_grad():
            for p in parameters:
                same = p
                p -= 0.1 * p.grad
                assert p is same
    assert (
        np.allclose(layer.W.data, W, atol=1e-3)
        and loss.item() < 1e-6
        and layer.W.requires_grad
        and layer.W.rule is None
    )


def test_an_update_in_place_is_noticed_as_stale_and_keeps_the_type():
    W = Tensor(np.ones(2, np.float32), "W")
    y = (W * W).sum()
    handed_out = W.data
    with no_grad():
        W -= np.array([0.5, 0.25])
        W @= np.eye(2)
    assert (
        W.dtype == np.float32
        and W.data.tolist() == [0.5, 0.75]
        and handed_out.tolist() == [0.5, 0.75]
    )
    with pytest.raises(RuntimeError, match="W .*changed"):
        y.backward()
    with no_grad(), pytest.raises(ValueError, match="W"):
        W += np.ones((3, 2))
    h = W * 2
    z = h * h
    with no_grad():
        h += 1
    with pytest.raises(RuntimeError, match="changed"):
        z.sum().backward()


def test_values_are_numbers_outside_of_no_grad_and_parameters_inside():
    p = same = Value(2.0, "p")
    p += 1.0
    assert p is not same and same.data == 2.0
    p = same
    with no_grad():
        p -= 0.5
        p *= 2
        p /= 4.0
        p += 1
        p **= 2
    assert p is same and p.data == 3.0625 and p.name == "p"
    w, b = Value(2.0), Value(1.0)
    with no_grad():
        act = b
        act += w * 3.0
        s = w * 2.0
        t = s
        t += 1.0
    assert (act.data, b.data, s.data, t.data) == (7.0, 1.0, 4.0, 5.0)
    with mgl.debug():
        c = same
        c += 1.0
        assert c is not same and c.operation == "add"
        with no_grad():
            c = same
            c += 1.0
            assert c is same and same.data == 4.0625


def test_nothing_is_kept_alive_by_a_change():
    gc.collect()
    gc.disable()
    try:
        x = Tensor([1.0, 2.0])
        h = x * 1
        h += h * 2
        h *= h
        view = h[0]
        gone = [weakref.ref(h), weakref.ref(h.operands[0]), weakref.ref(view)]
        (h.sum() + view).backward()
        del h, view
        assert [reference() for reference in gone] == [None, None, None]
    finally:
        gc.enable()


def test_many_changes_are_walked_and_freed():
    x = Tensor([1.0], "x")
    h = x * 1
    for _ in range(20_000):
        h += x
    h.sum().backward()
    assert x.grad.tolist() == [20_001.0] and len(topological_order(h)) == 20_002
    del h


def test_a_compiled_function_may_change_its_results():
    def f(p):
        h = p * 2
        y = h * p
        h += 1
        return (h * y).sum()

    p = np.array([0.5, -1.5, 2.0])
    value, gradient = mgl.compile(f)(p)
    expected = mgl.value_and_grad(f)(p)
    assert (
        np.isclose(value, expected[0])
        and np.allclose(gradient, expected[1])
        and np.allclose(gradient, 12 * p**2 + 4 * p)
    )
    value, gradient = mgl.compile(lambda p: add_up([p * 2.0, p * p]))(1.5)
    assert (value, gradient) == (5.25, 5.0)


def add_up(values):
    total = values[0]
    for value in values[1:]:
        total += value
    return total
