"""The edits of one expression, the likeliest first, without those that compute the same value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from types import CodeType
from typing import Any

import numpy as np

from ...operations import names as op
from ...operations import record_of
from ..styles import naming
from .calls import call_edits
from .editor import Edit, Editor
from .factors import factor_edits, slope_edits
from .grouping import grouping_edits
from .known import Known, alike, meant_by
from .operands import operand_edits
from .operators import operator_edits
from .routine import Step
from .scope import Scope, compiled, evaluated, is_number
from .swap import NotCompiled, with_hole
from .synthesis import expressions
from .terms import sum_edits, term_edits

Shape = tuple[int, ...]
Fingerprint = tuple[bytes, Shape | None]
_OF_ANY_SHAPE = 1.2  # the cost up to which an edit may compute another shape: another axis
_PASSED_ON = 0.2
_COPIES = ("copy", "ravel", "flatten")


class Candidates:
    """The edits of an expression of a statement, handed out in the order of their cost.

    ``shapes`` are those that a gradient may have; ``known`` is given where whole expressions may
    be put in the place of the statement's value.
    """

    def __init__(
        self, step: Step, site: ast.expr, scope: Scope, shapes: set[Shape], known: Known | None
    ) -> None:
        self.step, self.site, self.scope, self.shapes, self.known = step, site, scope, shapes, known
        self.editor = Editor(step, site)
        self._next = 0
        self._seen: set[bytes] = set()
        self._texts: set[str] = set()
        self._later: list[tuple[Edit, Any]] = []  # compiled, and not promising

    @cached_property
    def code(self) -> CodeType | None:
        """The code of the routine with a hole in the place of the expression."""
        try:
            return with_hole(self.step, self.site)
        except NotCompiled:
            return None

    @cached_property
    def _own(self) -> Fingerprint | None:
        """What the expression computes now; None where it cannot be computed alone."""
        if not _is_pure(self.editor):
            return None
        try:
            own = _fingerprint(compiled(self.editor.of(self.site)), self.scope)
        except (SyntaxError, ValueError, RecursionError):
            return None
        if own is not None:
            self._seen.add(own[0])
        return own

    @cached_property
    def edits(self) -> list[Edit]:
        """All edits, the likeliest first."""
        own = self._own
        found = [edit for edit in self._all(own[1] if own else None) if edit is not None]
        return sorted(found, key=lambda edit: edit.cost)

    def _all(self, shape: Shape | None) -> Iterator[Edit | None]:
        editor, scope = self.editor, self.scope
        yield from operand_edits(editor, scope, self.shapes)
        yield from call_edits(editor, scope)
        yield from grouping_edits(editor, scope)
        # What is only passed on lacks no sign and no factor: the statement that computed it does.
        more = _PASSED_ON if passes_on(editor.value) and not self._renames else 0.0
        for found in (
            operator_edits(editor),
            factor_edits(editor, scope),
            slope_edits(editor, scope),
            term_edits(editor, scope),
            sum_edits(editor, scope),
        ):
            yield from (e if e is None else replace(e, cost=e.cost + more) for e in found)
        if shape is None:
            return
        assigns = isinstance(self.step.node, (ast.Assign, ast.AugAssign))
        if assigns and self.site is self.step.value:
            own_text = editor.atom(self.site, 11)
            for text in expressions(scope, shape, self.known):
                yield editor.put(self.site, text, 1.6, f"it should be `{text}`")
                says = f"the term `{text}` is missing"
                yield editor.put(self.site, f"{own_text} + {text}", 1.3, says)

    def up_to(self, cost: float) -> Iterator[tuple[Edit, Any]]:
        """The next edits that cost no more, with the code of what they compute."""
        if self.code is None:
            return
        while self._later and self._later[0][0].cost <= cost:
            yield self._later.pop(0)
        while self._next < len(self.edits) and self.edits[self._next].cost <= cost:
            edit = self.edits[self._next]
            self._next += 1
            code = self._distinct(edit)
            if code is not None:
                yield edit, code

    @property
    def _renames(self) -> bool:
        """Whether one gradient is taken for that of something else, as in ``dz = dy``."""
        read = self.editor.of(self.site)
        is_gradient = bool(meant_by(read)) or naming.is_upstream(read)
        of = {naming.plain(meant_by(target)) for target in self.step.targets}
        return is_gradient and bool(of - {""}) and naming.plain(meant_by(read)) not in of

    @property
    def can_promise(self) -> bool:
        """Whether the value that is right is likely to be one of the known arrays."""
        named = any(meant_by(target) for target in self.step.targets)
        return named and self.known is not None and self._own is not None and bool(self._own[1])

    def promising(self, cost: float) -> Iterator[tuple[Edit, Any]]:
        """The edits up to a cost with which the statement computes one of the known arrays."""
        if self.code is None:
            return
        for edit in self.edits:
            if edit.cost > cost:
                break
            self._next += 1
            code = self._distinct(edit)
            if code is None:
                continue
            if self._computes_known(code):
                yield edit, code
            else:
                self._later.append((edit, code))

    def named_gradient(self, code: Any) -> str:
        """The name whose gradient the statement computes with this code; "" where it has none."""
        array = self._array_of(code)
        assigns = isinstance(self.step.node, ast.Assign)
        if array is None or self.known is None or not assigns:
            return ""
        if self._own is None or array.shape != self._own[1]:
            return ""
        for target in self.step.targets:
            nodes = self.known.nodes_of(target, array.shape)
            whole = [np.asarray(self.known.gradients[node]) for node in nodes]
            if any(alike(array, right, transposed=False) for right in whole):
                return target
        return ""

    def _computes_known(self, code: Any) -> bool:
        array = self._array_of(code)
        return array is not None and self.known is not None and self.known.has(array)

    def _array_of(self, code: Any) -> np.ndarray | None:
        with np.errstate(all="ignore"):
            value = evaluated(code, self.scope.names, self.scope.spot)
        if not (isinstance(value, np.ndarray) or is_number(value)):
            return None
        array = np.asarray(value)
        return array if array.dtype.kind == "f" else None

    def _distinct(self, edit: Edit) -> Any:
        """The code of an edit; None where it computes what was tried, or nothing."""
        text = edit.value or ""
        if text in self._texts:
            return None
        self._texts.add(text)
        try:
            code = compiled(text)
        except (SyntaxError, ValueError, RecursionError):
            return None
        own = self._own
        if own is None:
            return code
        computed = _fingerprint(code, self.scope)
        if computed is None or computed[0] in self._seen:
            return None
        fits = computed[1] == own[1] or computed[1] in self.shapes or not own[1]
        if not fits and edit.cost > _OF_ANY_SHAPE:
            return None
        self._seen.add(computed[0])
        return code


def passes_on(value: ast.expr) -> bool:
    """Whether an expression only hands on what was computed before: a name, in another shape."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        name = value.func.attr
        moved = record_of(name).moves or name in _COPIES or name == op.ASTYPE
        return moved and passes_on(value.func.value)
    if isinstance(value, ast.Attribute) and value.attr == "T":
        return passes_on(value.value)
    return isinstance(value, (ast.Name, ast.Attribute, ast.Subscript))


