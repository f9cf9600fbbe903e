"""Calls of NumPy's functions whose arguments do not fit ours: put in NumPy's order, or refused.

It is read only where a call did not fit.
"""

import inspect
from collections.abc import Callable
from typing import Any

# Why a keyword of NumPy's functions is refused, and what to write.
REASONS = {
    "axes": "move the axes before, with np.moveaxis",
    "bias": "the divisor is chosen by ddof",
    "casting": "no other types are cast to; write t.astype(...) before",
    "copy": "a result is always a new node",
    "dtype": "the type is that of the operands; write t.astype(...) before",
    "initial": "write np.maximum, np.minimum, + or * with it, after the reduction",
    "keepdims": "write np.expand_dims of the result",
    "like": "the result is a Tensor",
    "order": "the memory order of a Tensor is its own affair; write t.T before, if elements are to "
    "be read in another order",
    "out": "an array cannot be told to be part of a graph; write out[...] = the result",
    "signature": "no other types are cast to; write t.astype(...) before",
    "subok": "the result is a Tensor",
    "where": "write np.where(condition, t, the neutral element) before",
}
_OTHERWISE = "leave it out"
_PLACED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def in_numpys_order(
    function: Callable, ours: Callable, args: tuple, kwargs: dict
) -> tuple[list, dict] | None:
    """The arguments without NumPy's defaults: those for places that ours has, and those by name.

    None where NumPy would not take them, or does not tell its signature.
    """
    try:
        signature = inspect.signature(function)
        given = dict(signature.bind(*args, **kwargs).arguments)
    except (ValueError, TypeError):
        return None
    places = [p for p in _parameters(ours).values() if p.kind in _PLACED]
    first: list = []
    rest: dict[str, Any] = {}
    gap = False
    for name, parameter in signature.parameters.items():
        if name not in given or _is_default(given[name], parameter.default):
            gap = gap or parameter.default is not parameter.empty
        elif parameter.kind is parameter.VAR_POSITIONAL:
            first.extend(given[name])
        elif parameter.kind is parameter.VAR_KEYWORD:
            rest.update(given[name])
        elif gap or parameter.kind is parameter.KEYWORD_ONLY or len(first) >= len(places):
            rest[name] = given[name]
        else:
            first.append(given[name])
    return first, rest


def _parameters(ours: Callable) -> Any:
    """The parameters of a function, or of the formula of a rule."""
    return inspect.signature(getattr(ours, "formula", ours)).parameters


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (type(value) in (bool, int, str) and value == default)


def refused(name: str, ours: Callable, error: TypeError, names: Any) -> str:
    """The message for arguments that NumPy takes and we do not."""
    taken = _parameters(ours)
    reasons = [f"{key}: {REASONS.get(key, _OTHERWISE)}" for key in names if key not in taken]
    return f"{name} on a Tensor: {error}; {'; '.join(reasons) or 'leave out what is not supported'}"
