"""One contribution computed by another formula, summed or moved about, or left out in part.

Contributions of one operation on the same shapes are looked at together.
"""

from __future__ import annotations

import numpy as np

from ..engine.backward import broadcast_axes
from ..operations import names as op
from .blame import fitted
from .equal import is_derivative
from .mistakes import is_of_numbers, mistakes
from .sites import CONFIRMED, Sites, grouped
from .steps import numbers, pulled
from .subset import triangles


def explain_by_formula(sites: Sites) -> None:
    """Try every mistake that is known of an operation at every contribution of it."""
    for edges in _families(sites.edges):
        family = Family(edges, sites.backward, sites.along)
        own = family.sketches(family.pieces)
        for kind, words, f in [*family.mistakes(), *_not_summed(edges)]:
            other = family.contribution(f)
            if other is not None:
                _other_formula(sites, family, own, (kind, words), other)
        _parts_missing(sites, family)
        if len(sites.edges) > 1:
            _arrays_moved(sites, family, own)


def _other_formula(sites, family, own, mistake, other):
    kind, words = mistake
    change = other - family.pieces
    for k in np.flatnonzero(sites.fits(family.sketches(change), own))[:CONFIRMED]:
        edge = family.edges[k]
        if sites.may_be_rounding(edge, change[k]) and is_derivative(
            edge.node, edge.position, words
        ):
            continue
        said = sites.with_input(edge, words)
        sites.propose(kind, f"at {sites.step(edge.node)}: {said}", edge, change[k], 3)


def _arrays_moved(sites, family, own):
    count, shape = len(family.edges), family.operand.shape
    for kind, words, other in _moved_about(family.pieces.reshape(count, *shape)):
        change = other.reshape(count, -1) - family.pieces
        for k in np.flatnonzero(sites.fits(family.sketches(change), own))[:CONFIRMED]:
            edge = family.edges[k]
            sentence = f"the contribution through {sites.step(edge.node)} is {words}"
            sites.propose(kind, sentence, edge, change[k], 4)


def _not_summed(edges):
    """Of an operand that was broadcast, the gradient of one of its copies instead of the sum over
    all.
    """
    node, operand = edges[0].node, edges[0].operand
    y = numbers(node)[1]
    if not is_of_numbers(node.operation) or operand.shape == y.shape:
        return
    axes = broadcast_axes(y.shape, operand.shape)
    for place, which in ((-1, "last"), (0, "first")):
        # The pullback gives a copy's own contribution if all other copies' gradients are 0.
        mask = np.zeros(y.shape)
        mask[tuple(place if i in axes else slice(None) for i in range(y.ndim))] = 1

        def of_one_copy(g, mask=mask):
            if len(edges) == 1:
                return pulled(edges[0], g * mask)
            return np.stack([pulled(edge, a * mask) for edge, a in zip(edges, g)])

        words = (
            f"of the copies that broadcasting made, only the {which} one's gradient is there: "
            "= where += belongs"
        )
        yield "overwritten-repeats", words, of_one_copy


def _families(edges):
    """The edges, those together that are the same operation on the same shapes."""

    def likeness(edge):
        arrays, _, static = numbers(edge.node)
        operation = edge.node.operation
        matrices = operation == op.MATMUL and all(a.ndim == 2 for a in arrays)
        if not is_of_numbers(operation) and not matrices:
            return edge.position, edge.node
        return edge.position, (operation, *(a.shape for a in arrays), *static.items())

    return list(grouped(edges, likeness).values())


def _parts_missing(sites, family):
    """The first or the last rows of a contribution left out, along each axis: sketches of parts add
    up.
    """
    shape, count = family.operand.shape, len(family.edges)
    parts = (family.along * family.pieces[:, None, :]).reshape(count, 3, *shape)
    for axis, n in enumerate(shape):
        if not 1 < n <= 4096:
            continue
        rows = np.moveaxis(parts, axis + 2, 2).reshape(count, 3, n, -1).sum(axis=3).mT  # (K, n, 3)
        own = np.absolute(rows).sum(axis=1)[:, None]
        for which, missing in (
            ("last", np.cumsum(rows[:, ::-1], axis=1)),
            ("first", np.cumsum(rows, axis=1)),
            ("", rows),
        ):
            tried = -missing[:, : n - 1 if which else n]
            for k, i in np.argwhere(sites.fits(tried, own))[:CONFIRMED]:
                _without_part(sites, family.edges[k], axis, which, i)


