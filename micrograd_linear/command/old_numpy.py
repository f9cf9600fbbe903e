"""Names that NumPy had until 1.24 and 2.0, and Python until 3.10, for files of that time."""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import re
from collections.abc import Iterator

import numpy as np

_NAMES = {
    "int": int,
    "float": float,
    "bool": bool,
    "object": object,
    "str": str,
    "complex": complex,
    "float_": np.float64,
    "int_": np.int64,
    "infty": np.inf,
    "Inf": np.inf,
    "NaN": np.nan,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "alltrue": np.all,
    "sometrue": np.any,
}


@contextlib.contextmanager
def with_old_names() -> Iterator[None]:
    """Inside, ``np.int`` is what it was; afterwards NumPy is as it was."""
    moved = {n: getattr(collections.abc, n) for n in collections.abc.__all__}
    with _added(np, _NAMES), _added(collections, moved):
        yield


@contextlib.contextmanager
def _added(module, names):
    added = [name for name in names if name not in vars(module)]
    for name in added:
        setattr(module, name, names[name])
    try:
        yield
    finally:
        for name in added:
            delattr(module, name)


def old_names_in(text: str) -> str:
    """What is said of the names that a text uses; "" where it uses none."""
    used = [n for n in _NAMES if n not in vars(np) and re.search(rf"\b(np|numpy)\.{n}\b", text)]
    if not used:
        return ""
    names = ", ".join(f"np.{name}" for name in used)
    return f"{names}: this NumPy has it no more; the check takes what it was."
