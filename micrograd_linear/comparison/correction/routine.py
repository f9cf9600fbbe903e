"""The user's functions as text: their statements, and the parts of these that may be mended."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from .side_effects import Effect, names_written_into, side_effect

_PLAIN = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.Return,
    ast.Expr,
    ast.For,
    ast.If,
    ast.While,
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Change:
    """Other text between two places of a file."""

    file: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class FileText:
    """The text of a file, or of a notebook's cell, with its syntax tree."""

    file: str
    text: str
    tree: ast.Module = field(compare=False, repr=False)
    starts: tuple[int, ...] = field(compare=False, repr=False)
    lines: tuple[str, ...] = field(compare=False, repr=False)

    @staticmethod
    @lru_cache(maxsize=64)
    def _read(file: str, text: str) -> FileText | None:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        lines = tuple(text.splitlines(keepends=True))
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        return FileText(file, text, tree, tuple(starts), lines)

    @staticmethod
    def of(file: str) -> FileText | None:
        """The text of a file that was run; None where there is none that Python can read."""
        lines = linecache.getlines(file)
        return FileText._read(file, "".join(lines)) if lines else None

    def offset(self, line: int, column: int) -> int:
        """The place of a line and of a column, in bytes as Python's ``ast`` counts, in the text."""
        before = self.lines[line - 1].encode()[:column].decode(errors="replace")
        return self.starts[line - 1] + len(before)

    def span(self, node: Any) -> tuple[int, int]:
        """Where a part of the tree begins and ends in the text."""
        end = self.offset(node.end_lineno, node.end_col_offset)
        return self.offset(node.lineno, node.col_offset), end

    def segment(self, node: Any) -> str:
        """The text of a part of the tree."""
        start, end = self.span(node)
        return self.text[start:end]

    def after(self, changes: Iterable[Change]) -> str:
        """The text of the file with changes made in it; those of other files are passed over."""
        changed = self.text
        for change in sorted(changes, key=lambda c: -c.start):
            if change.file == self.file:
                changed = changed[: change.start] + change.text + changed[change.end :]
        return changed


