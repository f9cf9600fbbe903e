"""The matrix form: which lines the derivation has, and which sub-expressions get a name of their own."""

from dataclasses import dataclass

from ..symbol.node import ordered
from .notation import Notation, children
from .typeset import Math, made, name

LONGEST = 30  # signs; a longer expression is cut into named parts
SHORTEST = 4  # a shorter one is repeated rather than named


@dataclass(frozen=True)
class Line:
    """left = right, with the shape of both; ``node`` is set where the line is the gradient of one."""

    left: Math
    right: Math
    shape: tuple
    part: str  # "forward", "given" or "backward"
    node: object = None


def lines(walk, wanted):
    """(the lines of a derivation, explanations of its notation); ``wanted`` are the nodes whose gradients are asked for."""
    notation = Notation(walk.objective)
    variables = {}  # {∂L/∂h, where it is a name for a formula: h}
    for node, called in walk.names.items():
        gradient = walk.gradients.get(node)
        if gradient is not None and node.operands and _is_defined(gradient) and gradient.static["name"] == called:
            variables[gradient] = node
    targets = {}
    for node in wanted:
        if variables.get(walk.gradients[node]) is not node:
            targets.setdefault(walk.gradients[node], []).append(node)
    named = [walk.values[node] for node in walk.order if node in walk.names and node.operands]
    roots = [*named, *targets, *(walk.gradients[node] for node in wanted if variables.get(walk.gradients[node]) is node)]
    unnamed = _gradients_of_unnamed(walk)
    order, uses = _ordered(roots)
    shared = {unnamed[x]: walk.values[unnamed[x]] for x in order if x in unnamed and uses[x] > 1 and not _simple(x)}
    order, uses = _ordered([*roots, *shared.values()])
    forced = dict.fromkeys(shared.values())
    taken, found = set(walk.names.values()), []
    counter = iter(range(1, len(order) + len(taken) + 2))

    def temporary():
        return name(next(f"t{k}" for k in counter if f"t{k}" not in taken))

    def line(left, right, x, node=None):
        part = "forward" if x.serial < walk.forward_end else "backward"
        found.append(Line(left, right, x.shape if node is None else node.shape, part, node))

    if walk.upstream is not None:
        given = notation.of(walk.upstream)
    for x in order:
        math = notation.math(x)
        if x.operation == "variable":
            definition = x.static["definition"]
            if definition is not None:
                line(math, notation.of(definition), x, variables.get(x))
            notation.written[x] = math
        elif x in targets and not _simple(x) and x.serial >= walk.forward_end:
            for node in targets.pop(x):
                left = left_side(walk, node)
                line(left, math, x, node)
                math = left
        elif not _simple(x) and (x in forced or (uses[x] > 1 and math.length >= SHORTEST) or math.length > LONGEST):
            node = unnamed.get(x)
            value = notation.written.get(walk.values[node]) if node is not None else None
            left = made("gradient", notation.objective, value) if value is not None and value.kind == "name" and x.serial >= walk.forward_end else temporary()
            line(left, math, x)
            math = left
        notation.written[x] = math
    for x, nodes in targets.items():
        for node in nodes:
            found.append(Line(left_side(walk, node), notation.of(x), node.shape, "backward", node))
    if walk.upstream is not None:
        at = sum(line.part == "forward" for line in found)
        found.insert(at, Line(given, None, walk.root.shape, "given"))
    return found, notation


def _is_defined(x):
    return x.operation == "variable" and x.static["kind"] == "gradient" and x.static["definition"] is not None


def left_side(walk, node):
    """∇_W L for a leaf, ∂L/∂h for what was computed."""
    called = name(walk.names[node])
    return made("gradient" if node.operands else "nabla", name(walk.objective), called)


def _simple(x):
    """True for what is as short as a name."""
    return x.operation in ("variable", "number", "constant") or (x.operation in ("broadcast", "reshape", "transpose") and _simple(x.operands[0]))


def _gradients_of_unnamed(walk):
    """{gradient: the node}, for computed nodes without a name; of several with one gradient, the last."""
    return {walk.gradients[node]: node for node in walk.order if node in walk.gradients and node not in walk.names and node.operands}


def _ordered(roots):
    """(everything the roots are written with, operands first; {symbol: how often it is used})"""
    uses = {}
    for x in roots:
        uses[x] = uses.get(x, 0) + (x.operation != "variable")
    order = ordered(roots, _written_with)
    for x in order:
        for y in _written_with(x):
            uses[y] = uses.get(y, 0) + 1
    order.sort(key=lambda x: x.operation != "number")  # a number of a rule may have been made after the rule's result
    return order, uses


def _written_with(x):
    definition = x.static.get("definition") if x.operation == "variable" else None
    return children(x) if definition is None else (definition,)
