"""What is drawn, before it is said how: a box for every value, or for all that play the same part, as plain data that every format is written from."""

import itertools
from dataclasses import dataclass, field

import numpy as np

from ..graph import is_node, topological_order, unique_names
from .fold import NARY, fold, joined
from .heat import summary
from .scalars import expanded

SYMBOLS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "power": "^", "matmul": "@", "negative": "−"}
COPIED = 4096  # numbers; of a larger array only the summary is kept from later changes
READABLE = 40  # boxes that a graph is folded into, at most
VERDICTS = {"wrong": "✗ wrong", "wrong step": "✗ wrong step", "shape": "✗ shape", "non-finite": "✗ not finite", "missing": "✗ missing"}


@dataclass
class Use:
    """One operand of an operation: the id of its box, words for the line, and whether a mistake was made there."""

    id: str
    words: str = ""
    wrong: bool = False


@dataclass
class Box:
    """One value, or ``count`` that play the same part, whose arrays are then stacked; ``shape`` is None, and they are joined flat, where shapes differ.

    ``kind``: leaf, constant, interior or root. Numbers are read when the box is made: ``shown`` holds a ``Summary`` of data and gradient, from which
    everything is drawn, and ``data`` and ``grad`` are copies; those of more than ``COPIED`` numbers are the arrays themselves.
    """

    id: str
    kind: str
    name: str
    shape: tuple | None
    dtype: str
    data: np.ndarray
    grad: np.ndarray | None
    count: int = 1
    symbol: str = ""  # of the operation that made it
    settings: str = ""
    operands: list = field(default_factory=list)
    verdict: str = ""
    wrong: bool = False
    group: str = ""  # the tensor that it is an element of
    shown: dict = field(init=False)  # {"data": Summary, "grad": Summary}, the latter if there is a gradient

    def __post_init__(self):
        found = {"data": self.data} if self.grad is None else {"data": self.data, "grad": self.grad}
        self.shown = {title: summary(array) for title, array in found.items()}
        for title, array in found.items():
            setattr(self, title, np.array(array) if array.size <= COPIED else array)

    @property
    def title(self):
        """The name, and how many there are."""
        return f"{self.name} ×{self.count:,}".strip() if self.count > 1 else self.name

    @property
    def about(self):
        """Shape and type, where they say anything."""
        if self.shape is None:
            return "several shapes"
        return f"{self.shape} {self.dtype}" if self.shape else "" if self.dtype == "float64" else self.dtype


@dataclass
class Picture:
    """The boxes, the oldest first, and what was folded, in words, or ""."""

    boxes: list
    folded: str

    @property
    def depth(self):
        """The longest way through it, in operations; the turns of a loop that is folded count once."""
        depths = {}
        for box in self.boxes:
            depths[box.id] = bool(box.symbol) + max((depths.get(use.id, 0) for use in box.operands), default=0)
        return max(depths.values())


def picture(root, most, check=None):
    """The picture of a graph; folded where it has more than ``most`` values. With a ``check``, a Comparison, every value says how its gradient fared."""
    order = topological_order(root)
    total = len(order) + sum(not is_node(x) for node in order for x in node.operands)
    marks, wrong_uses = _marks(order, check) if check is not None else ({}, set())
    if total <= most:
        return Picture(_each({node: node.operands for node in order}, marks, wrong_uses, {root}), "")
    boxes = _folded(order, min(most, READABLE), marks)
    return Picture(boxes, f"{total:,} values, folded into {len(boxes)}; ×n stands for n that play the same part")


def scalar_picture(root, most):
    """The picture of a graph of Tensors, number by number, every tensor a group; sums of several terms are one sum."""
    arrays, results = expanded(root, most)
    order = sorted({node for result in results for node in topological_order(result)}, key=lambda node: node.created)
    names = unique_names(list(arrays))
    groups = {value: names[tensor] for tensor, array in arrays.items() for value in array.flat if is_node(value)}
    return Picture(_each(joined(order, groups), {}, set(), set(results), groups), "")


