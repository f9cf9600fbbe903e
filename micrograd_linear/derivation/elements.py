"""The element of a symbol at given letters, as a formula of elements of named arrays: how each
operation takes its operands' elements.
"""

from fractions import Fraction

import numpy as np

from ..operations import RULES
from ..operations import names as op
from ..symbol.algebra import parts_of
from ..symbol.node import over, times
from .assigned import choices
from .entries import Apply, Entry, Mapped, NoIndexForm, Number, Product, Sum, Terms, occurs
from .labels import tensor_of

_ARRAYS = (list, range, np.ndarray)


def entry(x, letters, supply):
    """The element of symbol x at the letters, one for each axis, as a formula of elements of named
    arrays.
    """
    if x.operation == "result":
        name, operands, static = x.written
        if name in _RULES:
            return _RULES[name](x, operands, static, letters, supply)
        if RULES[name].is_function:
            return Apply(name, _broadcast(x, operands, letters, supply))
        return entry(x.operands[0], letters, supply)
    build = _BUILD.get(x.operation)
    if build is None:
        return (
            Apply(x.operation, _broadcast(x, x.operands, letters, supply))
            if is_elementwise(x.operation)
            else _refuse(x)
        )
    return build(x, letters, supply)


RELATIONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "both")


def is_elementwise(operation):
    """Whether an element of the result comes from the elements at its own place."""
    rule = RULES.get(operation)
    return operation in RELATIONS or (rule is not None and rule.elementwise)


def _refuse(x):
    raise NoIndexForm(x.operation)


def _aligned(x, letters, shape):
    """The letters of an operand that broadcasts to a result of the given shape."""
    missing = len(shape) - x.ndim
    return tuple(
        None if n == 1 else letters[missing + i] if missing + i >= 0 else None
        for i, n in enumerate(x.shape)
    )


def _broadcast(x, operands, letters, supply):
    return tuple(entry(y, _aligned(y, letters, x.shape), supply) for y in operands)


def _variable(x, letters, supply):
    return Entry(x, tuple(letter for letter in letters if letter is not None))


def _constant(x, letters, supply):
    array = x.static["value"]
    if array.size and array.dtype.kind in "fiu" and (array == array.flat[0]).all():
        return Number(_exact(array.flat[0].item()))
    return _variable(x, letters, supply)


def _exact(value):
    return Fraction(int(value)) if float(value).is_integer() else float(value)


def _product(x, letters, supply):
    above, below = (_broadcast(x, part, letters, supply) for part in parts_of(x))
    return _times(x.static["coefficient"], above, below)


def _add(x, letters, supply):
    return Terms(x.static["signs"], _broadcast(x, x.operands, letters, supply))


def _repeated(x, letters, supply):
    (a,) = x.operands
    return entry(a, _aligned(a, letters, x.shape), supply)


def _matmul(x, letters, supply):
    a, b = x.operands
    stack, (i, j) = letters[:-2], letters[-2:]
    summed = supply.new(a.shape[-1])
    left = entry(a, (*_aligned_stack(a, stack, x), i, summed), supply)
    right = entry(b, (*_aligned_stack(b, stack, x), summed, j), supply)
    return _sum((summed,), _times(Fraction(1), (left, right)), supply)


def _aligned_stack(x, letters, result):
    missing = result.ndim - x.ndim
    return tuple(None if n == 1 else letters[missing + i] for i, n in enumerate(x.shape[:-2]))


def _sum(letters, body, supply):
    """The sum over the letters; one that is not in the body counts how often it is added."""
    letters = [letter for letter in letters if letter is not None]
    kept = tuple(letter for letter in letters if occurs(body, letter))
    count = 1
    for letter in letters:
        count *= 1 if letter in kept else supply.sizes[letter]
    total = Sum(kept, body) if kept else body
    return total if count == 1 else Product(Fraction(count), (total,))


