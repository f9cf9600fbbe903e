"""Why a hand-derived gradient is wrong: mistakes that people make, each tried out. One is named only if it reproduces the hand gradient to rounding."""

import bisect
from dataclasses import dataclass, field

import numpy as np

from ..graph import is_node, topological_order

MOST_EDGES = 10_000  # of a larger graph those nearest to the target

ROOTS = 16  # results whose derivative is tried in place of the loss's: the last ones
OTHERS = 64  # tensors that are tried in place of a factor: the last ones made before


@dataclass(frozen=True)
class Cause:
    """One explanation: its ``kind``, ``where`` it happened (a tensor, or consumer and operand), one sentence, and the numbers that settle it."""

    kind: str
    where: tuple
    sentence: str
    evidence: dict = field(default_factory=dict)
    cost: int = 0  # how unlikely it is, for the order

    def __str__(self):
        return self.sentence


class Search:
    """All explanations of one wrong gradient. ``agrees(array)`` says whether an array is the hand gradient but for rounding."""

    def __init__(self, target, hand, expected, backward, names, agrees):
        self.target, self.hand, self.expected = target, hand, np.asarray(expected)
        self.backward, self.names, self.agrees, self.found = backward, names, agrees, []

    def causes(self):
        """The explanations, the likeliest first."""
        with np.errstate(all="ignore"):
            self.shapes()
            if self.hand.shape == self.expected.shape:
                self.whole()
                self.edges()
        self.found.sort(key=lambda cause: cause.cost)
        return tuple(self.found)

    def add(self, kind, sentence, predicted, cost, where=None, **evidence):
        """Keep an explanation if what it predicts is the hand gradient."""
        if predicted is None or np.shape(predicted) != self.hand.shape or any((c.kind, c.where) == (kind, where or (self.name,)) for c in self.found):
            return False
        with np.errstate(all="ignore"):
            predicted = np.asarray(predicted)
            if not (np.absolute(self.hand - predicted) <= 1e-2 * np.absolute(self.hand).max(initial=0.0)).all() or not self.agrees(predicted):
                return False
        self.found.append(Cause(kind, where or (self.name,), sentence, evidence, cost))
        return True

    @property
    def name(self):
        return self.names[self.target]

    # --- the shape, or the whole array ---------------------------------------------------------------------------------------------

    def shapes(self):
        """Transposed, not summed, summed too far, or the right numbers in another shape."""
        hand, expected = self.hand, self.expected
        if hand.ndim == 2 and expected.ndim == 2:
            square = "the matrix is square, so the shape did not show it"
            layout = square if hand.shape == expected.shape else f"shape {hand.shape}, expected {expected.shape}; yours is the numerator layout"
            self.add("transpose", f"it is the transpose of the gradient: {layout}", expected.T, 1, shape=hand.shape)
        if hand.shape == expected.shape:
            return
        if hand.size == expected.size:
            self.add("shape-only", f"the numbers are right, the shape is {hand.shape} instead of {expected.shape}", expected.reshape(hand.shape), 2)
            return
        for summed, axes in _reductions(hand, expected.shape):
            if self._equal(summed, expected):
                rows = " and ".join(map(str, axes))
                sentence = f"it has shape {hand.shape}: sum over axis {rows}. {self.name} was broadcast there, so its gradient adds up what comes back"
                self.found.append(Cause("missing-sum", (self.name,), sentence, {"axes": axes}, 1))
        for reduced, axes in _reductions(expected, hand.shape):
            if self._equal(hand, reduced):
                sentence = f"it was summed over axis {' and '.join(map(str, axes))}, which {self.name} has: shape {hand.shape}, expected {expected.shape}"
                self.found.append(Cause("extra-sum", (self.name,), sentence, {"axes": axes}, 1))

    def _equal(self, a, b):
        return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12 * (np.abs(b).max(initial=0.0) or 1.0))

    def whole(self):
        """The gradient times a number, of something else, moved about, or with something added."""
        hand, expected = self.hand.astype(np.float64), self.expected.astype(np.float64)
        self.add("sign", "it has the opposite sign", -expected, 1, factor=-1)
        power = float((expected * expected).sum())
        if power:
            factor = float((hand * expected).sum()) / power
            for value, words in self.named_factors():
                if abs(factor - value) <= 1e-6 * abs(value):
                    self.add("factor", f"it is {words} times the gradient", value * expected, 2, factor=value)
        for axis in range(expected.ndim):
            n = expected.shape[axis]
            if n > 1:
                total = np.broadcast_to(expected.sum(axis=axis, keepdims=True), expected.shape)
                self.add("extra-sum", f"it was summed over axis {axis} and repeated", total, 4, axis=axis)
                self.add("extra-sum", f"it was averaged over axis {axis} and repeated", total / n, 4, axis=axis)
                self.add("permuted", f"it is reversed along axis {axis}", np.flip(expected, axis), 4, axis=axis)
                for shift in {1, n - 1}:
                    self.add("permuted", f"it is shifted by {shift if shift < n / 2 else shift - n} along axis {axis}", np.roll(expected, shift, axis), 4, axis=axis)
        below = set(topological_order(self.target))  # their gradients follow from the hand-derived one
        for node, gradient in self.backward.used.items():
            if node not in below and np.shape(gradient) == expected.shape and not np.array_equal(gradient, expected):
                self.add("other-gradient", f"it is the gradient of {self.names[node]}", np.asarray(gradient), 6, (self.name, self.names[node]))
        self.roots()
        rest = hand - expected
        for node in self.backward.order:
            value = np.asarray(node.current, dtype=np.float64)
            size = float((value * value).sum()) if value.shape == expected.shape else 0.0
            if size and expected.size > 2:
                factor = float((rest * value).sum()) / size
                words = f"{factor:.6g} · {self.names[node]} was added, as by a weight decay"
                self.add("extra-term", words, expected + factor * value, 5, (self.name, self.names[node]), factor=factor)

    def roots(self):
        """The derivative of a result on the way, or of the root without the upstream gradient, in place of that of the loss."""
        root = self.backward.root
        results = [node for node in self.backward.order if node.operands and (node.name or node is root) and node is not self.target]
        for node in results[-ROOTS:]:
            gradient = node.gradients(np.ones(node.shape, node.dtype) if hasattr(node, "dtype") else 1.0).get(self.target)
            words = (
                "the upstream gradient is ignored: all ones stand in its place"
                if node is root
                else f"it is the derivative of {self.names[node]}, not of {self.names[root]}"
            )
            self.add("wrong-root", words, gradient, 3, (self.name, self.names[node]))

    def named_factors(self):
        """Numbers that mistakes bring in: 2, 1/2, and the lengths of axes of the graph, their inverses and squares."""
        found = {2.0: "2", 0.5: "1/2", 3.0: "3", 4.0: "4", 0.25: "1/4"}
        lengths = {n: None for node in self.backward.order for n in (*np.shape(node.current), np.size(node.current)) if n > 1}
        for n in lengths:
            words = {float(n): f"{n}", 1.0 / n: f"1/{n}", 1.0 / n**2: f"1/{n}²", 2.0 / n: f"2/{n}", n / (n - 1): f"{n}/{n - 1}", (n - 1) / n: f"{n - 1}/{n}"}
            for value, text in words.items():
                if value != 1.0:
                    found.setdefault(value, text)
        return list(found.items())

    # --- one edge of the graph -------------------------------------------------------------------------------------------------------

    def edges(self):
        """One contribution left out, counted twice, scaled, or computed by another formula.

        What an edge would change is first looked at along three random directions; only what fits there is carried to the target and judged.
        """
        edges = self.backward.edges(self.target)[:MOST_EDGES]
        rest = self.hand.astype(np.float64) - self.expected
        directions = np.random.default_rng(0).normal(size=(3, *rest.shape))
        tangents = self.backward.tangents(self.target, directions)
        if tangents is None:
            return
        sketch = np.array([(v * rest).sum() for v in directions])
        for node, position, operand, piece in edges:
            along = tangents[operand]
            where, own = (self.names[node], self.names[operand]), _sketched(along, piece)
            if len(edges) > 1 and _fits(sketch, own * (own @ sketch) / (own @ own), own):
                self.scaled(where, node, operand, piece, rest)
            for words, kind, other in alternatives(node, position, self.backward.used[node], self.backward.order, self.names):
                change = np.asarray(other) - piece
                if _fits(sketch, _sketched(along, change), own):
                    changed = self.backward.propagated(operand, change, self.target)
                    self.add(kind, f"at {_step(node, self.names)}: {words}", self.expected + changed, 3, where)

    def scaled(self, where, node, operand, piece, rest):
        """One contribution times a number that has a meaning."""
        effect = np.asarray(self.backward.propagated(operand, piece, self.target), dtype=np.float64)
        size = float((effect * effect).sum())
        if not size or not np.isfinite(size):
            return
        scale = 1 + float((rest * effect).sum()) / size
        path = f"through {_step(node, self.names)}"
        if abs(scale) < 1e-7:
            self.add("missing-path", f"the contribution {path} is missing", self.expected - effect, 3, where, factor=0)
        elif abs(scale + 1) < 1e-7:
            self.add("sign", f"the contribution {path} has the opposite sign", self.expected - 2 * effect, 3, where, factor=-1)
        elif abs(scale - 2) < 1e-7:
            self.add("extra-path", f"the contribution {path} is counted twice", self.expected + effect, 3, where, factor=2)
        else:
            for value, words in self.named_factors():
                if abs(scale - value) <= 1e-6 * abs(value):
                    self.add("factor", f"the contribution {path} is taken {words} times", self.expected + (value - 1) * effect, 4, where, factor=value)


