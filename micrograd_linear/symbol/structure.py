"""Reductions, shapes, indexing and linear algebra on symbols, with what is trivial left out."""

from fractions import Fraction

import numpy as np

from ..operations import names as op
from . import algebra
from .algebra import ONE, broadcast, coefficient_of, inner_of, multiply, negative, product
from .node import times
from .shapes import broadcast_shapes, common_type, float_type, same_but_leading_ones

# --- reductions ----------------------------------------------------------------------------------
# The reduced axes are kept as 1, or dropped where they lead, so that x.sum(0) and
# x.sum(0, keepdims=True) are one formula.


def reduce(operation, x, axis=None, keepdims=False):
    """sum, mean, max, min or prod over axes."""
    axes = axes_of(axis, x.ndim)
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    if all(x.shape[i] == 1 for i in axes):  # nothing to add up
        return (
            x if keepdims else reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in axes))
        )
    y = _reduced(operation, x, axes)
    return reshape(
        y, kept if keepdims else tuple(n for i, n in enumerate(x.shape) if i not in axes)
    )


def axes_of(axis, ndim):
    if axis is None:
        return tuple(range(ndim))
    return tuple(sorted(i % ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,))))


def _reduced(operation, x, axes):
    if not axes:
        return x
    if operation in (op.SUM, op.MEAN) and x.operation == "broadcast":
        return _sum_of_broadcast(operation, x, axes)
    if x.operation == op.TRANSPOSE:
        order = x.static["axes"]
        return transpose(
            reduce(operation, inner_of(x), tuple(order[i] for i in axes), keepdims=True), order
        )
    if operation in (op.SUM, op.MEAN) and x.operation == "product" and not x.book.as_written:
        above, below = algebra.parts_of(x)
        factors, divisors = (
            [part for part in parts if _constant_along(part, x, axes)] for parts in (above, below)
        )
        coefficient = x.static["coefficient"]
        if coefficient != 1 or factors or divisors:
            kept = [
                [part for part in parts if not _constant_along(part, x, axes)]
                for parts in (above, below)
            ]
            inner = _reduced(
                operation, broadcast(product(ONE, kept[0], kept[1], x.book), x.shape), axes
            )
            scaled = product(coefficient, [inner, *factors], divisors)
            return (
                scaled
                if scaled.size == inner.size
                else broadcast(scaled, broadcast_shapes(scaled.shape, inner.shape))
            )
    return _reduction(operation, x, axes)


def _reduction(operation, x, axes):
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    if axes == tuple(range(len(axes))):
        shape = x.shape[len(axes) :]
    return x.book.make(operation, (x,), {"axis": axes}, shape, float_type([x]), axes)


def _constant_along(part, x, axes):
    """True for a factor of x that does not change along the axes."""
    missing = x.ndim - part.ndim
    return all(i < missing or part.shape[i - missing] == 1 for i in axes)


def _sum_of_broadcast(operation, x, axes):
    inner, missing = inner_of(x), x.ndim - inner_of(x).ndim
    repeated = tuple(i for i in axes if i < missing or inner.shape[i - missing] == 1)
    if not repeated:
        return _reduction(operation, x, axes)
    rest = tuple(i for i in axes if i not in repeated)
    count = 1
    for i in repeated:
        count *= x.shape[i]
    aligned = reshape(inner, (1,) * missing + inner.shape)
    y = product(
        Fraction(count) if operation == op.SUM else ONE, [_reduced(operation, aligned, rest)], []
    )
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    return broadcast(
        reshape(y, tuple(1 if i in axes else n for i, n in enumerate(aligned.shape))), kept
    )


def running(operation, x, axis):
    """cumsum or cumprod along one axis."""
    axis %= x.ndim
    return x.book.make(operation, (x,), {"axis": axis}, x.shape, float_type([x]), axis)


def argsort(x, axis):
    axis %= x.ndim
    return x.book.make("argsort", (x,), {"axis": axis}, x.shape, np.dtype(np.intp), axis)


def take_along_axis(x, order, axis):
    axis %= x.ndim
    shape = order.shape
    return x.book.make("take_along_axis", (x, order), {"axis": axis}, shape, x.dtype, axis)


# --- shapes --------------------------------------------------------------------------------------


