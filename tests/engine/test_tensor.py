"""Tensor: recording, accumulation, types, aliasing, staleness."""

import copy
import gc
import operator
import pickle
import tracemalloc

import numpy as np
import pytest

from micrograd_linear import Tensor, Value


def test_backward_twice_with_the_leaf_zeroed_gives_12():
    x = Tensor(2.0, "x")
    y = 3 * x**2
    for _ in range(2):
        x.zero_grad()
        y.backward()
    assert x.grad == 12.0


def test_two_losses_over_a_shared_node_add_up_to_the_gradient_of_their_sum():
    x = Tensor([2.0, 3.0], "x")
    shared = x * x
    (shared * 2).sum().backward()
    (shared * 5).sum().backward()
    assert x.grad.tolist() == [28.0, 42.0] and shared.grad.tolist() == [5.0, 5.0]


@pytest.mark.parametrize(
    "op",
    [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.matmul],
)
@pytest.mark.parametrize("other", [np.full((3, 3), 2.0), [[2.0] * 3] * 3], ids=["ndarray", "list"])
def test_plain_arrays_on_both_sides_are_constants(op, other):
    t = Tensor(np.arange(1.0, 10.0).reshape(3, 3), "t")
    for left, right in ((t, other), (other, t)):
        result = op(left, right)
        plain = op(*(np.asarray(x.data if isinstance(x, Tensor) else x) for x in (left, right)))
        assert isinstance(result, Tensor) and np.array_equal(result.data, plain)
        assert list(result.gradients(np.ones(result.shape))) == [result, t]


@pytest.mark.parametrize(
    "number",
    [2, 2.0, True, np.float64(2), np.int64(2), np.float32(2)],
    ids=lambda n: type(n).__name__,
)
@pytest.mark.parametrize(
    "op", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
)
def test_numbers_on_both_sides(op, number):
    t = Tensor([1.0, 2.0], "t")
    for left, right in ((t, number), (number, t)):
        result = op(left, right)
        assert np.array_equal(
            result.data, op(*(x.data if isinstance(x, Tensor) else x for x in (left, right)))
        )
        result.sum().backward()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_floating_types_stay_through_forward_and_backward(dtype):
    x = Tensor(np.linspace(0.1, 1, 6, dtype=dtype).reshape(2, 3), "x")
    w = Tensor(np.ones((3, 2), dtype), "w")
    y = ((2 * x + 1.0).tanh().relu() @ w).sigmoid()
    y = (y / 2 - y.max(axis=1, keepdims=True)).exp().log()[[0, 0, 1]].mean(axis=0).reshape(
        2, 1
    ).T ** 2
    y = y.sqrt() + y.maximum(0.5) + abs(y) + y.softplus() + y.leaky_relu()
    for node, gradient in y.gradients(np.ones(y.shape)).items():
        assert node.dtype == gradient.dtype == dtype, node


def test_integers_and_booleans_become_float64_only_where_they_are_differentiated():
    assert Tensor([1, 2]).dtype == np.float64 == Tensor([True]).dtype
    index = Tensor([1, 0, 1], requires_grad=False)
    assert index.dtype.kind == "i"
    C = Tensor([[1.0], [2.0]], "C")
    C[index].sum().backward()
    assert C.grad.tolist() == [[1.0], [2.0]]


def test_big_endian_and_longdouble_data_are_kept_right():
    assert Tensor(np.array([1.5, 2.5], dtype=">f8")).data.tolist() == [1.5, 2.5]
    assert Tensor(np.array([1.5], dtype=">f8")).dtype.isnative


def test_a_tensor_owns_a_copy():
    array = np.ones((2, 2))
    t = Tensor(array)
    array[:] = 7
    assert (t.data == 1).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda a: np.asfortranarray(a),
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: a[::-1][::-1],
        lambda a: a.T.copy().T,
        lambda a: np.broadcast_to(a, (1, *a.shape))[0],
    ],
    ids=["fortran", "strided", "reversed", "transposed", "read-only"],
)
def test_memory_layouts_do_not_matter(make, rng):
    array = rng.normal(size=(4, 3))
    x, y = Tensor(make(array)), Tensor(array)
    for t in (x, y):
        (t.exp() * t).sum(axis=0).backward([1.0, 2.0, 3.0])
    assert np.allclose(x.grad, y.grad, rtol=1e-14)
    x.data[0, 0] = 5.0  # is writable whatever it came from


