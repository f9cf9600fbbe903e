"""NumPy's own functions on Tensors: ``np.exp(t)``, ``array @ t`` and so on are recorded.

Each records the same operation as the method. A function that is not known raises a TypeError by
name: to compute it on the bare array would cut the graph without a word.
"""

from typing import Any

import numpy as np

from ..operations import BY_NUMPY_FUNCTION, RULES
from ..operations.compositions import COMPOSED
from .graph import is_node
from .scipy_functions import is_of_scipy, of_scipy
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
    np.array: ".data",
}
_PLAIN |= {np.any, np.all, np.round, np.around, np.fix, np.angle, np.imag}
_PLAIN |= {np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.spacing}
_PLAIN |= {np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj}
_PLAIN |= {np.nonzero, np.argwhere, np.flatnonzero, np.searchsorted, np.signbit}
_PLAIN |= {np.array_equiv, np.isin, np.can_cast, np.common_type, np.min_scalar_type}
_PLAIN |= {np.einsum_path, np.linalg.matrix_rank}
_PLAIN |= {np.argpartition, np.nanargmax, np.nanargmin, np.digitize, np.lexsort}
_PLAIN |= {np.tril_indices_from, np.triu_indices_from, np.diag_indices_from}
_PLAIN |= {np.isneginf, np.isposinf, np.may_share_memory, np.shares_memory}


def implements(numpy_function):
    """Decorator: the function is what NumPy's does on a Tensor."""

    def register(function):
        IMPLEMENTED[numpy_function] = function
        return function

    return register


def implementation(function):
    """What NumPy's function is on a Tensor, or None; what is called seldom is loaded here."""
    ours = IMPLEMENTED.get(function)
    if ours is None and function not in BY_NUMPY_FUNCTION:
        from ..functions import seldom  # noqa: F401  which registers its functions

        if getattr(function, "__module__", "") == "numpy.fft":
            from ..functions import fourier  # noqa: F401  which loads np.fft, as few programs do
        ours = IMPLEMENTED.get(function)
    return BY_NUMPY_FUNCTION.get(function) if ours is None else ours


def gives_plain(function):
    """Whether NumPy's function has no gradient, so that its result is plain."""
    return function in _PLAIN


def supported():
    """The names of the NumPy functions that record on a Tensor, and of those with plain results."""
    implementation(np.fft.fft)
    recording = sorted(name_of(f) for f in {*IMPLEMENTED, *BY_NUMPY_FUNCTION, *COMPOSED} - _PLAIN)
    return recording, sorted(map(name_of, _PLAIN))


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    if method == "__call__" and not kwargs:
        if ufunc in IMPLEMENTED:
            return IMPLEMENTED[ufunc](*inputs)
        if ufunc in _PLAIN:
            return ufunc(*(_plain(x) for x in inputs))
        ours = BY_NUMPY_FUNCTION.get(ufunc) or COMPOSED.get(ufunc) or of_scipy(ufunc)
        if ours is not None:
            return ours(*inputs)
    if method == "__call__" and ufunc.signature and ufunc in IMPLEMENTED and "out" not in kwargs:
        try:  # such as np.vecdot(x, y, axis=0)
            return IMPLEMENTED[ufunc](*inputs, **kwargs)
        except TypeError as error:
            return _called_again(ufunc, IMPLEMENTED[ufunc], inputs, kwargs, error)
    written = kwargs.get("out") or (inputs if method == "at" else ())
    if not _is_recorded((inputs, kwargs)) and not (written and is_node(written[0])):
        # Of constants nothing can be lost.
        return getattr(ufunc, method)(*_plain_of(inputs), **_plain_of(kwargs))
    call = name_of(ufunc) if method == "__call__" else f"{name_of(ufunc)}.{method}"
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
    ours, out = implementation(function), kwargs.get("out")
    if ours is not None and is_node(out):  # np.clip(x, -5, 5, out=x)
        result = function(*args, **{key: x for key, x in kwargs.items() if key != "out"})
        if np.shape(result) != out.shape:
            raise ValueError(
                f"{name_of(function)} into {out.describe()}: expected out of shape "
                f"{np.shape(result)}, that of the result"
            )
        out[...] = result
        return out
    if ours is None and not _is_recorded((args, kwargs)):
        return function(*_plain_of(args), **_plain_of(kwargs))
    if ours is None:
        raise TypeError(_unsupported(name_of(function), _INSTEAD.get(function)))
    try:
        return ours(*args, **kwargs)
    except TypeError as error:
        return _called_again(function, ours, args, kwargs, error)


def _called_again(function, ours, args, kwargs, error):
    """What ours gives for a call that fits NumPy's signature, in its order and without defaults.

    The error of one that does not fit names NumPy's function, and what is not taken.
    """
    if not _does_not_fit(error, ours):
        raise error
    from ..functions import keywords  # which few programs need

    call = keywords.in_numpys_order(function, ours, args, kwargs)
    if call is not None and call != (list(args), kwargs):
        try:
            return ours(*call[0], **call[1])
        except TypeError as again:
            if not _does_not_fit(again, ours):
                raise
            error = again
    names = kwargs if call is None else call[1]
    raise TypeError(keywords.refused(name_of(function), ours, error, names)) from None


def _does_not_fit(error, ours):
    """Python words a call that does not fit a signature in this way."""
    name = getattr(ours, "__name__", None) or ours.name  # the latter of a rule
    return "argument" in str(error) and f"{name}()" in str(error)


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


def name_of(function):
    """The name by which people call a function of NumPy, or one of SciPy's elementwise ones."""
    if is_of_scipy(function):
        return f"scipy.special.{function.__name__}"
    module = getattr(function, "__module__", None) or "numpy"
    prefix = (
        module.replace("numpy", "np")
        .replace("._linalg", "")
        .replace("._stride_tricks_impl", ".stride_tricks")
        if module.startswith(("numpy.l", "numpy.f"))
        else "np"
    )
    return f"{prefix}.{getattr(function, '__name__', function)}"


def _unsupported(name, instead):
    from .refusals import REFUSALS  # which is read when one is needed

    refusal = REFUSALS.get(name)
    if refusal is not None:
        return (
            f"{name} is not supported on a Tensor, and would fall out of the graph: "
            f"{refusal.reason}; write {refusal.write}"
        )
    if name.startswith("scipy."):
        instead = "an operation of your own, by @mgl.rule: docs/derivatives.md"
    advice = (
        f"write {instead}"
        if instead
        else "docs/operations.md lists what is; .data is the plain array, without a gradient"
    )
    return f"{name} is not supported on a Tensor, and would fall out of the graph; {advice}"