def _times(coefficient, factors, divisors=()):
    """A product, with the numbers among its factors in the coefficient."""
    for f in factors:
        coefficient = times(coefficient, f.value) if isinstance(f, Number) else coefficient
    for d in divisors:
        coefficient = over(coefficient, d.value) if isinstance(d, Number) else coefficient
    factors, divisors = (
        tuple(x for x in parts if not isinstance(x, Number)) for parts in (factors, divisors)
    )
    if not divisors and not factors:
        return Number(coefficient)
    return (
        factors[0]
        if coefficient == 1 and not divisors and len(factors) == 1
        else Product(coefficient, factors, divisors)
    )


def _reduction(x, letters, supply):
    (a,) = x.operands
    return _reduced(
        a,
        x.static["axis"],
        x.shape,
        letters,
        supply,
        _element(supply),
        mean=x.operation == op.MEAN,
    )


def _reduced(a, axes, shape, letters, supply, body, mean=False):
    """The sum (or the mean) over axes of what ``body`` makes of an operand and its letters."""
    kept = [i for i in range(a.ndim) if i not in axes]
    outer = [letters[i] for i in kept] if len(letters) == a.ndim else list(letters)
    inner, summed, count = [], [], 1
    for i, n in enumerate(a.shape):
        if i in axes:
            inner.append(supply.new(n))
            summed.append(inner[-1])
            count *= n
        else:
            inner.append(outer[kept.index(i)] if n != 1 else None)
    total = _sum(summed, body(a, tuple(inner)), supply)
    return _times(Fraction(1, count), (total,)) if mean and count > 1 else total


def _reshape(x, letters, supply):
    (a,) = x.operands
    if [n for n in a.shape if n != 1] != [n for n in x.shape if n != 1]:
        raise NoIndexForm(op.RESHAPE)
    left = iter([letter for letter, n in zip(letters, x.shape) if n != 1])
    return entry(a, tuple(None if n == 1 else next(left) for n in a.shape), supply)


def _transpose(x, letters, supply):
    inner = [None] * x.ndim
    for letter, axis in zip(letters, x.static["axes"], strict=True):
        inner[axis] = letter
    return entry(x.operands[0], tuple(inner), supply)


def _einsum(x, letters, supply):
    inputs, output = x.static["subscripts"].split("->")
    letter_of, sizes = dict(zip(output, letters, strict=True)), {}
    for part, y in zip(inputs.split(","), x.operands, strict=True):
        sizes.update(zip(part, y.shape))
    summed = {letter: supply.new(n) for letter, n in sizes.items() if letter not in letter_of}
    letter_of.update(summed)
    factors = tuple(
        entry(y, tuple(letter_of[letter] for letter in part), supply)
        for part, y in zip(inputs.split(","), x.operands, strict=True)
    )
    return _sum(tuple(summed.values()), _times(Fraction(1), factors), supply)


def _getitem(x, letters, supply):
    (a,) = x.operands
    index = _whole_index(x.static["index"], a.ndim)
    outer, inner = list(letters), []
    joint = []  # the letter that all arrays of the index share, once one of them has been met
    for part in index:
        n = a.shape[len(inner)] if part is not None else 0
        if part is None:
            outer.pop(0)
        elif isinstance(part, slice):
            inner.append(_placed(outer.pop(0), range(*part.indices(n)), n))
        elif isinstance(part, _ARRAYS):
            if not joint:
                joint.append(outer.pop(0))
            tensor = tensor_of(part)
            places = [int(p) % n for p in np.asarray(part)]
            inner.append(_placed(joint[0], places, n, "" if tensor is None else tensor.name))
        else:
            inner.append(_placed(None, [int(part) % n], n))
    return entry(a, tuple(inner), supply)


def _whole_index(index, ndim):
    """The index as a tuple with a part for every axis; NoIndexForm where masks, tables or arrays
    apart are in it.
    """
    index = index if isinstance(index, tuple) else (index,)
    arrays = [np.asarray(part) for part in index if isinstance(part, _ARRAYS)]
    if (
        any(array.dtype == bool or array.ndim != 1 for array in arrays)
        or len({len(array) for array in arrays}) > 1
    ):
        raise NoIndexForm(op.GETITEM)
    places = [k for k, part in enumerate(index) if isinstance(part, _ARRAYS)]
    apart = places and places != list(range(places[0], places[-1] + 1))
    if apart or (places and any(isinstance(part, (int, np.integer)) for part in index)):
        raise NoIndexForm(op.GETITEM)
    missing = ndim - sum(part is not None and part is not Ellipsis for part in index)
    position = next((k for k, part in enumerate(index) if part is Ellipsis), len(index))
    return (*index[:position], *[slice(None)] * missing, *index[position + 1 :])


