"""Patterns of operations, and where a graph has them: ``exp(z) / exp(z).sum()``, whoever wrote it.

A pattern is built as the calculation is written, from ``Anything``, numbers and operations. Numbers
that only add axes of length 1 are looked through, and operands of a symmetric operation may stand
either way round.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..engine.graph import Node, is_node
from ..operations import names as op
from ..operations import record_of


@dataclass(frozen=True)
class Match:
    """What a pattern was found to be: its unknowns, the nodes inside of it, and its sign."""

    bound: dict[str, Any] = field(default_factory=dict)
    inside: frozenset[Node] = frozenset()
    sign: int = 1
    reduced: bool = False  # a mean or a sum was taken on the way

    def within(self, node: Node) -> Match:
        """The same with one more node inside."""
        return replace(self, inside=self.inside | {node})

    def binding(self, name: str, value: Any) -> Match | None:
        """The same with an unknown known; None where it is known as something else."""
        if name in self.bound:
            return self if _are_same(self.bound[name], value) else None
        return replace(self, bound={**self.bound, name: value})


def _are_same(a: Any, b: Any) -> bool:
    return a is b or (not is_node(a) and not is_node(b) and bool(np.array_equal(a, b)))


class Pattern:
    """A part of a calculation."""

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        """Every way in which a node or a constant is this pattern."""
        raise NotImplementedError

    def __add__(self, other: Pattern | float) -> Pattern:
        return Applied(op.ADD, (self, _pattern(other)))

    def __radd__(self, other: float) -> Pattern:
        return Applied(op.ADD, (_pattern(other), self))

    def __sub__(self, other: Pattern | float) -> Pattern:
        return Applied(op.SUBTRACT, (self, _pattern(other)))

    def __rsub__(self, other: float) -> Pattern:
        return Applied(op.SUBTRACT, (_pattern(other), self))

    def __mul__(self, other: Pattern | float) -> Pattern:
        return Product((self, _pattern(other)))

    def __rmul__(self, other: float) -> Pattern:
        return Product((_pattern(other), self))

    def __truediv__(self, other: Pattern | float) -> Pattern:
        return Applied(op.DIVIDE, (self, _pattern(other)))

    def __rtruediv__(self, other: float) -> Pattern:
        return Applied(op.DIVIDE, (_pattern(other), self))

    def __matmul__(self, other: Pattern) -> Pattern:
        return Applied(op.MATMUL, (self, other))

    def __neg__(self) -> Pattern:
        return Applied(op.NEGATIVE, (self,))

    def __or__(self, other: Pattern) -> Pattern:
        return Either((self, other))


def _pattern(x: Pattern | float) -> Pattern:
    return x if isinstance(x, Pattern) else Number(x)


@dataclass(frozen=True)
class Anything(Pattern):
    """Whatever stands there; the same wherever the name stands."""

    name: str

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        bound = found.binding(self.name, x)
        if bound is not None:
            yield bound


@dataclass(frozen=True)
class Number(Pattern):
    """A constant number: this one, or any."""

    value: float | None = None

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        if is_node(x) or np.size(x) != 1:
            return
        if self.value is None or np.isclose(float(np.asarray(x).item()), self.value, rtol=1e-3):
            yield found


@dataclass(frozen=True)
class Either(Pattern):
    """One of several patterns."""

    options: tuple[Pattern, ...]

    def __or__(self, other: Pattern) -> Pattern:
        return Either((*self.options, other))

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        for option in self.options:
            yield from option.matches(x, found)


@dataclass(frozen=True)
class Applied(Pattern):
    """An operation of patterns. Its reductions go along one ``axis``, or along any."""

    operation: str
    operands: tuple[Pattern, ...]
    axis: str = ""

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        node, found = seen_through(x, found)
        if not is_node(node) or node.operation != self.operation:
            return
        if self.axis:
            bound = found.binding(self.axis, axes(node))
            if bound is None:
                return
            found = bound
        inner = found.within(node)
        operands = node.operands[: len(self.operands)]
        if len(operands) < len(self.operands):
            return
        yield from _all_match(self.operands, operands, inner)
        if record_of(self.operation).symmetric and len(operands) == 2:
            yield from _all_match(self.operands, operands[::-1], inner)


@dataclass(frozen=True)
class Moved(Pattern):
    """A pattern with its axes in another order."""

    inner: Pattern

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        if is_node(x) and record_of(x.operation).moves and x.operation != op.GETITEM:
            yield from self.inner.matches(x.operands[0], found.within(x))


@dataclass(frozen=True)
class Product(Pattern):
    """Factors in any order, however the product is put together."""

    factors: tuple[Pattern, ...]

    def __mul__(self, other: Pattern | float) -> Pattern:
        return Product((*self.factors, _pattern(other)))

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        node, found = seen_through(x, found)
        if not is_node(node) or node.operation != op.MULTIPLY:
            return
        for parts, inner in _factors(node, len(self.factors), found):
            for order in itertools.permutations(parts):
                yield from _all_match(self.factors, order, inner)


def _factors(node: Node, count: int, found: Match) -> Iterator[tuple[list[Any], Match]]:
    """The ways to read a product as so many factors."""
    waiting = [([*node.operands], found.within(node))]
    while waiting:
        parts, inner = waiting.pop()
        if len(parts) == count:
            yield parts, inner
            continue
        for i, part in enumerate(parts):
            if is_node(part) and part.operation == op.MULTIPLY:
                split = [*parts[:i], *part.operands, *parts[i + 1 :]]
                waiting.append((split, inner.within(part)))
                break


@dataclass(frozen=True)
class Scaled(Pattern):
    """A pattern that was negated, multiplied by a number, averaged or summed, in any order."""

    core: Pattern
    reduces: bool = True

    def matches(self, x: Any, found: Match) -> Iterator[Match]:
        yield from self.core.matches(x, found)
        node, found = seen_through(x, found)
        if not is_node(node):
            return
        inner = found.within(node)
        if node.operation == op.NEGATIVE:
            yield from self.matches(node.operands[0], replace(inner, sign=-inner.sign))
        elif self.reduces and node.operation in (op.MEAN, op.SUM):
            yield from self.matches(node.operands[0], replace(inner, reduced=True))
        elif node.operation in (op.MULTIPLY, op.DIVIDE):
            for part, factor in (node.operands, node.operands[::-1]):
                of_number = node.operation == op.MULTIPLY or part is node.operands[0]
                if of_number and not is_node(factor) and np.size(factor) == 1:
                    sign = -1 if float(np.asarray(factor).item()) < 0 else 1
                    yield from self.matches(part, replace(inner, sign=sign * inner.sign))


def _all_match(patterns: Any, operands: Any, found: Match) -> Iterator[Match]:
    if not patterns:
        yield found
        return
    for first in patterns[0].matches(operands[0], found):
        yield from _all_match(patterns[1:], operands[1:], first)


def seen_through(x: Any, found: Match) -> tuple[Any, Match]:
    """What stands behind operations that only add axes of length 1, which are then inside."""
    while is_node(x) and x.operation in (op.GETITEM, op.RESHAPE) and x.operands:
        operand = x.operands[0]
        if not is_node(operand) or operand.size != x.size or not _adds_axes(x):
            break
        x, found = operand, found.within(x)
    return x, found


def _adds_axes(node: Node) -> bool:
    own = [n for n in node.shape if n != 1]
    if own != [n for n in node.operands[0].shape if n != 1]:
        return False
    index = node.static.get("index")
    parts = index if isinstance(index, tuple) else (index,)
    return all(part in (None, Ellipsis) or part == slice(None) for part in parts)


def axes(node: Node) -> tuple[int, ...]:
    """The axes of a reduction, counted from the last."""
    ndim = len(node.operands[0].shape)
    axis = node.static.get("axis")
    if axis is None:
        return tuple(range(-ndim, 0))
    given = axis if isinstance(axis, tuple) else (axis,)
    return tuple(sorted(a - ndim if a >= 0 else a for a in given))