def test_backward_with_a_gradient_and_with_none():
    x = Tensor([[1.0, 2.0]], "x")
    (x * x).backward([[1, 10]])
    assert x.grad.tolist() == [[2.0, 40.0]]
    loss = (x * x).sum(keepdims=True)
    loss.backward()
    assert loss.shape == (1, 1) and x.grad.tolist() == [[4.0, 44.0]]


def test_a_leaf_as_root():
    x = Tensor([1.0, 2.0])
    x.backward([1, 2])
    x.backward([1, 2])
    assert x.grad.tolist() == [2.0, 4.0]


# --- aliasing -------------------------------------------------------------------------------------


def everything_that_must_not_share_memory():
    x, b = Tensor(np.ones((4, 3)), "x"), Tensor(np.ones((4, 3)), "b")
    gradient = np.ones((4, 3))
    h = x + b
    y = h.reshape(3, 4).T.reshape(4, 3)[:] + x
    y.backward(gradient)
    arrays = {f"{t.name or t.operation} data": t.data for t in (x, b, h, y)}
    arrays |= {f"{t.name or t.operation} grad": t.grad for t in (x, b, h, y)}
    return arrays | {"gradient": gradient}


def test_no_gradient_shares_memory_with_anything():
    arrays = everything_that_must_not_share_memory()
    names = list(arrays)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            assert not np.shares_memory(arrays[first], arrays[second]), (first, second)
        assert arrays[first].flags.writeable, first


def test_the_check_for_shared_memory_would_find_it():
    arrays = everything_that_must_not_share_memory()
    assert np.shares_memory(arrays["x grad"], arrays["x grad"].reshape(-1)[2:])


def test_a_gradient_that_was_read_does_not_change_with_the_next_backward():
    x = Tensor([1.0])
    (x * 2).backward()
    first = x.grad
    (x * 3).backward()
    assert (first.tolist(), x.grad.tolist()) == ([2.0], [5.0])


def test_gradients_leaves_every_grad_as_it_was():
    x = Tensor([1.0, 2.0], "x")
    h = x * x
    y = h.sum()
    y.backward()
    before = x.grad.copy(), h.grad.copy()
    gradients = y.gradients(10.0)
    gradients[x][:] = gradients[h][:] = 99
    assert np.array_equal(x.grad, before[0]) and np.array_equal(h.grad, before[1])
    assert y.gradients()[x].tolist() == [2.0, 4.0]


# --- staleness ------------------------------------------------------------------------------------


def changes():
    """Every way to change an array between forward and backward.

    Each is (name, prepare -> (root, leaf, change)).
    """

    def leaf(change):
        def prepare():
            W = Tensor([[1.0, 2.0]], "W")
            return (W * W).sum(), W, lambda: change(W)

        return prepare

    def handed_out_before():
        W = Tensor([[1.0, 2.0]], "W")
        array = W.data
        return (W * W).sum(), W, lambda: array.__setitem__((0, 0), 9.0)

    def constant():
        W, array = Tensor([[1.0, 2.0]], "W"), np.array([[3.0, 4.0]])
        return (W * array).sum(), W, lambda: array.__setitem__((0, 0), 9.0)

    def interior():
        W = Tensor([[1.0, 2.0]], "W")
        h = W * 2
        h.name = "W h"
        return (h * h).sum(), W, lambda: h.data.__setitem__((0, 0), 9.0)

    def view():
        W = Tensor([[1.0, 2.0]], "W")
        h = W.T
        h.name = "W view"
        return (h * h).sum(), W, lambda: h.data.__setitem__((0, 0), 9.0)

    return {
        "assigned": leaf(lambda W: setattr(W, "data", [[5.0, 6.0]])),
        "augmented": leaf(lambda W: setattr(W, "data", operator.isub(W.data, 0.1))),
        "item": leaf(lambda W: W.data.__setitem__((0, 1), 9.0)),
        "out=": leaf(lambda W: np.add(W.data, 1, out=W.data)),
        "handed out before": handed_out_before,
        "constant": constant,
        "interior": interior,
        "view": view,
    }


@pytest.mark.parametrize("way", changes())
def test_an_array_changed_between_forward_and_backward_is_refused_by_name(way):
    root, leaf, change = changes()[way]()
    leaf.grad = [[0.5, 0.5]]
    change()
    with pytest.raises(RuntimeError, match="stale" if way == "constant" else "W.*stale"):
        root.backward()
    assert leaf.grad.tolist() == [[0.5, 0.5]] and root.grad is None


@pytest.mark.parametrize("way", changes())
def test_without_the_change_it_is_accepted(way):
    root, leaf, _ = changes()[way]()
    root.backward()
    assert leaf.grad is not None


