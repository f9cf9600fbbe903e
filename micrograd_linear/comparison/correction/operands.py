"""Edits of operands: another name, another number, another place of an index, another result."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from ...operations import names as op
from ...operations import record_of
from .editor import Edit, Editor
from .operators import short
from .scope import Reading, Scope, is_number

# What may follow a name that another may stand for, beside reductions and other layouts.
_READ = ("T", "shape", "size", "dot", "copy")
_MOST = 40  # other operands that are tried in one place


def operand_edits(
    editor: Editor, scope: Scope, shapes: set[tuple[int, ...]] | None = None
) -> Iterator[Edit | None]:
    """The edits of every name, attribute, item and number of a statement; a result may have other
    ``shapes``.
    """
    yield from _other_results(editor, scope, shapes or set())
    for node in editor.nodes:
        if _is_operand(editor, node):
            yield from _other_readings(editor, scope, node)
        if isinstance(node, ast.Constant) and is_number(node.value):
            yield from _other_numbers(editor, node)
            yield from _for_a_number(editor, scope, node)
        if isinstance(node, ast.Subscript):
            yield from _other_places(editor, scope, node)
        if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) <= 8:
            yield from _exchanged(editor, node)
    yield from _renamed(editor, scope)


def _is_operand(editor: Editor, node: Any) -> bool:
    """Whether something else may be read in the place of a part."""
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return False
    if not isinstance(node.ctx, ast.Load):
        return False
    parent = editor.parents.get(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        return False
    if isinstance(parent, ast.Attribute):
        record = record_of(parent.attr)
        return parent.attr in _READ or record.is_reduction or record.moves
    return True


def _other_results(
    editor: Editor, scope: Scope, shapes: set[tuple[int, ...]]
) -> Iterator[Edit | None]:
    """Another array that is returned, of the shape of a gradient."""
    if not isinstance(editor.step.node, ast.Return):
        return
    value = editor.value
    for node in value.elts if isinstance(value, ast.Tuple) else [value]:
        own = editor.of(node)
        if not isinstance(node, ast.Name):
            continue
        for reading in scope.arrays:
            if reading.shape in shapes and reading.text not in (own, *map(editor.of, editor.nodes)):
                says = f"`{own}` should be `{reading.text}`"
                yield editor.put(node, reading.text, 1.2, says)


def _other_readings(editor: Editor, scope: Scope, node: Any) -> Iterator[Edit | None]:
    own = editor.of(node)
    for reading in _alike(own, scope, _is_in_product(editor, node))[:_MOST]:
        says = f"`{own}` should be `{reading.text}`"
        yield editor.put(node, reading.text, 1.0 + 0.2 * _distance(own, reading.text), says)
        if isinstance(reading.value, (int, np.integer)):
            text = f"({own} - {reading.text})"
            yield editor.put(node, text, 1.5, f"`{own}` should be `{text}`")


def _is_in_product(editor: Editor, node: Any) -> bool:
    """Whether an operand is a factor of a matrix product, itself or turned: ``x.T @ dy``."""
    for _ in range(3):
        node = editor.parents.get(node)
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.MatMult)
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and (
            called.attr == "dot" or record_of(called.attr).multiplies
        ):
            return True
    return False


def _alike(own: str, scope: Scope, in_product: bool = False) -> list[Reading]:
    """The readings of the same shape and kind as an operand, the most similar names first; in a
    matrix product those as well that have the same rows, or the same columns.
    """
    try:
        value = scope.value(own, scope.last)
    except Exception:  # it is not there on its own
        return []
    if isinstance(value, np.ndarray) and value.ndim:
        floats = value.dtype.kind == "f"
        pool = scope.arrays if floats else scope.masks
        own_shape = value.shape
        fitting = [
            r
            for r in pool
            if _fits(r.shape, own_shape) or (in_product and _shares_an_axis(r.shape, own_shape))
        ]
    elif is_number(value):
        fitting = scope.numbers
    else:
        return []
    fitting = [r for r in fitting if r.text != own and not _equal(r.value, value)]
    return sorted(fitting, key=lambda r: _distance(own, r.text))


def _renamed(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """Another name wherever one stands several times: ``z * (1 - z)``."""
    operands = [node for node in editor.nodes if _is_operand(editor, node)]
    by_text: dict[str, list[Any]] = {}
    for node in operands:
        by_text.setdefault(editor.of(node), []).append(node)
    for own, nodes in by_text.items():
        if len(nodes) < 2:
            continue
        for reading in _alike(own, scope, _is_in_product(editor, node))[:_MOST]:
            says = f"`{own}` should be `{reading.text}`"
            cost = 1.1 + 0.2 * _distance(own, reading.text)
            yield editor.put_all(nodes, reading.text, cost, says)


def _shares_an_axis(shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two matrices have as many rows, or as many columns."""
    return len(shape) == len(other) == 2 and any(a == b for a, b in zip(shape, other, strict=True))