def _placed(letter, places, n, called=""):
    places = tuple(places)
    if n == 1:
        return None
    if isinstance(letter, Mapped):  # a slice of a slice
        letter, places, called = letter.letter, tuple(places[p] for p in letter.places), ""
    return (
        letter
        if places == tuple(range(n)) and letter is not None and not called
        else Mapped(letter, places, called)
    )


def _assign(x, letters, supply):
    return entry(choices(x, _whole_index), letters, supply)


_BUILD = {
    op.ASSIGN: _assign,
    "variable": _variable,
    "constant": _constant,
    "number": lambda x, letters, supply: Number(x.static["value"]),
    "product": _product,
    op.ADD: _add,
    "broadcast": _repeated,
    op.MATMUL: _matmul,
    op.SUM: _reduction,
    op.MEAN: _reduction,
    op.RESHAPE: _reshape,
    op.TRANSPOSE: _transpose,
    op.EINSUM: _einsum,
    op.GETITEM: _getitem,
    op.ASTYPE: lambda x, letters, supply: entry(x.operands[0], letters, supply),
}


def _rule_axes(a, static):
    axis = static.get("axis")
    return (
        tuple(range(a.ndim))
        if axis is None
        else tuple(i % a.ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    )


def _over_axes(body, finish=lambda total, count, static: total):
    """A rule that sums ``body(operand, letters, outer letters, supply)`` over its axes."""

    def build(x, operands, static, letters, supply):
        (a,) = operands
        axes = _rule_axes(a, static)
        count = 1
        for i in axes:
            count *= a.shape[i]
        # The symbol may keep the reduced axes as 1, or have dropped them.
        outer = [letter for letter in letters if letter is not None]
        kept = [i for i in range(a.ndim) if i not in axes and a.shape[i] != 1]
        spread = [None] * a.ndim
        for i, letter in zip(kept, outer, strict=True):
            spread[i] = letter
        total = _reduced(
            a,
            axes,
            x.shape,
            tuple(spread),
            supply,
            lambda inner, inside: body(inner, inside, axes, supply),
        )
        return finish(total, count, static)

    return build


def _deviation_squared(a, letters, axes, supply):
    outside = tuple(None if i in axes else letter for i, letter in enumerate(letters))
    deviations = []
    for _ in range(2):  # the letters that each mean is summed over are its own
        element = entry(a, letters, supply)
        mean = _reduced(a, axes, None, outside, supply, _element(supply), mean=True)
        deviations.append(Terms((1, -1), (element, mean)))
    return Product(Fraction(1), tuple(deviations))


def _element(supply):
    return lambda x, letters: entry(x, letters, supply)


def _squared(a, letters, axes, supply):
    return Product(Fraction(1), (entry(a, letters, supply), entry(a, letters, supply)))


def _variance(total, count, static):
    if count == static.get("ddof", 0):
        raise NoIndexForm("a variance over no degree of freedom")
    return Product(Fraction(1, count - static.get("ddof", 0)), (total,))


_RULES = {
    op.LOGSUMEXP: _over_axes(
        lambda a, letters, axes, supply: Apply(op.EXP, (entry(a, letters, supply),)),
        lambda total, count, static: Apply(op.LOG, (total,)),
    ),
    op.VAR: _over_axes(_deviation_squared, _variance),
    op.STD: _over_axes(
        _deviation_squared,
        lambda total, count, static: Apply(op.SQRT, (_variance(total, count, static),)),
    ),
    op.NORM: _over_axes(_squared, lambda total, count, static: Apply(op.SQRT, (total,))),
}
