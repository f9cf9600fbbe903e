"""A formula of single numbers as JavaScript, so that a page can compute anew what the engine
computed: written from the rule, not beside it.
"""

import math

from ...derivation.lower import lower, reachable

_RELATIONS = {
    "equal": "===",
    "not_equal": "!==",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
_MATH = {"absolute": "abs", "maximum": "max", "minimum": "min"}
_FUNCTIONS = ("sign", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh", *_MATH)
_FORMS = {
    "negative": "(-{0})",
    "power": "power({0},{1})",
    "both": "({0}&&{1})",
    "where": "({0}?{1}:{2})",
    "sigmoid": "sigmoid({0})",
}
_FORMS |= {"astype": "{0}", "reshape": "{0}"}  # of a single number: nothing
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
    if kind == "add":
        return (
            "("
            + "".join(
                f"{'-' if sign < 0 else '+'}{part}"
                for sign, part in zip(x.static["signs"], parts, strict=True)
            )
            + ")"
        )
    if kind in ("multiply", "divide"):
        return f"({parts[0]}{'*' if kind == 'multiply' else '/'}{parts[1]})"
    if kind in _RELATIONS:
        return f"({parts[0]}{_RELATIONS[kind]}{parts[1]})"
    if kind in _FUNCTIONS:
        return f"Math.{_MATH.get(kind, kind)}({','.join(parts)})"
    if kind not in _FORMS:
        raise TypeError(f"{kind} is no operation on single numbers")
    return _FORMS[kind].format(*parts)


def number(value):
    """A number as JavaScript reads it.

    >>> number(-0.5), number(float("inf")), number(1e-7)
    ('(-0.5)', 'Infinity', '1e-07')
    """
    value = float(value)
    text = "NaN" if value != value else "Infinity" if math.isinf(value) else repr(abs(value))
    return f"(-{text})" if math.copysign(1, value) < 0 and value == value else text
