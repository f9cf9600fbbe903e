"""What people write for elementwise operations on two arrays: factors, quotients, powers, and the
masks of choices.
"""

import numpy as np

from ..operations import names as op


def _multiply(position, arrays, y, static):
    own, other = arrays[position], arrays[1 - position]
    return [
        ("local-derivative", "the other factor is left out", lambda g: g + 0 * other),
        ("wrong-operand", "multiplied by itself instead of the other factor", lambda g: g * own),
        ("wrong-operand", "multiplied by the product instead of the other factor", lambda g: g * y),
        ("local-derivative", "the other factor is there twice", lambda g: g * other * other),
        (
            "local-derivative",
            "divided by the other factor instead of multiplied",
            lambda g: g / other,
        ),
        (
            "wrong-operand",
            "the other factor stands alone, without the gradient that comes in",
            lambda g: other + 0 * g,
        ),
        (
            "wrong-operand",
            "the other factor is rounded to whole numbers",
            lambda g: g * np.round(other),
        ),
    ]


def largest_alone(other):
    words = "the largest of the other factor along its last axis counts as 1, the rest as 0"
    return "wrong-operand", words, lambda g: g * _one_hot(other)


def _one_hot(x):
    """1 for the largest along the last axis, 0 for the rest; nothing for what is a mask already."""
    return (
        x == x.max(axis=-1, keepdims=True)
        if x.ndim and x.shape[-1] > 1 and len(np.unique(x)) > 2
        else np.nan
    )


def _divide(position, arrays, y, static):
    a, b = arrays
    if position == 1:
        return _denominator(a, b, y)
    return [
        ("local-derivative", "not divided by the denominator", lambda g: g + 0 * b),
        ("local-derivative", "multiplied by the denominator instead of divided", lambda g: g * b),
        ("local-derivative", "divided by the square of the denominator", lambda g: g / b**2),
        ("wrong-operand", "multiplied by the quotient", lambda g: g * y),
    ]


def _denominator(a, b, y):
    """Forms of -a / b**2, each with its minus and without it."""
    forms = [
        ("local-derivative", "of -a / b**2 the a is missing", lambda g: g / b**2 + 0 * a),
        ("local-derivative", "of -a / b**2 the square is missing", lambda g: g * a / b),
        ("local-derivative", "of -a / b**2 the division is missing", lambda g: g * a),
        ("local-derivative", "of -a / b**2 only 1 / b is there", lambda g: g / b + 0 * a),
        (
            "local-derivative",
            "of -a / b**2 the b is there with the power 3",
            lambda g: g * a / b**3,
        ),
        ("local-derivative", "-b / a**2 instead of -a / b**2", lambda g: g * b / a**2),
        ("wrong-operand", "the quotient is there twice", lambda g: g * y * y),
    ]
    wrong = [
        (kind, words + ending, lambda g, sign=sign, form=form: form(sign * g))
        for sign, ending in ((-1, ""), (1, "; the minus is missing, too"))
        for kind, words, form in forms
    ]
    return [
        *wrong,
        ("local-derivative", "of -a / b**2 only -1 is there", lambda g: -g + 0 * a),
    ]


def _power(position, arrays, y, static):
    x, p = arrays
    if position == 1:
        return [
            ("local-derivative", "the logarithm of the base is missing", lambda g: g * y),
            (
                "local-derivative",
                "p x**(p - 1) is not the derivative along p",
                lambda g: g * p * x ** (p - 1),
            ),
        ]
    forms = [
        ("the exponent was not lowered: p x**p instead of p x**(p - 1)", lambda g: g * p * y),
        ("the factor p of p x**(p - 1) is missing", lambda g: g * x ** (p - 1)),
        ("the factor is p - 1 instead of p", lambda g: g * (p - 1) * x ** (p - 1)),
        (
            "the exponent was raised: p x**(p + 1) instead of p x**(p - 1)",
            lambda g: g * p * x ** (p + 1),
        ),
        ("the exponent was lowered by 2", lambda g: g * p * x ** (p - 2)),
        ("neither factor nor lower exponent: x**p", lambda g: g * y),
        ("only the factor p of p x**(p - 1) is there", lambda g: g * p + 0 * x),
        ("the sign of the exponent is lost: p x**(-p)", lambda g: g * p * x ** (-p)),
        ("x**(p - 1) without the sign of p", lambda g: g * np.abs(p) * x ** (p - 1)),
        ("the derivative is left out", lambda g: g + 0 * x),
        (
            "the derivative stands alone, without the gradient that comes in",
            lambda g: p * x ** (p - 1) + 0 * g,
        ),
    ]
    return [("local-derivative", words, form) for words, form in forms]


def _larger(position, arrays, y, static):
    own, other = arrays[position], arrays[1 - position]
    return [
        (
            "local-derivative",
            "the mask is missing: it passes whatever the input is",
            lambda g: g + 0 * other,
        ),
        ("local-derivative", "the mask is inverted", lambda g: g * (own != y)),
        ("local-derivative", "the value is used in place of the mask", lambda g: g * y),
        (
            "local-derivative",
            "it passes where the gradient that comes in is positive",
            lambda g: g * (g > 0),
        ),
        ("local-derivative", "it passes where the input is positive", lambda g: g * (own > 0)),
    ]


def _where(position, arrays, y, static):
    taken = np.broadcast_to(static["condition"], np.shape(y))
    return [
        ("local-derivative", "the mask is missing: it passes whatever the input is", lambda g: g),
        (
            "local-derivative",
            "the mask is inverted",
            lambda g: g * (~taken if position == 0 else taken),
        ),
    ]


def _clip(position, arrays, y, static):
    x = arrays[0]
    return [
        ("local-derivative", "the mask is missing: it passes whatever the input is", lambda g: g),
        ("local-derivative", "the mask is inverted", lambda g: g * (x != y)),
        (
            "local-derivative",
            "only the lower bound cuts",
            lambda g: (
                g * (x == np.maximum(x, -np.inf if static.get("min") is None else static["min"]))
            ),
        ),
        (
            "local-derivative",
            "only the upper bound cuts",
            lambda g: (
                g * (x == np.minimum(x, np.inf if static.get("max") is None else static["max"]))
            ),
        ),
    ]


MISTAKES_OF_PAIRS = {
    op.MULTIPLY: _multiply,
    op.DIVIDE: _divide,
    op.POWER: _power,
    op.MAXIMUM: _larger,
    op.MINIMUM: _larger,
    op.WHERE: _where,
    op.CLIP: _clip,
}
