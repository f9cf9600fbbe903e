"""Calculations that have a name: softmax, cross-entropy, layer norm. Each is a pattern of
operations, and is found whoever wrote it and however it is put together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.graph import Node, is_node
from ..operations import names as op
from .matching import Anything, Applied, Match, Moved, Number, Pattern, Product, Scaled


@dataclass(frozen=True)
class Named:
    """A calculation that has a name. ``title`` and ``formula`` are for people; ``sign`` is that of
    the whole where it matters.
    """

    title: str | Callable[[Match], str]
    formula: str
    pattern: Pattern
    sign: int = 0
    is_reduced: bool = False


@dataclass(frozen=True, eq=False)
class Composite:
    """A part of a graph that is one named calculation: its result, the nodes of it, the result
    among them, and what it is computed from, as [(operand, its uses inside)].
    """

    title: str
    formula: str
    result: Node
    inside: frozenset[Node]
    inputs: list[tuple[Any, list[tuple[Node, int]]]]
    unknowns: dict[str, Any]

    def meaning(self, names: Mapping[Any, str]) -> str:
        """The formula, of what it is computed from by its name: softmax(y), not softmax(z)."""

        def named(letter: re.Match[str]) -> str:
            unknown = self.unknowns.get(letter[0])
            return names.get(unknown) or letter[0] if is_node(unknown) else letter[0]

        return re.sub(r"\b[a-z]\b", named, self.formula)


def _function(name: str, x: Pattern) -> Pattern:
    return Applied(name, (x,))


def _along(name: str, x: Pattern) -> Pattern:
    return Applied(name, (x,), axis="axis")


x, y, z, p = Anything("x"), Anything("y"), Anything("z"), Anything("p")
gain, shift, mask = Anything("gain"), Anything("shift"), Anything("mask")
number = Number()


def _square(a: Pattern) -> Pattern:
    return _function(op.SQUARE, a) | Applied(op.POWER, (a, Number(2))) | Product((a, a))


def _root(a: Pattern) -> Pattern:
    return _function(op.SQRT, a) | Applied(op.POWER, (a, Number(0.5)))


def _safe(a: Pattern) -> Pattern:
    """A probability, as it is or kept away from 0."""
    bounded = Applied(op.CLIP, (a,)) | Applied(op.MAXIMUM, (a, number))
    return a | a + number | bounded


def _picked(a: Pattern) -> Pattern:
    """The elements of the labels: by an index, or by a product with one-hot rows."""
    return Applied(op.GETITEM, (a,)) | Product((a, Anything("labels")))


_shifted = z | z - _function(op.MAX, z)
_exps = _function(op.EXP, _shifted)
_softmax = _exps / _along(op.SUM, _exps)
_log_sum = _function(op.LOG, _along(op.SUM, _exps))
_log_softmax = _function(op.LOG, _softmax) | _shifted - _log_sum
_log_sum_exp = _log_sum | _log_sum + _function(op.MAX, z) | _along(op.LOGSUMEXP, z)
_likelihood = (
    _function(op.LOG, _safe(_picked(_softmax)))
    | _picked(_function(op.LOG, _safe(_softmax)))
    | _picked(_log_softmax)
)
_surprise = _log_sum - _picked(_shifted) | _log_sum_exp - _picked(z)

_one_plus = 1 + _function(op.EXP, -z)
_written_sigmoid = 1 / _one_plus
_any_sigmoid = _function(op.SIGMOID, z) | _written_sigmoid


def _log_odds_loss(p: Pattern) -> Pattern:
    of_ones = Product((y, _function(op.LOG, _safe(p))))
    others = _function(op.LOG, _safe(1 - p) | 1 - _safe(p))
    return of_ones + Product((Anything("not y"), others))


_magnitude = _function(op.ABSOLUTE, z)
_softplus_of_magnitude = _function(op.LOG, 1 + _function(op.EXP, -_magnitude)) | _function(
    op.LOG1P, _function(op.EXP, -_magnitude)
)
_positive = _function(op.RELU, z) | Applied(op.MAXIMUM, (z, Number(0)))
_of_logits = _positive - Product((z, y)) + _softplus_of_magnitude

_centred = x - _along(op.MEAN, x)
_variance = _along(op.MEAN, _square(_centred))
_any_variance = _variance | _along(op.VAR, x)
_deviation = _root(_any_variance + number) | _root(_any_variance) | _along(op.STD, x)
_deviation = _deviation | _deviation + number
_inverse = 1 / _deviation | Applied(op.POWER, (_any_variance + number, Number(-0.5)))
_standardised = _centred / _deviation | Product((_centred, _inverse))
_mean_square = _along(op.MEAN, _square(x))
_rms = _root(_mean_square + number) | _root(_mean_square)
_of_rms = x / _rms | Product((x, 1 / _rms))

_scores = Scaled(Anything("q") @ Moved(Anything("k")), reduces=False)
_masked = _scores | _scores + mask | Applied(op.WHERE, (mask, _scores, number))
_masked = _masked | Applied(op.WHERE, (mask, number, _scores))


def _softmax_of(scores: Pattern) -> Pattern:
    exps = _function(op.EXP, scores | scores - _function(op.MAX, scores))
    return exps / _along(op.SUM, exps)


_attention = _softmax_of(_masked) @ Anything("v")

_cube = Applied(op.POWER, (x, Number(3))) | Product((x, x, x))
_tanh = _function(
    op.TANH,
    Product((Number(math.sqrt(2 / math.pi)), x + Product((Number(0.044715), _cube)))),
)
_gelu = Product((Number(0.5), x, 1 + _tanh))


def _normalised(found: Match) -> str:
    along = found.bound["axis"]
    if -1 in along and all(a >= -len(along) for a in along):
        return "layer norm"
    return "batch norm" if -1 not in along else "normalisation"


def _with_gain(a: Pattern) -> Pattern:
    return Product((a, gain)) + shift | Product((a, gain)) | a


def _squared_error(found: Match) -> str:
    averages = any(node.operation in (op.MEAN, op.DIVIDE) for node in found.inside)
    return "mean squared error" if averages else "squared error"


_BINARY = "−(y log p + (1 − y) log(1 − p))"
# The larger before the smaller that they contain.
NAMED = (
    Named("attention", "softmax(q kᵀ) v", _attention),
    Named("softmax cross-entropy", "−log softmax(z) at the labels", Scaled(_likelihood), -1),
    Named("softmax cross-entropy", "−log softmax(z) at the labels", Scaled(_surprise), 1),
    Named("sigmoid cross-entropy", _BINARY, Scaled(_log_odds_loss(_any_sigmoid)), -1),
    Named("sigmoid cross-entropy", _BINARY, Scaled(_of_logits), 1),
    Named("binary cross-entropy", _BINARY, Scaled(_log_odds_loss(p)), -1),
    Named(_normalised, "(x − mean) / deviation", _with_gain(_standardised)),
    Named("RMS norm", "x / root of the mean square", _with_gain(_of_rms)),
    Named("GELU", "x Φ(x), by tanh", _gelu),
    Named("log-softmax", "z − log Σ exp(z)", _log_softmax),
    Named("softmax", "exp(z) / Σ exp(z)", _softmax),
    Named("variance", "mean of (x − mean)²", _variance),
    Named("log-sum-exp", "log Σ exp(z)", _log_sum_exp),
    Named("SiLU", "z σ(z)", Product((z, _any_sigmoid))),
    Named("sigmoid", "1 / (1 + exp(−z))", _written_sigmoid),
    Named(_squared_error, "(x − y)²", Scaled(_square(x - y)), 1, is_reduced=True),
)


def composites(order: Sequence[Node], kept: Collection[Node] = ()) -> dict[Node, Composite]:
    """{result: the composite} of a graph, whose nodes are in order; those that are ``kept`` are
    inside of none but as its result.
    """
    users: dict[Node, set[Node]] = {}
    for node in order:
        for operand in node.operands:
            if is_node(operand):
                users.setdefault(operand, set()).add(node)
    taken: set[Node] = set()
    found: dict[Node, Composite] = {}
    for node in reversed(order):
        if node in taken or not node.operands or not hasattr(node, "arrays"):
            continue
        composite = _largest(node, users, taken, kept)
        if composite is not None:
            taken |= composite.inside
            found[node] = composite
    return found


def _largest(
    node: Node, users: dict[Node, set[Node]], taken: set[Node], kept: Collection[Node]
) -> Composite | None:
    for named in NAMED:
        most: Match | None = None
        for match in named.pattern.matches(node, Match()):
            if named.sign * match.sign < 0 or (named.is_reduced and not match.reduced):
                continue
            inside = match.inside
            if len(inside) < 2 or node not in inside or inside & taken:
                continue
            if any(x in kept or not users[x] <= inside for x in inside - {node}):
                continue
            if most is None or len(inside) > len(most.inside):
                most = match
        if most is not None:
            title = named.title if isinstance(named.title, str) else named.title(most)
            inside = most.inside
            return Composite(title, named.formula, node, inside, _inputs(inside), most.bound)
    return None


def _inputs(inside: frozenset[Node]) -> list[tuple[Any, list[tuple[Node, int]]]]:
    """What stands outside and is used inside, but for plain numbers."""
    found: dict[int, tuple[Any, list[tuple[Node, int]]]] = {}
    for node in sorted(inside, key=lambda n: n.created):
        for i, operand in enumerate(node.operands):
            is_outside = operand not in inside if is_node(operand) else np.size(operand) > 1
            if is_outside:
                found.setdefault(id(operand), (operand, []))[1].append((node, i))
    return list(found.values())
