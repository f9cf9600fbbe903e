"""Symbols in mathematical notation: which sign or name each operation is written with."""

from fractions import Fraction

import numpy as np

from ..symbol.algebra import coefficient_of, parts_of
from ..symbol.node import ordered
from ..symbol.shapes import same_but_leading_ones
from .typeset import ATOM, BIG, POWER, SUM, TIMES, bracketed, clean, made, name, number

_RELATIONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
ROWS = "Σ_rows adds the rows up, which leaves one row; mean_rows, max_rows and so on likewise. _columns leaves one column."
BROADCAST = "Shapes broadcast as in NumPy, and a tensor with one axis is a row there."
SELECTED = "A product with a gradient of 0 counts as 0 here, even if the other factor is not finite: the branch that was not taken has no gradient."
SCATTERED = "at[i](x) is zeros, with x added at the places i."
ELEMENTWISE = "⊙, /, powers and functions act element by element."
CONDITION = "[condition] is 1 where it holds, else 0."


class Notation:
    """``math(symbol)`` for symbols whose operands have been written before; ``written`` holds what each came to."""

    def __init__(self, objective):
        self.objective = name(objective)
        self.written = {}
        self.constants = {}  # symbol -> name
        self.notes = {}  # explanations of what was used, in order

    def of(self, x):
        found = self.written.get(x)
        return self.math(x) if found is None else found

    def write(self, symbol, known=None):
        """The notation of a whole formula, from its smallest parts on; ``known`` has those that are written already."""
        for x in parts_in_order([symbol]):
            self.written[x] = (known or {}).get(x) or self.math(x)
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
        if rule_name == "norm":
            return made("norm", axes, self.of(x))
        kept = {key: value for key, value in static.items() if value is not None and value is not False and (key, value) != ("ddof", 0)}
        extra = [name(f"{key}={value:.12g}" if isinstance(value, (int, float)) else f"{key}=…") for key, value in kept.items()]
        return made("call", rule_name, axes, [*map(self.of, operands), *extra])

    # --- leaves ------------------------------------------------------------------------------------------------------------------

    def _variable(self, x):
        called = name(x.static["name"])
        return made("gradient", self.objective, called) if x.static["kind"] in ("gradient", "numerator") else called

    def _number(self, x):
        return number(x.static["value"])

    def _constant(self, x):
        array = x.static["value"]
        if array.ndim == 1 and array.size <= 4 and array.dtype.kind in "fiu":
            return name(f"[{', '.join(f'{v:.6g}' for v in array.tolist())}]")
        if array.ndim == 2 and len(array) == array.shape[1] > 1 and np.array_equal(array, np.eye(len(array))):
            return name("I")
        if x not in self.constants:
            self.constants[x] = f"C{len(self.constants) + 1}"
        return name(self.constants[x])

    # --- elementwise -------------------------------------------------------------------------------------------------------------

    def _product(self, x, *parts):
        if x.shape:
            self.notes[ELEMENTWISE] = None
        above, below = self._factors(x)
        coefficient = x.static["coefficient"]
        negative, coefficient = coefficient < 0, abs(coefficient)
        if isinstance(coefficient, Fraction):
            top, bottom = coefficient.numerator, coefficient.denominator
        else:
            top, bottom = coefficient, 1
        above = ([(None, number(Fraction(top) if isinstance(top, int) else top))] if top != 1 or not above else []) + above
        below = ([(None, number(Fraction(bottom)))] if bottom != 1 else []) + below
        result = self.times(above)
        if below:
            result = made("fraction", result, self.times(below), level=TIMES)
        return made("terms", (-1,), [bracketed(result, BIG)], level=SUM) if negative else result

    def times(self, parts):
        """Factors, each (symbol or None for a number, notation): ⊙ between arrays, · where one of the two is a number."""
        shapes = [symbol.shape for symbol, _ in parts if symbol is not None and symbol.shape]
        if any(shape != shapes[0] for shape in shapes):
            self.notes[BROADCAST] = None
        counts = {}
        for symbol, part in parts:
            key = part if symbol is None else symbol
            counts[key] = (symbol, part, counts[key][2] + 1 if key in counts else 1)
        factors = []
        for symbol, part, count in counts.values():
            factors.append((symbol, part if count == 1 else made("superscript", _base(part), number(Fraction(count)), level=POWER)))
        if len(factors) == 1:
            return factors[0][1]
        shown, signs, arrays = [], [], []
        for i, (symbol, part) in enumerate(factors):
            shape = () if symbol is None else symbol.shape
            last_sum = i == len(factors) - 1 and part.level == BIG  # a sum at the end needs no brackets
            inner = part.arguments if part.kind == "product" else ((part if last_sum else bracketed(part, POWER),), ())
            if shown:
                signs.append("⊙" if shape and any(arrays) else "·")
            arrays.append(bool(shape))
            shown.extend(inner[0])
            signs.extend(inner[1])
        return made("product", shown, tuple(signs), level=BIG if last_sum else TIMES)

    def _factors(self, x):
        """([(factor, notation)], [(divisor, notation)]), those of products that have no name of their own among them."""
        sides = [], []
        for own, other, parts in zip(sides, reversed(sides), parts_of(x), strict=True):
            for part in parts:
                math = self.of(part)
                if part.operation == "product" and part.static["coefficient"] == 1 and math.kind in ("product", "fraction"):
                    inner = self._factors(part)
                    own.extend(inner[0])
                    other.extend(inner[1])
                else:
                    own.append((part, self.used(x, part, math)))
        return sides

    def _add(self, x, *parts):
        parts = [self.used(x, y, part) for y, part in zip(children(x), parts, strict=True)]
        terms = sorted(zip(x.static["signs"], parts, strict=True), key=lambda term: -term[0])
        flat = []  # a sum in a sum needs no brackets
        for sign, part in terms:
            flat.extend((sign * own, inner) for own, inner in (zip(*part.arguments) if part.kind == "terms" else [(1, part)]))
        return made("terms", tuple(sign for sign, _ in flat), [bracketed(part, SUM + 1) for _, part in flat], level=SUM)

    def _power(self, x, base, exponent):
        return made("superscript", _base(base), exponent, level=POWER)

    def _where(self, x, condition, a, b):
        test, yes, no = children(x)
        condition = condition.arguments[0] if condition.kind == "condition" else condition
        shared = self._shared_at_a_tie(x)
        if shared is not None:
            return shared
        if no.operation == "number" and no.static["value"] == 0 and test.operation != "constant":
            holds = condition if condition.kind == "name" else made("condition", condition)
            self.notes[CONDITION] = None
            return holds if yes.operation == "number" and yes.static["value"] == 1 else self.times([(yes, a), (test, holds)])
        return made("cases", condition, a, b)

    def _shared_at_a_tie(self, x):
        """g ⊙ ([x > y] + [x = y] / 2), the gradient of a maximum, where that is what it is."""
        tie, half, rest = x.operands
        if tie.operation != "equal" or rest.operation != "where":
            return None
        larger, g, zero = rest.operands
        coefficient, of_half = coefficient_of(half)
        whole, of_g = coefficient_of(g)
        if larger.operation != "greater" or zero.operation != "number" or zero.static["value"] != 0 or of_half is not of_g or coefficient != whole / 2:
            return None
        self.notes[CONDITION] = None
        signs = made("terms", (1, 1), [self.of(larger), made("fraction", self.of(tie), number(Fraction(2)), level=TIMES)], level=SUM)
        return signs if g.operation == "number" and whole == 1 else self.times([(g, self.of(g)), (larger, bracketed(signs, TIMES))])

    def _both(self, x, a, b):
        return made("condition", made("both", *(y.arguments[0] if y.kind == "condition" else y for y in (a, b)), level=SUM))

    def _selected(self, x, g, contribution):
        self.notes[SELECTED] = None
        return contribution

    def _sqrt(self, x, a):
        return made("root", a, level=POWER)

    def _absolute(self, x, a):
        return made("absolute", a)

    def _function(self, x, *parts):
        parts = [self.used(x, y, part) for y, part in zip(children(x), parts, strict=True)] if len(parts) > 1 else parts
        if x.operation in _RELATIONS:
            self.notes[CONDITION] = None
            return made("condition", made("relation", x.operation, *parts, level=SUM))
        return made("call", {"maximum": "max", "minimum": "min"}.get(x.operation, x.operation), "", list(parts))

    # --- reductions and shapes ---------------------------------------------------------------------------------------------------

    def _sum(self, x, a):
        return made("big", self.axes(x.static["axis"], children(x)[0].ndim), bracketed(a, POWER), level=BIG)

    def axes(self, axis, ndim):
        label = axes_label(axis, ndim)
        if label in ("rows", "columns"):
            self.notes[ROWS] = None
        return label

    def _reduction(self, x, a):
        return made("call", x.operation, self.axes(x.static["axis"], children(x)[0].ndim), [a])

    _mean = _max = _min = _prod = _cumsum = _concatenate = _reduction

    def _concatenate(self, x, *parts):
        return made("call", "concatenate", axes_label(x.static["axis"], x.ndim), list(parts))

    def _broadcast(self, x, a):
        (inner,) = children(x)
        return a if inner.operation in ("number", "broadcast") or inner.shape == () else made("call", "broadcast", "×".join(map(str, x.shape)), [a])

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
                return made("superscript", _base(a), name("T"), level=POWER)
            if len(before) == len(after) and before[:-2] == after[:-2] and before[-2:] == after[-2:][::-1]:
                return made("superscript", _base(a), name("T"), level=POWER)
        return made("call", "reshape", "×".join(map(str, after)), [a])

    def vector(self, inner, a):
        """A column as a tensor with one axis: A v for the product with a vector, which NumPy takes as a column there."""
        if inner.operation == "matmul" and a.kind == "juxtaposed":
            left, right = inner.operands
            if right.operation == "reshape" and right.operands[0].ndim == 1 and right.shape[-1] == 1:
                return self._matmul(inner, self.of(left), self.of(right.operands[0].current()))
        return a

    def used(self, x, y, math):
        """An operand y in an elementwise formula x: one that was a column, and is a row beside matrices, is transposed there."""
        if x.ndim > 1 and y.operation == "reshape" and y.ndim == 1 and y.size > 1 and not same_but_leading_ones(y.shape, y.operands[0].shape):
            before = y.operands[0].shape
            if len(before) == 2:
                return made("superscript", _base(self.of(y.operands[0])), name("T"), level=POWER)
            return made("call", "reshape", str(y.size), [self.of(y.operands[0])])
        return math

    def _transpose(self, x, a):
        axes = x.static["axes"]
        if axes == (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2):
            if a.kind == "superscript" and a.arguments[1] == number(Fraction(-1)):
                return made("superscript", a.arguments[0], name("-T"), level=POWER)
            return made("superscript", _base(a), name("T"), level=POWER)
        return made("call", "transpose", " ".join(map(str, axes)), [a])

    def _getitem(self, x, a):
        return made("indexed", bracketed(a, ATOM), index_label(x.static["index"]))

    def _scatter_add(self, x, a):
        self.notes[SCATTERED] = None
        return made("call", f"at[{index_label(x.static['index'])}]", "", [a])

    def _astype(self, x, a):
        return made("call", x.dtype.name, "", [a])

    # --- linear algebra ----------------------------------------------------------------------------------------------------------

    def _matmul(self, x, a, b):
        parts = []
        for part in (a, b):
            parts.extend(part.arguments[0] if part.kind == "juxtaposed" else [bracketed(part, POWER)])
        return made("juxtaposed", parts, level=TIMES)

    def _inv(self, x, a):
        return made("superscript", _base(a), number(Fraction(-1)), level=POWER)

    def _solve(self, x, a, b):
        parts = b.arguments[0] if b.kind == "juxtaposed" else [bracketed(b, POWER)]
        return made("juxtaposed", [made("superscript", _base(a), number(Fraction(-1)), level=POWER), *parts], level=TIMES)

    def _logabsdet(self, x, a):
        return made("call", "log", "", [made("absolute", made("call", "det", "", [a]))])

    def _einsum(self, x, *parts):
        inputs, output = x.static["subscripts"].split("->")
        entries = [made("entry", bracketed(_base(part), ATOM), letters) for part, letters in zip(parts, inputs.split(","), strict=True)]
        summed = [letter for letter in dict.fromkeys(inputs.replace(",", "")) if letter not in output]
        body = entries[0] if len(entries) == 1 else made("juxtaposed", entries, level=TIMES)
        return made("index_sum", "".join(summed), body, level=BIG) if summed else made("bracket", body)