def _without_part(sites, edge, axis, which, i):
    """One contribution without its last or first i + 1 elements along an axis, or without element
    i.
    """
    shape = edge.operand.shape
    n = shape[axis]
    at = [slice(None)] * len(shape)
    at[axis] = {
        "last": slice(n - 1 - i, n),
        "first": slice(0, i + 1),
        "": slice(i, i + 1),
    }[which]
    change = np.zeros(shape)
    change[tuple(at)] = -np.asarray(edge.piece)[tuple(at)]
    part = f"the {which} {i + 1}" if which else f"element {i}"
    through = f"the contribution through {sites.step(edge.node)}"
    words = f"{part} of {n} along axis {axis} of {through} are missing"
    sites.propose("subset", words, edge, change, 4, elements=int(np.count_nonzero(change)))


class Family:
    """Edges of one operation on the same shapes, their arrays stacked along a new first axis; or a
    single edge as it is.
    """

    def __init__(self, edges, backward, along):
        self.edges, self.operand = edges, edges[0].operand
        self.along = np.stack([along[edge.operand] for edge in edges])
        self.pieces = np.stack([np.ravel(edge.piece) for edge in edges]).astype(np.float64)
        rows = [numbers(edge.node) for edge in edges]
        self.arrays, self.y, self.static = rows[0]
        self.g = np.asarray(backward.used[edges[0].node])
        self.ndim = self.y.ndim
        if len(edges) > 1:
            self.arrays = [
                np.stack([self._aligned(row[0][i]) for row in rows])
                for i in range(len(self.arrays))
            ]
            self.y = np.stack([row[1] for row in rows])
            self.g = np.stack([backward.used[edge.node] for edge in edges])

    def _aligned(self, array):
        return array.reshape((1,) * (self.ndim - array.ndim) + array.shape)

    def mistakes(self):
        edge = self.edges[0]
        return mistakes(
            edge.node.operation, edge.position, self.arrays, self.y, self.static, edge.node.shape
        )

    def sketches(self, changes):
        """(K, 3): what changes (K, n) of contributions do to the target, along the directions."""
        return np.einsum("kn,kdn->kd", changes, self.along)

    def contribution(self, f):
        """(K, n): f of the gradients that come in, in the shape of the operands; None where it
        cannot be computed.
        """
        try:
            other = np.asarray(f(self.g), dtype=np.float64)
            if len(self.edges) == 1:
                other = np.asarray(fitted(other, self.operand), dtype=np.float64)
                return other.reshape(1, -1) if other.shape == self.operand.shape else None
            own = (len(self.edges), *self._aligned(np.broadcast_to(0.0, self.operand.shape)).shape)
            if other.shape == (len(self.edges), *self.operand.shape):
                return other.reshape(len(self.edges), -1)
            axes = tuple(i for i, n in enumerate(other.shape) if own[i] == 1 != n)
            return np.broadcast_to(other.sum(axis=axes, keepdims=True), own).reshape(
                len(self.edges), -1
            )
        except (ValueError, TypeError, IndexError, np.linalg.LinAlgError):
            return None


def _moved_about(pieces):
    """(kind, words, arrays): (K, ...) summed, averaged, reversed or shifted along an axis."""
    for axis in range(1, pieces.ndim):
        n = pieces.shape[axis]
        if n > 1:
            total = np.broadcast_to(pieces.sum(axis=axis, keepdims=True), pieces.shape)
            yield "extra-sum", f"summed over axis {axis - 1} and repeated", total
            yield "extra-sum", f"averaged over axis {axis - 1} and repeated", total / n
            yield "permuted", f"reversed along axis {axis - 1}", np.flip(pieces, axis)
            for shift in {1, n - 1}:
                yield (
                    "permuted",
                    f"shifted by {shift if shift <= n / 2 else shift - n} along axis {axis - 1}",
                    np.roll(pieces, shift, axis),
                )
    if pieces.ndim == 3 and pieces.shape[1] == pieces.shape[2]:
        yield "transpose", "transposed", pieces.mT
    if pieces.ndim >= 3 and pieces.shape[-1] == pieces.shape[-2] > 1:
        for words, mask in triangles(pieces.shape[-1]):
            yield "subset", f"without {words}", np.where(mask, 0, pieces)
