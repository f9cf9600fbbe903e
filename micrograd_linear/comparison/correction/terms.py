"""Edits that add a term, or a sum over an axis, which is missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...operations import names as op
from .editor import Edit, Editor
from .known import meant_by
from .scope import Scope

Shape = tuple[int, ...]
_MOST = 30


def term_edits(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """The edits that add a term to the value of a statement, or to one of its factors."""
    value = editor.value
    whole = not isinstance(value, (ast.Tuple, ast.Dict, ast.List))
    if whole:
        yield from _terms(editor, scope, value, 0.0)
    for node in editor.nodes:
        parent = editor.parents.get(node)
        read = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) or _is_product(node)
        product = isinstance(parent, ast.BinOp) and not isinstance(parent.op, (ast.Add, ast.Sub))
        listed = not whole and parent is value
        given = isinstance(parent, ast.Call) and node in parent.args
        if node is not value and read and (product or listed or given):
            yield from _terms(editor, scope, node, 0.2 if listed else 0.3)


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def _terms(editor: Editor, scope: Scope, node: Any, more: float) -> Iterator[Edit | None]:
    shape = scope.shape(editor.of(node))
    if shape is None:
        return
    text = editor.atom(node, 11)
    there = _summands(node, editor)
    same = [r for r in scope.arrays if r.shape == shape][:_MOST]
    for reading in [*same, *(scope.numbers if shape == () else [])]:
        if reading.text in there:
            continue
        unlikely = 0.0 if meant_by(reading.text) or shape == () else 0.5
        # A gradient that nothing reads was forgotten; what is read elsewhere is seldom added again.
        unlikely += 0.2 if scope.is_read(reading.text) else 0.0
        for term, cost in _forms(reading.text, scope, unlikely):
            says = f"the term `{term.removeprefix('+ ').removeprefix('- ')}` is missing"
            yield editor.put(node, f"{text} {term}", cost + more, says)
    for term in _means(editor, scope, node, shape):
        says = f"the term `{term.removeprefix('- ')}` is missing"
        yield editor.put(node, f"{text} {term}", 1.3 + more, says)


def _summands(node: Any, editor: Editor) -> set[str]:
    """The terms of a sum, as text."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        return _summands(node.left, editor) | _summands(node.right, editor)
    return {editor.of(node)}


def _forms(name: str, scope: Scope, unlikely: float) -> Iterator[tuple[str, float]]:
    """The terms of an array; a value of the forward pass alone is no gradient."""
    yield f"+ {name}", 1.1 + unlikely
    yield f"- {name}", 1.3 + unlikely
    for number in scope.numbers:
        if not isinstance(number.value, (int, np.integer)):
            yield f"+ {number.text} * {name}", 1.2
            yield f"+ 2 * {number.text} * {name}", 1.3
            yield f"- {number.text} * {name}", 1.5
            for size in scope.sizes[:2]:
                yield f"+ {number.text} / {size} * {name}", 1.5


def _means(editor: Editor, scope: Scope, node: Any, shape: Shape) -> Iterator[str]:
    """What a normalisation subtracts: the mean, or the sum, of the expression itself."""
    if not shape:
        return
    own = editor.atom(node)
    for method in (op.MEAN, op.SUM):
        yield f"- {own}.{method}()"
        yield f"- {own}.{method}(axis=0)"
        if len(shape) > 1:
            yield f"- {own}.{method}(axis=-1, keepdims=True)"


def sum_edits(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """The edits that sum the value over an axis."""
    value = editor.value
    if isinstance(value, (ast.Dict, ast.List)):
        return
    for node in value.elts if isinstance(value, ast.Tuple) else [value]:
        shape = scope.shape(editor.of(node))
        if not shape:
            continue
        text = editor.atom(node)
        for method in (op.SUM, op.MEAN):
            yield editor.put(node, f"{text}.{method}()", 1.3, f"the {method} is missing")
            for axis in range(len(shape)):
                for keep in ("", ", keepdims=True"):
                    call = f"{method}(axis={axis}{keep})"
                    cost = 1.1 if method == op.SUM else 1.3
                    says = f"the {method} over axis {axis} is missing"
                    yield editor.put(node, f"{text}.{call}", cost, says)
