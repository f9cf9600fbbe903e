"""What the text of a function says of its arguments: axes, keys, words, and what it returns."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from tokenize import TokenError

from ..reached import functions_reached
from ..statement import code_of, plain_function
from . import naming
from .docstrings import documented

_COUNT = re.compile(
    r"[mnN]|\w*(batch|size|samples|num|count|total|len)\w*|\w+\.shape\[\d\]|len\(.*\)|\d+\.?"
)
_AXES = re.compile(r"axis|keepdims|soft_?max|argmax|arange|shape\[1\]|one_?hot|@.*@|\.T\b")
_CLASSES = re.compile(r"axis|keepdims|soft_?max|argmax|arange|one_?hot|eye\(|, 1\)|class", re.I)
_DEPTH = 4  # calls that an argument is followed into


@dataclass
class Hints:
    """What is read of one argument: its axes by name, the keys that it is asked for, the words that
    it is compared with, and whether it stands as an index, as a size, or as a function;
    whether its function takes logarithms, and whether it speaks of axes or classes.
    """

    axes: list[tuple[str, ...]] = field(default_factory=list)
    keys: list[object] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    words: list[object] = field(default_factory=list)
    is_index: bool = False
    is_size: bool = False
    is_logged: bool = False
    has_axes: bool = False
    has_classes: bool = False
    is_called: bool = False
    is_iterated: bool = False  # a loop goes over its elements
    is_multiplied: bool = False  # it stands in a matrix product
    is_truth: bool = False  # it is compared with 1, and with nothing else: it is 0 or 1
    has_gradient: bool = False  # of an argument of a constructor: methods leave its gradient
    attributes: list[str] = field(default_factory=list)
    documented: tuple[str, ...] | None = None
    shape: tuple[int, ...] | None = None  # as the subscripts of einsum say
    lists: dict[str, int] = field(default_factory=dict)  # {key: items} of lists in a dict
    items: list[str] = field(default_factory=list)  # of a sequence, where its text takes it apart

    def add(self, other: Hints) -> None:
        """Take over what was read of the same argument elsewhere."""
        self.axes += other.axes
        self.keys += [key for key in other.keys if key not in self.keys]
        self.prefixes += [key for key in other.prefixes if key not in self.prefixes]
        self.words += [word for word in other.words if word not in self.words]
        self.attributes += [name for name in other.attributes if name not in self.attributes]
        self.shape = self.shape or other.shape
        for key, count in other.lists.items():
            self.lists[key] = max(count, self.lists.get(key, 0))
        self.is_index |= other.is_index
        self.is_size |= other.is_size
        self.is_called |= other.is_called
        self.is_multiplied |= other.is_multiplied
        self.is_truth |= other.is_truth


def tree_of(function: Callable) -> ast.FunctionDef | None:
    """The syntax tree of a function; None where there is no text."""
    code = code_of(function)
    return None if code is None else _tree_of(code)


# A method is another object whenever an object is asked for it; its code is the same.
@lru_cache(maxsize=1024)
def _tree_of(code):
    lines = linecache.getlines(code.co_filename)[max(code.co_firstlineno - 1, 0) :]
    try:
        tree = ast.parse(textwrap.dedent("".join(inspect.getblock(lines))))
    except (SyntaxError, ValueError, IndexError, TokenError):
        return None
    return next((n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)), None)


def text_of(function: Callable) -> str:
    """The text of a function, or nothing."""
    code = code_of(function)
    return "" if code is None else _text_of(code)


@lru_cache(maxsize=1024)
def _text_of(code):
    tree = _tree_of(code)
    return ast.unparse(tree) if tree else ""


def text_of_files(functions: Iterable[Callable]) -> str:
    """The text of the files in which functions stand, and of the user's files that these import."""
    files = dict.fromkeys(code.co_filename for code in functions_reached(functions))
    return "".join("".join(linecache.getlines(file)) for file in files)


def returned_names(function: Callable) -> list[str]:
    """The names that the last ``return`` of a function gives its results; "" for no name."""
    code = code_of(function)
    return [] if code is None else list(_returned_names(code))


@lru_cache(maxsize=1024)
def _returned_names(code) -> tuple[str, ...]:
    tree = _tree_of(code)
    returns = [n for n in _own(tree) if isinstance(n, ast.Return) and n.value] if tree else []
    if not returns:
        return ()
    value = max(returns, key=lambda n: n.lineno).value
    if isinstance(value, ast.Name):
        value = _assigned(tree, value.id) or value
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
    return tuple(_name_of(part) for part in parts)


