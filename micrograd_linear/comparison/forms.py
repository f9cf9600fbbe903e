"""Other ways to write a derivative, and what they round: σ' is e / (1 + e)², and f (1 - f) too.

A derivative is often a short polynomial in a value v of its step: 1 - y² for a tanh, v - v² for a
sigmoid that is written out. Whoever uses that form starts from v as it was rounded, so the
derivative is off by u |v dD/dv|, whatever form the engine has. Where a function saturates that
is far more than the engine's own error. The polynomials are found by running each step on
ordinary numbers; nothing here knows the name of a function.
"""

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..engine.graph import is_node
from ..engine.tensor import Tensor, apply
from ..operations import RULES
from ..operations import names as op
from ..operations.elementary import square
from .blame import contributions
from .finite import operation_of
from .mistakes import is_of_numbers

UNITS = 8  # of rounding in a form of a few operations
LONGEST = 8  # steps of one function of one tensor
PASSES = 4  # with random signs, since errors do not all add up
POWERS = (-2, -1, 0, 1, 2, 3)
OF_A_FUNCTION = (0, 1, 2, 3)  # of values that the graph does not have itself
TERMS = 3  # of a polynomial that somebody would write
EXACT = 1e-10  # a polynomial that is one agrees to this at every point
OFFSET = 8  # a form may cancel terms this much larger than the derivative at ordinary numbers
POINTS = np.linspace(0.0537, 3.1, 24)  # ordinary numbers, once positive and once negative


@dataclass(frozen=True)
class Form:
    """A derivative as a polynomial in v, which is made of the result of a step of a function."""

    step: int | None  # whose result v is, or is made of; None for the entry
    made: Any  # a function: what is made of that number
    powers: tuple
    coefficients: tuple

    def rounding(self, values):
        """|v dD/dv|, and what rounding its argument does to v, in units of u."""
        argument = values[self.step or 0]
        v, growth = self.made(argument)
        terms = (c * p * v**p for p, c in zip(self.powers, self.coefficients, strict=True) if p)
        return np.absolute(sum(terms)) * growth


def _itself(x):
    return x, 1.0


def _logistic(factor):
    def made(x):
        return 0.5 * (1 + np.tanh(factor / 2 * x)), 1.0

    return made


def _exponential(sign):
    def made(y):
        return np.exp(sign * y), 1 + np.absolute(y)

    return made


LOGISTIC = tuple(_logistic(factor) for factor in (1, -1, 2, -2))
EXPONENTIAL = tuple(_exponential(sign) for sign in (1, -1))


class FormRounding:
    """How far the gradients of a graph may be off because of the form of a derivative, in u."""

    def __init__(self, root, order, gradients):
        self.root, self.order, self.gradients = root, order, gradients
        self._sizes = None

    def of(self, node):
        """The rounding of all such forms on the way to a gradient, in units of u, or None."""
        if self._sizes is None:
            with np.errstate(all="ignore"):
                self._sizes = self._carried(self._at_entries())
        return self._sizes.get(node)

    def _at_entries(self):
        """{entry: [what each form of a step that starts there rounds]}."""
        consumers = {}
        for node in self.order:
            for x in dict.fromkeys(x for x in node.operands if is_node(x)):
                consumers.setdefault(x, []).append(node)
        found = {}
        for entry in self.order:
            if entry in self.gradients and _begins_a_function(consumers.get(entry, ())):
                steps, recipe = _function_of(entry, consumers)
                terms = self._terms([entry, *steps], _forms(recipe))
                if terms:
                    found[entry] = terms
        return found

    def _terms(self, steps, forms):
        """|g| |v dD/dv| of each result of a function, where a form is known."""
        values = [np.asarray(step.current, dtype=np.float64) for step in steps]
        found = {}
        for sign, result, form in forms:
            rounded = form.rounding(values) * np.absolute(self.gradients[steps[result]])
            rounded = np.where((values[0] > 0) == (sign > 0), rounded, 0.0)
            rounded = np.where(np.isfinite(rounded), rounded, 0.0)
            found[result] = np.maximum(found.get(result, 0.0), rounded)
        return list(found.values())

    def _carried(self, at_entries):
        """{node: the largest of a few backward passes that carry errors of random signs}."""
        if not at_entries:
            return {}
        rng, largest = np.random.default_rng(0), {}
        for k in range(PASSES + 1):
            totals = {}
            for node in reversed(self.order):
                for term in at_entries.get(node, ()):
                    signs = rng.choice([-1.0, 1.0], size=term.shape) if k else 1.0
                    totals[node] = totals.get(node, 0.0) + signs * term
                if node not in totals:
                    continue
                total = totals.pop(node)
                size = UNITS * np.absolute(np.asarray(total, dtype=np.float64))
                size = np.where(np.isfinite(size), size, 0.0)  # an overflow excuses nothing
                largest[node] = np.maximum(largest.get(node, 0.0), size)
                for edge in contributions(node, total) if node.operands else ():
                    totals[edge.operand] = totals.get(edge.operand, 0.0) + edge.piece
        return largest


def _begins_a_function(consumers):
    """Whether a function may begin that no later step, as the -x of exp(-x), begins as well."""
    return any(map(_is_bent, consumers)) or sum(is_of_numbers(x.operation) for x in consumers) > 1


