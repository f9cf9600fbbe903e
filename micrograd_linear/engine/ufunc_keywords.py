"""The keywords of NumPy's elementwise functions where an operand is a Tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..operations import BY_NUMPY_FUNCTION
from .errors import leave_out
from .graph import is_node
from .leaving import written_into


def call_with_keywords(
    ufunc: Any,
    call: str,
    inputs: tuple,
    *,
    out: Any = None,
    where: Any = True,
    dtype: Any = None,
    casting: str = "same_kind",
    order: str = "K",
    subok: bool = True,
    **unknown: Any,
) -> Any:
    """``ufunc(*inputs, ...)``, of which the type is a recorded cast, and what is written into
    ``out`` a recorded change of that Tensor. A Tensor has no subclass to keep, and no order but
    that of its operands.
    """
    outs = _places(ufunc, call, inputs, out)
    if order != "K":
        unknown["order"] = order
    if unknown:
        raise leave_out(f"{call} on a Tensor", "keywords", unknown)
    mask = getattr(where, "current", where)
    if dtype is not None:
        inputs = tuple(cast(x, dtype, casting, call) for x in inputs)
    if mask is not True:
        if not outs:
            raise TypeError(
                f"{call} on a Tensor: where= without out= leaves the elements that it does not "
                "name as they happen to lie in memory; write "
                f"np.where(mask, {call}(np.where(mask, t, 1)), 0), with what is to stand there "
                "for the 0"
            )
        inputs = _inside(ufunc, inputs, mask)
    results = ufunc(*inputs)
    return write(call, inputs, outs, results, mask) if outs else results


def _places(ufunc: Any, call: str, inputs: tuple, out: Any) -> list:
    """What the results are written into; a recorded one is not written into a plain array."""
    places = [x for x in out or () if x is not None]
    for place in places:
        if not is_node(place) and ufunc.nout == 1:
            raise written_into(call, inputs, place)
    return places


def cast(x: Any, dtype: Any, casting: Any, call: str) -> Any:
    """An operand in the type that is computed in; of a Tensor the cast is recorded."""
    try:
        dtype = np.dtype(dtype)
    except TypeError as error:
        raise TypeError(f"{call} on a Tensor: dtype: expected a floating type; {error}") from None
    if dtype.kind != "f":
        raise TypeError(
            f"{call} on a Tensor: dtype={dtype} has no gradient; leave it out, and write "
            f".astype({dtype}) behind the result, which is a plain array"
        )
    if not hasattr(x, "dtype"):
        return x
    if not np.can_cast(x.dtype, dtype, casting):
        raise TypeError(
            f"{call} on a Tensor: {x.dtype} is not cast to {dtype} by the rule {casting!r}; "
            "leave casting out, or write .astype first"
        )
    return x if x.dtype == dtype else x.astype(dtype)


def _inside(ufunc: Any, inputs: tuple, mask: Any) -> tuple:
    """The operands with numbers of the function's domain where it is not asked for: a pole there
    would be 0 times infinity in the backward pass.
    """
    rule = BY_NUMPY_FUNCTION.get(ufunc)
    middles = [sum(domain) / 2 for domain in rule.domains] if rule and rule.domains else []
    middles += [1.0] * (len(inputs) - len(middles))
    return tuple(
        np.where(mask, x, np.asarray(middle, getattr(x, "dtype", None)))
        for x, middle in zip(inputs, middles)
    )


def write(call: str, inputs: tuple, outs: list, results: Any, mask: Any = True) -> Any:
    """Write results into the Tensors that are there for them, where a mask holds."""
    several = isinstance(results, tuple)
    for out, result in zip(outs, results if several else (results,), strict=True):
        if not is_node(out) and is_node(result) and result.requires_grad:
            raise written_into(call, inputs, out)
        result = result if is_node(out) else getattr(result, "current", result)
        if mask is True:
            out[...] = result
        else:
            named = np.broadcast_to(np.asarray(mask, dtype=bool), out.shape)
            out[named] = np.broadcast_to(result, out.shape)[named]
    return tuple(outs) if several else outs[0]
