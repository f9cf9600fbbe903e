"""What the subscripts of ``einsum`` say of arguments: their ranks, and which sizes they share."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable
from functools import lru_cache

from ...operations import names as op
from ..statement import code_of
from .source import tree_of

_SIZES = (3, 4, 5, 2, 6, 7, 8, 9, 10, 11)
# Functions of one array, whose result has its shape.
_ELEMENTWISE = re.compile(r".*(softmax|exp|tanh|relu|gelu|sigmoid|silu|maximum|dropout|log)$", re.I)


def shapes_of(function: Callable) -> dict[str, tuple[int, ...]]:
    """{argument: shape} of the arguments that stand in ``einsum``, or are added to its result."""
    return _shapes_of(code_of(function), tree_of(function))


@lru_cache(maxsize=256)
def _shapes_of(_, tree):
    if tree is None or op.EINSUM not in ast.dump(tree):
        return {}
    axes = _Axes([a.arg for a in tree.args.args])
    assigned = [n for n in ast.walk(tree) if isinstance(n, (ast.Assign, ast.Return))]
    for node in sorted(assigned, key=lambda n: n.lineno):
        if node.value is None:
            continue
        found = axes.of(node.value)
        targets = node.targets if isinstance(node, ast.Assign) else []
        if found is not None and len(targets) == 1 and isinstance(targets[0], ast.Name):
            axes.known[targets[0].id] = found
    return axes.shapes()


class _Axes:
    """The axes of each name, as numbers that are united where a letter says they are the same."""

    def __init__(self, arguments: list[str]):
        self.arguments = arguments
        self.known: dict[str, list[int]] = {}
        self.same: dict[int, int] = {}
        self.new = itertools.count()
        self.torn: set[str] = set()  # what has two ranks

    def of(self, node: ast.expr) -> list[int] | None:
        """The axes of an expression, where they are known."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if isinstance(node, ast.BinOp):
            return self._of_sum(node)
        if isinstance(node, ast.Tuple):
            return next((x for x in map(self.of, node.elts) if x is not None), None)
        if not isinstance(node, ast.Call):
            return None
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == op.EINSUM and node.args and isinstance(node.args[0], ast.Constant):
            return self._of_einsum(str(node.args[0].value).replace(" ", ""), node.args[1:])
        if node.args and _ELEMENTWISE.match(name):
            return self.of(node.args[0])
        return None

    def _of_sum(self, node):
        left, right = self.of(node.left), self.of(node.right)
        found = left if left is not None else right
        beside = node.right if left is not None else node.left
        bias = isinstance(beside, ast.Name) and beside.id in self.arguments
        if isinstance(node.op, ast.Add) and bias and found and beside.id not in self.known:
            self.known[beside.id] = found[-1:]
        return found

    def _of_einsum(self, subscripts, operands):
        inputs, _, output = subscripts.partition("->")
        terms = inputs.split(",")
        if "." in subscripts or len(terms) != len(operands):
            return None
        letters: dict[str, int] = {}
        for term, operand in zip(terms, operands):
            axes = self.of(operand)
            if axes is None and isinstance(operand, ast.Name):
                axes = self.known[operand.id] = [next(self.new) for _ in term]
            if axes is not None and len(axes) != len(term):
                self.torn.add(getattr(operand, "id", ""))
                continue
            for letter, axis in zip(term, axes or []):
                self._unite(letters.setdefault(letter, axis), axis)
        return [letters.setdefault(letter, next(self.new)) for letter in output]

    def _unite(self, a, b):
        self.same[self._root(a)] = self._root(b)

    def _root(self, axis):
        while self.same.get(axis, axis) != axis:
            axis = self.same[axis]
        return axis

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Sizes for the axes of the arguments, no two of them equal."""
        sizes: dict[int, int] = {}
        found = {}
        for name in self.arguments:
            if name in self.known and name not in self.torn:
                roots = [self._root(axis) for axis in self.known[name]]
                for root in roots:
                    sizes.setdefault(root, _SIZES[len(sizes) % len(_SIZES)])
                found[name] = tuple(sizes[root] for root in roots)
        return found
