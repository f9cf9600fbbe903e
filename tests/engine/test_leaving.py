"""A number is never read out of a recorded graph without a word."""

import array
import copy
import math
import operator
import pickle
import struct

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, no_grad
from micrograd_linear.engine import recording
from micrograd_linear.engine.leaving import LeftGraph


def put(buffer, index, value):
    buffer[index] = value
    return buffer


def put_flat(value):
    buffer = np.zeros(3)
    buffer.flat[0] = value
    return buffer


def add_in_place(value):
    buffer = np.zeros(3)
    buffer += value
    return buffer


READERS = {
    "float": float,
    "complex": complex,
    "index": operator.index,
    "exp": math.exp,
    "isnan": math.isnan,
    "fsum": lambda t: math.fsum([1.0, t]),
    "percent": lambda t: f"{'%.2f' % t}",
    "slice": lambda t: put(np.zeros(3), slice(0, 1), t),
    "all": lambda t: put(np.zeros(3), ..., t),
    "mask": lambda t: put(np.zeros(3), np.array([True, False, False]), t),
    "list into a slice": lambda t: put(np.zeros(3), slice(0, 1), [t]),
    "numpy scalar": lambda t: np.float32([t]),
    "full": lambda t: np.full((2, 2), t, dtype=float),
    "array.array": lambda t: array.array("d", [t]),
    "in place": add_in_place,
    "range": range,
    "fancy": lambda t: [1.0, 2.0][t],
}
# NumPy itself turns the error of a thing with [] into a ValueError, and names ours as its cause
ELEMENTS = {
    "element": lambda t: put(np.zeros(3), 0, t),
    "element of a matrix": lambda t: put(np.zeros((2, 2)), (1, 1), t),
    "fromiter": lambda t: np.fromiter([t], float),
    "initial": lambda t: np.ones(3).sum(initial=t),
    "fill": lambda t: np.zeros(3).fill(t),
}


def nodes():
    v, t = Value(2.0, "v"), Tensor([[2.0, 3.0]], "t")
    return {
        "leaf value": v,
        "value": v * v,
        "leaf": Tensor(2.0, "t"),
        "0-d": t.sum(),
        "one": t[:, :1] * 2,
        "many": t * t,
    }


def constants():
    with no_grad():
        return {
            "value": Value(2.0) * 1.0,
            "0-d": Tensor(2.0) * 1.0,
            "leaf": Tensor(2.0, requires_grad=False),
        }


@pytest.mark.parametrize("node", nodes())
@pytest.mark.parametrize("reader", READERS)
def test_whatever_reads_a_number_raises_and_names_the_node(reader, node):
    node = nodes()[node]
    with pytest.raises(TypeError) as raised:
        READERS[reader](node)
    assert isinstance(raised.value, LeftGraph), raised.value
    assert node.describe() in str(raised.value)


@pytest.mark.parametrize("node", nodes())
@pytest.mark.parametrize("reader", ELEMENTS)
def test_an_element_of_a_buffer_raises_with_the_reason(reader, node):
    node, told = nodes()[node], []
    with (
        recording.leaving(lambda *left: told.append(left)),
        pytest.raises((TypeError, ValueError)) as raised,
    ):
        ELEMENTS[reader](node)
    assert told and told[0][0] is node
    error = raised.value if isinstance(raised.value, LeftGraph) else raised.value.__cause__
    assert (
        isinstance(error, LeftGraph)
        and node.describe() in str(error)
        and ".item()" in str(error)
        and "np.stack" in str(error)
    )


@pytest.mark.parametrize("reader", [put_flat, lambda t: struct.pack("d", t)])
@pytest.mark.parametrize("node", nodes())
def test_where_an_error_hides_the_reason_the_listener_is_told_it(reader, node):
    node, told = nodes()[node], []
    with (
        recording.leaving(lambda *left: told.append(left)),
        pytest.raises((TypeError, ValueError, struct.error)),
    ):
        reader(node)
    assert told and {left for left, _ in told} == {node}


@pytest.mark.parametrize("reader", {**READERS, **ELEMENTS})
def test_a_constant_is_read_as_a_plain_number_is(reader):
    read = {**READERS, **ELEMENTS}[reader]
    for node in constants().values():
        if reader in ("index", "range", "fancy"):
            with pytest.raises(TypeError):  # as for a float
                read(node)
        elif reader == "in place" and isinstance(node, Value):
            with pytest.raises(LeftGraph):
                read(node)
        else:
            assert np.array_equal(read(node), read(2.0))


def test_integers_that_are_constant_are_indices():
    assert [10, 20, 30][Tensor(1, requires_grad=False)] == 20
    with pytest.raises(TypeError):
        [10, 20, 30][Tensor(1)]


