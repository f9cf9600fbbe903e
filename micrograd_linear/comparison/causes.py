"""Why a hand-derived gradient is wrong: mistakes that people make, each tried out.

One is named only if it reproduces the hand gradient to rounding. Here is the search itself;
``other_shape``, ``whole_array`` and ``something_else`` look at the array as a whole, ``subset`` at
parts of it, ``sites`` at single places of the graph.
"""

from dataclasses import dataclass, field

import numpy as np

from .factors import FITTED, named_factors
from .loops import at_every_step, several_uses
from .other_contributions import explain_by_formula
from .other_shape import explain_shape
from .others import Others
from .rounding import unit_roundoff
from .scaled_contributions import explain_by_scale
from .sites import Sites
from .something_else import explain_by_others
from .subset import described, partly
from .whole_array import explain_whole

# Of larger tensors only the array as a whole is looked at; of those larger than a quarter of this,
# single contributions, too.
MOST_ELEMENTS = 6_000_000
MOST_NODES = 20_000  # Of larger graphs, too, only the array as a whole is looked at.


@dataclass(frozen=True)
class Cause:
    """One explanation: its ``kind``, ``where`` it happened (a tensor, or consumer and operand), one
    sentence, and the numbers that settle it.
    """

    kind: str
    where: tuple
    sentence: str
    evidence: dict = field(default_factory=dict)
    cost: int = 0  # how unlikely it is, for the order
    of: str = ""  # the tensor in whose line of the derivation the mistake is

    def __str__(self):
        return self.sentence

    def to_dict(self):
        """Plain data; the evidence where there is some."""
        evidence = {"evidence": dict(self.evidence)} if self.evidence else {}
        return {"kind": self.kind, "where": list(self.where), "sentence": self.sentence, **evidence}


class Search:
    """All explanations of one wrong gradient.

    ``expected`` is what the gradients of the target's consumers make of it. ``agrees(array)`` says
    whether an array is the hand gradient but for rounding, ``within(array)`` where it is. Without a
    ``backward`` only the array as a whole is looked at.
    """

    def __init__(self, target, hand, expected, names, agrees, within, backward=None):
        self.target, self.hand, self.expected = target, hand, np.asarray(expected)
        self.names, self.agrees, self.within, self.backward = names, agrees, within, backward
        self.found, self._factors = [], None
        self.roundoff = unit_roundoff(*(array.dtype for array in (hand, self.expected)))
        # A factor that has a meaning has this tolerance; what it predicts is judged to rounding.
        self.tolerance = 1e-6 if self.roundoff < 1e-12 else 2e-3

    def causes(self):
        """The explanations, the likeliest first; one of kind "unknown" where there is none."""
        with np.errstate(all="ignore"):
            if self.expected.size:
                explain_shape(self)
            if self.hand.shape == self.expected.shape and self.hand.size:
                explain_whole(self)
                if self.backward is not None:
                    explain_by_others(self)
                if not self.found:
                    partly(self)
                if self.backward is not None:
                    self.places()
        self.found.sort(key=lambda cause: cause.cost)
        if self.found:
            return tuple(self.found)
        sentence = "no single mistake that was tried explains it" + described(self)
        return (Cause("unknown", (self.name,), sentence, {}, 99),)

    def places(self):
        """Single places of the graph: the likely mistakes first, the others only where those
        explain nothing.
        """
        if self.graph_is_large:
            return
        region = self.backward.region(self.target)[0]
        largest = max((np.size(node.current) for node in region), default=0)
        if max(largest, self.hand.size) > MOST_ELEMENTS:
            return
        sites = Sites(self)
        if sites.along is None:
            return
        explain_by_scale(sites)
        explain_by_formula(sites)
        if max(largest, self.hand.size) > MOST_ELEMENTS // 4:
            return
        for more in (several_uses, at_every_step, lambda sites: Others(sites).look()):
            if all(
                cause.cost > 5 or (cause.kind == "sign" and more is several_uses)
                for cause in self.found
            ):
                more(sites)

    def add(self, kind, sentence, predicted, cost, where=None, of="", **evidence):
        """Keep an explanation if what it predicts is the hand gradient."""
        where, of = where or (self.name,), of or self.name
        if predicted is None or np.shape(predicted) != self.hand.shape:
            return False
        same = kind, where, sentence
        if any((cause.kind, cause.where, cause.sentence) == same for cause in self.found):
            return False
        if not self._predicts(np.asarray(predicted)):
            return False
        self.found.append(Cause(kind, where, sentence, evidence, cost, of))
        return True

    def _predicts(self, predicted):
        """Whether an array is the hand gradient to rounding, and explains the error."""
        with np.errstate(all="ignore"):
            hand = self.hand.astype(np.float64)
            left = np.absolute(hand - predicted)
            if self.hand.shape == self.expected.shape:
                error = np.absolute(hand - self.expected).max()
                if not left.max() <= 1e-2 * error:
                    return False
            if not (left <= 1e-2 * np.absolute(self.hand).max(initial=0.0)).all():
                return False
            return self.agrees(predicted)

    def keep(self, kind, sentence, cost, where=None, **evidence):
        """Keep an explanation that was found to be true."""
        self.found.append(Cause(kind, where or (self.name,), sentence, evidence, cost))

    def typed(self, number):
        """(a number as somebody may have typed it, its cost): few digits, or one that has a
        meaning; else as it is, last.
        """
        digits = 3 if self.roundoff < 1e-12 else 1
        short = float(f"{number:.{digits}g}")
        values = [short, *(sign * value for value, _ in self.named_factors() for sign in (1, -1))]
        for value in values:
            if abs(number - value) <= self.tolerance * abs(value):
                return value, 5
        return number, FITTED

    @property
    def name(self):
        return self.names[self.target]

    @property
    def graph_is_large(self) -> bool:
        """Whether there are so many nodes that only the array as a whole is looked at."""
        return self.backward is not None and len(self.backward.order) > MOST_NODES

    def equal(self, one: np.ndarray, two: np.ndarray) -> bool:
        """Whether two arrays are equal but for rounding, and there is something in them."""
        if one.shape != two.shape or not two.size:
            return False
        tight = 1e-9 if self.roundoff < 1e-12 else 1e-4
        scale = np.abs(two).max(initial=0.0) or 1.0
        return np.allclose(one, two, rtol=tight, atol=tight / 1e3 * scale)

    def named_factors(self) -> list[tuple[float, str]]:
        """The numbers that have a meaning in this graph, with their words."""
        if self._factors is None:
            order = self.backward.order if self.backward is not None else [self.target]
            self._factors = named_factors(order)
        return self._factors
