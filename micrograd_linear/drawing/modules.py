"""Which values were made in which call of a module, read off what the results of calls remember."""

from collections import Counter

from ..engine.graph import is_node
from ..foundations.printable import printable
from .fold import Box

LONGEST = 36  # characters of a module's own words for itself
MOST_INSIDE = 40  # values that one box may stand for


def calls(order):
    """({node: tuple of the calls that it was made in, outermost first, as numbers}, {number:
    module}).

    A node was made in a call if the call's result depends on it and it is younger than the call;
    that is passed on from results to operands.
    """
    modules, stacks = {}, {}
    for node in reversed(order):
        chain = getattr(node, "module_calls", None)
        if chain is not None:
            own = []
            while chain is not None:
                module, begin, chain = chain
                modules[begin] = module
                own.append(begin)
            stacks[node] = _united(stacks.get(node, ()), tuple(sorted(own)))
        stack = stacks.get(node)
        if stack:
            for x in node.operands:
                if is_node(x) and x.operands and stack[0] < x.created:
                    passed = (
                        stack
                        if stack[-1] < x.created
                        else tuple(begin for begin in stack if begin < x.created)
                    )
                    before = stacks.get(x, ())
                    stacks[x] = (
                        passed if not before or before == passed else _united(before, passed)
                    )
    return stacks, modules


def outermost(stacks, called):
    """The modules that were called by no other, oldest first."""
    return [called[begin] for begin in sorted({stack[0] for stack in stacks.values()})]


def _united(one, other):
    return other if not one else one if not other or one == other else tuple(sorted({*one, *other}))


def homes(order, stacks, parameters):
    """{leaf: the calls that all its uses are in} for parameters, and for what was made inside a
    call.
    """
    homes_of = {}
    for node in order:
        for x in node.operands:
            if is_node(x) and not x.operands:
                stack = stacks.get(node, ())
                if x not in parameters:
                    stack = tuple(begin for begin in stack if begin < x.created)
                homes_of[x] = _shared(homes_of[x], stack) if x in homes_of else stack
    return homes_of


def _shared(one, other):
    common = []
    for a, b in zip(one, other):
        if a != b:
            break
        common.append(a)
    return tuple(common)


def title(module: object, path: str) -> str:
    """The path of a module and what it calls itself, if short: "layers[0]: Linear(4, 3)"."""
    words = type(module).__name__
    if type(module).__repr__ is not object.__repr__:
        try:
            own = str(repr(module))
        except Exception:  # a user's own, on which a picture must not depend
            own = words
        words = own if len(own) <= LONGEST and "\n" not in own else words
    return printable(f"{path}: {words}" if path else words)


def collapsed(order, stacks, modules, parameters, most):
    """The graph with calls of modules as one box each, the innermost calls if that is enough, as a
    list of ``fold.Box``; None if it does not help.

    It helps where at most ``most`` boxes with few lines between them are left, each call small
    enough to be imagined.
    """
    if not stacks:
        return None
    deepest, where = max(map(len, stacks.values())), None
    for depth in range(deepest, 0, -1):
        inside = Counter(stack[:depth] for node, stack in stacks.items() if len(stack) >= depth)
        if max(inside.values()) > MOST_INSIDE:
            return None
        results = sum(bool(node.operation) for node in order) - sum(inside.values())
        if results + len(inside) > most:
            continue
        where = where or {**homes(order, stacks, parameters), **stacks}
        boxes = _at(order, where, modules, depth)
        edges = sum(len(box.operands) for box in boxes)
        if len(boxes) <= most and edges <= 2 * len(boxes):
            return boxes
    return None


def _at(order, where, modules, depth):
    """Boxes of the graph in which every call at that depth is one box; its members are the values
    that are used outside of it.
    """
    keys = {
        node: where[node][:depth] if len(where.get(node, ())) >= depth else node.created
        for node in order
    }
    outputs = {order[-1]} | {
        x for node in order for x in node.operands if is_node(x) and keys[x] != keys[node]
    }
    boxes = {}
    for node in order:
        key = keys[node]
        if key == node.created:
            boxes[key] = Box([node], node.operation, len(node.operands))
            continue
        box = boxes.get(key)
        if box is None:
            box = boxes[key] = Box([], node.operation, 0, modules[key[-1]])
        box.inside += 1
        if node in outputs:
            box.members.append(node)
    for node in order:
        for i, x in enumerate(node.operands):
            if is_node(x) and keys[x] != keys[node]:
                boxes[keys[node]].connect(boxes[keys[x]], node, i)
    return sorted(
        (box for box in boxes.values() if box.members), key=lambda box: box.members[0].created
    )
