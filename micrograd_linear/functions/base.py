"""What the named operations share."""

import functools
import operator

import numpy as np

from ..engine import arrays
from ..engine.tensor import Tensor
from ..operations import is_read


def method(*names):
    """Decorator: make the function a method of Tensor, under its own name or under others.

    The method also accepts PyTorch's ``dim`` and ``keepdim`` for axis and keepdims.
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
                    keywords[ours] = keywords.pop(theirs)
            return function(self, *args, **keywords)

        for name in names or (function.__name__,):
            setattr(Tensor, name, as_method)
        return function

    return register


def as_array(x):
    """A list or a foreign array as an ndarray; arrays and tensors as they are."""
    return (
        x
        if isinstance(x, (Tensor, np.ndarray)) or is_read(x)
        else arrays.real_array(x, f"operand of type {type(x).__name__}")
    )


def as_shape(shape):
    """``f(2, 3)`` and ``f((2, 3))`` mean the same."""
    shape = shape[0] if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)) else shape
    return tuple(operator.index(n) for n in shape)
