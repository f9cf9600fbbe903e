"""Write what follows from the records of the operations, for editors and for readers of the docs.

``python docs/make_declarations.py`` writes the declarations of functions and methods (two .pyi
files) and the lists of docs/operations.md. A test sees that they are up to date.
"""

from __future__ import annotations

import functools
import re
import textwrap
from pathlib import Path

import numpy as np

from micrograd_linear import Tensor
from micrograd_linear.engine.numpy_protocol import supported
from micrograd_linear.functions.catalogue import NO_ARRAYS, REFUSED, Entry, catalogue
from micrograd_linear.functions.elementwise import NAMED
from micrograd_linear.operations import RULES, Rule

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "micrograd_linear"
WRITTEN = "# Written by docs/make_declarations.py from the records in operations/.\n"
DEFAULTS = {"leaky_relu": " = 0.01"}  # of the last operand

HEAD_OF_FUNCTIONS = (
    WRITTEN
    + """
from collections.abc import Callable
from typing import Any, overload

import numpy as np

from ..engine.tensor import Tensor
from ..engine.value import Value
from ..foundations.annotations import ArrayLike, DTypeLike
from ..operations import Rule

__all__ = [{names}]

NAMED: dict[str, Callable[..., Any]]

def add_function(rule: Rule) -> None: ...
def clip(
    x: ArrayLike, min: ArrayLike | None = None, max: ArrayLike | None = None, **old_names: Any
) -> Tensor: ...
def where(condition: ArrayLike, x: ArrayLike, y: ArrayLike) -> Tensor: ...
def astype(x: Tensor, dtype: DTypeLike) -> Tensor: ...
"""
)
OF_ONE = """@overload
def {name}(x: Value) -> Value: ...
@overload
def {name}(x: Tensor) -> Tensor: ...
@overload
def {name}(x: ArrayLike) -> np.ndarray: ...
"""
OF_TWO = """@overload
def {name}(x: Value, y: Value | float{default}) -> Value: ...
@overload
def {name}(x: Tensor, y: ArrayLike{default}) -> Tensor: ...
@overload
def {name}(x: float, y: Value) -> Value: ...
@overload
def {name}(x: ArrayLike, y: Tensor) -> Tensor: ...
@overload
def {name}(x: ArrayLike, y: ArrayLike{default}) -> np.ndarray: ...
"""
HEAD_OF_METHODS = (
    WRITTEN
    + """
from ..foundations.annotations import ArrayLike
from .tensor import Tensor
from .value import Value
"""
)


def named_rules() -> list[Rule]:
    """The elementwise operations that have a name, in the order of the alphabet."""
    return sorted((RULES[name] for name in NAMED), key=lambda rule: rule.name)


def functions() -> str:
    """The declarations of the functions."""
    names = ", ".join(f'"{rule.name}"' for rule in named_rules())
    text = HEAD_OF_FUNCTIONS.replace("{names}", names)
    for rule in named_rules():
        form = OF_ONE if rule.operand_count == 1 else OF_TWO
        if rule.parameters:
            form = form.replace(" y:", f" {rule.roles[-1]}:")
        text += form.format(name=rule.name, default=DEFAULTS.get(rule.name, ""))
    return text


def methods() -> str:
    """The declarations of the methods of both levels."""
    text = HEAD_OF_METHODS
    for kind, other in (("Value", "Value | float"), ("Tensor", "ArrayLike")):
        text += f"\nclass {kind}Methods:\n"
        for rule in named_rules():
            if rule.parameters:  # it has a default, and is written out in the class
                continue
            operand = f", y: {other}" * (rule.operand_count - 1)
            for name in rule.method_names:
                text += f"    def {name}(self{operand}) -> {kind}: ...\n"
    return text


def is_function(name: str) -> bool:
    """Whether a public name of NumPy is that of a function, and not of a type or a constant."""
    path = name.split(".")[1:]
    value = functools.reduce(getattr, path, np)
    return callable(value) and not isinstance(value, type)


def refused(entries: list[Entry]) -> str:
    """The table of what is refused, with the advice."""
    rows = [
        f"| `{entry.name}` | {entry.refusal.reason} | `{entry.refusal.write}` |"
        for entry in entries
        if entry.kind == REFUSED and entry.refusal is not None
    ]
    return "\n".join(["| refused | because | write |", "| --- | --- | --- |", *rows])


def page(text: str) -> str:
    """docs/operations.md with the lists of what there is."""
    recording, plain = supported()
    public = (name for name in dir(Tensor) if not name.startswith("_"))
    lists = {
        "record": recording,
        "plain": plain,
        "methods": sorted(name for name in public if callable(getattr(Tensor, name, None))),
        "functions": [rule.name for rule in named_rules()],
    }
    entries = catalogue()
    functions_of_none = (e.name for e in entries if e.kind == NO_ARRAYS and is_function(e.name))
    lists["no arrays"] = sorted(functions_of_none)
    written = {
        title: textwrap.fill(", ".join(f"`{name}`" for name in names), 100)
        for title, names in lists.items()
    }
    written["refused"] = refused(entries)
    for title, listed in written.items():
        text, count = re.subn(
            rf"(<!-- {title} -->\n).*?(?=\n\n|\n*\Z)",
            lambda m, listed=listed: f"{m[1]}{listed}",
            text,
            flags=re.S,
        )
        assert count == 1, title
    return text


def files() -> dict[Path, str]:
    """What each of the files has to be."""
    operations = ROOT / "docs/operations.md"
    return {
        PACKAGE / "functions/elementwise.pyi": functions(),
        PACKAGE / "engine/elementary_methods.pyi": methods(),
        operations: page(operations.read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
