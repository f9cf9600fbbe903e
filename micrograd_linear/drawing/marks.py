"""What is odd about a value: how its hand-derived gradient fared, where NaN begins, and where its
gradient is 0.
"""

from collections import Counter

import numpy as np

from ..engine.graph import is_node

VERDICTS = {
    "wrong": "✗ wrong",
    "wrong step": "✗ wrong step",
    "shape": "✗ shape",
    "non-finite": "✗ not finite",
    "missing": "✗ missing",
}
DEAD = "its gradient is 0"
STALE = "made of other numbers than are there now"


def gradient(node):
    """The gradient, also where it was itself recorded: an array, a ``Value``'s number, or None."""
    return getattr(node.grad, "current", node.grad)


def verdicts(order, check):
    """({node: (words, whether it is wrong)}, the uses (consumer, operand) at which the likeliest
    mistake was made)
    """
    names = {node: check.names.get(node, node.name) for node in order}
    marks, uses = {}, set()
    for node in order:
        if node not in check or check[node].status == "unchecked":
            continue
        result = check[node]
        wrong = result.status in VERDICTS
        marks[node] = (
            VERDICTS.get(
                result.status,
                result.status if result.status == "inherited" else f"✓ {result.status}",
            ),
            wrong,
        )
        where = result.causes[0].where if wrong and result.causes else ()
        if len(where) == 2:
            uses |= {
                (y, x)
                for y in order
                for x in y.operands
                if is_node(x) and (names[y], names[x]) == where
            }
    return marks, uses


def notes(order, gradients):
    """{node: [words]}, where ``gradients`` are those that are drawn, {node: array or number}.

    Values whose operands were changed since; the first value that is not finite although its
    operands are; the first such gradient, in backward order; and the values at which gradients die:
    none of them is other than 0, although that of a result is.
    """
    found = {node: [STALE] for node in order if _is_stale(node)}
    for node in order:
        if not _finite(node.current) and all(
            _finite(x.current if is_node(x) else x) for x in node.operands
        ):
            found.setdefault(node, []).append(f"{_what(node.current)} begins here")
            break
    root = gradients.get(order[-1])
    if root is None or not _any(root):  # no backward pass yet
        return found
    odd = {
        node: {} for node, g in gradients.items() if not _any(g) or not _finite(g)
    }  # and their consumers
    for node in order:
        for x in node.operands if odd else ():
            if is_node(x) and x in odd:
                odd[x][node] = None
    for node in reversed(order):
        if (
            node in odd
            and not _finite(gradients[node])
            and all(_finite(gradients.get(y, 0.0)) for y in odd[node])
        ):
            found.setdefault(node, []).append(f"gradient: {_what(gradients[node])} begins here")
            break
    for node in order:
        if node in odd and node.requires_grad and _dies(node, odd[node], gradients):
            found.setdefault(node, []).append(DEAD)
    return found


def _is_stale(node):
    """Whether an operand has other numbers now than those that the node was computed from."""
    pairs = zip(node.operands, node.read)
    return any(
        is_node(x) and x.current is not read and not np.array_equal(x.current, read, equal_nan=True)
        for x, read in pairs
    )


def _dies(node, consumers, gradients):
    """Whether every contribution to its gradient is 0, though not all gradients of its results are.
    A gradient that was reset is not meant.
    """
    g = gradients.get(node)
    if (
        g is None
        or _any(g)
        or not np.size(g)
        or not any(y in gradients and _any(gradients[y]) for y in consumers)
    ):
        return False
    with np.errstate(all="ignore"):
        for y in consumers:
            try:
                parts = y.contributions(_seed(y, gradients[y])) if y in gradients else ()
            except RuntimeError:  # an operation written by hand, whose _backward is not there
                return False
            if any(x is node and _any(_plain(part)) for x, part in parts):
                return False
    return True


def _seed(node, g):
    return g if hasattr(node, "arrays") else float(g)


def _plain(x):
    return getattr(x, "current", x)


def _any(g):
    return g != 0.0 if g.__class__ is float else bool(np.any(g))


def _finite(x):
    return (
        x - x == 0
        if x.__class__ is float
        else bool(
            np.isfinite(np.asarray(x, dtype=None if hasattr(x, "dtype") else np.float64)).all()
        )
    )


def _what(x):
    return "nan" if np.isnan(x).any() else "inf"


def folded(members, found):
    """The notes of values that are drawn as one box, and of how many each holds."""
    counts = Counter(words for node in members for words in found.get(node, ()))
    return [
        words
        if count == len(members) or words != DEAD
        else f"{words} in {count:,} of {len(members):,}"
        for words, count in counts.items()
    ]