def _sketched(along, array):
    return along @ np.ravel(array)


def _fits(sketch, found, scale):
    """Whether two sketches agree to what differences tell; ``scale`` is one that is as large as what was subtracted."""
    allowed = 1e-4 * float(np.absolute(sketch).max()) + 1e-7 * float(np.absolute(scale).max())
    return float(np.absolute(sketch - found).max()) <= allowed


def _step(node, names):
    """A step in a sentence: h = tanh(z), or tanh(z) where the result has no name."""
    operands = [names[x] if x.name or not x.operands else f"{x.operation}(…)" for x in node.operands if is_node(x)]
    made = f"{node.operation}({', '.join(operands)})"
    return f"{names[node]} = {made}" if node.name else made


def _reductions(array, shape):
    """[(the array summed over axes to a shape, the axes)]"""
    found = []
    if array.ndim >= len(shape):
        for drop in range(1, 2**array.ndim):
            axes = tuple(i for i in range(array.ndim) if drop >> i & 1)
            for keepdims in (False, True):
                summed = array.sum(axis=axes, keepdims=keepdims)
                if summed.shape == tuple(shape):
                    found.append((summed, axes))
    return found


def alternatives(node, position, g, order, names):
    """[(words, kind, contribution)]: what people compute instead of the contribution of a node to one operand."""
    if not hasattr(node, "arrays"):
        return _scalar_alternatives(node, position, float(g))
    x, y, g = node.arrays[position], node.current, np.asarray(g)
    with np.errstate(all="ignore"):
        if len(node.arrays) == 1 and np.shape(x) == np.shape(y) and node.operation in DERIVATIVES:
            return _of_a_function(node.operation, g, x, y)
        if node.operation == "multiply":
            return _other_factors(node, position, g, order, names)
        if node.operation == "matmul":
            return _other_products(node, position, g)
        if node.operation == "power" and position == 0:
            p = node.arrays[1]
            return [
                (f"the exponent was not lowered: {names[node.operands[0]]} ** p instead of ** (p - 1)", "local-derivative", g * p * x**p),
                ("the factor p of the derivative of a power is missing", "local-derivative", g * x ** (p - 1)),
            ]
        if node.operation == "getitem":
            return _overwritten(node, g, x)
    return []


