"""Why a hand-derived gradient is wrong: mistakes that people make, each tried out. One is named only if it reproduces the hand gradient to rounding.

Here are the search and what can be seen of the whole array; ``sites`` looks at single places of the graph, ``subset`` at parts of the array.
"""

import itertools
from dataclasses import dataclass, field

import numpy as np

from ..graph import is_node, topological_order
from .loops import at_every_step, several_uses
from .mistakes import BATCHED
from .others import Others
from .rounding import unit_roundoff
from .sites import Sites, step
from .subset import described, partly

MOST_ELEMENTS = 6_000_000  # of a tensor: of larger ones only the array as a whole is looked at; of a quarter of that, single contributions, too
FITTED = 8  # the cost of a mistake with a number that nobody types
MOST_NODES = 20_000  # of a graph: in larger ones, too, only the array as a whole is looked at
_IGNORED = {
    True: "the upstream gradient is ignored: all ones stand in its place",
    False: "the upstream gradient is ignored: 1 stands in its place",
}
ROOTS = 16  # results whose derivative is tried in place of the loss's: the last ones


@dataclass(frozen=True)
class Cause:
    """One explanation: its ``kind``, ``where`` it happened (a tensor, or consumer and operand), one sentence, and the numbers that settle it."""

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

    ``expected`` is what the gradients of the target's consumers make of it. ``agrees(array)`` says whether an array is the hand gradient but for
    rounding, ``within(array)`` where it is. Without a ``backward`` only the array as a whole is looked at.
    """

    def __init__(self, target, hand, expected, names, agrees, within, backward=None):
        self.target, self.hand, self.expected, self.names = target, hand, np.asarray(expected), names
        self.agrees, self.within, self.backward, self.found = agrees, within, backward, []
        self.roundoff = unit_roundoff(*(array.dtype for array in (hand, self.expected)))
        self.tolerance = 1e-6 if self.roundoff < 1e-12 else 2e-3  # of a factor that has a meaning; what it predicts is judged to rounding

    def causes(self):
        """The explanations, the likeliest first; one of kind "unknown" where there is none."""
        with np.errstate(all="ignore"):
            if self.expected.size:
                self.shapes()
            if self.hand.shape == self.expected.shape and self.hand.size:
                self.whole()
                if not self.found:
                    partly(self)
                if self.backward is not None:
                    self.places()
        self.found.sort(key=lambda cause: cause.cost)
        return tuple(self.found) or (Cause("unknown", (self.name,), "no single mistake that was tried explains it" + described(self), {}, 99),)

    def places(self):
        """Single places of the graph: the likely mistakes first, the others only where those explain nothing."""
        if len(self.backward.order) > MOST_NODES:
            return
        largest = max((np.size(node.current) for node in self.backward.region(self.target)[0]), default=0)
        if max(largest, self.hand.size) > MOST_ELEMENTS:
            return
        sites = Sites(self)
        if sites.along is None:
            return
        sites.one_edge()
        if max(largest, self.hand.size) > MOST_ELEMENTS // 4:
            return
        for more in (several_uses, at_every_step, lambda sites: Others(sites).look()):
            if all(cause.cost > 5 or (cause.kind == "sign" and more is several_uses) for cause in self.found):
                more(sites)

    def add(self, kind, sentence, predicted, cost, where=None, of="", **evidence):
        """Keep an explanation if what it predicts is the hand gradient."""
        where, of = where or (self.name,), of or self.name
        if predicted is None or np.shape(predicted) != self.hand.shape or any((c.kind, c.where, c.sentence) == (kind, where, sentence) for c in self.found):
            return False
        predicted = np.asarray(predicted)
        with np.errstate(all="ignore"):
            left = np.absolute(self.hand.astype(np.float64) - predicted)
            if self.hand.shape == self.expected.shape and not left.max() <= 1e-2 * np.absolute(self.hand.astype(np.float64) - self.expected).max():
                return False
            if not (left <= 1e-2 * np.absolute(self.hand).max(initial=0.0)).all() or not self.agrees(predicted):
                return False
        self.found.append(Cause(kind, where, sentence, evidence, cost, of))
        return True

    def typed(self, number):
        """(a number as somebody may have typed it, its cost): few digits, or one that has a meaning; else as it is, last."""
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

    # --- the shape, or the whole array ---------------------------------------------------------------------------------------------

    def shapes(self):
        """Transposed, not summed, summed too far, not contracted, or the right numbers in another shape."""
        hand, expected = self.hand, self.expected
        if hand.ndim == 2 and expected.ndim == 2:
            square = "the matrix is square, so the shape did not show it"
            layout = square if hand.shape == expected.shape else f"shape {hand.shape}, expected {expected.shape}; yours is the numerator layout"
            self.add("transpose", f"it is the transpose of the gradient: {layout}", expected.T, 1, shape=hand.shape)
        if hand.shape == expected.shape:
            return
        if hand.size == expected.size:
            shapes = f"the shape is {hand.shape} instead of {expected.shape}"
            self.add("shape-only", f"the numbers are right, {shapes}", expected.reshape(hand.shape), 2)
            self.add("permuted", f"the numbers are right, column by column, {shapes}", expected.reshape(hand.shape, order="F"), 3)
            return
        for summed, axes in reductions(hand, expected.shape):
            rows = " and ".join(map(str, axes))
            if self._equal(summed, expected):
                sentence = f"it has shape {hand.shape}: sum over axis {rows}. {self.name} was broadcast there, so its gradient adds up what comes back"
                self.found.append(Cause("missing-sum", (self.name,), sentence, {"axes": axes}, 1))
            elif self._equal(summed * expected.size / max(hand.size, 1), expected):
                self.found.append(Cause("missing-sum", (self.name,), f"it has shape {hand.shape}: average over axis {rows}", {"axes": axes}, 2))
        for reduced, axes in reductions(expected, hand.shape):
            if self._equal(hand, reduced):
                sentence = f"it was summed over axis {' and '.join(map(str, axes))}, which {self.name} has: shape {hand.shape}, expected {expected.shape}"
                self.found.append(Cause("extra-sum", (self.name,), sentence, {"axes": axes}, 1))
        if self.backward is not None:
            for node, gradient in self.backward.implied.items():
                if node is not self.target and not node.operands and hand.size > 1 and self._equal(hand, np.asarray(gradient)):
                    sentence = f"it is the gradient of {self.names[node]}, shape {hand.shape}, expected {expected.shape}: perhaps two were exchanged"
                    self.found.append(Cause("other-gradient", (self.name, self.names[node]), sentence, {}, 1))
            root, seed = self.backward.root, self.backward.used[self.backward.root]
            if hand.shape == (*root.shape, *expected.shape) and self._equal(np.tensordot(seed, hand, root.ndim), expected):
                sentence = f"it is the whole derivative of {self.names[root]}, shape {hand.shape}: contract it with the upstream gradient"
                self.found.append(Cause("wrong-root", (self.name, self.names[root]), sentence, {"shape": hand.shape}, 1))

    def _equal(self, a, b):
        tight = 1e-9 if self.roundoff < 1e-12 else 1e-4
        return a.shape == b.shape and bool(np.size(b)) and np.allclose(a, b, rtol=tight, atol=tight / 1e3 * (np.abs(b).max(initial=0.0) or 1.0))

    def whole(self):
        """The gradient times a number, of something else, moved about, or with something added."""
        hand, expected = self.hand.astype(np.float64), self.expected.astype(np.float64)
        self.add("sign", "it has the opposite sign", -expected, 1, factor=-1)
        if not hand.any():
            self.add("missing-path", "it is 0: nothing of what comes back was added to it", 0 * expected, 3, factor=0)
        power = float((expected * expected).sum())
        factor = float((hand * expected).sum()) / power if power else 0.0
        for value, words in self.named_factors():
            if abs(factor - value) <= self.tolerance * abs(value):
                self.add("factor", f"it is {words} times the gradient{self._averaged(value)}", value * expected, 2, factor=value)
            elif abs(factor + value) <= self.tolerance * abs(value):
                self.add("factor", f"it is -{words} times the gradient", -value * expected, 3, factor=-value)
        if not self.found and expected.size > 3 and factor:
            factor, cost = self.typed(factor)
            number = f"{factor:.6g}" if abs(factor - 1) > 1e-4 else f"1 {'+' if factor > 1 else '-'} {abs(factor - 1):.2g}"
            self.add("factor", f"it is {number} times the gradient, everywhere", factor * expected, cost, factor=factor)
        for axis in range(expected.ndim):
            n = expected.shape[axis]
            if 1 < n <= 1_000_000:
                total = np.broadcast_to(expected.sum(axis=axis, keepdims=True), expected.shape)
                self.add("extra-sum", f"it was summed over axis {axis} and repeated", total, 4, axis=axis)
                self.add("extra-sum", f"it was averaged over axis {axis} and repeated", total / n, 4, axis=axis)
                self.reordered(axis)
        for one, two in itertools.combinations([i for i, n in enumerate(expected.shape) if n > 1], 2):
            self.add("permuted", f"it is reversed along axes {one} and {two}", np.flip(expected, (one, two)), 4)
            if expected.ndim > 2 and expected.shape[one] == expected.shape[two]:
                self.add("transpose", f"axes {one} and {two} are exchanged", expected.swapaxes(one, two), 2)
        if sum(n > 1 for n in expected.shape) > 1:
            self.add("extra-sum", "it was summed over all elements and repeated", np.broadcast_to(expected.sum(), expected.shape), 4)
            for order, words in (("F", "read column by column"), ("C", "reshaped from the transpose")):
                moved = expected.reshape(-1, order=order).reshape(expected.shape, order="C" if order == "F" else "F")
                self.add("permuted", f"the numbers are right, {words}", moved, 4)
        self.history()
        if self.backward is not None:
            self.of_something_else()

    def _averaged(self, factor):
        """Words for 1/n, where n copies of the target were made by broadcasting, or n backward passes were added up."""
        if self.backward is None and abs(1 / factor - round(1 / factor)) < 1e-9:
            return f", or {self.name}.grad holds {1 / factor:.0f} passes: zero_grad() was not called"
        for node in self.backward.order if self.backward is not None else ():
            copies = np.size(node.current) / self.hand.size
            if copies > 1 and node.operation in BATCHED and any(x is self.target for x in node.operands) and abs(factor * copies - 1) < 1e-9:
                return f": averaged over the {copies:.0f} copies that broadcasting made, which are to be summed"
        return ""

    def reordered(self, axis):
        """The slices along an axis in another order: told from one random projection of each."""
        n, rng = self.expected.shape[axis], np.random.default_rng(0)
        weights = rng.normal(size=self.expected.size // n)
        hand, expected = (np.moveaxis(array, axis, 0).reshape(n, -1).astype(np.float64) @ weights for array in (self.hand, self.expected))
        by_hand, by_expected = np.argsort(hand, kind="stable"), np.argsort(expected, kind="stable")
        if np.absolute(hand[by_hand] - expected[by_expected]).max() > 1e-2 * np.absolute(hand - expected).max():
            return
        order = np.empty(n, dtype=int)
        order[by_hand] = by_expected  # slice i of the hand gradient is slice order[i] of the engine's
        shift = int(order[0])
        if (order == np.arange(n)[::-1]).all():
            words = f"it is reversed along axis {axis}"
        elif (order == (np.arange(n) + shift) % n).all():
            words = f"it is shifted by {-shift if shift <= n / 2 else n - shift} along axis {axis}"
        else:
            moved = np.flatnonzero(order != np.arange(n))
            listed = ", ".join(f"{i} holds {order[i]}" for i in moved[:4]) + (", ..." if len(moved) > 4 else "")
            words = f"the slices along axis {axis} are in another order: {listed}"
        self.add("permuted", words, np.take(self.expected, order, axis), 4, axis=axis, order=order.tolist())

    def history(self):
        """The target's own ``.grad``, from an earlier backward pass, in place of this gradient, or added to it."""
        before = getattr(self.target, "grad", None)
        if before is not None and np.shape(before) == self.expected.shape and not isinstance(before, type(self.target)):
            before = np.asarray(before, dtype=np.float64)
            if np.allclose(before, self.expected, rtol=1e-9, atol=0):  # from this very pass
                return
            self.add("stale", f"it is what {self.name}.grad holds, from an earlier backward pass", before, 2)
            self.add("stale", f"it is this gradient plus the one that {self.name}.grad holds: not zeroed", self.expected + before, 2)

    def of_something_else(self):
        """The gradient of another tensor, or with a multiple of a tensor added."""
        expected, hand = self.expected.astype(np.float64), self.hand.astype(np.float64)
        self.roots()
        below = set(topological_order(self.target))  # their gradients follow from the hand-derived one
        few = len(self.backward.order) <= MOST_NODES
        for node, gradient in self.backward.implied.items():  # never what was handed in for it, which may be wrong
            if (few or node.name) and node not in below and np.shape(gradient) == expected.shape and not self._equal(np.asarray(gradient), expected):
                self.add("other-gradient", f"it is the gradient of {self.names[node]}", np.asarray(gradient), 6 if node.operands else 3, (self.name, self.names[node]))
        rest = hand - expected
        if expected.size > 3:
            term, cost = self.typed(float(rest.mean()))
            self.add("extra-term", f"{term:.6g} was added to every element", expected + term, cost, factor=term)
        itself = False
        for name, value in self._arrays(expected.shape):
            itself = itself or self.add("wrong-operand", f"it is {name} itself, not a gradient", value, 6, (self.name, name))
            for array, words in ((value, name), (np.sign(value), f"sign({name})")):
                size = float((array * array).sum())
                if size and expected.size > 2 and np.ptp(array):  # of equal numbers it is a number that was added
                    factor, cost = self.typed(float((rest * array).sum()) / size)
                    decay = ", as by a weight decay" if cost < FITTED else ""
                    self.add("extra-term", f"{factor:.6g} · {words} was added{decay}", expected + factor * array, cost, (self.name, name), factor=factor)

    def _arrays(self, shape):
        """(name, array) of the tensors of one shape, and of the constants that they were computed with."""
        few = len(self.backward.order) <= MOST_NODES
        named = [node for node in self.backward.order if node.name]
        for node in [*named, *(node for node in self.backward.order if not node.name)] if few else named:
            if node.shape == shape:
                yield self.names[node] if node.name or not node.operands else step(node, self.names), np.asarray(node.current, dtype=np.float64)
            for x in node.operands:
                if not is_node(x) and np.shape(x) == shape:
                    yield f"the constant in {step(node, self.names)}", np.asarray(x, dtype=np.float64)

    def roots(self):
        """The derivative of a result on the way, or of the root without the upstream gradient, in place of that of the loss."""
        root = self.backward.root
        results = [node for node in self.backward.order if node.operands and (node.name or node is root) and node is not self.target]
        for node in results[-ROOTS if len(self.backward.order) <= MOST_NODES else -1 :]:
            gradient = node.gradients(np.ones(node.shape, node.dtype) if hasattr(node, "dtype") else 1.0).get(self.target)
            words = (
                _IGNORED[np.size(root.current) > 1]
                if node is root
                else f"it is the derivative of {self.names[node]}, not of {self.names[root]}"
            )
            self.add("wrong-root", words, gradient, 3, (self.name, self.names[node]))
        if self.target is root:
            self.add("wrong-root", _IGNORED[np.size(root.current) > 1], np.ones(root.shape), 3)

    def named_factors(self):
        """[(number, words)] that mistakes bring in: 2, 1/2, lengths of axes of the graph, their inverses, squares and roots, and its constants."""
        if not hasattr(self, "_factors"):
            found = {2.0: "2", 0.5: "1/2", 3.0: "3", 4.0: "4", 0.25: "1/4"}
            order = self.backward.order if self.backward is not None else [self.target]
            for n in {n: None for node in order for n in (*np.shape(node.current), np.size(node.current)) if n > 1}:
                words = {float(n): f"{n}", 1.0 / n: f"1/{n}", 1.0 / n**2: f"1/{n}²", 2.0 / n: f"2/{n}", n / (n - 1): f"{n}/{n - 1}", (n - 1) / n: f"{n - 1}/{n}"}
                words |= {n**0.5: f"√{n}", n**-0.5: f"1/√{n}"}
                for value, text in words.items():
                    found.setdefault(value, text)
            for c in {float(x): None for node in order for x in node.operands if not is_node(x) and np.ndim(x) == 0}:
                for value, text in ((abs(c), f"{abs(c):g}"), (1 / abs(c) if c else 0.0, f"1/{abs(c):g}"), (c * c, f"{abs(c):g}²")):
                    found.setdefault(value, text)
            self._factors = [(value, text) for value, text in found.items() if value not in (0.0, 1.0) and np.isfinite(value)]
        return self._factors


def reductions(array, shape):
    """[(the array summed over axes to a shape, the axes)]"""
    found = []
    if array.ndim <= 8:
        for drop in range(1, 2**array.ndim):
            axes = tuple(i for i in range(array.ndim) if drop >> i & 1)
            for keepdims in (False, True):
                summed = array.sum(axis=axes, keepdims=keepdims)
                if summed.shape == tuple(shape):
                    found.append((summed, axes))
            if [n for n in summed.shape if n > 1] == [n for n in shape if n > 1] and not any(axes == other for _, other in found):
                found.append((summed.reshape(shape), axes))
    return found
