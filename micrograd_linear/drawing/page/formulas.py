"""The formula of each operation, forward and backward, with gaps for names: the page fills in the
names of the nodes, or their numbers.

The very rules that ran are run on symbols, as in ``derive``. A gap is one character of Unicode's
private area.
"""

from ...derivation.mathml import Mathml
from ...derivation.notation import Notation
from ...derivation.text import Text
from ...derivation.walk import core_of, fitted, rule_of
from ...engine.graph import is_node
from ...symbol import Book, algebra, structure
from .javascript import expression

GRADIENT, RESULT, FIRST = (
    "\ue000",
    "\ue001",
    "\ue100",
)  # the gaps for dL/d(result), the result, and the first operand; the others follow
MOST_OPERANDS = 0xF7FF - ord(FIRST)  # for which there are gaps


class Formulas:
    """Every formula of a page, once: ``entries``, for the page to show, and ``scripts``, for it to
    run (None where there is none).
    """

    def __init__(self):
        self.entries, self.scripts, self._known = [], [], {}

    def number_of(self, node, operands):
        """The number of the formula by which ``node`` was made of ``operands``, nodes or constants;
        None where a rule knows no formula.
        """
        key = None
        if not hasattr(node, "arrays"):
            key = (node.operation, *(float(x) if short(x) else is_node(x) for x in operands))
            if key in self._known:
                return self._known[key]
        try:
            entry, script = _formula(node, operands)
        except (TypeError, ValueError, AttributeError):
            self._known[key] = None
            return None
        return self._number(entry, script, key)

    def number_for_all(self, node, uses_of):
        """The number of the formula of ``node`` for all values that are drawn as one with it;
        ``uses_of`` {each of them: {position of an operand: its place among what the card is used
        for}}. What holds for some of them only is left out. None where a rule knows no formula.
        """
        try:
            entry, _ = _formula(node, node.operands)
        except (TypeError, ValueError, AttributeError):
            return None
        every = list(uses_of.values())
        count = 1 + max((k for uses in every for k in uses.values()), default=-1)
        value = _of_all(entry["value"], uses_of[node], every)
        parts = [_part_of_all(k, entry["parts"], uses_of[node], every) for k in range(count)]
        return self._number({"value": value, "parts": parts}, None, None)

    def _number(self, entry, script, key):
        """The number of an entry, which is new or known."""
        shown = repr(entry)
        if shown not in self._known:
            self._known[shown] = len(self.entries)
            self.entries.append(entry)
            self.scripts.append(script)
        if key is not None:
            self._known[key] = self._known[shown]
        return self._known[shown]


def _of_all(formula, own, every):
    """A formula with the gaps of a card, where it is the same for all; else None."""
    positions = [ord(x) - ord(FIRST) for x in formula[1] if FIRST <= x <= gap(MOST_OPERANDS)]
    known = all(i in own and all(uses.get(i) == own[i] for uses in every) for i in positions)
    moved = str.maketrans({gap(i): gap(own[i]) for i in positions}) if known else {}
    return [text.translate(moved) for text in formula] if known else None


def _part_of_all(k, parts, own, every):
    """What all members add to the gradient of the k-th operand of a card, where that is the same
    formula; else None.
    """
    users = [uses for uses in every if k in uses.values()]
    places = {tuple(i for i, use in uses.items() if use == k) for uses in users}
    if len(places) != 1:
        return None
    (positions,) = places
    here = dict.fromkeys(positions, k)
    found = []
    for i in positions:
        part = parts[i] and _of_all(parts[i], {**own, **here}, users)
        if part is None:
            return None
        found.append(part)
    markup = "<mo>+</mo>".join(part[0] for part in found)
    return [f"<mrow>{markup}</mrow>", " + ".join(part[1] for part in found)]


def gap(position):
    """The gap for the operand at a position."""
    return chr(ord(FIRST) + position)


