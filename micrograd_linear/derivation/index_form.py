"""The index form: the chain rule entry by entry, with the sums over all outputs, the Kronecker
deltas, and the sums that the deltas remove.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..engine.graph import is_node
from ..operations import RULES, record_of
from ..operations import names as op
from ..symbol.node import children
from .differentiate import collapse, differentiate, like_terms, scaled, without_idle_sums
from .elements import entry
from .entries import Entry, Letters, NoIndexForm
from .matrix_products import matrix_product
from .walk import gradient_variable

DEEPEST = 5  # unnamed operations on top of each other, before one of them gets a name


def _is_nonlinear(rule):
    """Whether it is an elementwise function of one array, such as exp or clip."""
    if rule is None:  # a leaf
        return False
    one = rule.operand_count - rule.parameters == 1
    return rule.elementwise and one and not rule.operator


@dataclass
class Elements:
    """A named result, entry by entry: its ``variable``, the ``letters`` of its axes and the
    ``expression`` of its operands' elements.
    """

    node: object
    variable: object
    letters: tuple
    expression: object
    operands: dict = field(default_factory=dict)  # the variables in the expression


@dataclass
class IndexLine:
    """∂L/∂(an element): the ``steps`` are lists of terms, each equal to the one before. ``parts``
    are the derivatives of what the node is used in.
    """

    node: object
    variable: object
    letters: tuple
    parts: list  # [(Elements, [Term])]
    steps: list
    product: object = None  # the last step as a matrix product, where it is one


def boundaries(walk):
    """The unnamed results that need a name here: those used more than once, those too far from a
    named one, those whose rule has no index form.
    """
    results, depth = set(), {}
    uses = Counter(x for node in walk.order for x in node.operands if is_node(x))
    sums = {}  # whether there is a sum among the unnamed operations that a node was made by
    for node in walk.order:
        operands = [x for x in node.operands if is_node(x)]
        inner = [x for x in operands if not x.name and x not in results]
        rule = RULES.get(node.operation)
        sums[node] = (rule is not None and rule.sums) or any(sums[x] for x in inner)
        depth[node] = 1 + max((depth[x] for x in operands if x.operands), default=0)
        if not _has_index_form(walk, node):
            results.update(x for x in (node, *operands) if x.operands)
        is_moment = node.operation in (op.VAR, op.STD) and not node.name
        if uses[node] > 1 or depth[node] >= DEEPEST or is_moment:
            results.add(node)
        unnamed = [x for x in operands if x.operands and not x.name]
        results.update(x for x in unnamed if _needs_name(x, node, sums))
        if node in results or node.name:
            depth[node] = 0
    return results


def _has_index_form(walk, node):
    try:
        _elements_of(walk, node, Letters())
    except NoIndexForm:
        return False
    return True


def _needs_name(x, node, sums):
    """True for an operand of a product of matrices, which is recognised where they have names, and
    for a sum inside of a function.
    """
    record = record_of(node.operation)
    if record.multiplies and not record.elementwise:
        return x.operation not in (op.TRANSPOSE, op.MATMUL, op.RESHAPE, op.IDENTITY)
    return _is_nonlinear(RULES.get(node.operation)) and sums[x]


def _elements_of(walk, node, supply):
    """The elements of a named node; None for a leaf."""
    variable = walk.values[node]
    if not node.operands:
        return None
    letters = supply.for_shape(variable.shape)
    elements = Elements(
        node,
        variable,
        tuple(x for x in letters if x is not None),
        entry(variable.static["definition"], letters, supply),
    )
    _collect(variable.static["definition"], elements.operands)
    return elements


def _collect(x, variables):
    """The variables that a formula is made of."""
    stack = [x]
    while stack:
        x = stack.pop()
        if x.operation == "variable":
            variables[x] = None
        else:
            stack.extend(children(x))


def index_lines(walk, wanted):
    """([Elements] of the forward pass, [IndexLine or (node, reason)], the letters): a reason where
    a gradient has no index form.
    """
    supply = Letters()
    forward, refused = _forward_elements(walk, supply)
    used_in = {}
    for elements in forward:
        if isinstance(elements, Elements) and elements.node in walk.gradients:
            for variable in elements.operands:
                used_in.setdefault(variable, []).append(elements)
    reasons = {
        walk.values[x]: reason
        for node, reason in refused.items()
        for x in node.operands
        if is_node(x)
    }
    gradients, needed = [], _needed(walk, wanted)
    for variable, node in _backward_order(walk, used_in, refused):
        if node in needed and node is not walk.root and node in walk.gradients:
            reason = reasons.get(walk.values[node])
            try:
                line = (
                    (node, reason)
                    if reason
                    else _line(walk, node, variable, used_in.get(variable, []), supply)
                )
            except NoIndexForm as refusal:
                line = (node, str(refusal))
            gradients.append(line)
    return forward, gradients, supply


def _forward_elements(walk, supply):
    """([Elements, or the node where it has no index form], {such a node: the reason}) of the named
    results.
    """
    forward, refused = [], {}
    for node in walk.order:
        if node.operands and node in walk.names:
            try:
                forward.append(_elements_of(walk, node, supply))
            except NoIndexForm as refusal:
                refused[node] = str(refusal)
                forward.append(node)
    return forward, refused


def _backward_order(walk, used_in, refused):
    """[(variable, node)]: each after all results it is used in, and the operands of one result in
    the order in which they were made.
    """
    earliest = {
        variable: min(elements.variable.serial for elements in uses)
        for variable, uses in used_in.items()
    }
    for node in refused:
        serial = walk.values[node].serial
        for operand in filter(is_node, node.operands):
            variable = walk.values[operand]
            earliest[variable] = min(serial, earliest.get(variable, serial))
    nodes = {walk.values[node]: node for node in walk.order if node in walk.names}
    return sorted(nodes.items(), key=lambda item: (-earliest.get(item[0], 0), item[0].serial))


def _needed(walk, wanted):
    """What lies between the root and a wanted node: every result that one of them is used in."""
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
            upstream = Entry(
                gradient_variable(walk.book, walk.names[elements.node], elements.node),
                elements.letters,
            )
            first.extend(
                scaled(_summed(term, elements.letters), Fraction(1), (upstream,)) for term in terms
            )
            parts.append((elements, terms))
        else:
            first.extend(terms)
    first = [without_idle_sums(term, supply.sizes) for term in first]
    last = like_terms([collapse(term, supply.sizes) for term in first])
    steps = [first] if first == last else [first, last]
    return IndexLine(
        node, variable, letters, parts, steps, matrix_product(last, variable, letters, supply)
    )


def _summed(term, letters):
    return replace(term, sums=(*letters, *term.sums))
