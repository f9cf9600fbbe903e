"""What a function of ``Tensor``s is given while it is traced: Tensors whose numbers must not be
read, since one run's would be built into all others.

Operations record as ever. Whatever reads numbers (a comparison, ``.data``, ``float``, ``argmax``)
raises, with the line in the user's file, and so does an operation whose result is not recorded.
Results are known as traced because every operation of the engine is looked at (see ``recording``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from types import MemberDescriptorType
from typing import Any

import numpy as np

from ..engine.modes import users_line
from ..engine.recording import changing, current
from ..engine.tensor import Tensor
from ..operations import RULES
from .tape import TraceError

_WHY = "f is traced once and then run on other arrays, so that no number is known here"
_BRANCH = (
    "write it with relu, leaky_relu, maximum, minimum, abs or clip, or pass a mask of zeros and "
    "ones as an argument and multiply with it"
)
_SAME_CONTEXT = (
    "compute it in the thread that called f, or run it by contextvars.copy_context().run"
)
_OUTSIDE = "compute it before, and pass it as an argument"
_SHAPE_ONLY = {np.shape, np.ndim, np.size, np.result_type}
_SHAPE_ONLY |= {np.zeros_like, np.ones_like, np.empty_like}
_COMPARISONS = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal}
_COMPARISONS |= {np.isnan, np.isinf, np.isfinite}
_COMPARISONS |= {rule.ufunc for rule in RULES.values() if rule.flat}
# Where a Tensor keeps what a traced one looks into before it is read.
_SLOT: MemberDescriptorType = Tensor.__dict__["_requires_grad"]


def _refuse(what, instead):
    raise TraceError(f"{users_line()}: {what}: {_WHY}; {instead}")


def _refusing(what: str, instead: str) -> Any:
    def read(self, *arguments, **keywords):
        _refuse(what, instead)

    return read


def _reading(name, instead) -> Any:
    return property(
        _refusing(f".{name} of a traced Tensor", instead),
        _refusing(f".{name} of a traced Tensor is set", instead),
    )


class TracedTensor(Tensor):
    """A Tensor whose numbers are those of another array in every run."""

    __slots__ = ()
    numbers_are_known = False

    @property
    def _requires_grad(self) -> bool:
        """Every operation reads this of its operands: one whose result nobody would make traced is
        refused, since numbers could be read out of that."""
        if not any(isinstance(look, _Tracer) for look in current().looks):
            _refuse("a traced Tensor is used in a thread that was started by f", _SAME_CONTEXT)
        return _SLOT.__get__(self)

    @_requires_grad.setter
    def _requires_grad(self, requires_grad: bool) -> None:
        _SLOT.__set__(self, requires_grad)

    data = current = _reading("data", "compute with the Tensor itself")
    grad = _reading("grad", "the compiled function returns the gradients")
    numpy = item = tolist = __float__ = __format__ = _refusing(
        "the numbers of a traced Tensor are read", "compute with the Tensor itself"
    )
    __array__ = _refusing(
        "a traced Tensor becomes a plain array",
        "compute with the Tensor itself; an array is indexed with t of the data as "
        "mgl.Tensor(array)[t]",
    )
    __int__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refusing(
        "a traced Tensor becomes an integer", _OUTSIDE
    )
    detach = _refusing(
        "detach() of a traced Tensor",
        "compute what is to have no gradient before, and pass it as an argument",
    )
    argmax = argmin = _refusing(
        "the place of the largest or smallest element is read",
        "use max or min, or compute the place before, and pass it as an argument",
    )
    backward = gradients = contributions = zero_grad = _refusing(
        "a backward pass inside of f",
        "return the loss; the compiled function returns its gradients",
    )
    __bool__ = _refusing("the program branches on a traced Tensor", _BRANCH)
    __lt__, __le__, __gt__, __ge__, __eq__, __ne__ = (
        _refusing(f"a traced Tensor is compared ({s})", _BRANCH)
        for s in ("<", "<=", ">", ">=", "==", "!=")
    )
    __hash__ = Tensor.__hash__
    __reduce__ = _refusing("a traced Tensor is copied or pickled", "use it as it is")

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        if ufunc in _COMPARISONS:
            _refuse(f"np.{ufunc.__name__} reads the numbers of a traced Tensor", _BRANCH)
        return Tensor.__array_ufunc__(self, ufunc, method, *inputs, **keywords)

    def __array_function__(self, function, types, args, keywords):
        if function in _SHAPE_ONLY:
            return function(*map(_hollow, args), **{key: _hollow(x) for key, x in keywords.items()})
        # A function that reads numbers reads .current, which raises.
        return Tensor.__array_function__(self, function, types, args, keywords)

    def __repr__(self):
        return f"Traced{self.describe()}"


def _hollow(x):
    """An array of the same shape and type without numbers."""
    return np.broadcast_to(np.empty((), x.dtype), x.shape) if isinstance(x, TracedTensor) else x


def traced(array, name, differentiable):
    """A leaf: an argument of the function."""
    leaf = Tensor(array, name, requires_grad=differentiable)
    leaf.__class__ = TracedTensor
    return leaf


def untrace(leaf: Tensor) -> None:
    """Make an argument of the function a Tensor like any other."""
    leaf.__class__ = Tensor


@contextlib.contextmanager
def tracing(leaves):
    """Inside this block the results of operations on these leaves are traced, too; after it all of
    them are Tensors like any other.
    """
    tracer = _Tracer(leaves)
    try:
        with changing(looks=(tracer,)):
            yield
    finally:
        for node in tracer.made:
            node.__class__ = Tensor


class _Tracer:
    """Looks at every result of its context, and makes those of traced Tensors traced."""

    def __init__(self, leaves: Iterable[Tensor]) -> None:
        self.made = list(leaves)

    def __call__(self, result: Tensor, rule: Any, operands: tuple, inputs: tuple) -> None:
        if not any(isinstance(x, TracedTensor) for x in (*operands, *indices(result))):
            return
        if not result.requires_grad:
            _refuse(
                f"{rule.name} computes with integers of the data, or in no_grad(), and is not "
                "recorded",
                f"{_OUTSIDE}, or pass the integers as floats",
            )
        result.__class__ = TracedTensor
        self.made.append(result)


def indices(node):
    """The Tensors that a node's index was copied from."""
    index = node.static.get("index", ())
    parts = index if isinstance(index, tuple) else (index,)
    sources = (getattr(part, "tensor", None) for part in parts)
    return [x for x in sources if x is not None]