def _formula(node, operands):
    """(what is shown, what can be run) of one operation.

    Shown: {"value": (MathML, text), "parts": what it adds to the gradient of each operand,
    "slopes": d(result)/d(operand), of single numbers}.
    """
    book = Book()
    rule, _, static = rule_of(node)
    symbols = [_operand(book, x, i, node) for i, x in enumerate(operands)]
    value, pullbacks = _chain(rule, symbols, static)
    value = algebra.symbol(book, value)
    forward = _forward(book, rule, symbols, static, value)
    names = {gap(i): f"x{i}" for i in range(len(operands))} | {RESULT: "y", GRADIENT: "g"}
    scalar = node.shape == () and all(not is_node(x) or x.shape == () for x in operands)
    run = expression(value, names) if scalar else None
    _alias_result(book, value)
    parts = _parts(book, node, operands, pullbacks)
    entry = {"value": forward, "parts": [None if part is None else _shown(part) for part in parts]}
    if not scalar:
        return entry, None
    one = book.number(1)
    pulled = zip(parts, pullbacks, strict=True)
    slopes = [None if part is None else algebra.symbol(book, pull(one)) for part, pull in pulled]
    entry["slopes"] = [None if slope is None else _shown(slope) for slope in slopes]
    return entry, _script(run, parts, names, len(operands))


def _forward(book, rule, symbols, static, value):
    """The value as it is printed, composed rules under their own names."""
    notation = Notation("L")
    if rule.composed and not rule.parameters:
        arguments = tuple(algebra.symbol(book, x) for x in symbols)
        return _printed(notation.rule(rule.name, arguments, static))
    return _printed(notation.write(value))


def _alias_result(book, value):
    """Let a pullback that closes over the result name it, instead of writing it out again."""
    core = core_of(value)
    if core.operation not in ("variable", "number", "broadcast"):
        result = book.variable(RESULT, value.shape, value.dtype)
        core.alias = structure.reshape(result, core.shape)


def _parts(book, node, operands, pullbacks):
    """What is added to the gradient of each operand; None for one that takes no gradient."""
    upstream = book.variable(GRADIENT, node.shape, getattr(node, "dtype", float))
    pulled = [
        algebra.symbol(book, pull(upstream)) if is_node(x) and x.requires_grad else None
        for x, pull in zip(operands, pullbacks, strict=True)
    ]
    pairs = zip(operands, pulled, strict=True)
    return [None if part is None else fitted(part, x) for x, part in pairs]


def _script(run, parts, names, count):
    """The JavaScript object that computes the value, ``f``, and the parts, ``d``."""
    arguments = ",".join(names[gap(i)] for i in range(count))
    backward = ",".join(
        "null" if part is None else f"(g,y,{arguments})=>{expression(part, names)}"
        for part in parts
    )
    return f"{{f:({arguments})=>{run},d:[{backward}]}}"


def short(x):
    """Whether a constant is a number of few digits, which a formula can simplify with."""
    return not is_node(x) and getattr(x, "shape", ()) == () and float(f"{float(x):.6g}") == float(x)


def _operand(book, x, position, node):
    """A node, an array or a number of many digits as a gap, a short constant as itself."""
    if short(x):
        return float(x)
    return book.variable(gap(position), getattr(x, "shape", ()), getattr(x, "dtype", float))


def _chain(rule, symbols, static):
    """(value, pullbacks) of a rule; of one for two operands on several, such as a sum of many, from
    the left to the right.
    """
    if len(symbols) <= 2 or not rule.notation.of_many:
        return rule.formula(*symbols, **static)
    value, steps = symbols[0], []
    for symbol in symbols[1:]:
        value, pulls = rule.formula(value, symbol)
        steps.append(pulls)

    def pullback(i):
        def pull(g):
            for to_left, to_right in reversed(steps[max(i - 1, 0) :]):
                last = to_right if i and to_right is steps[i - 1][1] else to_left
                g = last(g)
            return g

        return pull

    return value, [pullback(i) for i in range(len(symbols))]


def _shown(symbol):
    return _printed(Notation("L").write(symbol))


def _printed(math):
    return [Mathml().show(math), Text().show(math)]
