"""The index form: the chain rule entry by entry, with the sums over all outputs, the Kronecker deltas, and the sums that the deltas remove."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..graph import is_node
from ..rules import RULES
from .derivation import Derivation, Formula
from .differentiate import collapse, differentiate, like_terms, scaled, without_idle_sums
from .entries import Entry, Letters, NoIndexForm, entry
from .index_notation import OUTPUT, TARGET, IndexNotation, named
from .matrix import left_side
from .matrix_products import matrix_product
from .notation import Notation, children
from .typeset import POWER, TIMES, made, name
from .walk import gradient_variable

_SUMS = ("matmul", "einsum", "sum", "mean", "logsumexp", "var", "std", "norm")
_NONLINEAR = {name for name, rule in RULES.items() if rule.operand_count == 1 and rule.formula.__module__.endswith("elementwise")} - {"negative"}
DEEPEST = 5  # unnamed operations on top of each other, before one of them gets a name


@dataclass
class Elements:
    """A named result, entry by entry: its ``variable``, the ``letters`` of its axes and the ``expression`` of its operands' elements."""

    node: object
    variable: object
    letters: tuple
    expression: object
    operands: dict = field(default_factory=dict)  # the variables in the expression


@dataclass
class IndexLine:
    """∂L/∂(an element): the ``steps`` are lists of terms, each equal to the one before. ``parts`` are the derivatives of what the node is used in."""

    node: object
    variable: object
    letters: tuple
    parts: list  # [(Elements, [Term])]
    steps: list
    product: object = None  # the last step as a matrix product, where it is one


def boundaries(walk):
    """The unnamed results that need a name here: those used more than once, those too far from a named one, those whose rule has no index form."""
    found, depth = {}, {}
    uses = {}
    for node in walk.order:
        for operand in node.operands:
            if is_node(operand):
                uses[operand] = uses.get(operand, 0) + 1
    sums = {}  # whether there is a sum among the unnamed operations that a node was made by
    for node in walk.order:
        operands = [x for x in node.operands if is_node(x)]
        sums[node] = node.operation in _SUMS or any(sums[x] and not x.name and x not in found for x in operands)
        depth[node] = 1 + max((depth[x] for x in operands if x.operands), default=0)
        try:
            _elements_of(walk, node, Letters())
        except NoIndexForm:
            found.update(dict.fromkeys(x for x in (node, *operands) if x.operands))
        if uses.get(node, 0) > 1 or depth[node] >= DEEPEST:
            found[node] = None
        if node.operation in ("var", "std") and not node.name:
            found[node] = None
        if node.operation in ("matmul", "einsum"):  # a product of named matrices can be recognised
            found.update(dict.fromkeys(x for x in operands if x.operands and not x.name and x.operation not in ("transpose", "matmul", "reshape", "identity")))
        if node.operation in _NONLINEAR:
            found.update(dict.fromkeys(x for x in operands if x.operands and sums[x] and not x.name))
        if node in found or node.name:
            depth[node] = 0
    return set(found)


def _elements_of(walk, node, supply):
    """The elements of a named node; None for a leaf."""
    variable = walk.values[node]
    if not node.operands:
        return None
    letters = supply.for_shape(variable.shape)
    found = Elements(node, variable, tuple(x for x in letters if x is not None), entry(variable.static["definition"], letters, supply))
    _collect(variable.static["definition"], found.operands)
    return found


def _collect(x, found):
    """The variables that a formula is made of."""
    stack = [x]
    while stack:
        x = stack.pop()
        if x.operation == "variable":
            found[x] = None
        else:
            stack.extend(children(x))


