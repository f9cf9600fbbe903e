"""A formula of single numbers as JavaScript, so that a page can compute anew what the engine
computed: written from the rule, not beside it.
"""

import math

from ...derivation.lower import lower, reachable
from ...operations import RULES
from ...operations import names as op

_RELATIONS = {
    "equal": "===",
    "not_equal": "!==",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
# What stands in the formulas of single numbers beside the operations; moves are nothing there.
_FORMS = {"both": "({0}&&{1})", op.WHERE: "({0}?{1}:{2})", op.ASTYPE: "{0}", op.RESHAPE: "{0}"}
HELPERS = """const sigmoid = (x) => (x >= 0 ? 1 : Math.exp(x)) / (1 + Math.exp(-Math.abs(x)));
const power = (x, p) => (x === 1 || p === 0 ? 1 : x ** p);
"""


def expression(symbol, names):
    """The JavaScript expression for a symbol of shape (); ``names`` is {name of a variable: its
    name there}.

    Every variable is one of the ``names``, every other text comes from the closed vocabulary of
    symbols: no user's text can get in.
    """
    lowered = lower([symbol])[symbol]
    written = {}
    for x in reachable([lowered]):
        written[x] = _written(x, [written[y] for y in x.operands], names, written)
    return written[lowered]


def _written(x, parts, names, written):
    kind = x.operation
    if kind == "variable":
        return (
            names[x.static["name"]]
            if x.static["name"] in names
            else written[x.static["definition"]]
        )
    if kind in ("number", "constant"):
        return number(x.static["value"])
    if kind == op.ADD:
        return (
            "("
            + "".join(
                f"{'-' if sign < 0 else '+'}{part}"
                for sign, part in zip(x.static["signs"], parts, strict=True)
            )
            + ")"
        )
    if kind in _RELATIONS:
        return f"({parts[0]}{_RELATIONS[kind]}{parts[1]})"
    rule = RULES.get(kind)
    form = _FORMS.get(kind) or (rule is not None and rule.notation.javascript)
    if not form:
        raise TypeError(f"{kind}: its record has no JavaScript for single numbers")
    return form.format(*parts)


def number(value):
    """A number as JavaScript reads it.

    >>> number(-0.5), number(float("inf")), number(1e-7)
    ('(-0.5)', 'Infinity', '1e-07')
    """
    value = float(value)
    text = "NaN" if value != value else "Infinity" if math.isinf(value) else repr(abs(value))
    return f"(-{text})" if math.copysign(1, value) < 0 and value == value else text