DERIVATIVES = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2, "sigmoid": lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2, "relu": lambda z: (z > 0) * 1.0,
    "exp": np.exp, "log": lambda z: 1 / z, "sin": np.cos, "cos": lambda z: -np.sin(z), "sqrt": lambda z: 0.5 / np.sqrt(z), "square": lambda z: 2 * z,
    "softplus": lambda z: 1 / (1 + np.exp(-z)),
}  # fmt: skip
_WRITTEN = {"tanh": "1 - tanh(z)**2", "sigmoid": "σ(z) (1 - σ(z))", "relu": "z > 0", "exp": "e^z", "log": "1 / z", "softplus": "σ(z)", "square": "2 z"}


def _of_a_function(operation, g, x, y):
    derivative = DERIVATIVES[operation]
    right = derivative(x)
    written = _WRITTEN.get(operation, f"that of {operation}")
    found = [
        ("the derivative is left out", "local-derivative", g * np.ones_like(x)),
        (f"the derivative is taken at the output; it is {written} of the input z", "local-derivative", g * derivative(y)),
        (f"the value of {operation} stands in place of its derivative", "local-derivative", g * y),
        ("the derivative is there twice", "local-derivative", g * right * right),
        ("it was divided by the derivative", "local-derivative", g / right),
    ]
    if operation == "tanh":
        found.insert(0, ("you used 1 - z**2; it is 1 - tanh(z)**2", "local-derivative", g * (1 - x * x)))
        found.append(("you used 1 - tanh(z); it is 1 - tanh(z)**2", "local-derivative", g * (1 - y)))
    if operation == "sigmoid":
        found.insert(0, ("you used z (1 - z); it is σ(z) (1 - σ(z))", "local-derivative", g * x * (1 - x)))
        found.append(("you used 1 - σ(z); it is σ(z) (1 - σ(z))", "local-derivative", g * (1 - y)))
    if operation == "square":
        found.append(("the 2 of the derivative of a square is missing", "local-derivative", g * x))
    for other in ("tanh", "sigmoid", "relu", "softplus"):
        if other != operation and operation in ("tanh", "sigmoid", "relu", "softplus"):
            found.append((f"you used the derivative of {other}; the step is {operation}", "local-derivative", g * DERIVATIVES[other](x)))
    return found