def _assigned(tree, name):
    """The tuple that a returned name stands for, as in ``grads = (dx, dw)``."""
    values = [
        n.value
        for n in _own(tree)
        if isinstance(n, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in n.targets)
    ]
    return values[-1] if values and isinstance(values[-1], (ast.Tuple, ast.List)) else None


def _own(tree):
    """The nodes of a function without those of the functions inside of it."""
    stack = list(tree.body)
    while stack:
        node = stack.pop()
        yield node
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        if not isinstance(node, inner):
            stack += list(ast.iter_child_nodes(node))


def _name_of(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant):
            return str(node.slice.value)
        name = _name_of(node.value)  # dx[:, 1:-1], hs[len(inputs) - 1]
        return name if naming.stem_of(name) or naming.is_state(name) else ""
    if isinstance(node, ast.Dict) and node.keys and _holds_gradients(node):
        return "grads"
    moved = ("reshape", "astype", "copy", "squeeze", "transpose", "flatten", "ravel", "view")
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in moved:
        return _name_of(node.func.value)  # type: ignore[attr-defined]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_count(node.right):
        return _name_of(node.left)  # dw / m
    return ""


def _is_count(node):
    """Whether an expression is a number of samples: m, len(y), X.shape[0], 2."""
    text = ast.unparse(node)
    count = (
        r"[mnN]|\w*(batch|size|samples|num|count|total|len)\w*|\w+\.shape\[\d\]|len\(.*\)|\d+\.?"
    )
    return bool(re.fullmatch(count, text))


def _holds_gradients(node):
    """Whether a dict is of gradients: {"dW": ...}, or {"W": dW}."""
    if all(_is_gradient(key) for key in node.keys):
        return True
    pairs = zip(node.keys, node.values)
    return all(
        isinstance(key, ast.Constant)
        and isinstance(value, ast.Name)
        and value.id != key.value
        and (naming.stem_of(value.id) or value.id in (f"g{key.value}", f"g_{key.value}"))
        for key, value in pairs
    )


def _is_gradient(key):
    return isinstance(key, ast.Constant) and naming.stem_of(str(key.value)) is not None


def hints_of(function: Callable, name: str, depth: int = _DEPTH) -> Hints:
    """What the function, and those of its module that it hands the argument to, say of it."""
    hints, tree = Hints(), tree_of(function)
    if tree is None:
        return hints
    if depth == _DEPTH:
        hints.documented = documented(inspect.getdoc(function) or "", name)
    hints.is_logged = "log(" in text_of(function)
    hints.has_axes = bool(_AXES.search(text_of(function)))
    hints.has_classes = bool(_CLASSES.search(text_of(function)))
    for node in ast.walk(tree):
        _read(node, name, hints)
        if isinstance(node, ast.Call) and depth:
            for callee, argument in _handed_to(node, name, function):
                hints.add(hints_of(callee, argument, depth - 1))
    hints.items = hints.items or _items_of(tree, name)
    if re.search(rf"\b{re.escape(name)}\.ndim|len\({re.escape(name)}\.shape\)", text_of(function)):
        hints.axes.clear()  # it takes arrays of several ranks
    return hints


def _items_of(tree, name):
    """The items of an argument that is unpacked, ``mu, sigma = theta``, or is read at constant
    places alone, ``x[0] * x[1]``: their names, or nothing for each.
    """
    uses = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
    ]
    places, unpacked = [], []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _is(node.value, name):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
                places.append(node.slice.value)
        elif isinstance(node, ast.Assign) and _is(node.value, name):
            target = node.targets[0]
            if isinstance(target, (ast.Tuple, ast.List)):
                unpacked = [_name_of(part) for part in target.elts]
    if unpacked and len(uses) <= 1:
        return unpacked
    if places and len(places) == len(uses):
        return [""] * (max(places) + 1)
    return []


def _is(node, name):
    return isinstance(node, ast.Name) and node.id == name


def _read(node, name, hints):
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        _read_axes(node.targets[0], node.value, name, hints)
    elif isinstance(node, ast.Subscript):
        _read_subscript(node, name, hints)
    elif isinstance(node, ast.Compare):
        _read_words(node, name, hints)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.FloorDiv, ast.Mod)):
        hints.is_size |= _is(node.left, name) or _is(node.right, name)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        hints.is_multiplied |= _is(node.left, name) or _is(node.right, name)
    elif isinstance(node, (ast.For, ast.comprehension)):
        parts = node.iter.args if isinstance(node.iter, ast.Call) else [node.iter]
        hints.is_iterated |= any(_is(part, name) for part in parts)
    elif isinstance(node, ast.Call):
        _read_call(node, name, hints)


