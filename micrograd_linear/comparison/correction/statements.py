"""Edits of whole statements: one too many, ``=`` where ``+=`` belongs, another place written to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .editor import Edit
from .insertions import places
from .routine import Change, FileText, Step


def statement_edits(step: Step) -> Iterator[Edit]:
    """The edits of a statement as a whole."""
    node = step.node
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            yield _signed(step, target, "+=", "`=` overwrites what was there: it should be `+=`")
    if isinstance(node, ast.AugAssign):
        yield from _other_signs(step, node)
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        yield from _added_at(step, node)
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        yield from _other_places(step, node)
    if isinstance(node, (ast.AugAssign, ast.Assign, ast.Expr)) and not _is_text(node):
        yield _without(step)


def _other_places(step: Step, node: Any) -> Iterator[Edit]:
    """What is written, in another place that the routine knows."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Constant):
        return
    text = step.routine.text
    own, base = text.segment(target.slice), text.segment(target.value)
    parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    others = places(step.routine)
    if any(ast.unparse(part) == ":" for part in parts):
        rows = [f"range(len({base}))" if ast.unparse(p) == ":" else text.segment(p) for p in parts]
        others = [*others, ", ".join(rows)]
    for other in others:
        if other == own:
            continue
        start, end = text.span(target.slice)
        says = f"it should be written to `[{other}]`"
        change = Change(text.file, start, end, other)
        yield Edit(step, (change,), None, 1.2, says, (start, end))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _signed(step: Step, target: Any, sign: str, says: str) -> Edit:
    text = step.routine.text
    _, start = text.span(target)
    assert step.value is not None
    end, _ = text.span(step.value)
    between = text.text[start:end]
    brackets = between.split("=", 1)[1].strip()  # an opening bracket of the value
    at = start + len(between) - len(between.lstrip())
    new = f" {sign} {brackets}"
    change = Change(text.file, start, end, new)
    where = (at, at + between.strip().find("=") + 1)
    return Edit(step, (change,), None, 1.0, says, where)


def _other_signs(step: Step, node: ast.AugAssign) -> Iterator[Edit]:
    own = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}.get(type(node.op))
    if own is None:
        return
    other = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*="}[own]
    for sign in ("=", other):
        edit = _signed(step, node.target, sign, f"`{own}` should be `{sign}`")
        yield replace(edit, cost=0.95) if sign == "+=" else edit  # gradients are added up


def _added_at(step: Step, node: ast.Assign | ast.AugAssign) -> Iterator[Edit]:
    """``np.add.at`` in the place of ``x[index] += g``, which adds to an element only once."""
    target: Any = node.targets[0] if isinstance(node, ast.Assign) else node.target
    adds = isinstance(node, ast.Assign) or isinstance(node.op, ast.Add)
    if not isinstance(target, ast.Subscript) or not adds:
        return
    text = step.routine.text
    parts = [text.segment(target.value), _index(text, target.slice)]
    parts.append(text.segment(node.value))
    start, end = text.span(node)
    change = Change(text.file, start, end, f"{step.routine.numpy}.add.at({', '.join(parts)})")
    says = "an element that is taken several times keeps one of its gradients: they must add up"
    yield Edit(step, (change,), None, 1.2, says, (start, end))


def _index(text: FileText, place: ast.expr) -> str:
    """The text of an index as a value: ``(slice(None), k)`` of ``:, k``."""
    if isinstance(place, ast.Tuple):
        return f"({', '.join(_index(text, part) for part in place.elts)})"
    if isinstance(place, ast.Slice):
        bounds = [place.lower, place.upper, *([place.step] if place.step else [])]
        written = ["None" if bound is None else text.segment(bound) for bound in bounds]
        return "slice(None)" if set(written) == {"None"} else f"slice({', '.join(written)})"
    return text.segment(place)


def _without(step: Step) -> Edit:
    """Without the statement: its lines go."""
    text = step.routine.text
    start = text.starts[step.line - 1]
    end = text.starts[(step.node.end_lineno or step.line)]
    alone = _is_alone(step)
    indent = text.lines[step.line - 1][: step.node.col_offset]
    change = Change(text.file, start, end, f"{indent}pass\n" if alone else "")
    says = "this line does not belong here"
    return Edit(step, (change,), None, 1.3, says, text.span(step.node), is_deletion=True)


def _is_alone(step: Step) -> bool:
    """Whether a statement is the only one of its block."""
    for node in ast.walk(step.routine.node):
        for part in ("body", "orelse", "finalbody"):
            if getattr(node, part, None) == [step.node]:
                return True
    return False
