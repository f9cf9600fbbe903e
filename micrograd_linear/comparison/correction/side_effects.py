"""What a statement may change of the arrays and tables that exist before it runs.

Recording a backward pass copies what a later statement may change in place. Most statements only
make new arrays: ``dz = dh * (z > 0)``. Nothing has to be copied again after those.
"""

from __future__ import annotations

import ast
import builtins
from enum import IntEnum
from typing import Any

import numpy as np

_IN_PLACE = {"fill", "put", "resize", "partition", "itemset", "setfield", "setflags"}
_IN_PLACE |= {"byteswap", "setdefault"}
# Methods that only read, of arrays and of tables; an object's method of another name may do all.
_READING = {
    name
    for kind in (np.ndarray, dict, tuple, str)
    for name in dir(kind)
    if not name.startswith("_") and name not in _IN_PLACE | {"pop", "popitem", "clear", "update"}
}
_OF_TABLES = {"append", "extend", "insert", "update", "clear"}
_WRITING = {"at", "copyto", "put", "putmask", "place", "put_along_axis", "fill_diagonal", "shuffle"}
_RUNNING = {"exec", "eval", "setattr", "delattr", "next", "map", "filter", "__import__", "vars"}
_PLAIN = {name for name in dir(builtins) if name not in _RUNNING}


class Effect(IntEnum):
    """What may be another after a statement."""

    NAMES = 0  # only what it assigns to names
    TABLES = 1  # also what lists, dictionaries and objects hold
    ARRAY = 2  # also the numbers of an array that has a name, and of its views
    ALL = 3  # the numbers of any array


def side_effect(statement: ast.AST, numpy: str, watched: frozenset[str] = frozenset()) -> Effect:
    """What a statement may change; ``numpy`` is the name by which its file knows NumPy.

    ``watched`` are functions whose own statements are asked, so that a call of them only counts as
    one that may change tables.

    Of a loop or a condition it is what its head may change: its body has statements of its own.

    >>> side_effect(ast.parse("dz = dh * np.exp(z).sum(axis=0)").body[0], "np").name
    'NAMES'
    >>> side_effect(ast.parse("self.dW = x.T @ dy").body[0], "np").name
    'TABLES'
    >>> side_effect(ast.parse("dx[mask] = 0").body[0], "np").name
    'ARRAY'
    """
    if isinstance(statement, ast.AugAssign):
        # What a table or an object holds may be an array, and have other names.
        is_held = _written(statement.target) in (Effect.TABLES, Effect.ALL)
        effect = Effect.ALL if is_held else Effect.ARRAY
        read: list[Any] = [statement.value]
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        is_annotated = isinstance(statement, ast.AnnAssign)
        targets = [statement.target] if is_annotated else statement.targets
        effect = max(_written(target) for target in targets)
        read = [statement.value]
    elif isinstance(statement, ast.For):
        effect, read = _written(statement.target), [statement.iter]
    elif isinstance(statement, (ast.If, ast.While)):
        effect, read = Effect.NAMES, [statement.test]
    elif isinstance(statement, (ast.Return, ast.Expr)):
        effect, read = Effect.NAMES, [statement.value]
    else:
        return Effect.NAMES if isinstance(statement, (ast.Pass, ast.Assert)) else Effect.ALL
    if isinstance(statement, ast.Expr) and _is_for_its_effect(statement.value, numpy):
        return Effect.ALL
    called = [n for x in read if x is not None for n in ast.walk(x) if isinstance(n, ast.Call)]
    return max([effect, *(_called(call, numpy, watched) for call in called)])


def _is_for_its_effect(value: ast.expr, numpy: str) -> bool:
    """Whether a method is called whose result nobody takes: ``x.sort()``."""
    method = value.func if isinstance(value, ast.Call) else None
    if not isinstance(method, ast.Attribute) or _root(method) == numpy:
        return False
    return method.attr not in _OF_TABLES


def _written(target: ast.AST) -> Effect:
    if isinstance(target, ast.Name):
        return Effect.NAMES
    if isinstance(target, (ast.Tuple, ast.List)):
        return max((_written(part) for part in target.elts), default=Effect.NAMES)
    if isinstance(target, ast.Starred):
        return _written(target.value)
    if isinstance(target, ast.Attribute):
        return Effect.TABLES
    # A table's key is a text; whatever else stands in brackets may be a place in an array.
    key = target.slice if isinstance(target, ast.Subscript) else None
    is_key = isinstance(key, ast.JoinedStr) or (
        isinstance(key, ast.Constant) and isinstance(key.value, str)
    )
    if is_key:
        return Effect.TABLES
    is_named = isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name)
    return Effect.ARRAY if is_named else Effect.ALL


def names_written_into(statement: ast.AST) -> tuple[str, ...]:
    """The names of the arrays that an assignment changes in place."""
    if isinstance(statement, ast.AugAssign):
        targets: list[Any] = [statement.target]
    else:
        targets = getattr(statement, "targets", [])
    parts = [part for target in targets for part in getattr(target, "elts", [target])]
    is_augmented = isinstance(statement, ast.AugAssign)
    roots = [p.value if isinstance(p, ast.Subscript) else p for p in parts]
    written = [r for p, r in zip(parts, roots, strict=True) if is_augmented or p is not r]
    return tuple(root.id for root in written if isinstance(root, ast.Name))


def _called(call: ast.Call, numpy: str, watched: frozenset[str]) -> Effect:
    if any(keyword.arg in ("out", None) for keyword in call.keywords):
        return Effect.ALL
    function = call.func
    if getattr(function, "attr", getattr(function, "id", "")) in watched:
        return Effect.TABLES
    if isinstance(function, ast.Name):
        return Effect.NAMES if function.id in _PLAIN else Effect.ALL
    if not isinstance(function, ast.Attribute):
        return Effect.ALL
    if _root(function) == numpy:
        return Effect.ALL if function.attr in _WRITING else Effect.NAMES
    if function.attr in _OF_TABLES:
        return Effect.TABLES
    return Effect.NAMES if function.attr in _READING else Effect.ALL


def _root(expression: ast.AST) -> str:
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else ""
