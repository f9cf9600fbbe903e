"""The lines of the index form in notation, and the Derivation that they make."""

from .derivation import Derivation, Formula
from .index_form import Elements, IndexLine, index_lines
from .index_notation import OUTPUT, TARGET, IndexNotation, named
from .matrix import left_side
from .notation import Notation
from .typeset import POWER, TIMES, made, name

_HELD_FIXED = (
    "In ∂t/∂x the other named results that t is made of are held fixed; "
    "the line of ∂L/∂x adds up all ways."
)


class Writer:
    """The lines in notation."""

    def __init__(self, walk, supply):
        self.walk, self.supply = walk, supply
        self.notation = IndexNotation(walk.objective, set(walk.names.values()))

    def definition(self, elements):
        """A named result entry by entry, or in matrix form where it is a node without an index
        form.
        """
        if isinstance(elements, Elements):
            return Formula(*self.forward(elements), None)
        return definition_formula(self.walk, elements)

    def derivatives(self, line):
        """The formulas of a line: the derivatives of what the node is used in, and the gradient
        that they make.
        """
        table = target_names(line)
        parts = [
            Formula(*self.part(elements, terms, line, table), None)
            for elements, terms in line.parts
        ]
        return [*parts, Formula(*self.gradient(line, table), line.node.shape)]

    def conclusion(self, line):
        """The gradient of a line as a product of matrices."""
        numerator = line.product.letters != line.letters or len(line.letters) < 2
        kind = "gradient" if numerator or line.node.operands else "nabla"
        left = made(kind, self.notation.objective, name(self.walk.names[line.node]))
        return Formula(left, self._scaled(line, self.product(line)), shape_of(line, numerator))

    def notes(self):
        """What the names of tables and of constants stand for."""
        places = [
            f"{called}_i: the places {_places(table)}."
            for table, called in self.notation.places.items()
        ]
        return places + [
            f"{called}: a constant array, {x.shape}."
            for x, called in self.notation.constants.items()
        ]

    def forward(self, elements):
        """y_ij = Σ_l x_il W_lj + b_j"""
        table = named(elements.letters, {}, OUTPUT)
        left = self.notation.element(
            elements.variable, self.notation.tokens(elements.letters, table)
        )
        return left, self.notation.expression(elements.expression, table)

    def part(self, elements, terms, line, table):
        """∂y_ij/∂W_hk = δ_kj x_ih"""
        table = named(elements.letters, table, OUTPUT)
        above = self.notation.element(
            elements.variable, self.notation.tokens(elements.letters, table)
        )
        below = self.notation.element(line.variable, self.notation.tokens(line.letters, table))
        return made("partial", above, below), self.notation.sum_of(
            terms, table, named(elements.letters, {}, OUTPUT)
        )

    def gradient(self, line, table):
        """∂L/∂W_hk = Σ_i Σ_j ∂L/∂y_ij δ_kj x_ih = Σ_i ∂L/∂y_ik x_ih = (∂L/∂y · x)_kh"""
        outputs = {}
        for elements, _ in line.parts:
            outputs.update(named(elements.letters, {}, OUTPUT))
        left = made(
            "partial",
            name(self.walk.objective),
            self.notation.element(line.variable, self.notation.tokens(line.letters, table)),
        )
        steps = [self.notation.sum_of(terms, table, outputs) for terms in line.steps]
        if line.product is not None:
            steps.append(
                self._scaled(
                    line,
                    made(
                        "entry",
                        made("bracket", self.product(line)),
                        self.notation.tokens(line.product.letters, table),
                    ),
                )
            )
        steps = [step for i, step in enumerate(steps) if i == 0 or step != steps[i - 1]]
        return left, made("chain", steps) if len(steps) > 1 else steps[0]

    def _scaled(self, line, math):
        return (
            math
            if line.product.coefficient == 1
            else self.notation.scaled(line.product.coefficient, math)
        )

    def product(self, line):
        """∂L/∂y · x"""
        parts = []
        for factor in line.product.factors:
            if factor.symbol is None:
                parts.append(name("1"))
                continue
            math = self.notation.element(factor.symbol, ())
            if factor.transposed:
                math = made(
                    "superscript",
                    math if math.kind == "name" else made("bracket", math),
                    name("T"),
                    level=POWER,
                )
            parts.append(made("call", "diag", "", [math]) if factor.diagonal else math)
        return (
            parts[0]
            if len(parts) == 1
            else made("product", parts, ("·",) * (len(parts) - 1), level=TIMES)
        )