def _is_pure(editor: Editor) -> bool:
    """Whether an expression may be evaluated without changing anything."""
    if isinstance(editor.step.node, ast.Expr):
        return False
    for node in editor.nodes:
        called = node.func if isinstance(node, ast.Call) else None
        while isinstance(called, (ast.Attribute, ast.Subscript)):
            called = called.value
        if isinstance(called, ast.Name) and called.id == "self":
            return False
    return True


def _fingerprint(code: Any, scope: Scope) -> Fingerprint | None:
    """(what tells values apart, the shape) of an expression; None where it fails."""
    parts, shape = [], None
    for local in scope.places:
        try:
            with np.errstate(all="ignore"):
                value = evaluated(code, scope.names, local)
        except Exception:  # the file's code may raise anything
            return None
        parts.append(_bytes_of(value))
        shape = np.shape(value) if isinstance(value, np.ndarray) or is_number(value) else None
    return b"|".join(parts), shape


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, (tuple, list)):
        return b"(" + b",".join(_bytes_of(x) for x in value) + b")"
    if isinstance(value, dict):
        return b"{" + b",".join(repr(k).encode() + _bytes_of(x) for k, x in value.items()) + b"}"
    if isinstance(value, np.ndarray) or is_number(value):
        array = np.asarray(value)
        if array.dtype.kind == "f":
            with np.errstate(all="ignore"):
                array = array.astype(np.float32)
        return str(array.shape).encode() + array.tobytes()
    return repr(value).encode()[:500]
