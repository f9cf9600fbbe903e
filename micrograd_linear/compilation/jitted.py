"""The scalar rules of ``value.py`` as machine code: no rule is written a second time, Numba compiles the very functions that ``Value`` calls.

A rule reads the names of its module; where these are functions they are compiled too, and ``ieee`` is exchanged for a module of the same functions
without Python's exceptions, which machine code does not raise.
"""

import hashlib
import math
import operator
import types
from pathlib import Path

import numba

from ..engine import value
from ..operations import ieee
from . import schedule, tape

OPTIONS = {"error_model": "numpy", "fastmath": False}  # 1 / 0 is inf; no sum is reordered
_compiled = {}


def compiled(function):
    """The function as Numba compiles it; operators as they are."""
    if function in _EXCHANGED or not isinstance(function, types.FunctionType):
        return _EXCHANGED.get(function, function)
    if function not in _compiled:
        names = {
            name: _substitute(function.__globals__[name])
            for name in function.__code__.co_names
            if name in function.__globals__
        }
        names["__name__"] = (
            function.__module__
        )  # which Numba imports when it reads compiled code from its disk
        copy = types.FunctionType(
            function.__code__, names, function.__name__, function.__defaults__
        )
        _compiled[function] = numba.njit(**OPTIONS)(copy)
    return _compiled[function]


def _substitute(x):
    return _IEEE if x is ieee else compiled(x) if callable(x) else x


@numba.njit(**OPTIONS)
def _divide(x, y):
    return x / y


# What ieee.py makes of these catches an exception; the C functions under them return what IEEE 754 says.
_WITHOUT_EXCEPTIONS = {
    name: getattr(math, name)
    for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh")
}
_WITHOUT_EXCEPTIONS |= {"power": math.pow, "divide": _divide}
_EXCHANGED = {getattr(ieee, name): function for name, function in _WITHOUT_EXCEPTIONS.items()} | {
    operator.abs: abs
}
_IEEE = types.ModuleType("ieee_compiled")
for _name, _function in vars(ieee).items():
    if isinstance(_function, types.FunctionType) and not _name.startswith("_"):
        setattr(_IEEE, _name, compiled(_function))
_IEEE.tanh = math.tanh


def value_of(name):
    """The rule's value as a compiled function of one number or two."""
    return compiled(value.RULES[name].value)


def derivative_of(name):
    """The rule's derivative as a compiled function of g and one number or two."""
    return compiled(value.RULES[name].derivative)


def fingerprint():
    """A number that changes when the rules or the codes do: Numba keeps compiled loops on disk, and looks only at the file of the loops."""
    files = [Path(module.__file__) for module in (value, ieee, schedule, tape)] + [Path(__file__)]
    text = b"".join(file.read_bytes() for file in files) + repr(schedule.CODES).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")