def _each(operands, marks, wrong_uses, results, groups=None):
    """A box for every value of {node: operands}, and before it for the constants among those; ids are counted."""
    boxes, ids, numbers = [], {}, itertools.count()
    for node, found in operands.items():
        uses = []
        for x in found:
            if is_node(x):
                wrong = (node, x) in wrong_uses
                uses.append(Use(ids[x], "✗" if wrong else "", wrong))
            else:
                uses.append(Use(f"v{next(numbers)}"))
                boxes.append(Box(uses[-1].id, "constant", "", np.shape(x), _dtype(x), np.asarray(x), None))
        ids[node] = f"v{next(numbers)}"
        box = Box(ids[node], _kind(node, results), str(node.name), node.shape, _dtype(node), np.asarray(node.current), _gradient(node))
        box.verdict, box.wrong = marks.get(node, ("", False))
        box.group = groups.get(node, "") if groups else ""
        if node.operands:
            many = len(uses) > len(node.operands)
            settings = (f"{key}={_setting(value)}" for key, value in node.static.items() if value is not None and value is not False)
            box.symbol = NARY[node.operation] if many else SYMBOLS.get(node.operation, node.operation)
            box.settings, box.operands = ", ".join(settings), uses
        boxes.append(box)
    return boxes


def _folded(order, most, marks):
    """A box for all values that play the same part; constants are left out."""
    found = fold(order, most)
    ids = {group: f"v{i}" for i, group in enumerate(found)}
    boxes = []
    for group in found:
        last, count = group.members[-1], len(group.members)
        names = list(dict.fromkeys(node.name for node in group.members if node.name))
        shape = last.shape if len({node.shape for node in group.members}) == 1 else None
        grads = [grad for grad in map(_gradient, group.members) if grad is not None]
        data, grad = _stacked([node.current for node in group.members], shape), _stacked(grads, shape) if len(grads) == count else None
        name = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        box = Box(ids[group], _kind(last, {order[-1]}), name, shape, _dtype(last), data, grad, count)
        box.verdict, box.wrong = max((marks[node] for node in group.members if node in marks), key=lambda mark: mark[1], default=("", False))
        if last.operands:
            many = last.operation in NARY and group.operand_count > 2
            box.symbol, box.settings = (NARY[last.operation], f"of {group.operand_count:,}") if many else (SYMBOLS.get(last.operation, last.operation), "")
            for operand, uses in group.operands.items():
                box.operands.append(Use(ids[operand], "" if uses <= count else f"{uses / count:g} each" if count > 1 else f"{uses:,}"))
        boxes.append(box)
    return boxes


def _stacked(arrays, shape):
    arrays = [np.asarray(array, dtype=np.float64) for array in arrays]
    if shape is None:
        return np.concatenate([array.ravel() for array in arrays])
    return np.stack(arrays) if len(arrays) > 1 else arrays[0]


def _gradient(node):
    """The gradient as an array, where it was itself recorded, too; or None."""
    return None if node.grad is None else np.asarray(getattr(node.grad, "current", node.grad))


def _kind(node, results):
    if node.operands:
        return "root" if node in results else "interior"
    return "leaf" if node.requires_grad else "constant"


def _dtype(x):
    return str(getattr(x, "dtype", "float64"))


def _setting(value):
    """A static argument in few words; slices as they are written."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_setting, value))})"
    if isinstance(value, slice):
        return ":".join("" if part is None else str(part) for part in (value.start, value.stop, value.step))[:20] or ":"
    if isinstance(value, np.ndarray):
        return f"array {value.shape}" if value.size > 4 else str(value.tolist())
    return "…" if value is Ellipsis else str(value)


def _marks(order, check):
    """({node: (words, whether it is wrong)}, the uses (consumer, operand) at which the likeliest mistake was made)"""
    names = {node: check.names.get(node, node.name) for node in order}
    marks, uses = {}, set()
    for node in order:
        if node not in check or check[node].status == "unchecked":
            continue
        result = check[node]
        wrong = result.status in VERDICTS
        marks[node] = VERDICTS.get(result.status, result.status if result.status == "inherited" else f"✓ {result.status}"), wrong
        where = result.causes[0].where if wrong and result.causes else ()
        if len(where) == 2:
            uses |= {(y, x) for y in order for x in y.operands if is_node(x) and (names[y], names[x]) == where}
    return marks, uses
