"""Writing into Tensors: at an index, through views, by NumPy's functions that write."""

import gc
import weakref

import numpy as np
import pytest
import writing_programs
from plain_functions import OTHER, START, agree

from micrograd_linear import Tensor, compile, derive, draw, grad, no_grad
from micrograd_linear.engine import writes
from micrograd_linear.engine.graph import topological_order


def zeros(shape, like):
    """Zeros that can take what the other holds."""
    return (
        Tensor(np.zeros(shape), requires_grad=False)
        if isinstance(like, Tensor)
        else np.zeros(shape)
    )


@pytest.mark.parametrize("seed", range(150))
def test_random_programs_agree_with_numpy_and_with_differences(seed):
    said = writing_programs.check(seed)
    assert said == "right" or said.startswith("no program"), writing_programs.Program(seed).source


def test_the_check_of_random_programs_rejects_a_write_that_is_forgotten(monkeypatch):
    add = writes.Pending.add
    monkeypatch.setattr(
        writes.Pending, "add", lambda self, i, v: None if len(self.values) else add(self, i, v)
    )
    assert any(writing_programs.check(seed).startswith("wrong") for seed in range(60))


INTO = {
    "element": lambda y, x: y.__setitem__((1, 2), x[0, 0]),
    "row": lambda y, x: y.__setitem__(0, x[1]),
    "column": lambda y, x: y.__setitem__((slice(None), 1), x.sum()),
    "mask": lambda y, x: y.__setitem__(np.eye(2, 3, dtype=bool), x[0, :1]),
    "labels": lambda y, x: y.__setitem__((np.arange(2), [2, 0]), x[:, 0]),
    "an index twice": lambda y, x: y.__setitem__([0, 0], np.stack([x[0], x[1]])),
    "one more axis": lambda y, x: y.__setitem__(0, x[:1]),
    "fill": lambda y, x: y.fill(x[0, 1]),
    "copyto": lambda y, x: np.copyto(y, x, where=np.eye(2, 3, dtype=bool)),
    "put": lambda y, x: np.put(y, [0, 4], x[0, :2]),
    "put wrapped": lambda y, x: np.put(y, [0, 7], x[0, :2], mode="wrap"),
    "put method": lambda y, x: y.put([5, 1], x[0, :2]),
    "putmask repeated": lambda y, x: np.putmask(y, np.eye(2, 3, dtype=bool), x[0, :2]),
    "put_along_axis in a row": lambda y, x: np.put_along_axis(y, np.array([4, 1]), x[0, :2], None),
    "fill_diagonal cyclic": lambda y, x: np.fill_diagonal(y, x[0, :2]),
    "putmask": lambda y, x: np.putmask(y, np.eye(2, 3, dtype=bool), x),
    "place": lambda y, x: np.place(y, np.eye(2, 3, dtype=bool), x[0, :2]),
    "put_along_axis": lambda y, x: np.put_along_axis(y, np.array([[1], [0]]), x[:, :1], axis=1),
    "fill_diagonal": lambda y, x: np.fill_diagonal(y, x[0, 0]),
    "out": lambda y, x: np.exp(x, out=y),
    "add.at": lambda y, x: np.add.at(y, [0, 0, 1], x[:1]),
    "subtract.at": lambda y, x: np.subtract.at(y, ([0, 0], [1, 1]), x[0, :2]),
    "through a view": lambda y, x: y[0].__setitem__(slice(1, None), x[0, :2]),
    "through two views": lambda y, x: y.T[1:].__setitem__((0, 1), x[0, 2]),
}  # fmt: skip


@pytest.mark.parametrize("way", INTO)
def test_every_way_to_write_is_recorded(way):
    def into_zeros(x):
        y = zeros((2, 3), x)
        INTO[way](y, x)
        return (y * x).sum() + (y**3).sum()

    def into_a_result(x):
        y = x * x
        before = y * 2.0
        INTO[way](y, x)
        return (y * before).sum() + (y**3).sum()

    x = np.arange(6.0).reshape(2, 3) / 5 + 0.3
    assert agree(into_zeros, x) and agree(into_a_result, x)


def test_programs_as_students_write_them():
    def relu_in_place(x):
        out = x.copy()
        out[out < 1.0] = 0
        return (out * out).sum()

    def hinge(x):
        margins = np.maximum(0, x - x[np.arange(2), [1, 0]][:, None] + 1.0)
        margins[np.arange(2), [1, 0]] = 0
        return margins.sum() / 2

    def recurrent(x, b):
        h, previous = zeros((2, 4, 2), x), zeros((2, 2), x)
        for t in range(4):
            previous = np.tanh(x @ b + previous * 0.5)
            h[:, t] = previous
        return (h * np.arange(16.0).reshape(2, 4, 2)).sum()

    def running(x):
        total = zeros(2, x)
        for row in x:
            total += row * row
        total[0] *= total[1]
        return total.sum()

    assert agree(relu_in_place, START) and agree(hinge, START) and agree(running, START)
    assert agree(recurrent, START, OTHER)


