"""A part of a graph: what is at most so many operations away from one value."""

from ..engine.graph import is_node

DEPTH = 3


def neighbourhood(order, focus, depth, names):
    """(the nodes, in order; those among them whose operands are left out; what was left out, in
    words).

    Up and down: what the focus was computed from, and what was computed from it, in ``depth``
    operations; the operands of the latter, too, so that every operation that is shown is shown
    whole.
    """
    node = find(order, focus, names)
    depth = DEPTH if depth is None else depth
    consumers = {}
    for y in order:
        for x in y.operands:
            if is_node(x):
                consumers.setdefault(x, []).append(y)
    up = _reached(node, depth, lambda x: [operand for operand in x.operands if is_node(operand)])
    down = _reached(node, depth, lambda x: consumers.get(x, ()))
    kept = {**up, **down}
    whole = {x for x, steps in up.items() if steps < depth} | {
        x for x in down if x is not node
    }  # with all their operands
    for x in list(down):
        if x is not node:
            kept.update(dict.fromkeys((operand for operand in x.operands if is_node(operand)), 0))
    part = [x for x in order if x in kept]
    cut = {x for x in part if x.operands and x not in whole}
    if len(part) == len(order) and not cut:
        return part, cut, ""
    count, total = count_values(part, cut), count_values(order)
    about = names.get(node) or node.describe()
    steps = f"{depth} operation{'s' * (depth != 1)}"
    return (
        part,
        cut,
        f"{count:,} of {total:,} values, at most {steps} from {about}; {total - count:,} left out",
    )


def count_values(order, cut=()):
    """Nodes, and the constants that they are made of."""
    return len(order) + sum(
        not is_node(x) for node in order if node not in cut for x in node.operands
    )


def find(order, focus, names):
    """The node that ``focus`` is, or that it names."""
    if is_node(focus):
        if focus not in set(order):
            raise ValueError(f"draw: focus: {focus.describe()} is no part of this graph")
        return focus
    if not isinstance(focus, str):
        raise TypeError(f"draw: focus: expected a node or a name, got {type(focus).__name__}")
    found = [node for node in order if names.get(node) == focus]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(
            f"draw: focus: {len(found):,} values are called {focus!r}; pass the node itself"
        )
    known = list(dict.fromkeys(names.values()))
    some = ", ".join(map(repr, known[:8])) + (", …" if len(known) > 8 else "")
    raise ValueError(f"draw: focus: no value is called {focus!r}; there are {some or 'no names'}")


def _reached(node, depth, neighbours):
    """{node: how many steps away}, breadth first."""
    found, edge = {node: 0}, [node]
    for steps in range(1, depth + 1):
        edge = [
            y
            for x in edge
            for y in neighbours(x)
            if y not in found and not found.update({y: steps})
        ]
        if not edge:
            break
    return found