def parts_in_order(symbols):
    """What the symbols are made of, without the definitions of named ones."""
    return ordered(symbols, lambda x: x.operands)


def children(x):
    """The operands that are written: those of the rule it goes by, or its own."""
    return x.written[1] if x.operation == "result" else x.operands


def _base(math):
    return math if math.level >= ATOM and math.kind not in ("gradient", "partial", "entry") else made("bracket", math)


def axes_label(axis, ndim):
    """Words for the axes of a reduction; none where all are meant.

    >>> axes_label(0, 2), axes_label((-1,), 2), axes_label(None, 3), axes_label((0, 2), 3)
    ('rows', 'columns', '', 'axes 0, 2')
    """
    axes = range(ndim) if axis is None else [i % ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    if len(axes) == ndim:
        return ""
    if ndim == 2:
        return ("rows", "columns")[axes[0]]
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"


def tensor_of(index):
    """The named Tensor that a part of an index was copied from, or None."""
    tensor = getattr(index, "tensor", None)
    return tensor if tensor is not None and tensor.name else None


def index_label(index):
    """An index as one would write it, long arrays cut."""
    if isinstance(index, tuple):
        return ", ".join(map(index_label, index))
    if isinstance(index, slice):
        start, stop, step = ("" if part is None else str(part) for part in (index.start, index.stop, index.step))
        return f"{start}:{stop}{f':{step}' if step else ''}"
    if index is None or index is Ellipsis:
        return "None" if index is None else "..."
    if tensor_of(index) is not None:
        return clean(index.tensor.name)
    array = np.asarray(index)
    if array.ndim == 0:
        return str(array)
    if array.dtype == bool:
        return "mask"
    flat = array.ravel().tolist()
    if array.ndim == 1 and len(flat) > 2 and flat == list(range(flat[0], flat[0] + len(flat))):
        return f"{flat[0]}…{flat[-1]}"
    shown = ", ".join(map(str, flat if len(flat) <= 6 else [*flat[:3], "…", flat[-1]]))
    return f"[{shown}]"
