"""What the named operations share."""

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine import arrays
from ..engine.explain import described
from ..engine.graph import is_node
from ..engine.joining import holds_nodes, joined
from ..engine.leaving import written_into
from ..engine.tensor import Tensor
from ..engine.versions import unseen
from ..operations import is_read


def method(*names):
    """Decorator: make the function a method of Tensor, under its own name or under others.

    The method also accepts PyTorch's ``dim`` and ``keepdim`` for axis and keepdims; several axes
    may there stand in a list.
    """

    def register(function):
        @functools.wraps(function)
        def as_method(self, *args, **keywords):
            for ours, theirs in (("axis", "dim"), ("keepdims", "keepdim")):
                if theirs in keywords and ours in keywords:
                    raise TypeError(
                        f"{function.__name__}: {ours} and {theirs} are the same; give one of them"
                    )
                if theirs in keywords:
                    given = keywords.pop(theirs)
                    keywords[ours] = tuple(given) if isinstance(given, list) else given
            return function(self, *args, **keywords)

        for name in names or (function.__name__,):
            setattr(Tensor, name, as_method)
        return function

    return register


def as_array(x: Any) -> Any:
    """A list or a foreign array as an ndarray; arrays and tensors as they are; a list of Tensors as
    one Tensor.
    """
    kind = x.__class__
    if kind is Tensor or (kind is np.ndarray and not x.dtype.hasobject) or is_read(x):
        return x
    if holds_nodes(x):
        return joined(x)
    if isinstance(x, np.ndarray):
        return x
    return arrays.real_array(x, f"operand of type {type(x).__name__}")


def as_shape(shape):
    """``f(2, 3)`` and ``f((2, 3))`` mean the same."""
    shape = shape[0] if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)) else shape
    return tuple(operator.index(n) for n in shape)


def plain(x: Any) -> Any:
    """The numbers of a Tensor, for what has no gradient, such as a comparison."""
    return x.current if is_node(x) else x


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape, which NumPy's own function asks a Tensor for by a detour."""
    return x.shape if hasattr(x, "shape") else np.shape(x)


def hollow(x):
    """An array of x's shape that takes no memory.

    NumPy's own functions are run on it to get the shape of their results, and their errors.
    """
    return np.broadcast_to(np.float64(0), shape_of(x))


def by_numpy(name: str, x: Any, function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """What NumPy's function returns; an error of its own names the operation and the Tensor."""
    try:
        return function(*args, **keywords)
    except (IndexError, TypeError, ValueError) as error:
        raise type(error)(f"{name} of {described([x])}: {error}") from None


def axis_of(name, x, axis):
    """The number of one axis, counted from 0; NumPy's error for one that x has not."""
    ndim = x.ndim
    if axis.__class__ is int and -ndim <= axis < ndim:
        return axis % ndim
    return by_numpy(name, x, np.lib.array_utils.normalize_axis_index, axis, ndim)


def axes_of(name, x, axis):
    """The same for None, which means all, for one axis and for a tuple of them."""
    if axis is None:
        return tuple(range(x.ndim))
    if axis.__class__ is int and -x.ndim <= axis < x.ndim:
        return (axis % x.ndim,)
    return by_numpy(name, x, np.lib.array_utils.normalize_axis_tuple, axis, x.ndim)


def part(x: Any, index: Any) -> Any:
    """x at an index, for a composed function's own use: no change in place is to follow it."""
    return unseen(x[index])


def along(axis, index):
    """The index that is ``index`` along an axis counted from 0, and takes all before it."""
    return (slice(None),) * axis + (index,)


def row(x: Any) -> Any:
    """All elements in a row, for a composed function's own use."""
    return unseen(x.reshape(-1))


def reshaped(x: Any, shape: Any) -> Any:
    """x in another shape, for a composed function's own use."""
    return unseen(x.reshape(shape))


def given(x):
    """Whether a keyword was given; NumPy's own functions hand on a word of theirs for not."""
    return x is not None and x is not np._NoValue


def moved(name, x, function, *args, **keywords):
    """What NumPy's function makes of an array that only moves its elements: it is run on their
    places, and takes them there.
    """
    x = as_array(x)
    places = np.arange(x.size).reshape(x.shape)
    found = by_numpy(name, x, function, places, *args, **keywords)
    return row(x)[found]


def into(out: Any, name: str, result: Any, *operands: Any) -> Any:
    """The result, or the Tensor ``out`` after it was written into; a plain array takes no result
    that is recorded.
    """
    if out is None:
        return result
    if not is_node(out) and getattr(result, "requires_grad", False):
        raise written_into(f"np.{name}", operands or (result,), out)
    if shape_of(out) != shape_of(result):
        raise ValueError(
            f"{name}: expected out of shape {shape_of(result)}, that of the result, got "
            f"{shape_of(out)}"
        )
    out[...] = result if is_node(out) else plain(result)
    return out