def _read_call(node, name, hints):
    hints.is_called |= _is(node.func, name)
    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
    handed = any(_is(part, name) for part in node.args)
    sized = called in ("reshape", "range") and handed
    hints.is_size |= called in _MADE_OF_SIZES and any(_is(n, name) for n in _sizes_in(node))
    hints.is_size |= sized and not (called == "reshape" and _is(node.args[0], name))
    own = _is(getattr(node.func, "value", None), name)
    hints.is_multiplied |= called in ("dot", "matmul") and (handed or own)
    if own and isinstance(node.func, ast.Attribute):
        if called in ("get", "setdefault", "pop") and node.args:
            _add_key(node.args[0], hints)
        hints.attributes.append(called)


_MADE_OF_SIZES = ("zeros", "ones", "empty", "randn", "rand", "eye", "identity", "normal", "uniform")


def _sizes_in(call):
    """What may be a size in a call that makes an array: ``randn(n, m)``, ``zeros((n, m))``."""
    distribution = getattr(call.func, "attr", "") in ("normal", "uniform")
    arguments = [] if distribution else list(call.args)
    arguments += [k.value for k in call.keywords if k.arg in ("size", "shape")]
    arguments += [a for a in call.args if isinstance(a, (ast.Tuple, ast.List))]
    return [
        part
        for a in arguments
        for part in (a.elts if isinstance(a, (ast.Tuple, ast.List)) else [a])
    ]


def _read_axes(target, value, name, hints):
    is_shape = (
        isinstance(value, ast.Attribute) and value.attr == "shape" and _is(value.value, name)
    ) or (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr == "shape"
        and value.args
        and _is(value.args[0], name)
    )
    if is_shape and isinstance(target, ast.Tuple):
        if not any(isinstance(part, ast.Starred) for part in target.elts):
            hints.axes.append(tuple(_name_of(part) for part in target.elts))
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for part, of in zip(target.elts, value.elts):
            _read_axes(part, of, name, hints)


def _read_subscript(node, name, hints):
    inner, place = node.value, node.slice
    if isinstance(inner, ast.Subscript) and _is(inner.value, name):  # params['W'][0]
        key, i = getattr(inner.slice, "value", None), getattr(place, "value", None)
        if isinstance(key, str) and isinstance(i, int):
            hints.lists[key] = max(i + 1, hints.lists.get(key, 0))
    if _is(node.value, name):
        _add_key(node.slice, hints)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    new = [part for part in parts if ast.unparse(part) in ("None", "np.newaxis", "numpy.newaxis")]
    if _is(node.value, name) and new and all(isinstance(p, ast.Slice) or p in new for p in parts):
        hints.axes.append(("",) * (len(parts) - len(new)))  # x[:, None] has one axis
    beside = len(parts) > 1 or not isinstance(node.value, ast.Name)
    # xs[t][inputs[t]]: its elements are indices.
    hints.is_index |= any(isinstance(p, ast.Subscript) and _is(p.value, name) for p in parts)
    if any(_is(part, name) for part in parts) and (beside or not _is(node.value, name)):
        hints.is_index = True


def _add_key(node, hints):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value not in hints.keys:
            hints.keys.append(node.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        left = node.left
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            hints.prefixes.append(left.value.split("%")[0])
    elif isinstance(node, ast.JoinedStr) and node.values:
        first = node.values[0]
        if isinstance(first, ast.Constant):
            hints.prefixes.append(str(first.value))


def _read_words(node, name, hints):
    sides = [node.left, *node.comparators]
    if isinstance(node.ops[0], (ast.In, ast.NotIn)) and _is(sides[1], name):
        _add_key(node.left, hints)  # "seed" in dropout_param
        return
    if not any(_is(side, name) for side in sides):
        return
    one = any(isinstance(side, ast.Constant) and side.value == 1 for side in sides)
    hints.is_truth |= one and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
    for side in sides:
        parts = side.elts if isinstance(side, (ast.Tuple, ast.List, ast.Set)) else [side]
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                hints.words.append(part.value)


def _handed_to(node, name, function):
    """(function, parameter) of a call that the argument is handed to as it is."""
    plain = plain_function(function)
    callee = None
    if plain is not None and isinstance(node.func, ast.Name):
        callee = plain.__globals__.get(node.func.id)
    owner = getattr(function, "__self__", None)
    if isinstance(node.func, ast.Attribute) and _is(node.func.value, "self") and owner is not None:
        callee = getattr(owner, node.func.attr, None)
    if not (inspect.isfunction(callee) or inspect.ismethod(callee)):
        return
    parameters = list(inspect.signature(callee).parameters)
    for parameter, argument in zip(parameters, node.args):
        if _is(argument, name):
            yield callee, parameter
    for keyword in node.keywords:
        if keyword.arg and _is(keyword.value, name):
            yield callee, keyword.arg
