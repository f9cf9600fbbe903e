"""The arrays that are right: the engine's gradients of a forward pass, what adds up to them, and
the forward values themselves. An array of a backward pass that equals one of them is that one,
whatever it is called.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ...engine.graph import is_node, topological_order
from ..blame import contributions
from ..styles import naming
from .trace import Trace

_MOST_NODES = 3000
_FEW = 5  # pieces of a gradient of which all partial sums are known
_MANY = 12
_CLOSE = {2: 1e-2, 4: 1e-4, 8: 1e-7}


@dataclass
class Known:
    """``gradients`` are those of the forward pass; ``named`` are the nodes that it gave names to,
    in the order of its run.
    """

    gradients: Mapping[Any, np.ndarray]
    named: dict[str, list[Any]]
    pieces: dict[Any, list[np.ndarray]] = field(default_factory=dict)  # that add up to a gradient
    order: list[Any] = field(default_factory=list)
    takes_upstream: bool = True  # backward begins from a gradient that it is given
    wrong: list[np.ndarray] = field(default_factory=list)  # what backward gave in their place
    _rows: list[tuple[int, float, bool, np.ndarray]] = field(default_factory=list)
    _by_value: dict[int, list[np.ndarray]] = field(default_factory=dict)

    @staticmethod
    def of(y: Any, dy: np.ndarray, forward: Trace) -> Known:
        """Of a recorded run: its result, the gradient of that, and the trace of the run."""
        gradients = y.gradients(dy)
        order = list(topological_order(y))[-_MOST_NODES:]
        known = Known(gradients, _named(forward), order=order, takes_upstream=dy.ndim > 0)
        for is_whole, array in known._arrays(order):
            if not is_plain(array):
                known._rows.append((array.size, _norm(array), is_whole, array))
        known._rows.sort(key=lambda row: row[:2])
        return known

    def _arrays(self, order: list[Any]) -> Iterator[tuple[bool, np.ndarray]]:
        for node in order:
            yield True, np.asarray(node.current)
            if node not in self.gradients:
                continue
            yield True, np.asarray(self.gradients[node])
            if not node.operands:
                continue
            sums: dict[Any, np.ndarray] = {}
            for edge in contributions(node, self.gradients[node]):
                yield False, edge.piece
                self.pieces.setdefault(edge.operand, []).append(edge.piece)
                sums[edge.operand] = sums.get(edge.operand, 0) + edge.piece
            for part in sums.values():
                yield False, part
        for node, pieces in self.pieces.items():
            for part in _partial_sums(pieces):
                self.pieces[node].append(part)
                yield False, part

    def has(self, array: np.ndarray, whole: bool = False, as_it_is: bool = False) -> bool:
        """Whether an array is one of them, in any layout and shape, or ``as_it_is``; ``whole``:
        more than a part that is still to be added up.
        """
        if is_plain(array) or not np.isfinite(array).all():
            return False
        norm, close = _norm(array), closeness(array)
        first = bisect_left(self._rows, (array.size, norm * (1 - close)), key=lambda row: row[:2])
        for size, other, is_whole, right in self._rows[first:]:
            if size != array.size or other > norm * (1 + close):
                return False
            fits = not as_it_is or right.shape == array.shape
            if fits and (is_whole or not whole) and alike(array, right, not as_it_is):
                return True
        return False

    def is_wrong(self, array: np.ndarray) -> bool:
        """Whether an array is one of the wrong gradients that backward gave."""
        same = [w for w in self.wrong if w.shape == array.shape]
        if is_plain(array) or not np.isfinite(array).all():
            return False
        return any(alike(array, w) for w in same)

    def is_value(self, array: np.ndarray) -> bool:
        """Whether an array is a value of the forward pass."""
        return any(array.shape == v.shape and alike(array, v) for v in self._values(array.size))

    def _values(self, size: int) -> list[np.ndarray]:
        if size not in self._by_value:
            nodes = self.order
            values = [np.asarray(node.current) for node in nodes if np.size(node.current) == size]
            self._by_value[size] = values
        return self._by_value[size]

    def has_multiple(self, array: np.ndarray) -> bool:
        """Whether an array is one of the gradients times a number."""
        if is_plain(array) or array.size < 3 or not np.isfinite(array).all():
            return False
        same_size = self._by_size.get(array.size, ())
        return any(proportional(array, right) > 0 for right in same_size)

    @cached_property
    def _by_size(self) -> dict[int, list[np.ndarray]]:
        found: dict[int, list[np.ndarray]] = {}
        for gradient in self.gradients.values():
            array = np.asarray(gradient)
            if not is_plain(array) and len(found.setdefault(array.size, [])) < 200:
                found[array.size].append(array)
        return found

    def nodes_of(self, gradient: str, shape: tuple[int, ...]) -> list[Any]:
        """The nodes whose gradient a name is, ``dz`` that of z, where one of them has its shape."""
        stem = meant_by(gradient)
        for same in (
            lambda name: name == stem,
            lambda name: naming.plain(name) == naming.plain(stem),
        ):
            found = [
                node
                for name, nodes in self.named.items()
                if stem and same(naming.last_part(name))
                for node in nodes
                if node in self.gradients and sorted(node.shape) == sorted(shape)
            ]
            if found:
                return found
        return []

    def is_gradient_of(self, array: np.ndarray, nodes: list[Any]) -> bool:
        """Whether an array is the gradient of one of these nodes, or a part that adds up to it."""
        for node in nodes:
            parts = [np.asarray(self.gradients[node]), *self.pieces.get(node, [])]
            if any(alike(array, part) for part in parts):
                return True
        return False


def _partial_sums(pieces: list[np.ndarray]) -> list[np.ndarray]:
    """What some of the pieces of a gradient add up to: all choices of a few, else the first ones
    and the last ones.
    """
    count = len(pieces)
    if count < 3:
        return []
    if count <= _FEW:
        chosen = [c for n in range(2, count) for c in itertools.combinations(range(count), n)]
    else:
        chosen = [tuple(range(n)) for n in range(2, min(count, _MANY))]
        chosen += [tuple(range(count - n, count)) for n in range(2, min(count, _MANY))]
    return [np.sum([pieces[i] for i in choice], axis=0) for choice in chosen]


def _named(forward: Trace) -> dict[str, list[Any]]:
    """{name: the nodes that a forward pass gave it}"""
    found: dict[str, list[Any]] = {}
    seen = [values for _, visit in forward.order for values in (visit.before or {}, visit.after)]
    for values in (*forward.held.values(), *seen):
        for name, x in values.items():
            for whole, node in _nodes_in(name, x):
                nodes = found.setdefault(whole, [])
                if not any(node is each for each in nodes[-8:]):
                    nodes.append(node)
    return found


def _nodes_in(name: str, x: Any, depth: int = 2) -> Iterator[tuple[str, Any]]:
    if is_node(x):
        yield name, x
    elif depth and isinstance(x, dict) and len(x) < 100:
        for key, part in x.items():
            inner = str(key) if isinstance(key, str) else name
            yield from _nodes_in(inner, part, depth - 1)
    elif depth and isinstance(x, (list, tuple)) and len(x) < 100:
        for part in x:
            yield from _nodes_in(name, part, depth - 1)
    elif depth and name == "self" and hasattr(x, "__dict__"):
        for key, part in list(vars(x).items()):
            yield from _nodes_in(key, part, depth - 1)


_TABLES = re.compile(r"(?:^|[\W_])(g|grads?|gradients?|dparams|derivatives|deltas?|d)\W", re.I)


def meant_by(target: str) -> str:
    """What a name is the gradient of: ``z`` of ``dz``, ``W`` of ``grads["W"]``; "" for no gradient.

    >>> meant_by("self.dW1"), meant_by("self.grads['b']"), meant_by("padded[0]")
    ('W1', 'b', '')
    """
    own = naming.last_part(target)
    stem = naming.stem_of(own)
    if stem is None and _TABLES.search(target.removesuffix(own)):
        return own
    return stem or ""


def is_plain(array: np.ndarray) -> bool:
    """Whether an array could be anything: it is empty, or all of its elements are the same."""
    array = np.asarray(array)
    if array.dtype.kind != "f" or not array.size:
        return True
    if array.size == 1:
        number = float(array.ravel()[0])
        return number == round(number, 2)
    return bool((array == array.flat[0]).all())


def closeness(array: np.ndarray) -> float:
    """How near to each other two arrays of a type are that are the same but for rounding."""
    return _CLOSE.get(np.asarray(array).dtype.itemsize, 1e-7)


def alike(a: np.ndarray, b: np.ndarray, transposed: bool = True) -> bool:
    """Whether two arrays have the same numbers: as they are, transposed, or in another shape."""
    if a.size != b.size:
        return False
    close = max(closeness(a), closeness(b))
    scale = close * float(np.abs(b).max(initial=0.0))
    layouts = [b, b.T] if a.shape in (b.shape, b.T.shape) else [b.reshape(a.shape)]
    layouts = layouts if transposed else layouts[:1]
    return any(a.shape == x.shape and bool((np.abs(a - x) <= scale).all()) for x in layouts)


def proportional(array: np.ndarray, right: np.ndarray) -> float:
    """The number times which another array is this one; 0 where it is none."""
    if array.shape != right.shape or array.size < 2 or not array.any() or not right.any():
        return 0.0
    at = int(np.argmax(np.abs(right)))
    ratio = array.ravel()[at] / right.ravel()[at]
    if not ratio or not np.isfinite(ratio) or not alike(array / ratio, right):
        return 0.0
    return float(ratio)


def _norm(array: np.ndarray) -> float:
    return float(np.linalg.norm(np.asarray(array, dtype=np.float64).ravel()))
