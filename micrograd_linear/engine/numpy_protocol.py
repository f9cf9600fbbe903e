"""NumPy's own functions on Tensors: ``np.exp(t)``, ``array @ t`` and so on are recorded.

Each records the same operation as the method. A function that is not known raises a TypeError by
name: to compute it on the bare array would cut the graph without a word.
"""

from typing import Any

import numpy as np

from ..operations import BY_NUMPY_FUNCTION, RULES
from ..operations.compositions import COMPOSED
from .graph import is_node
from .scipy_functions import of_scipy
from .ufunc_keywords import call_with_keywords
from .ufunc_methods import METHODS

IMPLEMENTED = {}  # NumPy's function -> ours
_PLAIN = {  # they have no gradient, so their results are plain
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.isnan,
    np.isinf,
    np.isfinite,
    *(rule.ufunc for rule in RULES.values() if rule.flat),
}
_PLAIN |= {np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.count_nonzero}
_PLAIN |= {np.zeros_like, np.ones_like, np.empty_like}
_PLAIN |= {
    np.array_equal,
    np.allclose,
    np.isclose,
    np.array2string,
    np.array_repr,
    np.array_str,
    np.result_type,
}
_INSTEAD = {
    np.sort: "t[np.argsort(t.data)] for a vector, else np.take_along_axis",
    np.median: "t[index] of the elements in the middle",
    np.array: ".data",
    np.tile: "np.concatenate",
}
_PLAIN |= {np.any, np.all, np.round, np.around, np.fix, np.angle, np.imag}
_PLAIN |= {np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.spacing}
_PLAIN |= {np.nextafter, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj}
_PLAIN |= {np.unique, np.nonzero, np.argwhere, np.flatnonzero, np.searchsorted, np.signbit}
_PLAIN |= {np.isneginf, np.isposinf, np.may_share_memory, np.shares_memory, np.bincount}


def implements(numpy_function):
    """Decorator: the function is what NumPy's does on a Tensor."""

    def register(function):
        IMPLEMENTED[numpy_function] = function
        return function

    return register


def gives_plain(function):
    """Whether NumPy's function has no gradient, so that its result is plain."""
    return function in _PLAIN


def supported():
    """The names of the NumPy functions that record on a Tensor, and of those with plain results."""
    recording = sorted(
        _name(f)
        for f in {*IMPLEMENTED, *filter(_is_numpys_ufunc, BY_NUMPY_FUNCTION), *COMPOSED} - _PLAIN
    )
    return recording, sorted(map(_name, _PLAIN))


def _is_numpys_ufunc(function):
    return isinstance(function, np.ufunc)


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    if method == "__call__" and not kwargs:
        if ufunc in IMPLEMENTED:
            return IMPLEMENTED[ufunc](*inputs)
        if ufunc in _PLAIN:
            return ufunc(*(_plain(x) for x in inputs))
        ours = BY_NUMPY_FUNCTION.get(ufunc) or COMPOSED.get(ufunc) or of_scipy(ufunc)
        if ours is not None:
            return ours(*inputs)
    written = kwargs.get("out") or (inputs if method == "at" else ())
    if not _is_recorded((inputs, kwargs)) and not (written and is_node(written[0])):
        # Of constants nothing can be lost.
        return getattr(ufunc, method)(*_plain_of(inputs), **_plain_of(kwargs))
    call = _name(ufunc) if method == "__call__" else f"{_name(ufunc)}.{method}"
    if ufunc in _PLAIN and not any(map(is_node, written)):
        return getattr(ufunc, method)(*_plain_of(inputs), **_plain_of(kwargs))
    if not _is_known(ufunc):
        raise TypeError(_unsupported(call, _INSTEAD.get(ufunc)))
    if method == "__call__":
        return call_with_keywords(ufunc, call, inputs, **kwargs)
    return METHODS[method](ufunc, call, *inputs, **kwargs)


def _is_known(ufunc):
    """Whether the ufunc itself can be called on a Tensor."""
    known = ufunc in IMPLEMENTED or ufunc in _PLAIN or ufunc in BY_NUMPY_FUNCTION
    return known or ufunc in COMPOSED or of_scipy(ufunc) is not None


def array_function(self, function, types, args, kwargs):
    if function in _PLAIN:
        return function(*map(_plain, args), **{key: _plain(value) for key, value in kwargs.items()})
    ours, out = IMPLEMENTED.get(function), kwargs.get("out")
    if ours is not None and is_node(out):  # np.clip(x, -5, 5, out=x)
        out[...] = function(*args, **{key: x for key, x in kwargs.items() if key != "out"})
        return out
    if ours is None and not _is_recorded((args, kwargs)):
        return function(*_plain_of(args), **_plain_of(kwargs))
    if ours is None:
        raise TypeError(_unsupported(_name(function), _INSTEAD.get(function)))
    try:
        return ours(*args, **kwargs)
    except TypeError as error:
        # Python words a signature that does not fit in this way.
        if "argument" in str(error) and f"{ours.__name__}()" in str(error):
            raise TypeError(
                f"{_name(function)} on a Tensor: {error}; leave out what is not supported"
            ) from None
        raise


def _is_recorded(x):
    """Whether there is anything in the arguments of a call that requires a gradient."""
    if isinstance(x, (list, tuple)):
        return any(map(_is_recorded, x))
    if isinstance(x, dict):
        return any(map(_is_recorded, x.values()))
    return is_node(x) and x.requires_grad


def _plain_of(x: Any) -> Any:
    """The arguments of a call with arrays in place of Tensors."""
    if isinstance(x, (list, tuple)):
        return type(x)(map(_plain_of, x))
    if isinstance(x, dict):
        return {key: _plain_of(value) for key, value in x.items()}
    return _plain(x)


def _plain(x):
    return x.current if hasattr(x, "current") else x


def _name(function):
    module = getattr(function, "__module__", None) or "numpy"
    prefix = (
        module.replace("numpy", "np")
        .replace("._linalg", "")
        .replace("._stride_tricks_impl", ".stride_tricks")
        if module.startswith("numpy.l")
        else "np"
    )
    return f"{prefix}.{getattr(function, '__name__', function)}"


def _unsupported(name, instead):
    advice = (
        f"write {instead}"
        if instead
        else "docs/operations.md lists what is; .data is the plain array, without a gradient"
    )
    return f"{name} is not supported on a Tensor, and would fall out of the graph; {advice}"
