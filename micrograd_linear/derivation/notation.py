"""Symbols in mathematical notation: which sign or name each operation is written with."""

from fractions import Fraction

import numpy as np

from ..operations import names as op
from ..symbol.node import children, parts_in_order
from ..symbol.shapes import same_but_leading_ones
from .elementwise import Elementwise
from .labels import axes_label, index_label
from .typeset import ATOM, BIG, POWER, TIMES, base_of, bracketed, made, name, number

ROWS = (
    "Σ_rows adds the rows up, which leaves one row; mean_rows, max_rows and so on likewise. "
    "_columns leaves one column."
)
SCATTERED = "at[i](x) is zeros, with x added at the places i."
WRITTEN = "put[i](x, y) is x, with y written at the places i."
MOST_WRITES = 3  # that are written out


class Notation(Elementwise):
    """``math(symbol)`` for symbols whose operands have been written before; ``written`` holds what
    each came to.
    """

    def __init__(self, objective):
        self.objective = name(objective)
        self.written = {}
        self.constants = {}  # symbol -> name
        self.notes = {}  # explanations of what was used, in order

    def of(self, x):
        shown = self.written.get(x)
        return self.math(x) if shown is None else shown

    def write(self, symbol, written=None):
        """The notation of a whole formula, from its smallest parts on; ``written`` has those that
        are written already.
        """
        for x in parts_in_order([symbol]):
            self.written[x] = (written or {}).get(x) or self.math(x)
        return self.written[symbol]

    def math(self, x):
        if x.operation == "result":
            return self.rule(*x.written)
        return getattr(self, f"_{x.operation}", self._function)(x, *map(self.of, children(x)))

    def rule(self, rule_name, operands, static):
        """The result of a rule that goes by its own name."""
        x = operands[0]
        static = dict(static)
        axes = self.axes(static.pop("axis", None), x.ndim) if "axis" in static else ""
        static.pop("keepdims", None)
        if rule_name == op.NORM:
            return made("norm", axes, self.of(x))
        kept = {
            key: value
            for key, value in static.items()
            if value is not None and value is not False and (key, value) != ("ddof", 0)
        }
        extra = [
            name(f"{key}={value:.12g}" if isinstance(value, (int, float)) else f"{key}=…")
            for key, value in kept.items()
        ]
        return made("call", rule_name, axes, [*map(self.of, operands), *extra])

    # --- leaves ----------------------------------------------------------------------------------

    def _variable(self, x):
        called = name(x.static["name"])
        return (
            made("gradient", self.objective, called)
            if x.static["kind"] in ("gradient", "numerator")
            else called
        )

    def _number(self, x):
        return number(x.static["value"])

    def _constant(self, x):
        array = x.static["value"]
        if array.ndim == 1 and array.size <= 4 and array.dtype.kind in "fiu":
            return name(f"[{', '.join(f'{v:.6g}' for v in array.tolist())}]")
        if (
            array.ndim == 2
            and len(array) == array.shape[1] > 1
            and np.array_equal(array, np.eye(len(array)))
        ):
            return name("I")
        if x not in self.constants:
            self.constants[x] = f"C{len(self.constants) + 1}"
        return name(self.constants[x])

    # --- reductions and shapes -------------------------------------------------------------------

    def _sum(self, x, a):
        return made(
            "big", self.axes(x.static["axis"], children(x)[0].ndim), bracketed(a, POWER), level=BIG
        )

    def axes(self, axis, ndim):
        label = axes_label(axis, ndim)
        if label in ("rows", "columns"):
            self.notes[ROWS] = None
        return label

    def _reduction(self, x, a):
        return made("call", x.operation, self.axes(x.static["axis"], children(x)[0].ndim), [a])

    _mean = _max = _min = _prod = _cumsum = _cumprod = _reduction

    def _concatenate(self, x, *parts):
        return made("call", op.CONCATENATE, axes_label(x.static["axis"], x.ndim), list(parts))

    def _broadcast(self, x, a):
        (inner,) = children(x)
        return (
            a
            if inner.operation in ("number", "broadcast") or inner.shape == ()
            else made("call", "broadcast", "×".join(map(str, x.shape)), [a])
        )

    def _reshape(self, x, a):
        (inner,) = children(x)
        before, after = inner.shape, x.shape
        if same_but_leading_ones(before, after):
            return a
        if [n for n in before if n != 1] == [n for n in after if n != 1]:
            if len(after) < 2:
                return self.vector(inner, a)
            row, column = before if len(before) == 2 else (1, *before), after
            if len(after) == 2 and len(row) == 2 and 1 in row and row[::-1] == column:
                return made("superscript", base_of(a), name("T"), level=POWER)
            if (
                len(before) == len(after)
                and before[:-2] == after[:-2]
                and before[-2:] == after[-2:][::-1]
            ):
                return made("superscript", base_of(a), name("T"), level=POWER)
        return made("call", op.RESHAPE, "×".join(map(str, after)), [a])

    def vector(self, inner, a):
        """A column as a tensor with one axis: A v for the product with a vector, which NumPy takes
        as a column there.
        """
        if inner.operation == op.MATMUL and a.kind == "juxtaposed":
            left, right = inner.operands
            if (
                right.operation == op.RESHAPE
                and right.operands[0].ndim == 1
                and right.shape[-1] == 1
            ):
                return self._matmul(inner, self.of(left), self.of(right.operands[0].current()))
        return a

    def used(self, x, y, math):
        """An operand y in an elementwise formula x: one that was a column, and is a row beside
        matrices, is transposed there.
        """
        if (
            x.ndim > 1
            and y.operation == op.RESHAPE
            and y.ndim == 1
            and y.size > 1
            and not same_but_leading_ones(y.shape, y.operands[0].shape)
        ):
            before = y.operands[0].shape
            if len(before) == 2:
                return made("superscript", base_of(self.of(y.operands[0])), name("T"), level=POWER)
            return made("call", op.RESHAPE, str(y.size), [self.of(y.operands[0])])
        return math

    def _transpose(self, x, a):
        axes = x.static["axes"]
        if axes == (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2):
            if a.kind == "superscript" and a.arguments[1] == number(Fraction(-1)):
                return made("superscript", a.arguments[0], name("-T"), level=POWER)
            return made("superscript", base_of(a), name("T"), level=POWER)
        return made("call", op.TRANSPOSE, " ".join(map(str, axes)), [a])

    def _getitem(self, x, a):
        return made("indexed", bracketed(a, ATOM), index_label(x.static["index"]))

    def _scatter_add(self, x, a):
        self.notes[SCATTERED] = None
        return made("call", f"at[{index_label(x.static['index'])}]", "", [a])

    def _assign(self, x, a, *values):
        self.notes[WRITTEN] = None
        writes = list(zip(x.static["indices"], values, strict=True))
        for index, value in writes[:MOST_WRITES]:
            a = made("call", f"put[{index_label(index)}]", "", [a, value])
        if len(writes) > MOST_WRITES:
            a = made("call", f"put[… {len(writes) - MOST_WRITES} more]", "", [a])
        return a

    def _astype(self, x, a):
        return made("call", x.dtype.name, "", [a])

    # --- linear algebra --------------------------------------------------------------------------

    def _matmul(self, x, a, b):
        parts = []
        for part in (a, b):
            parts.extend(
                part.arguments[0] if part.kind == "juxtaposed" else [bracketed(part, POWER)]
            )
        return made("juxtaposed", parts, level=TIMES)

    def _inv(self, x, a):
        return made("superscript", base_of(a), number(Fraction(-1)), level=POWER)

    def _solve(self, x, a, b):
        parts = b.arguments[0] if b.kind == "juxtaposed" else [bracketed(b, POWER)]
        return made(
            "juxtaposed",
            [made("superscript", base_of(a), number(Fraction(-1)), level=POWER), *parts],
            level=TIMES,
        )

    def _logabsdet(self, x, a):
        return made("call", op.LOG, "", [made("absolute", made("call", op.DET, "", [a]))])

    def _decomposition(self, x, a):
        return a  # each part of it has a name of its own

    def _einsum(self, x, *parts):
        inputs, output = x.static["subscripts"].split("->")
        entries = [
            made("entry", bracketed(base_of(part), ATOM), letters)
            for part, letters in zip(parts, inputs.split(","), strict=True)
        ]
        summed = [
            letter for letter in dict.fromkeys(inputs.replace(",", "")) if letter not in output
        ]
        body = entries[0] if len(entries) == 1 else made("juxtaposed", entries, level=TIMES)
        return (
            made("index_sum", "".join(summed), body, level=BIG) if summed else made("bracket", body)
        )
