"""Learning rates of an object: they are 1 during a check, so that a step is the gradient."""

from __future__ import annotations

import re
from typing import Any

from . import naming
from .attributes import children, is_object, put


def with_unit_rates(x: Any, depth: int = 0) -> None:
    """Learning rates of 1, so that a step is the gradient.

    What forward computes with, such as a dropout's rate, is none.
    """
    if depth > 4:
        return
    computed_with = _read_outside_of_steps(x) if is_object(x) else frozenset()
    for key, value in list(children(x)):
        named = isinstance(key, str) and naming.is_rate(key.strip("_"))
        if isinstance(value, float) and named and key not in computed_with:
            put(x, (key,), 1.0)
        elif is_object(value) or isinstance(value, (list, dict)):
            with_unit_rates(value, depth + 1)


_OF_STEPS = re.compile(r"back|updat|step|optim|train|fit|learn|grad|descent|__init__", re.I)


def _read_outside_of_steps(x: object) -> frozenset[str]:
    """The attributes that an object's methods read, but for those that take a step."""
    codes = [
        method.__code__
        for cls in type(x).__mro__
        for name, method in vars(cls).items()
        if hasattr(method, "__code__") and not _OF_STEPS.search(name)
    ]
    return frozenset(name for code in codes for name in code.co_names)