def index_form(walk, wanted, source):
    """The Derivation in index form."""
    forward, gradients, supply = index_lines(walk, wanted)
    writer = Writer(walk, supply)
    sections = [("", [writer.definition(x) for x in forward])]
    if walk.upstream is not None:
        sections.append(("", [Formula(name_of(walk), None, walk.root.shape)]))
    formulas, conclusions, notes = {}, [], {}
    for line in gradients:
        if isinstance(line, IndexLine):
            node, section = line.node, writer.derivatives(line)
            if line.product is not None:
                conclusions.append(writer.conclusion(line))
        else:
            node, reason = line
            section = [matrix_formula(walk, node)]
            left = section[0].text.split(" =")[0]
            notes[f"{left} is in matrix form: {reason} has no short form in indices."] = None
        formulas[node] = section[-1]
        sections.append(("", section))
    if conclusions:
        sections.append(
            (
                "As products of matrices; every ∂ in numerator layout, the transpose of ∇:",
                conclusions,
            )
        )
    if any(isinstance(line, IndexLine) and len(line.parts) > 1 for line in gradients):
        notes[_HELD_FIXED.replace("∂L", f"∂{walk.objective}")] = None
    notes.update(dict.fromkeys(writer.notes()))
    table = {
        key: formulas[node]
        for node in wanted
        if node in formulas
        for key in (walk.names[node], node)
    }
    return Derivation(walk.names[walk.root], sections, table, list(notes), source)


def shape_of(line, numerator):
    """The shape of a matrix product: that of the tensor, or its transpose; a column for one with a
    single axis.
    """
    shape = line.node.shape
    if numerator and len(shape) == 1:
        return (*shape, 1)
    return shape[::-1] if numerator else shape


def name_of(walk):
    return made("gradient", name(walk.objective), name(walk.names[walk.root]))


def matrix_formula(walk, node):
    """The gradient of one node in matrix form."""
    return Formula(
        left_side(walk, node), Notation(walk.objective).write(walk.formula(node)), node.shape
    )


def definition_formula(walk, node):
    """A result in matrix form."""
    return Formula(
        name(walk.names[node]),
        Notation(walk.objective).write(walk.values[node].static["definition"]),
        node.shape,
    )


def _places(places):
    return (
        f"[{', '.join(map(str, places if len(places) <= 12 else (*places[:10], '…', places[-1])))}]"
    )


def target_names(line):
    """Letters for the element that is differentiated by: l where it is a row of the output, k a
    column, h or k where it was summed over.
    """
    pairs = {}
    for elements, terms in line.parts:
        for term in terms:
            for delta in term.deltas:
                for a, b in ((delta.a, delta.b), (delta.b, delta.a)):
                    if a in elements.letters and b in line.letters and b not in pairs:
                        pairs[b] = elements.letters.index(a)
    table = {}
    for letter in line.letters:
        if letter in pairs:
            table[letter] = (
                "l"
                if pairs[letter] == 0 and len(line.letters) > 1
                else "k"
                if pairs[letter] <= 1
                else "h"
            )
    if len(set(table.values())) < len(table):
        table = {}
    for letter in line.letters:
        if letter not in table:
            used = set(table.values())
            table[letter] = (
                next(c for c in ("k", *TARGET) if c not in used)
                if pairs
                else next(c for c in ("l", *"khpqrsuvwz") if c not in used)
            )
    return table