def reshape(x, shape):
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(int(n) for n in shape)
    if -1 in shape:
        rest = 1
        for n in shape:
            rest *= n if n != -1 else 1
        shape = tuple((x.size // rest if rest else 0) if n == -1 else n for n in shape)
    if x.operation == op.RESHAPE:
        x = inner_of(x)
    if shape == x.shape:
        return x
    if x.operation == "number":
        return broadcast(x, shape)
    if x.operation == "broadcast" and inner_of(x).size == 1:
        return broadcast(reshape(inner_of(x), ()), shape)
    if same_but_leading_ones(x.shape, shape):
        return algebra.fill(x, shape)
    # The coefficient goes to the front, so that it can be combined with what is to come.
    if x.operation == "product" and x.static["coefficient"] != 1:
        coefficient, rest = coefficient_of(x)
        return product(coefficient, [reshape(rest, shape)], [])
    return x.book.make(op.RESHAPE, (x,), {"shape": shape}, shape, x.dtype)


def transpose(x, axes=None):
    axes = tuple(reversed(range(x.ndim))) if axes is None else tuple(int(a) % x.ndim for a in axes)
    if x.operation == op.TRANSPOSE:
        axes, x = tuple(x.static["axes"][a] for a in axes), inner_of(x)
    if axes == tuple(range(x.ndim)):
        return x
    shape = tuple(x.shape[a] for a in axes)
    swapped = (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    if (
        x.operation == op.MATMUL
        and axes == swapped
        and any(
            y.operation == op.TRANSPOSE and y.static["axes"][-2:] == swapped[-2:]
            for y in x.operands
        )
    ):
        return matmul(*(swap_last(y.current()) for y in reversed(x.operands)))  # (Aᵀ B)ᵀ = Bᵀ A
    if [n for n in shape if n != 1] == [n for n in x.shape if n != 1] and len(
        [n for n in shape if n != 1]
    ) < 2:
        return reshape(x, shape)  # a row as a column, or a column as a row
    if x.operation == "broadcast":
        inner = inner_of(x)
        return broadcast(
            transpose(reshape(inner, (1,) * (x.ndim - inner.ndim) + inner.shape), axes)
            if inner.size != 1
            else reshape(inner, ()),
            shape,
        )
    if x.operation == "product" and x.static["coefficient"] != 1:
        coefficient, rest = coefficient_of(x)
        return product(coefficient, [transpose(rest, axes)], [])
    return x.book.make(op.TRANSPOSE, (x,), {"axes": axes}, shape, x.dtype, axes)


def swap_last(x):
    """``.mT``: the last two axes exchanged."""
    return transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def concatenate(parts, axis=0):
    axis %= parts[0].ndim
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    return parts[0].book.make(
        op.CONCATENATE, tuple(parts), {"axis": axis}, tuple(shape), common_type(parts), axis
    )


def pad(x, widths):
    shape = tuple(n + before + after for n, (before, after) in zip(x.shape, widths))
    return x.book.make(op.PAD, (x,), {"widths": widths}, shape, x.dtype, widths)


def astype(x, dtype):
    dtype = np.dtype(dtype)
    if x.operation == "broadcast" and x.dtype is None:
        return x.book.make("broadcast", x.operands, x.static, x.shape, dtype, dtype.str)
    if x.operation == "number":
        return x.book.make("broadcast", (x,), {"shape": ()}, (), dtype, dtype.str)
    return (
        x
        if x.dtype == dtype
        else x.book.make(op.ASTYPE, (x,), {"dtype": dtype}, x.shape, dtype, dtype.str)
    )


def tril(x, k=0):
    return x.book.make("tril", (x,), {"k": k}, x.shape, x.dtype, k)


# --- indexing ------------------------------------------------------------------------------------


def getitem(x, index):
    if _adds_axes_only(index):
        return reshape(x, _shape_of(x.shape, index))
    return x.book.make(
        op.GETITEM, (x,), {"index": index}, _shape_of(x.shape, index), x.dtype, frozen(index)
    )


def scatter_add(x, index, shape):
    shape = tuple(shape)
    if _adds_axes_only(index):
        return reshape(x, shape)
    coefficient, rest = coefficient_of(inner_of(x) if x.operation == "broadcast" else x)
    if coefficient < 0:  # a sign goes to the front
        return negative(
            scatter_add(
                broadcast(
                    product(-coefficient, [rest] if rest is not None else [], [], x.book), x.shape
                ),
                index,
                shape,
            )
        )
    return x.book.make(
        op.SCATTER_ADD, (x,), {"index": index, "shape": shape}, shape, x.dtype, frozen(index)
    )


def assign(x, values, indices):
    """x with values written at places, one after the other."""
    types = common_type([x, *values])
    return x.book.make(
        op.ASSIGN,
        (x, *values),
        {"indices": indices},
        x.shape,
        x.dtype if x.dtype is not None else types,
        tuple(map(frozen, indices)),
    )


def _adds_axes_only(index):
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None or part is Ellipsis or (isinstance(part, slice) and part == slice(None))
        for part in parts
    )


def _shape_of(shape, index):
    """The shape of an array of the given shape, indexed; arrays of one byte, repeated, take no
    memory but for the result's.
    """
    return np.broadcast_to(np.int8(0), shape)[index].shape


def frozen(index):
    """An index as something hashable."""
    if isinstance(index, tuple):
        return tuple(map(frozen, index))
    if isinstance(index, slice):
        return ("slice", index.start, index.stop, index.step)
    if isinstance(index, (np.ndarray, list, range)):
        array = np.asarray(index)
        return (array.dtype.str, array.shape, array.tobytes(), id(getattr(index, "tensor", None)))
    return repr(index)


# --- linear algebra ------------------------------------------------------------------------------


def matmul(x, w):
    if x.ndim < 2 or w.ndim < 2:
        raise TypeError(
            f"matmul of a formula: expected two or more axes, got {x.shape} and {w.shape}"
        )
    shape = (*broadcast_shapes(x.shape[:-2], w.shape[:-2]), x.shape[-2], w.shape[-1])
    if x.shape[-1] != w.shape[-2]:
        raise ValueError(f"matmul: shapes {x.shape} and {w.shape} do not fit")
    for a in (x, w):  # a sign goes to the front
        coefficient, rest = coefficient_of(a)
        if rest is not None and coefficient < 0:
            flipped = product(-coefficient, [rest], [])
            return negative(matmul(flipped, w) if a is x else matmul(x, flipped))
    if x.shape[-2:] == (1, 1) or w.shape[-2:] == (1, 1):  # a number
        return broadcast(multiply(x, w), shape)
    # Where every column of x is the same, it is one column times the sums over the rows of w.
    if _repeated(x, -1):
        return broadcast(multiply(_one_along(x, -1), reduce(op.SUM, w, -2, keepdims=True)), shape)
    if _repeated(w, -2):
        return broadcast(multiply(reduce(op.SUM, x, -1, keepdims=True), _one_along(w, -2)), shape)
    return x.book.make(op.MATMUL, (x, w), None, shape, common_type([x, w]))


def _repeated(x, axis):
    if x.operation != "broadcast":
        return False
    inner = inner_of(x)
    return inner.ndim < -axis or inner.shape[axis] == 1


def _one_along(x, axis):
    """A broadcast whose ``axis`` has length 1: before it was repeated there."""
    shape = list(x.shape)
    shape[axis] = 1
    return broadcast(inner_of(x), tuple(shape))


def einsum(subscripts, *operands):
    inputs, output = subscripts.split("->")
    coefficient, kept, sizes = ONE, [], {}
    for letters, x in zip(inputs.split(","), operands, strict=True):
        for letter, n in zip(letters, x.shape):
            sizes[letter] = n if n != 1 else sizes.get(letter, 1)  # an axis of length 1 broadcasts
        own, rest = coefficient_of(x)
        coefficient = times(coefficient, own)
        if rest is not None:
            kept.append((letters, rest))
    if not kept:
        return product(coefficient, [], [], operands[0].book)
    letters = kept[0][0]
    if len(kept) == 1 and len(set(letters)) == len(output) == len(letters):
        # It is one array with its axes in another order.
        order = [letters.index(letter) for letter in output]
        return product(coefficient, [transpose(kept[0][1], order)], [])
    subscripts = ",".join(letters for letters, _ in kept) + "->" + output
    shape, plain = tuple(sizes[letter] for letter in output), tuple(x for _, x in kept)
    y = plain[0].book.make(
        op.EINSUM, plain, {"subscripts": subscripts}, shape, common_type(plain), subscripts
    )
    return product(coefficient, [y], [])


def square_function(operation, drop=0):
    """A function of square matrices: inv, cholesky, and with ``drop=2`` det and logabsdet."""

    def build(x):
        return x.book.make(operation, (x,), None, x.shape[: x.ndim - drop], float_type([x]))

    return build


def call(rule):
    """An operation whose record says how it is written, and which shape it has."""

    def build(x, **static):
        shape, dtype = rule.shape(x.shape), float_type([x])
        text = rule.source.format("{0}", **{**rule.defaults, **static})
        if rule.part is not None:  # all parts of a decomposition are computed at once
            x = x.book.make("decomposition", (x,), {"source": text}, (), dtype, text)
            text = f"{{0}}[{rule.part}]"
        return x.book.make(rule.name, (x,), {"source": text}, shape, dtype, text)

    return build


def solve(a, b):
    coefficient, rest = coefficient_of(b)
    if rest is None:
        coefficient, rest = ONE, b
    shape = (*broadcast_shapes(a.shape[:-2], rest.shape[:-2]), *rest.shape[-2:])
    return product(
        coefficient, [a.book.make(op.SOLVE, (a, rest), None, shape, float_type([a, rest]))], []
    )


def selected(g, contribution):
    """The contribution, and 0 where g is 0, also if the other factor is not finite: what ``where``
    did not take has no gradient.
    """
    return algebra.elementwise("selected", [g, contribution], common_type([g, contribution]))