@pytest.mark.parametrize(
    "make",
    [
        lambda t: np.array([t, t]),
        lambda t: np.array([[t], [t]]),
        np.asarray,
        lambda t: np.full(3, t),
    ],
)
def test_arrays_of_tensors_hold_their_elements_which_stay_in_the_graph(make):
    for name in ("leaf", "0-d", "one"):
        made, again = make(nodes()[name]), make(np.full(nodes()[name].shape, 2.0))
        assert made.dtype == object and made.shape == again.shape
        assert all(isinstance(x, Tensor) and x.requires_grad for x in made.flat)
    t = Tensor([[2.0, 3.0]], "t")
    (np.array([t, t * t]) ** 2).sum().backward()
    assert t.grad.tolist() == [[2 * 2 + 4 * 8, 2 * 3 + 4 * 27]]


def test_an_element_counts_as_no_float_where_numpy_makes_one_of_a_mean():
    t = Tensor([2.0, 4.0], "t")
    for mean in (np.mean([t[0], t[1]]), np.array([t[0], t[1]]).mean(), np.array(t).mean()):
        assert isinstance(mean, Tensor) and mean.item() == 3.0
        assert mean.dtype == np.float64 and mean.gradients()[t].tolist() == [0.5, 0.5]
    assert np.std([t[0], t[1]]).gradients()[t].tolist() == [-0.5, 0.5]
    with pytest.raises(ValueError) as raised:
        np.array(t).astype(float)
    assert isinstance(raised.value.__cause__, LeftGraph) and "t (2,)" in str(raised.value.__cause__)


def test_a_tensor_that_is_too_large_for_elements_is_refused_as_an_array():
    with pytest.raises(LeftGraph, match=r"np\.stack"):
        np.array([Tensor(np.ones(20_000))])


def test_lists_of_numbers_and_tensors_are_refused_by_a_tensor_too():
    with pytest.raises(TypeError, match="got a Tensor, which would be cut off"):
        Tensor([1.0, Tensor([2.0]).sum()])


def test_arrays_of_values_hold_the_values():
    v, w = Value(2.0), Value(3.0)
    held = np.array([v, w])
    assert held.dtype == object and held[0] is v
    (held * held).sum().backward()
    assert (v.grad, w.grad) == (4.0, 6.0)
    buffer = np.empty(2, dtype=object)
    buffer[0] = v * w
    assert buffer[0].operation == "multiply"


def test_what_is_written_on_purpose_stays_and_is_told():
    for node in nodes().values():
        told = []
        with recording.leaving(lambda node, how: told.append((node, how))):  # noqa: B023
            node.data  # noqa: B018
            if node.shape == ():
                node.item()
            if isinstance(node, Tensor):
                node.numpy(), node.detach()
        assert {left for left, _ in told} == {node}
        assert told[0][1] == ".data"
    with recording.leaving(lambda *left: pytest.fail("a constant cannot leave")):
        for node in constants().values():
            assert node.data == node.item() == 2.0


def test_formats_show_the_number():
    for node in (*nodes().values(), *constants().values()):
        with recording.leaving(lambda *left: pytest.fail("it is shown, not read")):
            if math.prod(node.shape) == 1:
                assert (
                    f"{node:.2f}"
                    == f"{node.current.item() if isinstance(node, Tensor) else node.current:.2f}"
                )
            assert f"{node}" == repr(node) == str(node)
    with pytest.raises(ValueError, match="format of t"):
        f"{Tensor([1.0, 2.0], 't'):.2f}"


def test_plain_answers_about_tensors_stay_plain():
    t = Tensor([1.0, np.nan], "t")
    assert (
        np.isnan(t).tolist() == [False, True]
        and np.sign(t).shape == (2,)
        and (t > 0).tolist() == [True, False]
    )


def test_a_listener_hears_nothing_after_its_block():
    told = []
    with recording.leaving(lambda *left: told.append(left)):
        pass
    Value(1.0).item()
    assert told == []


def test_copies_and_pickles_of_leaves_are_as_before():
    for leaf in (Value(2.0, "v"), Tensor([2.0], "t")):
        with recording.leaving(lambda *left: pytest.fail("a copy of a leaf is a leaf")):
            for again in (copy.deepcopy(leaf), pickle.loads(pickle.dumps(leaf))):
                assert again.name == leaf.name and again.requires_grad
    with pytest.raises(LeftGraph):
        float(again)


# --- where gradients were lost -------------------------------------------------------------------


