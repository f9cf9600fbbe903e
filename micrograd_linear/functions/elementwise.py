"""Elementwise operations."""

from collections.abc import Callable

import numpy as np

from ..engine.errors import leave_out
from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor, apply
from ..operations import RULES, SCALAR_RULES, Rule, is_read
from .base import as_array, into, method


def _function(rule: Rule) -> Callable:
    """The operation as a function of arrays, Tensors or Values."""

    def function(*operands):
        if len(operands) != rule.operand_count:
            raise TypeError(
                f"{rule.name}: expected {rule.operand_count} operands, got {len(operands)}"
            )
        return rule(*(as_array(x) if len(operands) == 1 or _is_nested(x) else x for x in operands))

    function.__wrapped__ = rule.formula  # whose signature help() shows
    return _named(function, rule, rule.name)


def _method(rule: Rule, name: str) -> Callable:
    """The same as a method of Tensor, written out for one and for two operands for speed."""

    def of_one(self):
        return apply(rule, (self,), {})

    def of_two(self, y):
        return rule(self, y)

    return _named(of_one if rule.operand_count == 1 else of_two, rule, name)


def _named(function: Callable, rule: Rule, name: str) -> Callable:
    function.__name__ = name
    function.__doc__ = _described(rule)
    return function


def _described(rule: Rule) -> str:
    """What the record says of the value, the derivative and the shapes."""
    derivative = f", with the derivative {rule.lesson.derivative}" if rule.lesson.derivative else ""
    value = rule.__doc__ or f"Elementwise {rule.name}{derivative.replace('z', 'x')}."
    one = "The result has the shape of x."
    several = "The operands broadcast, and the result has their common shape."
    return f"{value}\n\n{one if rule.operand_count == 1 else several}"


def _is_nested(x: object) -> bool:
    return isinstance(x, (list, tuple))


NAMED = {}  # the functions, by their names


def add_function(rule: Rule) -> None:
    """Make an elementwise operation a function and a method of Tensor."""
    NAMED[rule.name] = _function(rule)
    for name in rule.method_names:
        setattr(Tensor, name, _method(rule, name))


for _rule in RULES.values():
    if _rule.name in SCALAR_RULES and not _rule.operator:
        add_function(_rule)


@method()
def leaky_relu(x, slope=0.01):
    """x where x > 0, ``slope`` * x elsewhere."""
    return RULES["leaky_relu"](as_array(x), slope)


NAMED["leaky_relu"] = leaky_relu
__all__ = sorted(NAMED)


def __getattr__(name):
    """The function of an operation."""
    if name not in NAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return NAMED[name]


@implements(np.clip)
@method()
def clip(x, min=None, max=None, out=None, *, dtype=None, **old_names):
    """minimum(maximum(x, min), max); either bound may be None, an array or a Tensor."""
    min, max = old_names.pop("a_min", min), old_names.pop("a_max", max)
    if out is not None or dtype is not None:
        y = as_array(x) if dtype is None else astype(as_array(x), dtype)
        return into(out, "clip", clip(y, min, max, **old_names), x)
    if old_names:
        raise leave_out("clip of a Tensor", "arguments", old_names)
    if is_read(min) or is_read(max):
        x = x if min is None else np.maximum(x, min)
        return x if max is None else np.minimum(x, max)
    return RULES["clip"](
        x,
        **{
            key: bound if isinstance(bound, (int, float)) or bound is None else np.array(bound)
            for key, bound in (("min", min), ("max", max))
        },
    )


@implements(np.where)
def where(condition, x, y):
    """x where the condition (a plain array) holds, y elsewhere."""
    if isinstance(condition, Tensor):
        raise TypeError(
            "where: the condition must be a plain array; a comparison such as t > 0 gives one"
        )
    return RULES["where"](x, y, condition=np.array(condition, dtype=bool))


@method()
def astype(x, dtype, *, copy=True):
    """x in another floating type; the gradient comes back in x's own.

    Integers and truth values have no gradient: they are a plain array. With ``copy=False`` a Tensor
    that has the type already is returned as it is.
    """
    dtype = np.dtype(dtype)
    if dtype.kind in "iub":
        return x.current.astype(dtype)
    if dtype.kind != "f":
        raise TypeError(f"astype: expected a floating type, got {dtype}")
    if not copy and dtype == x.dtype:
        return x
    return RULES["astype"](x, dtype=dtype)


if hasattr(np, "astype"):  # NumPy has it since 2.1

    @implements(np.astype)
    def _astype_function(x, dtype, /, *, copy=True, device=None):
        """The method ``astype``, as a function."""
        return astype(x, dtype, copy=copy)
