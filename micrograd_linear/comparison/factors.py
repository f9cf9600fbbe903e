"""Numbers that have a meaning, by which a gradient may be multiplied by mistake: lengths of axes
and constants.
"""

import numpy as np

from ..engine.graph import is_node

FITTED = 8  # the cost of a mistake with a number that nobody types


def named_factors(order: list) -> list[tuple[float, str]]:
    """[(number, words)] that mistakes bring in, of the nodes in order.

    These are 2 and 1/2, the lengths of axes, their inverses, squares and roots, and the constants
    of the graph.
    """
    words_of = {2.0: "2", 0.5: "1/2", 3.0: "3", 4.0: "4", 0.25: "1/4"}
    lengths = (n for node in order for n in (*np.shape(node.current), np.size(node.current)))
    for n in dict.fromkeys(n for n in lengths if n > 1):
        for value, words in _of_length(n):
            words_of.setdefault(value, words)
    constants = (x for node in order for x in node.operands if not is_node(x) and np.ndim(x) == 0)
    for c in dict.fromkeys(map(float, constants)):
        for value, words in _of_constant(abs(c)):
            words_of.setdefault(value, words)
    return [
        (value, words)
        for value, words in words_of.items()
        if value not in (0.0, 1.0) and np.isfinite(value)
    ]


def multiple(value: float, words: str) -> str:
    """The gradient times a number, in words.

    >>> multiple(0.2, "1/5"), multiple(5.0, "5")
    ('1/5 of the gradient', '5 times the gradient')
    """
    return f"{words} {'of' if abs(value) < 1 and '/' in words else 'times'} the gradient"


def _of_length(n):
    yield float(n), f"{n}"
    yield 1.0 / n, f"1/{n}"
    yield 1.0 / n**2, f"1/{n}²"
    yield 2.0 / n, f"2/{n}"
    yield n / (n - 1), f"{n}/{n - 1}"
    yield (n - 1) / n, f"{n - 1}/{n}"
    yield n**0.5, f"√{n}"
    yield n**-0.5, f"1/√{n}"


def _of_constant(c):
    yield c, f"{c:g}"
    yield 1 / c if c else 0.0, f"1/{c:g}"
    yield c * c, f"{c:g}²"
