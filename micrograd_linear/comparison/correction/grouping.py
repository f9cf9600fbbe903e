"""Edits of brackets, and of functions that were left out: ``(1 - h) * h`` for ``1 - h * h``, ``z``
for ``sigmoid(z)``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FunctionType

from ...operations import names as op
from .editor import Edit, Editor
from .operators import SIGNS, short
from .scope import Scope

_TIGHT = "*/@"  # bind more tightly than sums
_MOST = 6  # functions of the file that are tried


def grouping_edits(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """The edits that put brackets in another place, or a value into a function."""
    for node in editor.nodes:
        if isinstance(node, ast.BinOp):
            yield from _other_brackets(editor, node)
    yield from _called(editor, scope)


def _other_brackets(editor: Editor, node: ast.BinOp) -> Iterator[Edit | None]:
    """``(a - b) * c`` as ``a - b * c``, and the other way round."""
    sign = SIGNS.get(type(node.op), "")
    found = []
    if isinstance(node.left, ast.BinOp):
        own = SIGNS.get(type(node.left.op), "")
        a, b, c = (editor.factor(x) for x in (node.left.left, node.left.right, node.right))
        inner = f"{b} {sign} {c}"
        found.append((own, f"{a} {own} {inner if _binds(sign, own) else f'({inner})'}"))
    if isinstance(node.right, ast.BinOp):
        own = SIGNS.get(type(node.right.op), "")
        a, b, c = (editor.factor(x) for x in (node.left, node.right.left, node.right.right))
        inner = f"{a} {sign} {b}"
        found.append((own, f"{f'({inner})' if _binds(own, sign) else inner} {own} {c}"))
    for own, text in found:
        # Where both bind alike and are associative, the place of the brackets is all the same.
        if own and sign and ((own in _TIGHT) != (sign in _TIGHT) or "/" in (own, sign)):
            yield editor.put(node, text, 1.15, f"the brackets should be `{short(text)}`")


def _binds(sign: str, other: str) -> bool:
    """Whether one operator binds more tightly than another."""
    return sign in _TIGHT and other not in _TIGHT


def _called(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """A function of the file, of one argument, that was forgotten around what is read."""
    own = [
        name
        for name, x in scope.names.items()
        if isinstance(x, FunctionType)
        and not x.__module__.startswith("numpy")
        and x.__code__.co_argcount - len(x.__defaults__ or ()) <= 1 <= x.__code__.co_argcount
        and x.__code__ is not editor.step.routine.code
    ]
    for node in editor.nodes:
        parent = editor.parents.get(node)
        read = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript))
        if not read or not isinstance(parent, (ast.BinOp, ast.UnaryOp)):
            continue
        text = editor.of(node)
        numpy = scope.numpy
        names = [*own[:_MOST], f"{numpy}.{op.SIGN}", f"{numpy}.{op.TANH}", f"{numpy}.{op.EXP}"]
        for name in names if scope.shape(text) is not None else ():
            yield editor.put(node, f"{name}({text})", 1.3, f"`{text}` should be `{name}({text})`")