def _fits(shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether an array of a shape may stand for another: it is repeated along some axes."""
    last = other[len(other) - len(shape) :] if len(shape) <= len(other) else ()
    return bool(shape) and len(last) == len(shape) and all(map(_is_repeated, shape, last))


def _is_repeated(size: int, other: int) -> bool:
    return size in (1, other)


def _equal(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.array_equal(a, b))


def _distance(a: str, b: str) -> float:
    return 1.0 - SequenceMatcher(None, a, b).ratio()


def _other_numbers(editor: Editor, node: ast.Constant) -> Iterator[Edit | None]:
    number: Any = node.value
    own = editor.of(node)
    parent = editor.parents.get(node)
    is_power = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow)
    others: list[Any] = [
        number + 1,
        number - 1,
        2 * number,
        number / 2,
        1 / number if number else 1,
    ]
    if is_power:
        others += [-number, number + 0.5, number - 0.5, number - 2, 1.5, -1.5, 0.5, -0.5, 2, 3]
    if isinstance(parent, ast.keyword):
        others = [n for n in (0, 1, 2, -1, -2) if parent.arg == "axis"]
    scales = isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div))
    seen = {number, 1} if scales else {number}  # a factor of 1 is left out, which is another edit
    for other in others:
        if other in seen:
            continue
        seen.add(other)
        text = (
            repr(int(other))
            if float(other).is_integer() and isinstance(number, int)
            else repr(other)
        )
        says = f"`{own}` should be `{text}`"
        if isinstance(parent, ast.keyword) and parent.arg == "axis":
            says = f"axis {own} should be axis {text}"
        yield editor.put(node, text, 1.0 if isinstance(parent, ast.keyword) else 1.1, says)


def _for_a_number(editor: Editor, scope: Scope, node: ast.Constant) -> Iterator[Edit | None]:
    """What can be read, in the place of a number."""
    own = editor.of(node)
    if isinstance(editor.parents.get(node), (ast.keyword, ast.Subscript, ast.Slice)):
        return
    for reading in [*scope.numbers, *scope.arrays[:_MOST]]:
        says = f"`{own}` should be `{reading.text}`"
        yield editor.put(node, reading.text, 1.3, says)
    if isinstance(editor.parents.get(node), ast.Call):
        for number in scope.numbers:
            for array in scope.arrays[:_MOST] if isinstance(number.value, float) else ():
                text = f"{number.text} * {array.text}"
                yield editor.put(node, text, 1.5, f"`{own}` should be `{text}`")


def _other_places(editor: Editor, scope: Scope, node: ast.Subscript) -> Iterator[Edit | None]:
    parts: list[Any] = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for part in parts:
        if isinstance(part, (ast.Name, ast.BinOp)):
            text = editor.of(part)
            for other in _shifted(text):
                yield editor.put(part, other, 1.0, f"index `{text}` should be `{other}`")
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from _other_keys(editor, scope, node, part)
        elif isinstance(part, ast.Slice):
            yield from _other_slices(editor, part)
    slices: list[Any] = [p for p in parts if isinstance(p, ast.Slice) and p.upper and not p.lower]
    padding_first = sorted(scope.numbers, key=lambda number: op.PAD not in number.text)
    for number in padding_first if slices else ():
        if isinstance(number.value, (int, np.integer)) and number.value:
            texts = [
                f"{number.text}:{number.text} + {editor.of(p.upper)}"
                if p in slices
                else editor.of(p)
                for p in parts
            ]
            text = f"{editor.of(node.value)}[{', '.join(texts)}]"
            says = f"the part should begin at `{number.text}`"
            yield editor.put(node, text, 1.3, says)
    for first in range(len(parts) - 1):
        order = [editor.of(part) for part in parts]
        order[first], order[first + 1] = order[first + 1], order[first]
        text = ", ".join(order)
        says = f"the indices should be `[{text}]`"
        yield editor.put(node, f"{editor.of(node.value)}[{text}]", 1.2, says)


def _shifted(text: str) -> list[str]:
    for tail, others in ((" - 1", ("", " + 1")), (" + 1", ("", " - 1")), ("-1", ("", "+1"))):
        if text.endswith(tail):
            return [text.removesuffix(tail) + other for other in others]
    return [f"{text} - 1", f"{text} + 1"] if text.isidentifier() else []


def _other_keys(
    editor: Editor, scope: Scope, node: ast.Subscript, key: Any
) -> Iterator[Edit | None]:
    try:
        table = scope.value(editor.of(node.value), scope.last)
    except Exception:  # it is not there on its own
        return
    for other in list(table)[:_MOST] if isinstance(table, dict) else ():
        if other != key.value and isinstance(other, str):
            text = f"{editor.of(node.value)}[{other!r}]"
            says = f"key {key.value!r} should be {other!r}"
            yield editor.put(node, text, 1.0 + 0.2 * _distance(key.value, other), says)


def _other_slices(editor: Editor, part: ast.Slice) -> Iterator[Edit | None]:
    for bound in (part.lower, part.upper):
        if bound is None:
            continue
        text = editor.of(bound)
        for other in (
            *_shifted(text),
            f"{editor.atom(bound, 12)} + 1",
            f"{editor.atom(bound, 12)} - 1",
        ):
            yield editor.put(bound, other, 1.1, f"index `{text}` should be `{other}`")
    if part.step is None:
        yield editor.put(part, f"{editor.of(part)}:-1" if part.upper or part.lower else "::-1", 1.3,
                         "the order should be reversed")  # fmt: skip


def _exchanged(editor: Editor, node: Any) -> Iterator[Edit | None]:
    """Two results in each other's place."""
    texts = [editor.of(part) for part in node.elts]
    brackets = "()" if isinstance(node, ast.Tuple) else "[]"
    bare = isinstance(node, ast.Tuple) and not editor.of(node).startswith("(")
    for i in range(len(texts)):
        for j in range(i + 1, len(texts)):
            order = list(texts)
            order[i], order[j] = order[j], order[i]
            text = ", ".join(order)
            whole = text if bare else f"{brackets[0]}{text}{brackets[1]}"
            says = f"`{short(texts[i])}` and `{short(texts[j])}` are in each other's place"
            yield editor.put(node, whole, 1.2, says)
