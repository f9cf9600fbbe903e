"""What NumPy's array functions do to an array, they do to a Tensor: value, gradient, second
derivative, type, and the errors.
"""

import warnings

import array_calls
import numpy as np
import pytest

from micrograd_linear import Tensor, grad
from micrograd_linear.engine.joining import holds_nodes, joined

CALLS = array_calls.CALLS
# They have constants of float64 beside their operands, or a type of their own, as NumPy has.
A, B, C, V = array_calls.A, array_calls.B, array_calls.C, array_calls.V


def recorded(call, tensors):
    """What a call returns, as one Tensor."""
    y = call(*tensors)
    return joined(y) if holds_nodes(y) else y


def directions(operands, seed):
    """A direction for each operand, 0 where that holds no number."""
    rng = np.random.default_rng(seed)
    return [np.where(np.isnan(x), 0, rng.normal(size=x.shape)) for x in operands]


def difference(f, operands, k, direction, h):
    """The derivative of a scalar function by operand k along a direction."""
    ends = [
        f(*(x + s * h * direction if j == k else x for j, x in enumerate(operands)))
        for s in (1, -1)
    ]
    return (ends[0] - ends[1]) / (2 * h)


@pytest.mark.parametrize("name", CALLS)
def test_value_and_gradient(name):
    call, *operands = CALLS[name]
    expected, tensors = np.asarray(call(*operands)), [Tensor(x) for x in operands]
    y = recorded(call, tensors)
    assert isinstance(y, Tensor) and y.shape == expected.shape and y.dtype == expected.dtype
    assert np.allclose(y.data, expected, rtol=1e-10, atol=1e-13, equal_nan=True)
    g = np.random.default_rng(0).normal(size=y.shape)
    y.backward(g)
    for k, direction in enumerate(directions(operands, 1)):
        numeric = difference(lambda *xs: np.sum(g * call(*xs)), operands, k, direction, 1e-6)
        found = np.sum(np.zeros(()) if tensors[k].grad is None else tensors[k].grad * direction)
        assert found == pytest.approx(numeric, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", CALLS)
def test_second_derivative(name):
    call, *operands = CALLS[name]
    g = np.random.default_rng(0).normal(size=np.shape(call(*operands)))
    every = tuple(range(len(operands)))
    first = grad(lambda *xs: (recorded(call, xs) * g).sum(), every)
    along = directions(operands, 2)

    def slope(*xs):
        return sum((x * d).sum() for x, d in zip(first(*xs), along, strict=True))

    second = grad(slope, every)(*operands)
    for k, direction in enumerate(directions(operands, 3)):
        numeric = difference(lambda *xs: float(slope(*xs)), operands, k, direction, 1e-5)
        assert np.sum(second[k] * direction) == pytest.approx(numeric, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("name", CALLS)
def test_float32_stays_float32_wherever_it_does_in_numpy(name):
    call, *operands = CALLS[name]
    singles = [x.astype(np.float32) for x in operands]
    expected, tensors = np.asarray(call(*singles)), [Tensor(x) for x in singles]
    y = recorded(call, tensors)
    assert y.dtype in (np.float32, expected.dtype)
    y.backward(np.ones(y.shape, y.dtype))
    assert {t.grad.dtype for t in tensors if t.grad is not None} <= {np.dtype(np.float32)}


REFUSED = {
    "sum axis": lambda a: np.sum(a, axis=2),
    "sum list": lambda a: np.sum(a, axis=[0]),
    "sum twice": lambda a: np.sum(a, axis=(0, 0)),
    "sum float": lambda a: np.sum(a, axis=1.0),
    "sum text": lambda a: np.sum(a, axis="rows"),
    "sum out": lambda a: np.sum(a, axis=0, out=3),
    "sum mask": lambda a: np.sum(a, where=[True, False]),
    "mean axis": lambda a: np.mean(a, axis=-3),
    "mean of a number": lambda a: np.mean(a[0, 0], axis=0),
    "max axis": lambda a: np.max(a, axis=(0, 2)),
    "max where": lambda a: np.max(a, where=[True, False, True, True]),
    "max of none": lambda a: np.max(a[:0]),
    "var both": lambda a: np.var(a, ddof=1, correction=1),
    "prod keyword": lambda a: np.prod(a, nonsense=1),
    "cumsum axis": lambda a: np.cumsum(a, axis=2),
    "cumprod axis": lambda a: np.cumprod(a, axis=(0,)),
    "cumulative_sum": lambda a: np.cumulative_sum(a),
    "average shape": lambda a: np.average(a, weights=[1, 2, 3, 4]),
    "average length": lambda a: np.average(a, axis=0, weights=[1, 2]),
    "average zero": lambda a: np.average(a[0], weights=[0, 0, 0, 0]),
    "cov": lambda a: np.cov(np.stack([a, a])),
    "sort axis": lambda a: np.sort(a, axis=2),
    "sort kind": lambda a: np.sort(a, kind="bubble"),
    "sort number": lambda a: np.sort(a[0, 0]),
    "partition kth": lambda a: np.partition(a, 9),
    "median axis": lambda a: np.median(a, axis=5),
    "quantile": lambda a: np.quantile(a, 1.5),
    "quantile method": lambda a: np.quantile(a, 0.5, method="best"),
    "percentile": lambda a: np.percentile(a, -1),
    "diff order": lambda a: np.diff(a, n=-1),
    "diff axis": lambda a: np.diff(a, axis=2),
    "diff number": lambda a: np.diff(a[0, 0]),
    "diff list": lambda a: np.diff(a, axis=[0]),
    "gradient short": lambda a: np.gradient(a[:1]),
    "gradient spacings": lambda a: np.gradient(a, 1.0, 2.0, 3.0),
    "gradient order": lambda a: np.gradient(a, edge_order=3),
    "trapezoid axis": lambda a: np.trapezoid(a, axis=3),
    "interp": lambda a: np.interp(a, [0.0, 1.0], [1.0]),
    "convolve": lambda a: np.convolve(a, [1.0, 2.0]),
    "convolve mode": lambda a: np.convolve(a[0], [1.0, 2.0], mode="best"),
    "convolve empty": lambda a: np.convolve(a[0], []),
    "cross": lambda a: np.cross(a, a),
    "flip axis": lambda a: np.flip(a, 2),
    "flip twice": lambda a: np.flip(a, (0, 0)),
    "fliplr": lambda a: np.fliplr(a[0]),
    "take axis": lambda a: np.take(a, [0], axis=2),
    "take index": lambda a: np.take(a, [9], axis=0),
    "repeat axis": lambda a: np.repeat(a, 2, axis=2),
    "repeat count": lambda a: np.repeat(a, -1),
    "roll axis": lambda a: np.roll(a, 1, axis=2),
    "rot90": lambda a: np.rot90(a, axes=(0, 0)),
    "rollaxis": lambda a: np.rollaxis(a, 3),
    "moveaxis": lambda a: np.moveaxis(a, 0, 5),
    "swapaxes": lambda a: np.swapaxes(a, 0, 2),
    "matrix_transpose": lambda a: np.matrix_transpose(a[0]),
    "diag": lambda a: np.diag(a[None]),
    "diag of a number": lambda a: np.diag(a[0, 0]),
    "vander": lambda a: np.vander(a),
    "stack": lambda a: np.stack([a, a[:2]]),
    "stack none": lambda a: np.stack([a, a], axis=3),
    "hstack": lambda a: np.hstack([a, a[0]]),
    "concatenate axis": lambda a: np.concatenate([a, a], axis=2),
    "block": lambda a: np.block([[a], a]),
    "append": lambda a: np.append(a, a[0], axis=0),
    "insert": lambda a: np.insert(a, 9, 0.0, axis=0),
    "delete": lambda a: np.delete(a, 9, axis=0),
    "split": lambda a: np.split(a, 2, axis=0),
    "split axis": lambda a: np.split(a, 2, axis=2),
    "array_split": lambda a: np.array_split(a, 0),
    "hsplit": lambda a: np.hsplit(a[0, 0], 1),
    "vsplit": lambda a: np.vsplit(a[0], 2),
    "dsplit": lambda a: np.dsplit(a, 2),
    "squeeze": lambda a: np.squeeze(a, axis=0),
    "expand_dims": lambda a: np.expand_dims(a, 5),
    "broadcast": lambda a: np.broadcast_to(a, (2, 2)),
    "broadcast_arrays": lambda a: np.broadcast_arrays(a, a[:2]),
    "meshgrid": lambda a: np.meshgrid(a[0], a[0], indexing="best"),
    "linspace": lambda a: np.linspace(a, 2.0, -1),
    "geomspace": lambda a: np.geomspace(0.0, a, 3),
    "select": lambda a: np.select([a > 1], [a, a]),
    "piecewise": lambda a: np.piecewise(a, [a > 1], [1.0, 2.0, 3.0]),
    "choose": lambda a: np.choose([0, 5, 1, 0], [a[0], a[1]]),
    "compress": lambda a: np.compress([True] * 9, a, axis=0),
    "pad mode": lambda a: np.pad(a, 1, mode="best"),
    "pad width": lambda a: np.pad(a, -1),
    "pad setting": lambda a: np.pad(a, 1, mode="edge", stat_length=2),
    "vdot": lambda a: np.vdot(a, a[0]),
    "vecdot": lambda a: np.vecdot(a, a[:, :2]),
    "matvec": lambda a: np.matvec(a, a[:, :2]),
    "polyder": lambda a: np.polyder(a[0], -1),
    "polyint": lambda a: np.polyint(a[0], 3, k=[1.0, 2.0]),
    "apply_along_axis": lambda a: np.apply_along_axis(np.sum, 2, a),
    "apply_over_axes": lambda a: np.apply_over_axes(np.sum, a, 2),
    "unstack": lambda a: np.unstack(a, axis=2),
    "tile": lambda a: np.tile(a, -1),
    "reshape order": lambda a: np.reshape(a, (4, 3), order="Z"),
    "nanmax axis": lambda a: np.nanmax(a, axis=2),
    "nanmedian axis": lambda a: np.nanmedian(a, axis=2),
    "pad half": lambda a: np.pad(a, 1.5),
    "pad constant": lambda a: np.pad(a, 1, "edge", constant_values=1),
    "take list": lambda a: np.take(a, [0], axis=[0]),
    "add.reduce": lambda a: np.add.reduce(a, axis=[0]),
    "add.reduceat": lambda a: np.add.reduceat(a, [9]),
    "tensordot axes": lambda a: np.tensordot(a, a, axes=([0], [0, 1])),
    "unique axis": lambda a: np.unique(a, axis=2),
    "polyfit degree": lambda a: np.polyfit(a[0], a[0], -1),
    "polyfit length": lambda a: np.polyfit(a[0], a[0, :2], 1),
    "polydiv": lambda a: np.polydiv(a, a),
    "weights": lambda a: np.quantile(a[0], 0.5, weights=[1.0, 2.0, 3.0, 4.0]),
    "put": lambda a: np.put(a * 1, [99], 1.0),
    "put_along_axis": lambda a: np.put_along_axis(a * 1, np.array([[0]]), 1.0, axis=2),
    "item": lambda a: a.item(99),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_numpy_refuses_is_refused_with_the_same_kind_of_error(name):
    with pytest.raises(Exception) as ours:
        REFUSED[name](Tensor(A, "t"))
    with warnings.catch_warnings(), pytest.raises(Exception) as theirs:
        warnings.simplefilter("ignore")
        REFUSED[name](A)
    kind = theirs.type
    if issubclass(kind, np.exceptions.AxisError):
        kind = (np.exceptions.AxisError, ValueError)
    assert isinstance(ours.value, kind), (ours.value, theirs.value)


def test_an_error_of_numpy_names_the_operation_and_the_tensor():
    t = Tensor(A, "t")
    for call in (
        lambda: np.sum(t, axis=2),
        lambda: np.sum(t, axis=[0]),
        lambda: np.sort(t, axis=2),
        lambda: np.take(t, [0], axis=2),
        lambda: np.gradient(t, edge_order=3),
        lambda: np.pad(t, 1, mode="best"),
        lambda: np.tile(t, -1),
    ):
        with pytest.raises((TypeError, ValueError), match=r"^\w+ of t \(3, 4\): "):
            call()


def test_a_result_is_written_into_a_buffer_of_its_shape_and_stays_recorded():
    for call in (
        lambda t, out: np.sum(t, axis=0, out=out),
        lambda t, out: t.mean(axis=0, out=out),
        lambda t, out: np.median(t, 0, out),
        lambda t, out: np.nanmax(t, axis=0, out=out),
    ):
        t, out = Tensor(A, "t"), Tensor(np.zeros(4), requires_grad=False)
        assert call(t, out) is out and np.allclose(out.data, call(A, np.zeros(4)))
        out.sum().backward()
        assert t.grad.any()
        with pytest.raises(ValueError, match="out"):
            call(t, Tensor(np.zeros((3, 4)), requires_grad=False))
        with pytest.raises(TypeError, match="is not written into an array"):
            call(t, np.zeros(4))


def test_sort_and_partition_in_place_are_recorded_on_a_buffer_and_refused_on_a_leaf():
    t, weights = Tensor(A, "t"), np.arange(12.0).reshape(3, 4)
    for change in (lambda x: x.sort(), lambda x: x.sort(axis=0), lambda x: x.partition(1)):
        buffer, array = t * 1, A.copy()
        change(buffer)
        change(array)
        assert np.array_equal(buffer.data, array)
        t.zero_grad()
        (buffer * weights).sum().backward()
        assert sorted(t.grad.ravel()) == sorted(weights.ravel())
        with pytest.raises(TypeError, match="leaf"):
            change(t)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_a_product_with_an_element_that_nothing_divides_by_is_right_in_the_others(bad):
    t = Tensor([[2.0, bad, 3.0], [4.0, 5.0, 6.0]])
    t.prod(axis=1).backward([1.0, 1.0])
    assert np.allclose(t.grad, [[3 * bad, 6, 2 * bad], [30, 24, 20]], equal_nan=True)
    t = Tensor([2.0, bad, 3.0])
    np.cumprod(t).backward([0.0, 0.0, 1.0])
    assert t.grad[1] == 6.0


def test_numbers_that_are_not_finite_are_sorted_as_numpy_sorts_them():
    for row in ([np.inf, 1.0, 2.0], [-np.inf, 1.0, 2.0], [np.nan, 1.0, 2.0], [1.0, np.inf, np.nan]):
        for q in (0.0, 0.25, 0.5):
            with np.errstate(invalid="ignore"):
                expected, found = np.quantile(row, q), np.quantile(Tensor(row), q).item()
            assert np.array_equal(found, expected, equal_nan=True) or np.isnan(expected)
        assert np.array_equal(np.median(Tensor(row)).item(), np.median(row), equal_nan=True)


def test_a_reduction_of_none_is_its_initial_value():
    empty = Tensor(np.zeros((0, 3)))
    assert np.max(empty, axis=0, initial=1.5).data.tolist() == [1.5, 1.5, 1.5]
    assert np.sum(empty, axis=0).data.tolist() == [0.0] * 3
    assert np.prod(empty, axis=0).data.tolist() == [1.0] * 3
