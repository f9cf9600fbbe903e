"""Elementwise operations."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor, apply
from ..operations import RULES
from .base import as_array, method


def _elementwise(name, *methods):
    rule = RULES[name]

    def function(x):
        return rule(as_array(x))

    function.__name__, function.__doc__ = name, rule.__doc__ or f"Elementwise {name}."

    def as_method(self):
        return apply(rule, (self,), {})

    as_method.__name__, as_method.__doc__ = name, function.__doc__
    for method_name in methods or (name,):
        setattr(Tensor, method_name, as_method)
    return function


exp, expm1, log, log1p, sqrt = (
    _elementwise(name) for name in ("exp", "expm1", "log", "log1p", "sqrt")
)
square, sin, cos, tan, tanh = (
    _elementwise(name) for name in ("square", "sin", "cos", "tan", "tanh")
)
sigmoid, softplus, relu = (_elementwise(name) for name in ("sigmoid", "softplus", "relu"))
absolute = _elementwise("absolute", "abs", "absolute")


@method()
def leaky_relu(x, slope=0.01):
    """x where x > 0, ``slope`` * x elsewhere."""
    return RULES["leaky_relu"](
        x, slope=slope if isinstance(slope, (int, float)) else np.array(slope)
    )


@method()
def maximum(x, y):
    """The larger of two, elementwise; a tie shares the gradient equally."""
    return RULES["maximum"](x, y)


@method()
def minimum(x, y):
    """The smaller of two, elementwise; a tie shares the gradient equally."""
    return RULES["minimum"](x, y)


@implements(np.clip)
@method()
def clip(x, min=None, max=None, **old_names):
    """x inside [min, max]; either may be None."""
    min, max = old_names.pop("a_min", min), old_names.pop("a_max", max)
    if old_names or isinstance(min, Tensor) or isinstance(max, Tensor):
        unknown = f", not {', '.join(old_names)}" if old_names else ""
        raise TypeError(
            "clip: the bounds are constants, min and max; "
            f"for a Tensor as a bound use maximum and minimum{unknown}"
        )
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
def astype(x, dtype):
    """x in another floating type; the gradient comes back in x's own."""
    if np.dtype(dtype).kind != "f":
        raise TypeError(
            f"astype: expected a floating type, got {np.dtype(dtype)}; for plain integers use "
            ".data.astype"
        )
    return RULES["astype"](x, dtype=np.dtype(dtype))