def _other_factors(node, position, g, order, names):
    from ..backward import undo_broadcast

    shape, dtype = node.arrays[position].shape, np.dtype(node.dtype)
    own = node.operands[1 - position]
    found = []
    before = bisect.bisect_left(order, node.created, key=lambda other: other.created)
    for other in order[max(before - OTHERS, 0) : before]:
        value = np.asarray(other.current)
        if other is not own and value.shape == np.shape(node.arrays[1 - position]) and value.shape:
            found.append((f"multiplied by {names[other]} instead of the other factor", "wrong-operand", undo_broadcast(g * value, shape, dtype)))
    return found


def _other_products(node, position, g):
    x, w = node.arrays
    other = w if position == 0 else x
    found = []
    if other.ndim == 2 and other.shape[0] == other.shape[1]:
        found.append(("the other matrix is not transposed", "wrong-operand", g @ w if position == 0 else x @ g))
    return found


def _overwritten(node, g, x):
    """What assignment in place of addition makes of indices that occur several times."""
    last = np.zeros_like(x)
    last[node.static["index"]] = g
    return [("an element that was taken several times keeps only one of its gradients: = where += belongs", "overwritten-repeats", last)]


def _scalar_alternatives(node, position, g):
    numbers = [float(x) for x in node.operands]
    with np.errstate(all="ignore"):
        if len(numbers) == 1 and node.operation in DERIVATIVES:
            return _of_a_function(node.operation, g, np.float64(numbers[0]), np.float64(node.data))
    return []