def test_reading_data_and_assigning_the_same_numbers_change_nothing():
    W = Tensor([[1.0, np.nan]], "W")
    y = (W * W).sum()
    assert np.isnan(W.data[0, 1])
    W.data = W.data.copy()
    y.backward()


def test_an_index_array_changed_later_does_not_move_the_gradient():
    index = np.array([0, 0])
    x = Tensor([1.0, 2.0])
    y = x[index].sum()
    index[:] = 1
    y.backward()
    assert x.grad.tolist() == [2.0, 0.0]


def test_training_in_place_keeps_a_handle_alive():
    W = Tensor([1.0, 2.0], "W")
    handle = W.data
    for _ in range(3):
        (W * W).sum().backward()
        W.data -= 0.1 * W.grad
        W.zero_grad()
    assert handle is W.data and handle == pytest.approx([0.512, 1.024])


# --- memory ---------------------------------------------------------------------------------------


def test_a_chain_of_100000_operations():
    x = Tensor([1.0, 2.0])
    y = x
    for _ in range(100_000):
        y = y * 1.00001
    y.backward([1, 1])
    assert x.grad == pytest.approx([1.00001**100_000] * 2)
    del y


def test_memory_is_flat_with_the_garbage_collector_off(rng):
    x, W = rng.normal(size=(64, 100)), Tensor(rng.normal(size=(100, 100)), "W")

    def step():
        loss = ((x @ W).tanh() @ W).sum()
        loss.backward()
        W.data -= 1e-4 * W.grad

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


def test_a_closure_holds_a_shape_where_it_needs_no_array():
    x = Tensor(np.ones(10_000))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    y = x.sum()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert held < 5_000 and y.data == 10_000


def test_only_gradients_that_are_asked_for_are_computed(rng):
    x, W = rng.normal(size=(5, 4)), Tensor(rng.normal(size=(4, 3)), "W")
    assert [pull is None for pull in (x @ W).pullbacks] == [True, False]


# --- the rest -------------------------------------------------------------------------------------


def test_copying_and_pickling_are_right_for_leaves_and_refused_for_results():
    x = Tensor([3.0], "x")
    (x * x).backward()
    x.tag = "kept"
    for same in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert (same.data, same.grad, same.name, same.tag) == (3.0, 6.0, "x", "kept")
        assert not np.shares_memory(same.data, x.data)
    for function in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="result of multiply"):
            function(x * x)


def test_comparisons_are_plain_arrays_and_hash_is_identity():
    t = Tensor([1.0, 2.0])
    assert (
        (t > 1).tolist() == [False, True]
        and (t == Tensor([1.0, 3.0])).tolist() == [True, False]
        and (np.float64(1) < t).tolist() == [False, True]
    )
    assert type(t > 1) is np.ndarray and len({t, Tensor([1.0, 2.0])}) == 2
    with pytest.raises(ValueError, match="ambiguous"):
        bool(t)


def test_len_iteration_item_float_detach_repr():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]], "t")
    assert len(t) == 2 and [row.data.tolist() for row in t] == [[1.0, 2.0], [3.0, 4.0]]
    assert t[0, 1].item() == 2.0 == float(t.detach()[0, 1])
    assert not t.detach().requires_grad and (t.detach() * 2).operands == ()
    assert repr(t) == "Tensor([[1., 2.],\n        [3., 4.]], shape=(2, 2), dtype=float64, name='t')"
    assert "operation='multiply'" in repr(t * 2) and "requires_grad=False" in repr(t.detach())
    with pytest.raises(TypeError, match="0-d"):
        len(Tensor(1.0))


