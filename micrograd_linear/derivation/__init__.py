"""``derive``: the gradient of every named tensor as a formula. The rules that ran on the numbers
are run on symbols, and what comes out is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..engine.errors import without_gradient
from ..engine.graph import Node, is_node
from .derivation import Derivation, Formula
from .index_form import boundaries
from .index_writer import index_form
from .labels import tensor_of
from .matrix import lines
from .notation import Notation
from .numerator import numerator
from .source import write
from .typeset import made, name
from .walk import walk

__all__ = ["Derivation", "Formula", "derive"]
_FORMS = ("matrix", "index")


def derive(
    node: Node,
    wrt: str | Node | Sequence[str | Node] | set[Any] | None = None,
    *,
    form: str = "matrix",
) -> Derivation:
    """The derivation of a graph: d(node)/d(every named tensor) as a formula, or dL/d(it) for a
    given dL/d(node) where node is no scalar.

    ``node``   the result, a Tensor or a Value
    ``wrt``    a name, a node, or several: whose gradients are wanted. By default those of all named
               leaves and results, and where no leaf has a name, of all leaves (which are then
               called x1, x2, ...)
    ``form``   "matrix": one formula for each tensor. "index": the chain rule entry by entry, with
               the sums and the Kronecker deltas

    Returns a ``Derivation``. Every ∂L/∂h in it has the shape of h. Raises ``TypeError`` for what is
    no node, or where a rule cannot be run on symbols, and ``ValueError`` for an unknown name or
    form, or a node that depends on nothing.

    >>> import numpy as np
    >>> from micrograd_linear import Tensor, derive
    >>> x, W = Tensor(np.ones((5, 4)), "x"), Tensor(np.ones((4, 3)), "W")
    >>> b = Tensor(np.ones((1, 3)), "b")
    >>> y = x @ W + b
    >>> y.name = "y"
    >>> derivation = derive(y)
    >>> derivation["W"]
    <Formula ∇_W L = xᵀ ∂L/∂y  (4, 3)>
    >>> derivation["b"].latex
    '\\\\nabla_{b} L = \\\\sum_{\\\\text{rows}} \\\\frac{\\\\partial L}{\\\\partial y}'
    >>> "dW = x.T @ gradient" in derivation.source
    True
    """
    asked = _asked(wrt)
    _check(node, form, asked)
    return _derivation(node, asked, form)


def _derivation(node, asked, form):
    """The derivation for arguments that were checked."""
    extra = {x for x in asked or () if is_node(x)}
    passed = walk(node, name_gradients=True, wanted=extra)
    wanted = _wanted(passed, asked)
    if form == "matrix":
        return _matrix_form(passed, wanted, lambda: _source(node, wanted, asked))
    everything = walk(node, name_gradients=True, wanted=set(passed.order))
    passed = walk(node, name_gradients=True, wanted=extra | boundaries(everything))
    return index_form(passed, wanted, lambda: _source(node, wanted, asked))


def _check(node, form, asked):
    """Raise the error for arguments of ``derive`` that mean nothing."""
    if not is_node(node):
        raise TypeError(f"derive: expected a Tensor or a Value, got {type(node).__name__}")
    if form not in _FORMS:
        raise ValueError(f"derive: unknown form {form!r}; expected 'matrix' or 'index'")
    if not node.requires_grad:
        raise without_gradient("derive", node, "; there is nothing to derive")
    if not node.operands:
        raise ValueError(
            f"derive: {node.describe()} was computed from nothing; there is nothing to derive"
        )
    if asked == []:
        raise ValueError("derive: wrt is empty; leave it out to have all gradients")


def _asked(wrt):
    if wrt is None:
        return None
    return list(wrt) if isinstance(wrt, (list, tuple, set)) else [wrt]


def _wanted(passed, asked):
    """The nodes whose gradients are asked for."""
    names = passed.names
    if asked is None:
        named = [
            node
            for node in passed.order
            if node.name and node in passed.gradients and node is not passed.root
        ]
        if not any(not node.operands for node in named):
            named += [
                node
                for node in passed.order
                if not node.operands and node in passed.gradients and not node.name
            ]
        return named
    by_name = {name: node for node, name in names.items()}
    return list(dict.fromkeys(_node_of(key, passed, by_name) for key in asked))


def _node_of(key, passed, by_name):
    """The node that a name or a node in ``wrt`` asks for; an error where it has no gradient."""
    node = by_name.get(key) if isinstance(key, str) else key if is_node(key) else None
    if node is None and isinstance(key, str):
        raise ValueError(f"derive: {key!r}: {_hint(key, passed, by_name)}")
    if node is None:
        raise TypeError(f"derive: wrt: expected names or nodes, got {type(key).__name__}")
    if node not in passed.gradients:
        why = (
            "it requires none"
            if not node.requires_grad
            else f"{passed.root.describe()} does not depend on it"
        )
        raise ValueError(f"derive: {node.describe()} has no gradient here: {why}")
    if node is passed.root:
        raise ValueError(
            f"derive: {passed.names[node]!r} is the result itself, whose gradient is given; "
            f"there are {', '.join(by_name)}"
        )
    return node


def _hint(key, passed, by_name):
    """What is meant, perhaps, by a name that no tensor has, or that several have."""
    alike = [name for node, name in passed.names.items() if node.name == key]
    if alike:
        hint = f"several tensors have that name; they are called {', '.join(map(repr, alike))} here"
    else:
        hint = f"no tensor of the graph has that name; there are {', '.join(by_name)}"
    hint += f"; the form is given as form={key!r}" * (key in _FORMS)
    return hint + "; several are given as a list" * ("," in key)


def _source(root, wanted, asked):
    passed = walk(root, name_gradients=False, wanted=set(wanted))
    leaves = {}
    for node in passed.order:
        for operand in node.operands:
            if is_node(operand) and not operand.operands and operand in passed.names:
                leaves[operand] = passed.names[operand]
        index = node.static.get("index", ())
        for part in index if isinstance(index, tuple) else (index,):
            tensor = tensor_of(part)
            if tensor is not None and tensor not in leaves:
                names = {*passed.names.values(), *leaves.values()}
                leaves[tensor] = next(
                    name
                    for k in range(len(names) + 1)
                    if (name := tensor.name if not k else f"{tensor.name} ({k})") not in names
                )
    inputs = [node for node in leaves if node in set(wanted)]
    nodes = [x for x in dict.fromkeys([*inputs, *wanted]) if not x.operands or asked]
    return write(passed, leaves, {node: passed.names[node] for node in nodes})


def _matrix_form(passed, wanted, source):
    written, notation = lines(passed, wanted)
    shown, formulas = {True: [], False: []}, {}
    for line in written:
        flipped = (
            _in_numerator_layout(passed, line.node, notation) if line.node is not None else None
        )
        formula = Formula(line.left, line.right, line.shape, flipped)
        shown[line.part == "forward"].append(formula)
        if line.node is not None:
            formulas[line.node] = formula
    in_numerator = [formulas[node].numerator for node in wanted if not node.operands]
    parts = [("", shown[True]), ("", shown[False])]
    if (
        passed.upstream is not None
        and all(in_numerator)
        and any(f.shape != f.shape[::-1] for f in in_numerator)
    ):
        parts.append(("In numerator layout, every derivative transposed:", in_numerator))
    notes = list(notation.notes)
    notes[:0] = [f"{name}: a constant array, {x.shape}." for x, name in notation.constants.items()]
    table = {key: formulas[node] for node in wanted for key in (passed.names[node], node)}
    return Derivation(passed.names[passed.root], parts, table, notes, source)


def _in_numerator_layout(passed, node, notation):
    flipped = numerator(passed.formula(node))
    if flipped is None or len(node.shape) > 2:
        return None
    own = Notation(passed.objective)
    own.constants = notation.constants
    left = made("gradient", name(passed.objective), name(passed.names[node]))
    return Formula(left, own.write(flipped, notation.written), node.shape[::-1])
