"""PyTorch's functions of single elements: those of NumPy, under PyTorch's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..engine.tensor import Tensor, apply
from ..operations import BY_NUMPY_FUNCTION, RULES, SCALAR_RULES
from ..operations.compositions import COMPOSED

_SELU, _SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
# PyTorch's name: NumPy's.
_NAMES = {
    "mul": "multiply", "sub": "subtract", "div": "divide", "truediv": "divide", "pow": "power",
    "neg": "negative", "abs": "absolute", "acos": "arccos", "asin": "arcsin", "atan": "arctan",
    "acosh": "arccosh", "asinh": "arcsinh", "atanh": "arctanh", "atan2": "arctan2",
    "true_divide": "divide", "floordiv": "floor_divide", "mod": "remainder", "round": "rint",
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "ne": "not_equal", "bitwise_not": "invert", "and": "logical_and", "or": "logical_or",
    "lgamma": "gammaln", "special_expit": "sigmoid", "expit": "sigmoid", "special_erf": "erf",
    "sgn": "sign", "fix": "trunc",
}  # fmt: skip


def elementwise(name: str) -> Callable | None:
    """The function of a name of PyTorch's, where NumPy or a record has it."""
    if name in _ADDED:
        return _ADDED[name]
    name = _NAMES.get(name, name)
    function = getattr(np, name, None)
    if function in BY_NUMPY_FUNCTION or function in COMPOSED or _is_comparison(function):
        return function
    return of_record(name) if name in SCALAR_RULES else None


def _applied(rule: Any, *operands: Any) -> Any:
    return apply(rule, operands, {})


def _is_comparison(function: Any) -> bool:
    return isinstance(function, np.ufunc) and "?" in function.types[0].partition("->")[2]


def _scaled(function: Callable) -> Callable:
    """An addition with PyTorch's factor of the second operand."""

    def add(a: Any, b: Any, alpha: float = 1, **other: Any) -> Any:
        return function(a, b if alpha == 1 else alpha * b, **other)

    return add


def _divided(a: Any, b: Any, rounding_mode: str | None = None) -> Any:
    quotient = np.divide(a, b)
    return quotient if rounding_mode is None else getattr(np, rounding_mode)(quotient)


def relu(x: Any, inplace: bool = False) -> Any:
    """max(x, 0)."""
    return of_record("relu")(x)


def leaky_relu(x: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """x where it is positive, negative_slope x elsewhere."""
    return np.where(np.asarray(values(x)) > 0, x, negative_slope * x)


def gelu(x: Any, approximate: str = "none") -> Any:
    """x Φ(x), or its approximation by tanh (Hendrycks and Gimpel, 2016)."""
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + of_record("erf")(x / 2**0.5))


def elu(x: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """x where it is positive, alpha (exp(x) - 1) elsewhere."""
    return np.where(np.asarray(values(x)) > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def silu(x: Any, inplace: bool = False) -> Any:
    """x sigmoid(x)."""
    return x * of_record("sigmoid")(x)


def softplus(x: Any, beta: float = 1, threshold: float = 20) -> Any:
    """log(1 + exp(beta x)) / beta, and x where beta x is above the threshold."""
    soft = of_record("softplus")(beta * x) / beta
    return np.where(np.asarray(values(x)) * beta > threshold, x, soft)


def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    """x inside of [min, max]; PyTorch gives the gradient at a bound to x, the engine half of it."""
    return np.clip(x, min, max)


def hardtanh(x: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """x inside of [min_val, max_val]."""
    return np.clip(x, min_val, max_val)


def values(x: Any) -> np.ndarray:
    """The numbers alone: a mask, or an index, that has no gradient."""
    return x.current if isinstance(x, Tensor) else np.asarray(x)


def of_record(name: str) -> Callable:
    """The function of a record that NumPy has no name for."""
    return partial(_applied, RULES[name])


_ADDED: dict[str, Callable] = {
    "add": _scaled(np.add),
    "sub": _scaled(np.subtract),
    "subtract": _scaled(np.subtract),
    "rsub": lambda a, b, alpha=1: b - alpha * a,
    "div": _divided,
    "divide": _divided,
    "clamp": clamp,
    "clip": clamp,
    "clamp_min": lambda x, min: np.maximum(x, min),
    "clamp_max": lambda x, max: np.minimum(x, max),
    "relu": relu,
    "relu6": lambda x, inplace=False: np.clip(x, 0, 6),
    "leaky_relu": leaky_relu,
    "gelu": gelu,
    "elu": elu,
    "selu": lambda x, inplace=False: _SELU * elu(x, _SELU_ALPHA),
    "celu": lambda x, alpha=1.0, inplace=False: (
        np.maximum(x, 0.0) + np.minimum(alpha * np.expm1(x / alpha), 0.0)
    ),
    "silu": silu,
    "mish": lambda x, inplace=False: x * np.tanh(softplus(x)),
    "softplus": softplus,
    "hardtanh": hardtanh,
    "hardsigmoid": lambda x, inplace=False: np.clip(x + 3, 0, 6) / 6,
    "hardswish": lambda x, inplace=False: x * np.clip(x + 3, 0, 6) / 6,
    "logsigmoid": lambda x: -of_record("softplus")(-x),
    "log_sigmoid": lambda x: -of_record("softplus")(-x),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanhshrink": lambda x: x - np.tanh(x),
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "logit": lambda x, eps=None: np.log(x / (1 - x)) if eps is None else _logit(x, eps),
    "xlogy": lambda x, y: np.where(values(x) == 0, 0.0, x * np.log(y)),
    "lerp": lambda start, end, weight: start + weight * (end - start),
    "addcmul": lambda x, a, b, value=1: x + value * a * b,
    "addcdiv": lambda x, a, b, value=1: x + value * a / b,
    "detach": lambda x: x.detach() if isinstance(x, Tensor) else x,
    "frac": lambda x: x - np.trunc(x),
    "logical_not": lambda x: np.logical_not(values(x)),
}


def _logit(x: Any, eps: float) -> Any:
    inside = np.clip(x, eps, 1 - eps)
    return np.log(inside / (1 - inside))