def test_numpy_functions_record_the_same_operations(rng):
    array = rng.uniform(0.5, 2.0, size=(3, 3))
    t = Tensor(array)
    for call in (
        np.exp,
        np.log,
        np.sqrt,
        np.tanh,
        np.negative,
        np.abs,
        lambda t: np.sum(t, axis=0),
        lambda t: np.mean(t, 1, keepdims=True),
        np.max,
        lambda t: np.maximum(0.9, t),
        lambda t: np.reshape(t, (9, 1)),
        np.transpose,
        lambda t: array @ t,
        lambda t: np.matmul(t, array),
        lambda t: np.float32(2) * t,
        lambda t: array - t,
        lambda t: np.broadcast_to(t, (2, 3, 3)),
        lambda t: np.power(t, 2),
    ):
        result = call(t)
        assert isinstance(result, Tensor) and np.allclose(result.data, call(array))
        result.sum().backward()
    for call in (
        np.isnan,
        np.shape,
        np.zeros_like,
        lambda t: np.argmax(t, axis=1),
        lambda t: t >= array,
    ):
        assert not isinstance(call(t), Tensor) and np.array_equal(call(t), call(array))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda t: np.gcd(t, 2), "gcd"),
        (lambda t: np.exp(t, out=np.ones(2)), "out"),
        (lambda t: np.sum(t, dtype=complex), "floating type"),
        (lambda t: np.gcd.reduce(t), "gcd.reduce"),
        (lambda t: np.multiply(t, t, where=[True, False]), "where"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(call, words):
    with pytest.raises(TypeError, match=words):
        call(Tensor([1.0, 2.0]))


def test_values_do_not_slip_into_a_tensor():
    for data in (
        Value(1.0),
        [Value(1.0)],
        [[Value(1.0), 2]],
        np.array([Value(1.0)]),
        Tensor(1.0),
        [Tensor([1.0])],
    ):
        with pytest.raises(TypeError, match="cut off|Value|Tensor"):
            Tensor(data)


# --- found by a hostile tester --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["exp", "tanh", "sqrt", "sigmoid", "tan", "max"])
def test_a_result_changed_by_hand_is_refused(name):
    x = Tensor([0.5, 1.0], "x")
    y = getattr(x, name)()
    y.data[...] = 7
    with pytest.raises(
        RuntimeError, match=f"{name} result .* was changed after {name} computed it"
    ):
        y.backward(np.ones(y.shape))
    z = (y * 2).sum()
    with pytest.raises(RuntimeError, match="stale"):
        z.backward()
    assert x.grad is None


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x + 1,
        lambda x: x - 1,
        lambda x: x.reshape(3, 1),
        lambda x: x.T,
        lambda x: x[None],
        lambda x: x.broadcast_to(3),
    ],
)
def test_writing_into_one_gradient_changes_no_other(make):
    x = Tensor([1.0, 2.0, 3.0], "x")
    u = make(x)
    v = u * 3
    v.sum().backward()
    u.grad[...] = 0
    v.grad[...] = 0
    assert x.grad.tolist() == [3.0, 3.0, 3.0]


def test_requires_grad_can_be_set_for_leaves():
    t = Tensor([1, 2, 3], "t", requires_grad=False)
    t.requires_grad = True
    (t * 0.5).sum().backward()
    assert t.grad.tolist() == [0.5, 0.5, 0.5]
    with pytest.raises(ValueError, match="leaf only"):
        (t * 2).requires_grad = False


def test_long_sums_in_low_precision():
    t = Tensor(np.ones(70_000, np.float16))
    t.mean().backward()
    assert t.grad[0] == pytest.approx(1 / 70_000, rel=0.01)
    b = Tensor(np.zeros((1, 2), np.float32))
    (np.zeros((300_000, 2), np.float32) + b).backward(np.full((300_000, 2), 0.1, np.float32))
    assert b.grad[0] == pytest.approx([30_000] * 2, rel=1e-6)


def test_static_array_arguments_are_copied():
    bound, x = np.array(0.5), Tensor([-1.0, 0.2])
    y = x.clip(min=bound)
    bound[...] = -5
    y.backward([1, 1])
    assert x.grad.tolist() == [0.0, 0.0]


def test_a_slope_that_is_changed_after_its_use_is_noticed():
    slope, x = np.array(0.1), Tensor([-1.0])
    y = x.leaky_relu(slope)
    slope[...] = 5
    with pytest.raises(RuntimeError, match="constant array .* was changed after leaky_relu"):
        y.backward([1])


def test_a_slope_may_have_a_gradient():
    x, slope = Tensor([-1.0, 2.0, -3.0], "x"), Tensor(0.1, "slope")
    x.leaky_relu(slope).backward([1.0, 1.0, 10.0])
    assert x.grad.tolist() == [0.1, 1.0, 1.0] and slope.grad == -31.0


def test_boolean_exponents():
    x = Tensor([3.0, 4.0])
    for power in (np.array([True, False]), np.bool_(True), True):
        (x**power).sum().backward()
    assert x.grad.tolist() == [3.0, 2.0]


def test_drawing_changes_nothing():
    from micrograd_linear import draw

    W = Tensor(np.ones((200, 200)), "W")
    y = (W * 2).sum()
    before = W.current
    draw(y)
    assert W.current is before and (W * 2).arrays[0] is before