def index_lines(walk, wanted):
    """([Elements] of the forward pass, [IndexLine or node]): a node where its gradient has no index form."""
    supply, forward, refused, by_variable = Letters(), [], {}, {}
    for node in walk.order:
        if node.operands and node in walk.names:
            try:
                elements = _elements_of(walk, node, supply)
                forward.append(elements)
            except NoIndexForm as reason:
                refused[node] = str(reason)
                forward.append(node)
        if node in walk.names:
            by_variable[walk.values[node]] = node
    needed = _needed(walk, wanted)
    found = []
    used_in = {}
    for elements in forward:
        if isinstance(elements, Elements) and elements.node in walk.gradients:
            for variable in elements.operands:
                used_in.setdefault(variable, []).append(elements)
    unknown = {}
    for node, reason in refused.items():
        for operand in filter(is_node, node.operands):
            unknown[walk.values[operand]] = reason
    earliest = {variable: min(elements.variable.serial for elements in uses) for variable, uses in used_in.items()}
    for node in refused:
        for operand in filter(is_node, node.operands):
            serial = walk.values[node].serial
            earliest[walk.values[operand]] = min(serial, earliest.get(walk.values[operand], serial))
    # after all results it is used in, and among the operands of one result in the order in which they were made
    for variable, node in sorted(by_variable.items(), key=lambda item: (-earliest.get(item[0], 0), item[0].serial)):
        if node in needed and node is not walk.root and node in walk.gradients:
            reason = unknown.get(walk.values[node])
            try:
                found.append((node, reason) if reason else _line(walk, node, variable, used_in.get(variable, []), supply))
            except NoIndexForm as reason:
                found.append((node, str(reason)))
    return forward, found, supply


def _needed(walk, wanted):
    """What lies between the root and a wanted node: every named result that one of them is used in."""
    needed = set(wanted)
    for node in walk.order:
        if any(is_node(x) and x in needed for x in node.operands):
            needed.add(node)
    return needed


def _line(walk, node, variable, used_in, supply):
    letters = tuple(x for x in supply.for_shape(variable.shape) if x is not None)
    parts, first = [], []
    for elements in used_in:
        value = Entry(elements.variable, elements.letters)
        terms = differentiate(elements.expression, variable, letters, value, supply)
        scalar_root = elements.node is walk.root and walk.upstream is None
        if not scalar_root:
            terms = like_terms([collapse(term, supply.sizes) for term in terms])
            upstream = Entry(gradient_variable(walk.book, walk.names[elements.node], elements.node), elements.letters)
            first.extend(scaled(_summed(term, elements.letters), Fraction(1), (upstream,)) for term in terms)
            parts.append((elements, terms))
        else:
            first.extend(terms)
    first = [without_idle_sums(term, supply.sizes) for term in first]
    last = like_terms([collapse(term, supply.sizes) for term in first])
    steps = [first] if first == last else [first, last]
    return IndexLine(node, variable, letters, parts, steps, matrix_product(last, variable, letters, supply))


def _summed(term, letters):
    return replace(term, sums=(*letters, *term.sums))


def target_names(line):
    """Letters for the element that is differentiated by: l where it is a row of the output, k a column, h or k where it was summed over."""
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
            table[letter] = "l" if pairs[letter] == 0 and len(line.letters) > 1 else "k" if pairs[letter] <= 1 else "h"
    if len(set(table.values())) < len(table):
        table = {}
    for letter in line.letters:
        if letter not in table:
            used = set(table.values())
            table[letter] = next(c for c in ("k", *TARGET) if c not in used) if pairs else next(c for c in ("l", *"khpqrsuvwz") if c not in used)
    return table


# --- in notation -----------------------------------------------------------------------------------------------------------------


class Writer:
    """The lines in notation."""

    def __init__(self, walk, supply):
        self.walk, self.supply = walk, supply
        self.notation = IndexNotation(walk.objective, set(walk.names.values()))

    def forward(self, elements):
        """y_ij = Σ_l x_il W_lj + b_j"""
        table = named(elements.letters, {}, OUTPUT)
        left = self.notation.element(elements.variable, self.notation.tokens(elements.letters, table))
        return left, self.notation.expression(elements.expression, table)

    def part(self, elements, terms, line, table):
        """∂y_ij/∂W_hk = δ_kj x_ih"""
        table = named(elements.letters, table, OUTPUT)
        above = self.notation.element(elements.variable, self.notation.tokens(elements.letters, table))
        below = self.notation.element(line.variable, self.notation.tokens(line.letters, table))
        return made("partial", above, below), self.notation.sum_of(terms, table, named(elements.letters, {}, OUTPUT))

    def gradient(self, line, table):
        """∂L/∂W_hk = Σ_i Σ_j ∂L/∂y_ij δ_kj x_ih = Σ_i ∂L/∂y_ik x_ih = (∂L/∂y · x)_kh"""
        outputs = {}
        for elements, _ in line.parts:
            outputs.update(named(elements.letters, {}, OUTPUT))
        left = made("partial", name(self.walk.objective), self.notation.element(line.variable, self.notation.tokens(line.letters, table)))
        steps = [self.notation.sum_of(terms, table, outputs) for terms in line.steps]
        if line.product is not None:
            steps.append(self._scaled(line, made("entry", made("bracket", self.product(line)), self.notation.tokens(line.product.letters, table))))
        steps = [step for i, step in enumerate(steps) if i == 0 or step != steps[i - 1]]
        return left, made("chain", steps) if len(steps) > 1 else steps[0]

    def _scaled(self, line, math):
        return math if line.product.coefficient == 1 else self.notation.scaled(line.product.coefficient, math)

    def product(self, line):
        """∂L/∂y · x"""
        parts = []
        for factor in line.product.factors:
            if factor.symbol is None:
                parts.append(name("1"))
                continue
            math = self.notation.element(factor.symbol, ())
            if factor.transposed:
                math = made("superscript", math if math.kind == "name" else made("bracket", math), name("T"), level=POWER)
            parts.append(made("call", "diag", "", [math]) if factor.diagonal else math)
        return parts[0] if len(parts) == 1 else made("product", parts, ("·",) * (len(parts) - 1), level=TIMES)


