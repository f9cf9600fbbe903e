"""``Edit``: another text for a part of a statement; ``Editor`` makes them, with brackets where the
grammar needs them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from .routine import Change, Step

_ATOM = 20
_PRECEDENCE: dict[type, int] = {
    ast.Lambda: 1, ast.IfExp: 2, ast.Or: 3, ast.And: 4, ast.Not: 5, ast.Compare: 6,
    ast.BitOr: 7, ast.BitXor: 8, ast.BitAnd: 9, ast.LShift: 10, ast.RShift: 10,
    ast.Add: 11, ast.Sub: 11,
    ast.Mult: 12, ast.Div: 12, ast.FloorDiv: 12, ast.Mod: 12, ast.MatMult: 12,
    ast.USub: 13, ast.UAdd: 13, ast.Invert: 13, ast.Pow: 14,
}  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """A correction to be tried.

    ``value`` is the text of the whole expression that the statement is then to compute; None where
    the statement itself changes. ``says`` tells
    what was wrong; ``cost`` is smaller for what is more often meant; ``marked`` is the part of the
    old text that is at fault.
    """

    step: Step
    changes: tuple[Change, ...]
    value: str | None
    cost: float
    says: str
    marked: tuple[int, int]
    adds_after: int | None = None  # a line is missing, after this one
    is_deletion: bool = False

    @property
    def new_text(self) -> str:
        """The statement as it should be."""
        text = self.step.routine.text
        start, end = text.span(self.step.node)
        own = [c for c in self.changes if start <= c.start <= c.end <= end]
        behind = len(text.text) - end
        whole = text.after(own)
        return " ".join(whole[start : len(whole) - behind].split())


def moved(edit: Edit, steps: Iterable[Step]) -> Edit | None:
    """An edit of the same statement where other lines of its file have changed; None where the
    statement is not among ``steps``.
    """
    old = edit.step.routine
    for step in steps:
        own = step.routine
        is_same = own.text.file == old.text.file and own.name == old.name
        if not is_same or step.number != edit.step.number or step.text != edit.step.text:
            continue
        by = own.text.span(step.node)[0] - old.text.span(edit.step.node)[0]
        changes = tuple(replace(c, start=c.start + by, end=c.end + by) for c in edit.changes)
        marked = edit.marked[0] + by, edit.marked[1] + by
        return replace(edit, step=step, changes=changes, marked=marked)
    return None


def precedence(node: ast.AST) -> int:
    """How tightly the outermost operator of an expression binds."""
    inner = node.op if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.BoolOp)) else node
    if isinstance(node, ast.Tuple):
        return 0
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and node.value < 0:
        return _PRECEDENCE[ast.USub]
    return _PRECEDENCE.get(type(inner), _ATOM)


class Editor:
    """The parts of an expression of a statement, and other texts for them."""

    def __init__(self, step: Step, site: ast.expr) -> None:
        self.step, self.value, self.text = step, site, step.routine.text
        self.start, self.end = self.text.span(site)
        self.parents: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(site):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    @cached_property
    def nodes(self) -> list[Any]:
        """The expressions inside of the value, the outermost first."""
        return [n for n in ast.walk(self.value) if isinstance(n, ast.expr)]

    def of(self, node: Any) -> str:
        """The text of a part."""
        return self.text.segment(node)

    def atom(self, node: Any, least: int = _ATOM) -> str:
        """The text of a part, in brackets where it binds less tightly."""
        text = self.of(node)
        return text if precedence(node) >= least else f"({text})"

    def factor(self, node: Any) -> str:
        """The text of a part that something is to be multiplied with."""
        return self.atom(node, _PRECEDENCE[ast.Mult])

    def _needed(self, node: Any) -> int:
        """How tightly what stands in the place of a part must bind."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.BinOp):
            own = precedence(parent)
            if isinstance(parent.op, ast.Pow):
                return own + 1 if node is parent.left else own - 1
            return own if node is parent.left else own + 1
        if isinstance(parent, (ast.UnaryOp, ast.BoolOp)):
            return precedence(parent) + (isinstance(parent, ast.BoolOp))
        if isinstance(parent, ast.Compare):
            return precedence(parent) + 1
        held = isinstance(parent, (ast.Attribute, ast.Subscript)) and parent.value is node
        if held or (isinstance(parent, ast.Call) and parent.func is node):
            return _ATOM
        return 0

    def _in_brackets(self, start: int, end: int) -> bool:
        before, after = self.text.text[:start].rstrip(), self.text.text[end:].lstrip()
        return before.endswith("(") and after.startswith(")")

    def put(self, node: Any, text: str, cost: float, says: str, marked: Any = None) -> Edit | None:
        """The edit that puts a text in the place of a part; None where the grammar forbids it."""
        try:
            new = ast.parse(text, mode="eval").body
        except SyntaxError:
            return None
        start, end = self.text.span(node)
        needed = self._needed(node)
        if precedence(new) < needed and not self._in_brackets(start, end):
            text = f"({text})"
        whole = self.text.text
        value = whole[self.start : start] + text + whole[end : self.end]
        change = Change(self.text.file, start, end, text)
        at = (start, end) if marked is None else self.text.span(marked)
        return Edit(self.step, (change,), value, cost, says, at)

    def put_all(self, nodes: list[Any], text: str, cost: float, says: str) -> Edit | None:
        """The edit that puts one text in the place of several parts."""
        value, changes = self.text.text[self.start : self.end], []
        for node in sorted(nodes, key=lambda n: -self.text.span(n)[0]):
            start, end = self.text.span(node)
            value = value[: start - self.start] + text + value[end - self.start :]
            changes.append(Change(self.text.file, start, end, text))
        first = self.text.span(nodes[0])
        return Edit(self.step, tuple(reversed(changes)), value, cost, says, first)
