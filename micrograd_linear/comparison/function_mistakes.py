"""What people write in place of the derivative of an elementwise function: none, another, or it
taken elsewhere. Which functions there are, and what is peculiar to one, is asked of their records.
"""

import numpy as np

from ..engine.graph import is_node
from ..operations import RULES

KIND = "local-derivative"


def is_function(operation):
    """True for an elementwise function of one array, such as tanh."""
    rule = RULES.get(operation)
    return rule is not None and rule.is_function


def derivative(operation, arrays, position=0):
    """The derivative by one of its operands, elementwise."""
    g = np.ones_like(np.broadcast_arrays(*arrays)[0])
    return RULES[operation].formula(*arrays)[1][position](g)


def parameters(node):
    """The numbers of a function's operands that are settings, such as a slope."""
    count = RULES[node.operation].parameters
    operands = node.operands[len(node.operands) - count :] if count else ()
    return tuple(x.current if is_node(x) else x for x in operands)


def mistakes_of_function(operation, position, arrays, y):
    """[(kind, words, f)] for y = operation(*arrays), elementwise; f(g) as of ``mistakes``."""
    lesson = RULES[operation].lesson
    written = lesson.derivative or f"that of {operation}"
    if position:
        return _misplaced_derivatives(operation, position, written, arrays, y)
    instead = lesson.instead(arrays[0], y) if len(arrays) == 1 else {}
    return [
        *(
            (KIND, f"you used {words}; it is {written}", lambda g, value=value: g * value)
            for words, value in instead.items()
        ),
        *_misplaced_derivatives(operation, position, written, arrays, y),
        *_masks(operation, arrays[0]),
        *_derivatives_of_others(operation, arrays[0], y),
    ]


def _misplaced_derivatives(operation, position, written, arrays, y):
    """The derivative left out, taken elsewhere, there twice, or without the upstream gradient."""

    def at(x):
        replaced = [x if i == position else other for i, other in enumerate(arrays)]
        return derivative(operation, replaced, position)

    own = arrays[position]
    right = at(own)
    forms = [
        ("the derivative is left out", lambda g: g + 0 * right),
        (
            f"the derivative is taken at the output; it is {written} of the input z",
            lambda g: g * at(y),
        ),
        (f"the value of {operation} is used in place of its derivative", lambda g: g * y),
        (f"the input is used in place of the derivative, which is {written}", lambda g: g * own),
        ("the derivative is there twice", lambda g: g * right * right),
        ("it was divided by the derivative", lambda g: g / right),
        ("the derivative is taken of the gradient, not of the input", at),
        (
            "the derivative stands alone, without the gradient that comes in",
            lambda g: right + 0 * g,
        ),
    ]
    for i in range(RULES[operation].operand_count - RULES[operation].parameters):
        if i != position:
            other = derivative(operation, arrays, i)
            words = "the derivative is that with respect to the other operand"
            forms.append((words, lambda g, other=other: g * other))
    return [(KIND, words, form) for words, form in forms]


def _masks(operation, x):
    """What passes at a kink at 0, taken of the wrong array, or the wrong way round."""
    rule = RULES[operation]
    if not rule.kinked or rule.lesson.purpose != "activation":
        return []
    return [
        (
            KIND,
            "it passes where the gradient that comes in is positive, not where the input is",
            lambda g: g * (g > 0),
        ),
        (KIND, "it passes where the input is negative", lambda g: g * (x <= 0)),
    ]


def _derivatives_of_others(operation, x, y):
    """The derivatives of the functions that are used for the same purpose."""
    forms = []
    for other in _kin(operation):
        words = f"you used the derivative of {other.name}; the step is {operation}"
        for ending, at in (("", x), (", and took it at the output", y)):
            forms.append(
                (
                    KIND,
                    words + ending,
                    lambda g, other=other, at=at: g * derivative(other.name, (at, *_usual(other))),
                )
            )
    return forms


def _kin(operation):
    purpose = RULES[operation].lesson.purpose
    if not purpose:
        return []
    alike = [rule for rule in RULES.values() if rule.lesson.purpose == purpose]
    return [rule for rule in alike if rule.name != operation]


def _usual(rule):
    """The parameters of a function as they are mostly chosen: 0.01 for a slope."""
    return (USUAL_PARAMETER,) * rule.parameters


USUAL_PARAMETER = 0.01
