"""Edits that add a factor which is missing: a number, a value of the forward pass, the derivative
of a function; or put another derivative in the place of one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...operations import names as op
from ..styles import naming
from .editor import Edit, Editor
from .known import meant_by
from .operators import short
from .scope import Reading, Scope

Shape = tuple[int, ...]
_MOST = 30
# What the derivative of an elementwise function is, of its argument or of its result r.
_SLOPES = (
    "({r} > 0)", "(1 - {r} ** 2)", "{r} * (1 - {r})", "(1 - {r})", "2 * {r}", "{r} ** 2",
    "np.cos({r})", "-np.sin({r})", "np.exp({r})", "np.sign({r})", "(1 - np.tanh({r}) ** 2)",
    "({r} > 0).astype(float)", "(1 + {r})", "3 * {r} ** 2", "np.exp(-{r})",
    "(1 - np.exp(-{r}))", "1 / (1 + np.exp(-{r}))",
)  # fmt: skip
_DIVISORS = (
    "{r}", "{r} ** 2", "np.sqrt({r})", "(2 * {r})", "(1 + {r} ** 2)", "(1 + np.exp(-{r}))",
    "({r} * (1 - {r}))",
)  # fmt: skip


def factor_edits(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """The edits that put a factor to the value of a statement, or to one of its parts."""
    for node in _multiplied(editor):
        shape = scope.shape(editor.of(node))
        if shape is None:
            continue
        base = 0.0 if node is editor.value else 0.3
        text = editor.factor(node)
        for factor, cost in _number_factors(scope):
            yield _with(editor, node, f"{text} * {factor}", factor, cost + base)
        for divisor, cost in _number_divisors(scope):
            yield _with(editor, node, f"{text} / {divisor}", f"1 / {divisor}", cost + base)
        for factor, cost in _array_factors(scope, shape):
            if factor.startswith("/ "):
                yield _with(editor, node, f"{text} {factor}", f"1 {factor}", cost + base)
            else:
                yield _with(editor, node, f"{text} * {factor}", factor, cost + base)


def _with(editor: Editor, node: Any, text: str, factor: str, cost: float) -> Edit | None:
    inverse = f"/ {factor}" if not factor.startswith("1 / ") else f"* {factor[4:]}"
    if inverse in editor.of(editor.value):  # that factor is one too many
        return None
    numbers = {n.value for n in editor.nodes if isinstance(n, ast.Constant) and _scales(editor, n)}
    if factor in ("2", "0.5") and numbers & {2, 0.5}:  # one of them should go, or be another
        return None
    return editor.put(node, text, cost, f"the factor `{factor}` is missing")


def _scales(editor: Editor, node: ast.Constant) -> bool:
    """Whether a number is a factor: no power, and no argument of a function."""
    parent: Any = editor.parents.get(node)
    while isinstance(parent, ast.UnaryOp):
        parent = editor.parents.get(parent)
    return isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div))


def _multiplied(editor: Editor) -> Iterator[Any]:
    """The parts that may lack a factor: the whole, the terms of a sum, the operands of a product
    and the arguments of a call.
    """
    value = editor.value
    if not isinstance(value, (ast.Tuple, ast.Dict, ast.List)):
        yield value
    for node in editor.nodes:
        kinds = (ast.Tuple, ast.Dict, ast.List, ast.Slice, ast.Compare, ast.Constant)
        if node is not value and not isinstance(node, kinds) and _may_lack(editor, node):
            yield node


def _may_lack(editor: Editor, node: Any) -> bool:
    parent = editor.parents.get(node)
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, (ast.Add, ast.Sub, ast.MatMult))
    if isinstance(parent, ast.Call):
        return node in parent.args
    if isinstance(parent, ast.Attribute):
        return parent.attr in (op.SUM, op.MEAN, op.RESHAPE, "dot")
    return isinstance(parent, (ast.Tuple, ast.Dict))


def _number_factors(scope: Scope) -> Iterator[tuple[str, float]]:
    yield "2", 1.1
    yield "0.5", 1.1
    for number in scope.numbers:
        whole = isinstance(number.value, (int, np.integer))
        yield number.text, 1.3 if whole else 1.15
        if not whole:
            yield f"2 * {number.text}", 1.5
            yield f"(1 - {number.text})", 1.3


def _number_divisors(scope: Scope) -> Iterator[tuple[str, float]]:
    for size in scope.sizes:
        yield size, 1.0 if size.isidentifier() else 1.1
        yield f"{scope.numpy}.sqrt({size})", 1.35
    for number in scope.numbers:
        if not isinstance(number.value, (int, np.integer)):
            yield number.text, 1.2
            yield f"{scope.numpy}.sqrt({number.text})", 1.35
            yield f"(1 - {number.text})", 1.3
            yield f"{number.text} ** 2", 1.4


def _array_factors(scope: Scope, shape: Shape) -> Iterator[tuple[str, float]]:
    """Factors made of arrays, with their cost; a divisor begins with its sign."""
    numpy = scope.numpy
    if not shape:  # a number that should be an array
        for reading in [*scope.masks, *scope.arrays][:_MOST]:
            yield reading.text, 1.4
            if len(reading.shape) == 1:
                yield f"{reading.text}[:, None]", 1.45
        return
    for reading in _broadcast([*scope.arrays, *scope.masks], shape)[:_MOST]:
        # A gradient is seldom multiplied with another one.
        yield reading.text, 1.5 if meant_by(reading.text) else 1.1
    for reading in [*scope.arrays, *scope.masks][:_MOST]:
        if len(reading.shape) == len(shape) - 1 and reading.shape == shape[:-1]:
            yield (
                f"{reading.text}[:, None]" if len(shape) == 2 else f"{reading.text}[..., None]",
                1.3,
            )
            if len(shape) > 1 and "axis" in scope.last:
                yield f"{numpy}.expand_dims({reading.text}, axis)", 1.3
    for reading in values(scope, shape):
        for slope in () if _is_parameter(reading.text) else _SLOPES:
            yield slope.format(r=reading.text).replace("np.", f"{numpy}."), 1.4
        for divisor in _DIVISORS:
            yield "/ " + divisor.format(r=reading.text).replace("np.", f"{numpy}."), 1.4


def _broadcast(readings: list[Reading], shape: Shape) -> list[Reading]:
    """The readings that can be multiplied with an array of a shape."""
    found = []
    for reading in readings:
        try:
            if np.broadcast_shapes(reading.shape, shape) == shape:
                found.append(reading)
        except ValueError:
            continue
    return found


def values(scope: Scope, shape: Shape) -> list[Reading]:
    """The values of the forward pass that a gradient may be multiplied with, itself no gradient."""
    found = [r for r in _broadcast(scope.arrays, shape) if not meant_by(r.text)]
    return found[:_MOST]


def _is_parameter(name: str) -> bool:
    return naming.is_weight(name) or naming.is_bias(name)


def slope_edits(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """The edits that put another derivative, or another mask, in the place of a factor."""
    for node in editor.nodes:
        parent = editor.parents.get(node)
        product = isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div))
        is_mask = isinstance(node, ast.Compare)
        if not product and not is_mask and node is not editor.value:
            continue
        shape = scope.shape(editor.of(node))
        if not shape:
            continue
        divides = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div)
        below = divides and node is getattr(parent, "right", None)
        own = short(editor.of(node))
        for text, cost in _instead(scope, shape, below, is_mask):
            yield editor.put(node, text, cost, f"`{own}` should be `{text}`")


def _instead(scope: Scope, shape: Shape, below: bool, is_mask: bool) -> Iterator[tuple[str, float]]:
    if is_mask:
        for mask in scope.masks:
            if mask.shape == shape:
                yield mask.text, 1.2
    for reading in [r for r in values(scope, shape) if r.shape == shape]:
        if _is_parameter(reading.text):
            continue
        if is_mask:
            yield f"{reading.text} > 0", 1.3
            continue
        for slope in _DIVISORS if below else _SLOPES:
            yield slope.format(r=reading.text).replace("np.", f"{scope.numpy}."), 1.5
