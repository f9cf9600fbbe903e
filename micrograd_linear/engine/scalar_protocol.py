"""What NumPy's functions, comparisons and bounds do with ``Value``s.

``kind`` is the class ``Value``, whose ``apply`` records an operation.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..operations import BY_NUMPY_FUNCTION, SCALAR_RULES, Rule, ScalarRule
from ..operations import names as op
from ..operations.compositions import COMPOSED
from .errors import plain_call_only
from .graph import is_node
from .leaving import written_into
from .number import number
from .numpy_protocol import gives_plain
from .scipy_functions import of_scipy

_COMPARISONS = {
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
}
_EQUALITY = {np.equal: True, np.not_equal: False}


def scalar_rule(rule: Rule) -> ScalarRule:
    """The operation on single numbers; a ``TypeError`` that names one which is none."""
    found = SCALAR_RULES.get(rule.name)
    if found is None or found.rule is not rule:
        raise _unsupported(rule.name)
    return found


def _unsupported(name: str) -> TypeError:
    return TypeError(
        f"{name} is not supported for a Value; supported are {', '.join(SCALAR_RULES)}"
    )


def comparison(function: Callable[[float, float], bool], kind: Callable[[], type]):
    """``<`` and its relatives: those of the numbers."""

    def compared(self: Any, other: Any) -> bool:
        if isinstance(other, kind()):
            return function(self._data, other._data)
        return function(self._data, number(other, "comparison with a Value"))

    return compared


def with_array(rule: ScalarRule, value: Any, array: Any, swap: bool) -> Any:
    """An array of ``Value``s goes element by element; any other array is refused, since the result
    would be one by accident.
    """
    if is_node(array):
        raise TypeError(
            f"{rule.name}: cannot mix a Value with a Tensor of shape {array.shape}; make the Value "
            "a Tensor, or use its .data"
        )
    if getattr(getattr(array, "dtype", None), "kind", "") != "O":
        raise TypeError(
            f"{rule.name}: cannot combine a Value with an array of shape {array.shape}; a Value is "
            "one number, use Tensor for arrays"
        )
    single = np.array(value, dtype=object)
    pair = (array, single) if swap else (single, array)
    by_element: Any = rule.rule.ufunc or np.frompyfunc(rule.rule, len(pair), 1)
    return by_element(*pair)


def numpy_call(kind: Any, ufunc: Any, method: str, inputs: tuple, kwargs: dict) -> Any:
    """``np.exp(value)``, ``np.float64(2) * value``, and the elements of an object array."""
    name = f"np.{ufunc.__name__}"
    if kwargs.get("out"):
        raise written_into(name, inputs, kwargs["out"][0])
    if kwargs or method != "__call__":
        raise TypeError(plain_call_only(name))
    operands = [_element(x) for x in inputs]
    arrays = [x for x in operands if isinstance(x, np.ndarray) and x.ndim]
    if arrays:
        if any(array.dtype != object for array in arrays):
            raise TypeError(
                f"{name}: cannot combine a Value with an array of shape {arrays[0].shape}; "
                "use Tensor for arrays"
            )
        return ufunc(*(np.array(x, dtype=object) if isinstance(x, kind) else x for x in operands))
    if ufunc in _COMPARISONS:
        return _COMPARISONS[ufunc](*(x if isinstance(x, kind) else number(x) for x in operands))
    if ufunc in _EQUALITY:
        return (operands[0] is operands[1]) == _EQUALITY[ufunc]
    if ufunc.__name__ == np.clip.__name__:
        return clipped(kind, *operands)
    if gives_plain(ufunc):
        return ufunc(*(x._data if isinstance(x, kind) else x for x in operands))
    rule = BY_NUMPY_FUNCTION.get(ufunc)
    if rule is not None:
        return kind.apply(scalar_rule(rule), operands)
    ours = COMPOSED.get(ufunc) or of_scipy(ufunc)
    if ours is None:
        raise _unsupported(name)
    return ours(*operands)


def _element(x: Any) -> Any:
    """The object in an array of one object."""
    return x.item() if isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype == object else x


def clipped(kind: Any, x: Any, low: Any, high: Any) -> Any:
    """minimum(maximum(x, low), high), at least one a ``Value``."""
    result = x
    ends = (
        (low, SCALAR_RULES[op.MAXIMUM], operator.le),
        (high, SCALAR_RULES[op.MINIMUM], operator.ge),
    )
    for bound, rule, outside in ends:
        if isinstance(bound, kind):
            result = kind.apply(rule, (result, bound))
        elif bound is not None and outside(result, bound):
            result = kind.apply(rule, (result, bound)) if isinstance(result, kind) else bound
    return result * 1.0 if result is x else result