def filled(n):
    """A graph in which n elements were written one by one."""
    x = Tensor(2.0, "x")
    y = Tensor(np.zeros(n), "y", requires_grad=False)
    for i in range(n):
        y[i] = x * i
    return x, y


def test_a_loop_that_fills_an_array_makes_one_node_of_it():
    for n in (10, 1000):
        x, y = filled(n)
        assert len(topological_order(y)) == n + 3
        y.sum().backward()
        assert x.grad == sum(range(n))
    x = Tensor(np.ones(50), "x")
    y = Tensor(np.zeros(50), requires_grad=False)
    for i in range(50):
        y[i] += x[i]  # what no write has touched is read from the version before them
    assert sum(node.operation == "assign" for node in topological_order(y)) == 1


def test_a_write_is_a_node_like_any_other():
    x = Tensor(START, "x")

    def f(x):
        y = zeros((2, 2), x)
        y[0] = x[1] * x[0]
        y[:, 1] = x[:, 0] ** 2
        return y

    y = f(x)
    y.name = "y"
    source = derive(y).source
    assert "[0] = " in source and "put[0]" in derive(y).text
    names = {}
    exec(source, names)
    value, gradients = names["value_and_gradients"](START, np.ones((2, 2)))
    y.backward(np.ones((2, 2)))
    assert np.array_equal(value, y.data) and np.allclose(gradients["x"], x.grad)
    assert "assign" in draw(y).text and "assign" not in draw(y.sum(), level="scalar").text
    step = compile(lambda x: (f(x) ** 2).sum())
    assert np.allclose(step(x)[1], grad(lambda x: (f(x) ** 2).sum())(START))
    once = grad(lambda x: (f(x) ** 2).sum())
    assert agree(lambda x: (once(x) * START).sum(), START) if False else once(START).shape == (2, 2)


def test_what_was_computed_before_keeps_the_old_version():
    x = Tensor([1.0, 2.0], "x")
    y = x * 3
    before, row = y * y, y[1:]
    y[0] = x[1]
    row[0] = x[0]
    assert before.data.tolist() == [9.0, 36.0] and y.data.tolist() == [2.0, 1.0]
    assert row.data.tolist() == [1.0]
    (before + y).sum().backward()
    assert x.grad.tolist() == [18.0 + 1, 36.0 + 1]
    constant = Tensor([1.0, 1.0], requires_grad=False)
    z = x * constant
    constant[0] = 5.0  # a number: what was computed keeps the one that it read
    z.sum().backward()
    assert x.grad.tolist() == [20.0, 38.0] and constant.data.tolist() == [5.0, 1.0]


def test_a_leaf_is_changed_by_its_data_or_inside_no_grad_only():
    x = Tensor([1.0, 2.0], "x")
    with pytest.raises(TypeError, match=r"x \(2,\) \[...\] = ...: it is a leaf.*x\.data\[...\] ="):
        x[0] = 5.0
    with no_grad():
        x[0] = 5.0
    assert x.data.tolist() == [5.0, 2.0]


@pytest.mark.parametrize(
    "write, error, words",
    [
        (lambda y, x: y.__setitem__(0, x), ValueError, r"broadcasts to shape \(3,\), got \(2, 3\)"),
        (lambda y, x: y.__setitem__(5, 1.0), IndexError, "out of bounds"),
        (lambda y, x: y.__setitem__(0, "one"), TypeError, "number"),
        (lambda y, x: y.__setitem__((0, 0, 0), 1.0), IndexError, "too many"),
        (lambda y, x: np.gcd.at(y, [0], 2.0), TypeError, "gcd"),
        (lambda y, x: np.fill_diagonal(y[0], 1.0), ValueError, "at least 2-d"),
    ],
)
def test_what_does_not_fit_is_one_clear_error_and_changes_nothing(write, error, words):
    x = Tensor(np.ones((2, 3)), "x")
    for y in (x * 2, Tensor(np.zeros((2, 3)), requires_grad=False)):
        before = y.data.copy()
        with pytest.raises(error, match=words):
            write(y, x)
        assert np.array_equal(y.data, before)


def test_a_recorded_value_in_an_array_of_integers_is_refused():
    y, x = Tensor([1, 2], requires_grad=False), Tensor(1.5, "x")
    with pytest.raises(TypeError, match="int64, which has no gradient; make it an array of floats"):
        y[0] = x
    assert y.data.tolist() == [1, 2]


def test_nothing_is_kept_alive_by_a_write():
    gc.collect()
    gc.disable()
    try:
        x, y = filled(20)
        for i in range(1, 20):
            y[i] = y[i - 1] * x
        y.sum().backward()
        gone = weakref.ref(y)
        del y
        assert gone() is None
    finally:
        gc.enable()
