"""Edits that add a factor, a term, a sum, or the derivative of a function, which is missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..styles import naming
from .editor import Edit, Editor
from .known import meant_by
from .operators import _short
from .scope import Reading, Scope

_MOST = 30
# What the derivative of an elementwise function is, of its argument or of its result r.
_SLOPES = (
    "({r} > 0)", "(1 - {r} ** 2)", "{r} * (1 - {r})", "(1 - {r})", "2 * {r}", "{r} ** 2",
    "np.cos({r})", "-np.sin({r})", "np.exp({r})", "np.sign({r})", "(1 - np.tanh({r}) ** 2)",
    "({r} > 0).astype(float)", "(1 + {r})", "3 * {r} ** 2", "np.exp(-{r})", "(1 - np.exp(-{r}))", "1 / (1 + np.exp(-{r}))",
)  # fmt: skip
_DIVISORS = ("{r}", "{r} ** 2", "np.sqrt({r})", "(2 * {r})", "(1 + {r} ** 2)", "(1 + np.exp(-{r}))")


def factor_edits(editor: Editor, scope: Scope, shape: tuple[int, ...]) -> Iterator[Edit | None]:
    """The edits that put a factor to the value of a statement, or to one of its parts.

    ``shape`` is that of the value.
    """
    numpy = _numpy_name(scope)
    for node in _multiplied(editor):
        base = 0.0 if node is editor.value else 0.3
        text = editor.factor(node)
        for factor, cost in _number_factors(scope):
            yield _with(editor, node, f"{text} * {factor}", factor, cost + base)
        for divisor, cost in _number_divisors(scope):
            yield _with(editor, node, f"{text} / {divisor}", f"1 / {divisor}", cost + base)
        for reading in _values(scope, shape):
            yield _with(editor, node, f"{text} * {reading.text}", reading.text, 1.1 + base)
        for reading in _broadcast(scope.masks, shape)[:_MOST]:
            yield _with(editor, node, f"{text} * {reading.text}", reading.text, 1.1 + base)
        for reading in _values(scope, shape):
            for slope in () if _is_parameter(reading.text) else _SLOPES:
                factor = slope.format(r=reading.text).replace("np.", f"{numpy}.")
                yield _with(editor, node, f"{text} * {factor}", factor, 1.4 + base)
            for divisor in _DIVISORS:
                by = divisor.format(r=reading.text).replace("np.", f"{numpy}.")
                yield _with(editor, node, f"{text} / {by}", f"1 / {by}", 1.4 + base)


def _with(editor: Editor, node: Any, text: str, factor: str, cost: float) -> Edit | None:
    inverse = f"/ {factor}" if not factor.startswith("1 / ") else f"* {factor[4:]}"
    if inverse in editor.of(editor.value):  # that factor is one too many
        return None
    return editor.put(node, text, cost, f"the factor `{factor}` is missing")


def _multiplied(editor: Editor) -> Iterator[Any]:
    """The parts that may lack a factor: the whole, the terms of a sum, the operands of a product
    and the arguments of a call.
    """
    value = editor.value
    if not isinstance(value, (ast.Tuple, ast.Dict, ast.List)):
        yield value
    for node in editor.nodes:
        if node is value or isinstance(node, (ast.Tuple, ast.Dict, ast.List, ast.Slice, ast.Compare)):
            continue
        parent = editor.parents.get(node)
        added = isinstance(parent, ast.BinOp) and isinstance(
            parent.op, (ast.Add, ast.Sub, ast.MatMult)
        )
        given = isinstance(parent, ast.Call) and node in parent.args
        listed = isinstance(parent, (ast.Tuple, ast.Dict)) and getattr(node, "value", 0) is not None
        held = isinstance(parent, ast.Attribute) and parent.attr in ("sum", "mean", "reshape", "dot")
        if added or given or held or (listed and not isinstance(node, ast.Constant)):
            yield node


def _number_factors(scope: Scope) -> Iterator[tuple[str, float]]:
    yield "2", 1.1
    yield "0.5", 1.1
    for number in scope.numbers:
        yield number.text, 1.1
        if not isinstance(number.value, (int, np.integer)):
            yield f"2 * {number.text}", 1.5
            yield f"(1 - {number.text})", 1.3


def _number_divisors(scope: Scope) -> Iterator[tuple[str, float]]:
    for size in scope.sizes:
        yield size, 1.0 if size.isidentifier() else 1.1
    for number in scope.numbers:
        if not isinstance(number.value, (int, np.integer)):
            yield number.text, 1.2
            yield f"(1 - {number.text})", 1.3
            yield f"{number.text} ** 2", 1.4


def _broadcast(readings: list[Reading], shape: tuple[int, ...]) -> list[Reading]:
    """The readings that can be multiplied with an array of a shape."""
    found = []
    for reading in readings:
        try:
            if np.broadcast_shapes(reading.shape, shape) == shape:
                found.append(reading)
        except ValueError:
            continue
    return found


def _values(scope: Scope, shape: tuple[int, ...]) -> list[Reading]:
    """The values of the forward pass that a gradient may be multiplied with, itself no gradient."""
    found = [r for r in _broadcast(scope.arrays, shape) if not meant_by(r.text)]
    return found[:_MOST]


def _is_parameter(name: str) -> bool:
    return naming.is_weight(name) or naming.is_bias(name)


def _numpy_name(scope: Scope) -> str:
    """The name by which the file knows NumPy."""
    return next((n for n, x in scope.names.items() if x is np and n != "numpy"), "numpy")


def slope_edits(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """The edits that put another derivative in the place of a factor."""
    numpy = _numpy_name(scope)
    for node in editor.nodes:
        parent = editor.parents.get(node)
        product = isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div))
        if not product and not (node is editor.value):
            continue
        try:
            value = scope.value(editor.of(node), scope.last)
        except Exception:  # it cannot be computed on its own
            continue
        if not isinstance(value, np.ndarray):
            continue
        divides = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div)
        own = _short(editor.of(node))
        for reading in [r for r in _values(scope, value.shape) if r.shape == value.shape]:
            if _is_parameter(reading.text):
                continue
            for slope in _DIVISORS if divides and node is parent.right else _SLOPES:
                text = slope.format(r=reading.text).replace("np.", f"{numpy}.")
                says = f"`{own}` should be `{text}`"
                yield editor.put(node, text, 1.5, says)


def term_edits(editor: Editor, scope: Scope, shape: tuple[int, ...]) -> Iterator[Edit | None]:
    """The edits that add a term to the value of a statement."""
    value = editor.value
    if isinstance(value, (ast.Tuple, ast.Dict, ast.List)):
        for node in ast.walk(value):
            if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and editor.parents.get(
                node
            ) in (value,):
                with_shape = _shape_of(editor, scope, node)
                if with_shape is not None:
                    yield from _terms(editor, scope, node, with_shape, 0.2)
        return
    yield from _terms(editor, scope, value, shape, 0.0)


def _shape_of(editor: Editor, scope: Scope, node: Any) -> tuple[int, ...] | None:
    try:
        return np.shape(scope.value(editor.of(node), scope.last))
    except Exception:  # it is not there on its own
        return None


def _terms(
    editor: Editor, scope: Scope, node: Any, shape: tuple[int, ...], more: float
) -> Iterator[Edit | None]:
    text = editor.atom(node, 11)
    same = [r for r in scope.arrays if r.shape == shape][:_MOST]
    if shape == ():
        same = [*same, *scope.numbers]
    for reading in same:
        unlikely = 0.0 if meant_by(reading.text) or shape == () else 0.5
        for term, cost in _forms(reading.text, scope, unlikely):
            says = f"the term `{term.removeprefix('+ ').removeprefix('- ')}` is missing"
            yield editor.put(node, f"{text} {term}", cost + more, says)


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


def sum_edits(editor: Editor, shape: tuple[int, ...]) -> Iterator[Edit | None]:
    """The edits that sum the value over an axis."""
    value = editor.value
    if isinstance(value, (ast.Dict, ast.List)) or not shape:
        return
    nodes = value.elts if isinstance(value, ast.Tuple) else [value]
    for node in nodes:
        text = editor.atom(node)
        for method in ("sum", "mean"):
            yield editor.put(node, f"{text}.{method}()", 1.3, f"the {method} is missing")
            for axis in range(len(shape)):
                for keep in ("", ", keepdims=True"):
                    call = f"{method}(axis={axis}{keep})"
                    cost = 1.1 if method == "sum" else 1.3
                    says = f"the {method} over axis {axis} is missing"
                    yield editor.put(node, f"{text}.{call}", cost, says)