def _is_bent(node):
    """Whether a step is a smooth function of one tensor that is not linear."""
    if node.operation == op.DIVIDE:
        return _constant(node.operands[0]) is not None
    rule = RULES.get(node.operation)
    return rule is not None and rule.is_function and not rule.kinked and rule is not square


def _constant(x):
    """A number that stands in a formula: one that is no node, or a whole number in a leaf."""
    if not is_node(x):
        array = np.asarray(x)
        return float(array.flat[0]) if array.size and np.all(array == array.flat[0]) else None
    if x.operands or np.size(x.current) != 1:
        return None
    number = float(np.asarray(x.current).flat[0])
    return number if number.is_integer() else None


def _function_of(entry, consumers):
    """(the steps that are elementwise functions of one tensor alone, how each is made)."""
    places, steps, recipe = {entry: 0}, [], []
    waiting = list(consumers[entry])
    while waiting and len(steps) < LONGEST:
        node = min(waiting, key=lambda x: x.created)
        waiting = [x for x in waiting if x is not node]
        made = _recipe(node, entry, places)
        if node not in places and made is not None:
            steps.append(node)
            recipe.append(made)
            places[node] = len(steps)
            waiting += consumers.get(node, ())
    return steps, tuple(recipe)


def _recipe(node, entry, places):
    """(operation, static, operands) with a place or a constant for each operand; else None."""
    if not is_of_numbers(node.operation) or node.shape != entry.shape:
        return None
    operands = []
    for x in node.operands:
        constant = None if is_node(x) and x in places else _constant(x)
        if constant is None and not (is_node(x) and x in places):
            return None
        operands.append(("constant", constant) if constant is not None else ("step", places[x]))
    _, kept, static = operation_of(node, operands)
    if len(kept) < len(operands):  # the scalar engine's slope is an operand
        static = {key: value[1] for key, value in static.items()}
    return node.operation, tuple(sorted(static.items())), tuple(kept)


@lru_cache(maxsize=512)
def _forms(recipe):
    """[(sign of the entry, result, Form)] of the derivatives of a function's results."""
    return [(sign, *found) for sign in (1, -1) for found in _forms_of_a_piece(recipe, sign)]


def _forms_of_a_piece(recipe, sign):
    with np.errstate(all="ignore"):
        entry = Tensor(sign * POINTS)
        steps = [entry]
        for operation, static, operands in recipe:
            inputs = tuple(steps[x] if kind == "step" else x for kind, x in operands)
            steps.append(apply(RULES[operation], inputs, dict(static)))
        values = [step.numpy() for step in steps]
        ones = np.ones(POINTS.shape)
        slopes = [step.gradients(ones)[entry] for step in steps[1:]]
        candidates = [(i, _itself) for i in range(1, len(steps))] + [(None, m) for m in LOGISTIC]
        for step, made in candidates:
            for result, form in _fitted(step, made, values, dict(enumerate(slopes, 1))):
                yield result, form
        for result, slope in enumerate(slopes, 1):
            for made in EXPONENTIAL:
                yield from _fitted(result, made, values, {result: slope})


def _fitted(step, made, values, slopes):
    """[(result, Form)]: which derivatives are polynomials of a few terms in v."""
    v, growth = made(values[step or 0])
    inside = np.isfinite(v) & (v != 0) & np.all(np.isfinite(list(slopes.values())), axis=0)
    if np.count_nonzero(inside) < 2 * TERMS + 2 or np.ptp(v[inside]) == 0:
        return
    left = {result: slope[inside] for result, slope in slopes.items() if slope[inside].any()}
    v, growth = v[inside], np.broadcast_to(growth, v.shape)[inside]
    for count in range(1, TERMS + 1):
        if not left:
            return
        allowed = POWERS if made is _itself else OF_A_FUNCTION
        for result, powers, coefficients in _of_terms(v, left, allowed, count):
            left.pop(result, None)
            form = Form(step, made, powers, coefficients)
            terms = (c * p * v**p for p, c in zip(powers, coefficients, strict=True))
            rounded = np.absolute(sum(terms)) * growth
            telling = count > 1 or growth.max() > 1  # one power of v has no more error than v
            if telling and rounded.max() <= OFFSET * np.absolute(slopes[result][inside]).max():
                yield result, form


def _of_terms(v, slopes, powers, count):
    """[(result, powers, coefficients)] of those that are a sum of so many powers of v."""
    choices = list(itertools.combinations(powers, count))
    columns = np.stack([np.stack([v**p for p in some], axis=1) for some in choices])
    scales = np.absolute(columns).max(axis=1)
    q, r = np.linalg.qr(columns / scales[:, None, :])
    for result, slope in tuple(slopes.items()):
        inner = np.einsum("kni,n->ki", q, slope)
        residual = np.absolute(np.einsum("kni,ki->kn", q, inner) - slope).max(axis=1)
        k = int(np.argmin(residual))
        if residual[k] <= EXACT * np.absolute(slope).max():
            coefficients = np.linalg.solve(r[k], inner[k]) / scales[k]
            yield result, choices[k], tuple(map(float, coefficients))
