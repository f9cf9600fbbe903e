"""The matrix form: which lines the derivation has, and which sub-expressions get a name of their
own.
"""

from dataclasses import dataclass

from ..operations import names as op
from ..symbol.node import children, ordered
from .notation import Notation
from .typeset import Math, made, name

LONGEST = 30  # signs; a longer expression is cut into named parts
SHORTEST = 4  # a shorter one is repeated rather than named


@dataclass(frozen=True)
class Line:
    """left = right, with the shape of both; ``node`` is set where the line is its gradient, and
    there is nothing on the right of what is given.
    """

    left: Math
    right: Math | None
    shape: tuple
    part: str  # "forward", "given" or "backward"
    node: object = None


def lines(walk, wanted):
    """(the lines of a derivation, explanations of its notation); ``wanted`` are the nodes whose
    gradients are asked for.
    """
    variables = _gradient_variables(walk)
    defined = [
        walk.gradients[node] for node in wanted if variables.get(walk.gradients[node]) is node
    ]
    targets = {}
    for node in wanted:
        if variables.get(walk.gradients[node]) is not node:
            targets.setdefault(walk.gradients[node], []).append(node)
    named = [walk.values[node] for node in walk.order if node in walk.names and node.operands]
    roots = [*named, *targets, *defined]
    unnamed = _gradients_of_unnamed(walk)
    order, uses = _ordered(roots)
    repeated = [x for x in order if x in unnamed and uses[x] > 1 and not _simple(x)]
    values = list(dict.fromkeys(walk.values[unnamed[x]] for x in repeated))
    order, uses = _ordered([*roots, *values])
    writer = LineWriter(walk, targets, uses)
    writer.variables, writer.unnamed, writer.forced = variables, unnamed, dict.fromkeys(values)
    for x in order:
        writer.write(x)
    writer.repeat_remaining()
    if walk.upstream is not None:
        count = sum(line.part == "forward" for line in writer.lines)
        given = Line(writer.notation.of(walk.upstream), None, walk.root.shape, "given")
        writer.lines.insert(count, given)
    return writer.lines, writer.notation


class LineWriter:
    """Writes symbols one after another; what is wanted, long or used several times becomes a line,
    and its name stands for it.
    """

    def __init__(self, walk, targets, uses):
        self.walk, self.uses = walk, uses
        self.targets = targets  # {a gradient: the wanted nodes that have it}, until it is written
        self.variables = {}  # {∂L/∂h, where it is a name for a formula: h}
        self.unnamed = {}  # {the gradient of a node without a name: the node}
        self.forced = {}  # what gets a name because its gradient has one
        self.notation, self.lines = Notation(walk.objective), []
        self.names, self.count = set(walk.names.values()), 0

    def write(self, x):
        """Write a symbol, whose operands are written, and add its line where it has one."""
        math = self.notation.math(x)
        if x.operation == "variable":
            definition = x.static["definition"]
            if definition is not None:
                self.add(math, self.notation.of(definition), x, self.variables.get(x))
        elif x in self.targets and not _simple(x) and not self.is_forward(x):
            for node in self.targets.pop(x):
                left = left_side(self.walk, node)
                self.add(left, math, x, node)
                math = left
        elif self.needs_name(x, math):
            left = self.name_of(x)
            self.add(left, math, x)
            math = left
        self.notation.written[x] = math

    def repeat_remaining(self):
        """Add a line for each wanted gradient that is a short formula, or a part of the forward
        pass.
        """
        for x, nodes in self.targets.items():
            for node in nodes:
                left = left_side(self.walk, node)
                self.lines.append(Line(left, self.notation.of(x), node.shape, "backward", node))

    def add(self, left, right, x, node=None):
        part = "forward" if self.is_forward(x) else "backward"
        self.lines.append(Line(left, right, x.shape if node is None else node.shape, part, node))

    def is_forward(self, x):
        return x.serial < self.walk.forward_end

    def needs_name(self, x, math):
        """True for what is long, for what is used several times and not short, and for what another
        name needs.
        """
        if _simple(x):
            return False
        return (
            x in self.forced
            or math.length > LONGEST
            or (self.uses[x] > 1 and math.length >= SHORTEST)
        )

    def name_of(self, x):
        """∂L/∂t1 for the gradient of what is called t1, else the next t that is free."""
        node = self.unnamed.get(x)
        value = self.notation.written.get(self.walk.values[node]) if node is not None else None
        if value is not None and value.kind == "name" and not self.is_forward(x):
            return made("gradient", self.notation.objective, value)
        self.count += 1
        while f"t{self.count}" in self.names:
            self.count += 1
        return name(f"t{self.count}")


def _gradient_variables(walk):
    """{∂L/∂h, where it is a name for a formula: h}"""
    variables = {}
    for node, called in walk.names.items():
        gradient = walk.gradients.get(node)
        if (
            gradient is not None
            and node.operands
            and _is_defined(gradient)
            and gradient.static["name"] == called
        ):
            variables[gradient] = node
    return variables


def _is_defined(x):
    return (
        x.operation == "variable"
        and x.static["kind"] == "gradient"
        and x.static["definition"] is not None
    )


def left_side(walk, node):
    """∇_W L for a leaf, ∂L/∂h for what was computed."""
    called = name(walk.names[node])
    return made("gradient" if node.operands else "nabla", name(walk.objective), called)


def _simple(x):
    """True for what is as short as a name."""
    return x.operation in ("variable", "number", "constant") or (
        x.operation in ("broadcast", op.RESHAPE, op.TRANSPOSE) and _simple(x.operands[0])
    )


def _gradients_of_unnamed(walk):
    """{gradient: the node}, for computed nodes without a name; of several with one gradient, the
    last.
    """
    return {
        walk.gradients[node]: node
        for node in walk.order
        if node in walk.gradients and node not in walk.names and node.operands
    }


def _ordered(roots):
    """(everything the roots are written with, operands first; {symbol: how often it is used})"""
    uses = {}
    for x in roots:
        uses[x] = uses.get(x, 0) + (x.operation != "variable")
    order = ordered(roots, _written_with)
    for x in order:
        for y in _written_with(x):
            uses[y] = uses.get(y, 0) + 1
    # Numbers come first, since a rule may make one after its result.
    order.sort(key=lambda x: x.operation != "number")
    return order, uses


def _written_with(x):
    definition = x.static.get("definition") if x.operation == "variable" else None
    return children(x) if definition is None else (definition,)