@dataclass(frozen=True, eq=False)
class Step:
    """A statement of a routine.

    ``value`` is the expression that it computes, ``targets`` what it writes, as text: ``dx``,
    ``self.dW``, ``grads`` of ``grads["W"]``; ``number`` counts the steps of the routine.
    """

    routine: Routine
    node: ast.stmt | ast.expr
    value: ast.expr | None
    targets: tuple[str, ...]
    number: int

    @property
    def line(self) -> int:
        """The number of its first line in the file."""
        return self.node.lineno

    @cached_property
    def effect(self) -> Effect:
        """What it may change of the arrays and tables that exist before it runs."""
        return side_effect(self.node, self.routine.numpy)

    @cached_property
    def binds_more(self) -> bool:
        """Whether it may give values to other names than its targets."""
        parts = [] if self.value is None else ast.walk(self.value)
        return not isinstance(self.node, _PLAIN) or any(isinstance(p, ast.NamedExpr) for p in parts)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The names whose arrays it writes into: ``dx`` of ``dx[mask] = 0``."""
        return names_written_into(self.node)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Those of its targets that are plain names."""
        return tuple(target for target in self.targets if target.isidentifier())

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Its other targets: ``self.dW``."""
        return tuple(target for target in self.targets if not target.isidentifier())

    @property
    def sites(self) -> list[ast.expr]:
        """The expressions of it that may be at fault: its value, and the places that it writes."""
        found = [] if self.value is None else [self.value]
        if isinstance(self.node, ast.Assign):
            written: list[Any] = list(self.node.targets)
        else:
            written = [self.node.target] if isinstance(self.node, ast.AugAssign) else []
        return found + [place.slice for place in written if _is_place(place)]

    @property
    def text(self) -> str:
        """Its source text, in one line."""
        whole = self.routine.text.segment(self.node)
        head = whole if not _is_compound(self.node) else whole.split("\n")[0]
        return " ".join(head.split())

    @property
    def last_line(self) -> int:
        """The number of the last line of its own text, without the body of a loop."""
        if _is_compound(self.node) and self.value is not None:
            return self.value.end_lineno or self.line
        return self.node.end_lineno or self.line


@dataclass(frozen=True, eq=False)
class Routine:
    """A function of the user's, all functions that share its code, and its text."""

    functions: tuple[FunctionType, ...]
    code: CodeType
    node: Any  # its FunctionDef, or its Lambda
    text: FileText
    owner: str  # the class around it, or ""
    steps: list[Step] = field(default_factory=list)
    _writes: dict[frozenset[str], bool] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name, with that of its class."""
        own = self.code.co_name
        return f"{self.owner}.{own}" if self.owner else own

    @cached_property
    def by_line(self) -> dict[int, Step]:
        """The innermost statement on each line."""
        found: dict[int, Step] = {}
        for step in self.steps:
            for line in range(step.line, step.last_line + 1):
                found.setdefault(line, step)
        return found

    def writes_in_place(self, watched: frozenset[str]) -> bool:
        """Whether a statement of it may change an array that exists, but for those of the functions
        that are watched, too.
        """
        if watched not in self._writes:
            effects = (side_effect(step.node, self.numpy, watched) for step in self.steps)
            self._writes[watched] = any(effect >= Effect.ARRAY for effect in effects)
        return self._writes[watched]

    @cached_property
    def names_read(self) -> frozenset[str]:
        """The names that its text holds."""
        return frozenset(n.id for n in ast.walk(self.node) if isinstance(n, ast.Name))

    @property
    def numpy(self) -> str:
        """The name by which its file knows NumPy."""
        names = self.functions[0].__globals__
        return next((n for n, x in names.items() if x is np and n != "numpy"), "numpy")


def routine_of(functions: Iterable[FunctionType]) -> Routine | None:
    """The routine of functions that share their code; None where there is no text."""
    functions = tuple(functions)
    code = functions[0].__code__
    text = FileText.of(code.co_filename)
    if text is None:
        return None
    found = _defined(text.tree, code)
    if found is None:
        return None
    node, owner = found
    routine = Routine(functions, code, node, text, owner)
    routine.steps.extend(_steps(routine))
    return routine


def _defined(tree, code):
    """The definition of a code in a tree, and the class around it."""
    stack = [(tree, "")]
    while stack:
        node, owner = stack.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _FUNCTIONS) and _is_of(child, code):
                return child, owner
            stack.append((child, child.name if isinstance(child, ast.ClassDef) else owner))
    return None


def _is_of(node, code):
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def _is_place(target: Any) -> bool:
    """Whether an assignment writes to a place that is computed: ``dx[x <= 0]``."""
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Constant):
        return False
    parts = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
    return not any(isinstance(part, ast.Slice) for part in parts)


def _is_compound(node: ast.AST) -> bool:
    return isinstance(node, (ast.For, ast.While, ast.If, ast.With, ast.Try))


def _steps(routine: Routine) -> Iterator[Step]:
    node = routine.node
    if isinstance(node, ast.Lambda):
        yield Step(routine, node.body, node.body, (), 0)
        return
    for number, statement in enumerate(_statements(node.body)):
        value, targets = _parts(statement)
        yield Step(routine, statement, value, tuple(targets), number)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a function, in their order, with those of its loops and inner functions."""
    for statement in body:
        if not isinstance(statement, (ast.ClassDef, ast.Import, ast.ImportFrom)):
            yield statement
        for part in ("body", "orelse", "handlers", "finalbody"):
            inner = getattr(statement, part, [])
            for each in inner:
                if isinstance(each, ast.ExceptHandler):
                    yield from _statements(each.body)
            yield from _statements([s for s in inner if isinstance(s, ast.stmt)])


def _parts(statement: ast.stmt) -> tuple[ast.expr | None, list[str]]:
    if isinstance(statement, ast.Assign):
        names = [name for target in statement.targets for name in _written(target)]
        return statement.value, names
    if isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        return statement.value, _written(statement.target)
    if isinstance(statement, (ast.Return, ast.Expr)):
        return statement.value, []
    if isinstance(statement, ast.For):
        return statement.iter, _written(statement.target)
    if isinstance(statement, (ast.If, ast.While)):
        return statement.test, []
    return None, []


def _written(target: ast.AST) -> list[str]:
    """What an assignment changes, as text that can be evaluated."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for part in target.elts for name in _written(part)]
    if isinstance(target, ast.Starred):
        return _written(target.value)
    if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        return _written(target.value)
    return [ast.unparse(target)]
