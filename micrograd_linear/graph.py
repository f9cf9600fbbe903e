"""What both levels share: the order of a graph's nodes, their names, and what every reader may read of a node.

A node, whether a ``Value`` or a ``Tensor``, shows its readers

    name        the user's name for it, or ""
    operation   the name of the rule that made it, or "" for a leaf
    static      the rule's keyword arguments, as a dict
    operands    an ordered tuple; nodes, or plain numbers and arrays, which are constants
    read        the numbers or arrays that were read from them; others than theirs, if theirs were changed since
    created     an integer that grows with every node recorded
    module_calls  only on results of a ``Module``: (module, age of the graph when it was called, the same of the calls inside it)
    data, grad, shape, dtype

Operands exist before the result they make, so the order of creation IS a topological order: no depth-first search, no recursion,
and the same order in every run.
"""

import itertools
from collections import Counter, defaultdict
from operator import attrgetter

from . import versions

creation = itertools.count()  # next(creation) is the age of the next node; one C call, safe between threads
_created = attrgetter("created")


def is_node(operand):
    """True for a ``Value`` or a ``Tensor``; False for the plain number or array of a constant."""
    return hasattr(operand, "operands")


def topological_order(root):
    """Every node that ``root`` was computed from, ``root`` last; operands come before what was made of them.

    >>> from micrograd_linear import Value
    >>> x = Value(3, "x"); y = x * x; y.name = "y"
    >>> [node.name for node in topological_order(y)]
    ['x', 'y']
    """
    seen = {root}
    order = [root]
    for node in order:  # grows while it is walked
        if versions.exist:
            versions.settle(node)
        for operand in node.operands:
            if hasattr(operand, "operands") and operand not in seen:
                seen.add(operand)
                order.append(operand)
    order.sort(key=_created)
    return order


def unique_names(order):
    """A name for every node, each once: the user's, or its operation and a number; the second of a name is "name (2)", and so on."""
    given = Counter(node.name for node in order)
    names, taken, numbers = {}, set(given), defaultdict(lambda: itertools.count(1))
    for i, node in enumerate(order):
        name = node.name or f"{node.operation or 'leaf'} #{i}"
        if given[node.name] > 1 if node.name else name in taken:
            name = next(f"{name} ({k})" for k in numbers[name] if f"{name} ({k})" not in taken)
        taken.add(name)
        names[node] = name
    return names
