"""NumPy's own functions on Tensors: ``np.exp(t)``, ``array @ t``, ``np.sum(t, axis=0)`` and so on record the same operation as the method.

Whatever has no rule raises a TypeError by name. Nothing is computed on a bare array behind the user's back, since that would
silently fall out of the graph.
"""

import functools
import inspect

import numpy as np

from .rules import BY_NUMPY_FUNCTION

_COMPARISONS = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal}
_PLAIN = _COMPARISONS | {np.isnan, np.isinf, np.isfinite, np.sign, np.shape, np.ndim, np.size, np.argmax, np.argmin, np.zeros_like, np.ones_like}
_PLAIN |= {np.array_equal, np.allclose, np.array2string, np.array_repr, np.array_str}


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    if method == "__call__" and not kwargs:
        if ufunc is np.matmul:
            return inputs[0].__matmul__(inputs[1]) if isinstance(inputs[0], type(self)) else inputs[1].__rmatmul__(inputs[0])
        if ufunc in BY_NUMPY_FUNCTION:
            return BY_NUMPY_FUNCTION[ufunc](*inputs)
        if ufunc in _PLAIN:
            return ufunc(*(_plain(x) for x in inputs))
    call = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
    if kwargs:
        raise TypeError(f"np.{call} on a Tensor: the keywords {', '.join(kwargs)} are not supported; leave them out")
    raise TypeError(_unsupported(call))


def array_function(self, function, types, args, kwargs):
    if function in _PLAIN:
        return function(*map(_plain, args), **{key: _plain(value) for key, value in kwargs.items()})
    rule = BY_NUMPY_FUNCTION.get(function)
    if rule is None:
        raise TypeError(_unsupported(getattr(function, "__name__", str(function))))
    bound = _signature(function).bind(*args, **kwargs).arguments
    operands = [bound.pop(name) for name in list(bound)[: rule.operand_count]]
    unknown = [name for name in bound if name not in rule.static_names]
    if unknown:
        raise TypeError(f"np.{function.__name__} on a Tensor: the arguments {', '.join(unknown)} are not supported; leave them out")
    if "shape" in bound:
        return operands[0].reshape(bound["shape"]) if rule.name == "reshape" else operands[0].broadcast_to(bound["shape"])
    return rule(*operands, **bound)


@functools.cache
def _signature(function):
    return inspect.signature(function)


def _plain(x):
    return x.current if hasattr(x, "current") else x


def _unsupported(name):
    supported = ", ".join(sorted(f"np.{f.__name__}" for f in BY_NUMPY_FUNCTION))
    return f"np.{name} is not supported on a Tensor, and would fall out of the graph; supported are {supported}; use .data for plain numbers"