def test_full_like_records_its_fill_value():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], "x")
    filled = np.full_like(x, x.sum())
    assert isinstance(filled, Tensor) and np.array_equal(filled.data, np.full((2, 2), 10.0))
    (filled * [[1.0, 2.0], [3.0, 4.0]]).sum().backward()
    assert np.array_equal(x.grad, np.full((2, 2), 10.0))
    row = np.full_like(Tensor(np.ones((2, 3), np.float32)), Tensor([1.0, 2.0, 3.0]))
    assert row.dtype == np.float32 and row.shape == (2, 3) and row.requires_grad
    assert np.full_like(x, 0.5, shape=(3,)).tolist() == [0.5] * 3 and np.full_like(
        x, x.sum(), shape=3
    ).shape == (3,)
    with pytest.raises(TypeError, match="floating type, got int"):
        np.full_like(Tensor([1, 2], requires_grad=False), x.sum())
    with pytest.raises(LeftGraph, match="np.broadcast_to"):  # NumPy asks a plain array's type only
        np.full_like(np.ones(2), x.sum())


def test_full_like_in_a_compiled_function_fills_with_the_number():
    step = mgl.compile(lambda p: (np.full_like(p, p.sum()) * p).sum())
    value, gradient = step(np.array([1.0, 2.0, 4.0]))
    assert value == 49.0 and np.allclose(gradient, [14.0, 14.0, 14.0])


@pytest.mark.parametrize(
    "x, low, high, value, slope",
    [
        (3.0, 0, 1, 1.0, 0.0),
        (-3, 0, 1, 0.0, 0.0),
        (0.5, 0, 1, 0.5, 1.0),
        (1.0, 0, 1, 1.0, 0.5),
        (0.0, 0, 1, 0.0, 0.5),
        (3.0, None, 2, 2.0, 0.0),
        (3.0, 1, None, 3.0, 1.0),
        (math.inf, 0, 1, 1.0, 0.0),
        (3.0, 5, 4, 4.0, 0.0),
    ],
)
def test_clip_of_a_value_is_a_value_and_agrees_with_the_tensor(x, low, high, value, slope):
    for clip in (np.clip, lambda x, low, high: x.clip(low, high)):
        v, t = Value(x), Tensor(float(x))
        y, z = clip(v, low, high), clip(t, low, high)
        assert type(y) is Value and y is not v and y.data == z.data == value
        y.backward()
        z.backward()
        assert v.grad == slope and t.grad == slope


def test_clip_between_values_gives_the_bounds_their_gradients():
    x, low, high = Value(3.0), Value(0.0), Value(1.0)
    np.clip(x, low, high).backward()
    assert (x.grad, low.grad, high.grad) == (0.0, 0.0, 1.0)
    low = Value(0.7)
    y = np.clip(0.5, low, 1)
    y.backward()
    assert y.data == 0.7 and low.grad == 1.0
    assert math.isnan(np.clip(Value(math.nan), 0, 1).data)
    with pytest.raises(TypeError, match="out"):
        np.clip(x, 0, 1, out=np.zeros(()))


def test_the_larger_of_a_value_and_an_integer_is_a_value():
    v = Value(3.0)
    for y in (np.maximum(v, 5), np.minimum(2, v), np.maximum(5, v)):
        y.backward()
        assert type(y) is Value and v.grad == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda t, a: np.add(a, a, out=t),
        lambda t, a: np.exp(t, out=a),
        lambda t, a: np.multiply(t, t, a),
        lambda t, a: np.matmul(a, t, out=a),
        lambda t, a: operator.iadd(a, t),
        lambda t, a: operator.imatmul(a, t),
        lambda t, a: np.copyto(a, t),
        lambda t, a: np.sum(t, out=a),
        lambda t, a: np.putmask(a, a > 0, t),
    ],
)
def test_results_are_not_written_into_arrays(call):
    t, a = Tensor(np.ones((2, 2)), "t"), np.ones((2, 2))
    with pytest.raises(
        TypeError,
        match=r"into a plain array \(2, 2\)|arguments out|t \(2, 2\) \[...\] = ...: it is a leaf",
    ):
        call(t, a)
    assert np.array_equal(a, np.ones((2, 2))) and np.array_equal(t.data, a)


# --- lists that never end ------------------------------------------------------------------------


def nested(depth):
    data = [1.0]
    for _ in range(depth - 1):
        data = [data]
    return data


def test_a_list_that_holds_itself_is_refused():
    itself = []
    itself.append(itself)
    second = [1.0]
    second.append(second)
    for data in (itself, second, [itself], (itself,)):
        for use in (
            Tensor,
            lambda data: Tensor([1.0]) + data,
            lambda data: Tensor([1.0]) @ data,
            mgl.grad(lambda x: x),
        ):
            with pytest.raises((ValueError, TypeError), match="deep|ragged|holds itself"):
                use(data)


def test_lists_deeper_than_numpy_goes_are_refused():
    assert Tensor(nested(64)).ndim == 64
    for depth in (65, 1000, 100_000):
        with pytest.raises(ValueError, match="64 deep"):
            Tensor(nested(depth))