def index_form(walk, wanted, source):
    """The Derivation in index form."""
    forward, found, supply = index_lines(walk, wanted)
    writer = Writer(walk, supply)
    sections = [("", [Formula(*writer.forward(x), None) if isinstance(x, Elements) else definition_formula(walk, x) for x in forward])]
    if walk.upstream is not None:
        sections.append(("", [Formula(name_of(walk), None, walk.root.shape)]))
    formulas, conclusions, notes = {}, [], {}
    for line in found:
        if isinstance(line, tuple):  # no index form
            node, reason = line
            formula = matrix_formula(walk, node)
            notes[f"{formula.text.split(' =')[0]} is in matrix form: {reason} has no short form in indices."] = None
            sections.append(("", [formula]))
            formulas[node] = formula
            continue
        table = target_names(line)
        lines = [Formula(*writer.part(elements, terms, line, table), None) for elements, terms in line.parts]
        formulas[line.node] = Formula(*writer.gradient(line, table), line.node.shape)
        sections.append(("", [*lines, formulas[line.node]]))
        if line.product is not None:
            numerator = line.product.letters != line.letters or len(line.letters) < 2
            kind = "gradient" if numerator or line.node.operands else "nabla"
            left = made(kind, writer.notation.objective, name(walk.names[line.node]))
            conclusions.append(Formula(left, writer._scaled(line, writer.product(line)), shape_of(line, numerator)))
    if conclusions:
        sections.append(("As products of matrices; every ∂ in numerator layout, the transpose of ∇:", conclusions))
    if any(isinstance(line, IndexLine) and len(line.parts) > 1 for line in found):
        notes["In ∂t/∂x the other named results that t is made of are held fixed; the line of ∂L/∂x adds up all ways.".replace("∂L", f"∂{walk.objective}")] = None
    notes.update({f"{called}_i: the places {_places(places)}.": None for places, called in writer.notation.places.items()})
    notes.update({f"{called}: a constant array, {x.shape}.": None for x, called in writer.notation.constants.items()})
    table = {key: formulas[node] for node in wanted if node in formulas for key in (walk.names[node], node)}
    return Derivation(walk.names[walk.root], sections, table, list(notes), source)


def shape_of(line, numerator):
    """The shape of a matrix product: that of the tensor, or its transpose; a column for one with a single axis."""
    shape = line.node.shape
    if numerator and len(shape) == 1:
        return (*shape, 1)
    return shape[::-1] if numerator else shape


def name_of(walk):
    return made("gradient", name(walk.objective), name(walk.names[walk.root]))


def matrix_formula(walk, node):
    """The gradient of one node in matrix form."""
    return Formula(left_side(walk, node), Notation(walk.objective).write(walk.formula(node)), node.shape)


def definition_formula(walk, node):
    """A result in matrix form."""
    return Formula(name(walk.names[node]), Notation(walk.objective).write(walk.values[node].static["definition"]), node.shape)


def _places(places):
    return f"[{', '.join(map(str, places if len(places) <= 12 else (*places[:10], '…', places[-1])))}]"
