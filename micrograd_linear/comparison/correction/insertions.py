"""Lines that are missing: a contribution that was not added, a gradient that was not carried on."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..styles import naming
from .editor import Edit
from .known import Known, meant_by
from .routine import Change, Routine, Step
from .scope import Reading, Scope, reading_texts
from .swap import HOLE, code_of_definition, replaced
from .synthesis import expressions
from .trace import Trace, Visit

_MOST_TARGETS = 16
_HOPELESS = 2.0
_MOST_FACTORS = 16


@dataclass
class Gap:
    """A place where a line may be missing: after a step, or before it."""

    step: Step
    before: bool
    scope: Scope
    whole: bool = False  # any line may be missing here, not a scaling alone
    assigned: frozenset[str] = frozenset()  # what the block sets by itself
    own: tuple[str, ...] = ()  # what is added up here: another line that adds to it may be missing

    @property
    def code(self) -> Any:
        """The code of the routine that asks ``HOLE`` to do something in this place."""
        asked = ast.parse(f"if {HOLE}: {HOLE}(locals())").body[0]
        node = self.step.node
        both = [asked, node] if self.before else [node, asked]
        return code_of_definition(self.step.routine, replaced(self.step.routine.node, node, both))

    @property
    def _line_above(self) -> int:
        """The last line above that is neither empty nor a comment."""
        lines = self.step.routine.text.lines
        above = self.step.line - 1
        while above > 1 and lines[above - 1].strip()[:1] in ("", "#"):
            above -= 1
        return above

    def edit(self, line: str, cost: float, says: str) -> Edit:
        """The edit that writes a line here."""
        text, node = self.step.routine.text, self.step.node
        above = self._line_above
        at = text.starts[above if self.before else (node.end_lineno or 0)]
        indent = text.lines[self.step.line - 1][: node.col_offset]
        ended = at == 0 or text.text[at - 1] == "\n"
        new = f"{indent}{line}\n" if ended else f"\n{indent}{line}\n"
        after = above if self.before else (node.end_lineno or self.step.line)
        change = Change(text.file, at, at, new)
        return Edit(self.step, (change,), line, cost, says, text.span(node), after)


def gaps(trace: Trace) -> Iterator[Gap]:
    """The end of each block that was run, the places before a return, and those after what is
    written in place and after loops.
    """
    for routine in dict.fromkeys(step.routine for step in trace.visits):
        if isinstance(routine.node, ast.Lambda):
            continue
        steps = {id(step.node): step for step in trace.visits if step.routine is routine}
        for block in _blocks(routine.node):
            ran = [steps[id(node)] for node in block if id(node) in steps]
            if not ran:
                continue
            last = ran[-1]
            before = isinstance(last.node, ast.Return)
            scope = _scope(last, trace.visits[last], before)
            assigned = frozenset(t for step in ran for t in step.targets if not _adds(step))
            yield Gap(last, before, scope, whole=True, assigned=assigned)
            for step, following in itertools.pairwise(ran):
                if isinstance(step.node, ast.For):
                    yield Gap(following, True, _scope(following, trace.visits[following], True))
                elif isinstance(step.node, ast.AugAssign) or _is_item(step.node):
                    own = step.targets if isinstance(step.node, ast.AugAssign) else ()
                    yield Gap(step, False, _scope(step, trace.visits[step], False), own=own)


def _adds(step: Step) -> bool:
    return isinstance(step.node, ast.AugAssign) or _is_item(step.node)


def _is_item(node: Any) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)


def _blocks(node: Any) -> Iterator[list]:
    for part in ast.walk(node):
        for name in ("body", "orelse"):
            block = getattr(part, name, None)
            if isinstance(block, list) and block:
                yield block


def _scope(step: Step, visits: list[Visit], before: bool) -> Scope:
    """What can be read after a step, or before it."""
    seen = []
    for visit in (visits[0], visits[-1]):
        local = dict(visit.before or {})
        if not before:
            local |= {name: x for name, x in visit.after.items() if name.isidentifier()}
        seen.append(Visit(visit.turn, local, held=visit.held))
    return Scope(step, seen, reading_texts(step.routine))


def insertions(
    gap: Gap,
    known: Known | None,
    penalty_of: Callable[[str], float],
    wanted: Container[str] = (),
) -> Iterator[Edit]:
    """The lines that may be missing in a place; ``penalty_of`` tells how unlikely it is that the
    array of a name is wrong; ``wanted`` are plain names of what gradients are wrong.
    """
    here = _written(gap.step.routine)
    written = here | _unwritten(gap.scope, known, wanted)
    targets = [r for r in gap.scope.arrays if r.text in written][:_MOST_TARGETS]
    targets = [r for r in targets if penalty_of(r.text) < _HOPELESS]
    for target in targets:
        yield from _scalings(gap, target)
        yield from _at_places(gap, target)
    targets = [r for r in targets if gap.whole or r.text in gap.own]
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for target in targets:
        if target.shape not in by_shape:
            found = expressions(gap.scope, target.shape, known)
            same = [r.text for r in gap.scope.arrays if r.shape == target.shape]
            plain = [name for name in same if meant_by(name)]
            by_shape[target.shape] = list(dict.fromkeys([*plain, *found]))
        for text in by_shape[target.shape]:
            if text == target.text or np.size(target.value) == 0:
                continue
            beside = 0.1 if target.text in gap.own else 0.0  # other lines add to it as well
            says = f"`{text}` is not added to `{target.text}`"
            yield gap.edit(f"{target.text} += {text}", 1.2 - beside, says)
            if target.text not in gap.assigned:
                cost = 1.4 if target.text in here else 1.15
                yield gap.edit(f"{target.text} = {text}", cost, f"`{target.text}` is not set")
            says = f"`{text}` is not subtracted from `{target.text}`"
            yield gap.edit(f"{target.text} -= {text}", 1.5, says)
    yield from _mirrored(gap)


def _scalings(gap: Gap, target: Reading) -> Iterator[Edit]:
    for size in gap.scope.sizes:
        cost = 1.25 if size.isidentifier() else 1.4
        for divisor, more in ((size, 0.0), (f"{gap.scope.numpy}.sqrt({size})", 0.2)):
            says = f"the factor `1 / {divisor}` is missing"
            yield gap.edit(f"{target.text} /= {divisor}", cost + more, says)
    for number in gap.scope.numbers:
        if not isinstance(number.value, (int, np.integer)):
            says = f"the factor `{number.text}` is missing"
            yield gap.edit(f"{target.text} *= {number.text}", 1.3, says)
    beside = 0.05 if target.text in gap.step.targets and not gap.before else 0.0
    for factor in _factors(gap.scope, target):
        says = f"the factor `{factor}` is missing"
        yield gap.edit(f"{target.text} *= {factor}", 1.45 - beside, says)


def _factors(scope: Scope, target: Reading) -> Iterator[str]:
    """The arrays that another may be multiplied with, element by element or row by row."""
    for reading in [*scope.masks, *scope.arrays][:_MOST_FACTORS]:
        if meant_by(reading.text) or reading.text == target.text:
            continue
        if reading.shape == target.shape:
            yield reading.text
        elif reading.shape == target.shape[:-1]:
            rows = ":" if len(reading.shape) == 1 else "..."
            yield f"{reading.text}[{rows}, None]"


def _at_places(gap: Gap, target: Reading) -> Iterator[Edit]:
    """What is written in places that the routine uses somewhere, ``[np.arange(N), y]``."""
    for place in places(gap.step.routine):
        for sign, value in (("-=", "1"), ("+=", "1"), ("=", "0")):
            line = f"{target.text}[{place}] {sign} {value}"
            yield gap.edit(line, 1.4, f"`{line}` is missing")
        for reading in gap.scope.arrays:
            if len(reading.shape) < len(target.shape) and reading.shape[:1] == target.shape[:1]:
                for sign in ("", "-"):
                    line = f"{target.text}[{place}] = {sign}{reading.text}"
                    yield gap.edit(line, 1.6, f"`{line}` is missing")


def places(routine: Routine) -> list[str]:
    """The places of arrays that a routine reads or writes with arrays: indices and masks."""
    found: dict[str, None] = {}
    for node in ast.walk(routine.node):
        if not isinstance(node, ast.Subscript):
            continue
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if any(isinstance(part, (ast.Call, ast.Compare, ast.Subscript)) for part in parts):
            found[routine.text.segment(node.slice)] = None
    return list(found)[:8]


def _unwritten(scope: Scope, known: Known | None, wanted: Container[str]) -> set[str]:
    """The attributes and items that should hold a gradient and do not, whoever wrote them."""
    held = [r for r in scope.arrays if not r.text.isidentifier() and meant_by(r.text)]
    found = {r.text for r in held if naming.plain(meant_by(r.text)) in wanted}
    if known is None:
        return found
    for reading in held:
        nodes = known.nodes_of(reading.text, reading.shape)
        if nodes and not known.is_gradient_of(np.asarray(reading.value), nodes):
            found.add(reading.text)
    return found


def _written(routine: Routine) -> set[str]:
    return {target for step in routine.steps for target in step.targets}


def _mirrored(gap: Gap) -> Iterator[Edit]:
    """The counterpart of an accumulation, with the other sign, in another place of the array."""
    node = gap.step.node
    if not (isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript)):
        return
    sign = {ast.Add: "-=", ast.Sub: "+="}.get(type(node.op))
    text = gap.step.routine.text
    if sign is None:
        return
    target, value = text.segment(node.target), text.segment(node.value)
    parts = node.target.slice
    indices = [n for n in ast.walk(parts) if isinstance(n, (ast.Name, ast.Subscript))]
    numbers = [r.text for r in gap.scope.numbers if isinstance(r.value, (int, np.integer))]
    for index in indices:
        own = text.segment(index)
        start = text.span(index)[0] - text.span(node.target)[0]
        for other in [n for n in numbers if n != own]:
            place = target[:start] + other + target[start + len(own) :]
            for with_sign in (sign, "+=" if sign == "-=" else "-="):
                line = f"{place} {with_sign} {value}"
                yield gap.edit(line, 1.6, f"`{line}` is missing")


def in_place(line: str) -> str:
    """A line that has the effect of an insertion on the arrays themselves, without a new name."""
    target, _, value = line.partition(" = ")
    return f"{target}[...] = {value}" if value and target.isidentifier() else line
