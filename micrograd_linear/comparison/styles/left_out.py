"""What looks as if it held a gradient and is in no pair: it is named, with the reason."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence

from . import naming
from .finding import NO_PAIR, is_own, place_of
from .module_arrays import names_in, reached_from
from .pairing import Pair
from .returning import gradients_returned

_HANDS_ON = re.compile(r"updat|optim|clip|descent|train|fit|init|sgd|adam|momentum|rmsprop", re.I)


def left_out(module: Mapping[str, object], file: str, pairs: Sequence[Pair]) -> list[str]:
    """A line for each function, or method, that returns gradients and is not checked, nor run by
    what is checked, nor hands on what that returns.
    """
    checked = [function for pair in pairs for function in pair.functions]
    covered = {id(f.__code__) for f in reached_from(*checked)}
    used = {name for f in reached_from(*checked) for name in names_in(f.__code__)}
    own = {f.__name__ for f in reached_from(*[pair.functions[-1] for pair in pairs])}
    lines = []
    for name, function in _functions(module, file):
        code = function.__code__
        short = name.rpartition(".")[2]
        is_run = id(code) in covered or ("." in name and short in used)
        hands_on = bool(own & set(names_in(code))) or _HANDS_ON.search(short)
        if is_run or hands_on or NO_PAIR.search(short):
            continue
        taken = list(inspect.signature(function).parameters)
        slopes = [n for n in gradients_returned(function) if n not in taken]
        if slopes:
            where = place_of(function).where
            lines.append(
                f"not checked: {name} ({where}) returns {', '.join(slopes)}: {_why(taken)}"
            )
    return lines


def _functions(module, file):
    """(name, function) of the file's own functions and methods."""
    found: dict[str, Callable] = {}
    for name, x in list(module.items()):
        if inspect.isfunction(x) and is_own(x, file):
            found.setdefault(name, x)
        elif inspect.isclass(x) and x.__module__ == module.get("__name__"):
            methods = {f"{x.__name__}.{n}": m for n, m in vars(x).items() if inspect.isfunction(m)}
            found |= {n: m for n, m in methods.items() if is_own(m, file)}
    return sorted(found.items(), key=lambda item: item[1].__code__.co_firstlineno)


def _why(taken):
    upstream = [name for name in taken if naming.is_upstream(name)]
    if upstream:
        return f"it takes {upstream[0]}, and no forward function of its name is there"
    return "it returns no loss beside them, and no function is there whose gradient it is by name"
