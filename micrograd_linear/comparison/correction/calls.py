"""Edits of calls: another axis, another function, a call that does not belong there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from ...operations import BY_NUMPY_FUNCTION, RULES, Rule, record_of
from ...operations import names as op
from .editor import Edit, Editor
from .operators import short
from .scope import Scope


def call_edits(editor: Editor, scope: Scope) -> Iterator[Edit | None]:
    """The edits of every call of a statement."""
    for node in editor.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if is_reduction(name):
            yield from _other_axes(editor, node)
        if record_of(name).moves:
            yield from _other_layout(editor, node)
        yield from _other_functions(editor, scope, node, name)
        yield from _other_arguments(editor, node)
        yield from _without(editor, node, name)
        if name == op.EINSUM:
            yield from _other_subscripts(editor, node)
        if isinstance(node.func, ast.Name) and node.func.id == "range":
            yield from _other_turns(editor, node)
    for node in editor.nodes:
        yield from _reversed(editor, node)
        yield from _other_order_of_axes(editor, scope, node)
        if _may_be_root(editor, scope, node):
            numpy = scope.numpy
            own = short(editor.of(node))
            yield editor.put(
                node, f"{numpy}.sqrt({editor.of(node)})", 1.3, f"the root of `{own}` is missing"
            )
            text = f"{editor.atom(node)} ** 2"
            yield editor.put(node, text, 1.2, f"`{own}` should be squared")
            text = f"(1 - {editor.of(node)})"
            yield editor.put(node, text, 1.3, f"`{own}` should be `{text}`")
            text = f"(1 - {editor.atom(node)} ** 2)"
            yield editor.put(node, text, 1.4, f"`{own}` should be `{text}`")


def _may_be_root(editor: Editor, scope: Scope, node: Any) -> bool:
    parent = editor.parents.get(node)
    inside = isinstance(parent, (ast.BinOp, ast.UnaryOp, ast.Call))
    if isinstance(parent, ast.Call) and (parent.func is node or node not in parent.args):
        return False
    if isinstance(node, ast.Call):  # 1 - tanh(z), whose square was forgotten
        left = parent.left if isinstance(parent, ast.BinOp) else None
        return isinstance(left, ast.Constant) and left.value == 1
    kinds = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp)
    return inside and isinstance(node, kinds)


def _other_axes(editor: Editor, node: ast.Call) -> Iterator[Edit | None]:
    given = {k.arg: k.value for k in node.keywords}
    method = isinstance(node.func, ast.Attribute) and editor.of(node.func.value) not in (
        "np",
        "numpy",
    )
    kept = list(node.args) if method else list(node.args[:1])
    axis_at = given.get("axis") or (node.args[0] if method and node.args else None)
    if method and node.args:
        kept = []
    own = f"axis {editor.of(axis_at)}" if axis_at is not None else "all axes"
    head = editor.of(node.func)
    first = [editor.of(a) for a in kept]
    others = [
        f"{k.arg}={editor.of(k.value)}" for k in node.keywords if k.arg not in ("axis", "keepdims")
    ]
    keep_given = "keepdims" in given
    for axis in ("0", "1", "-1", "2", "(0, 1)", "(0, 2, 3)", ""):
        for keep in (False, True):
            parts = [*first, *([f"axis={axis}"] if axis else [])]
            parts += [*others, *(["keepdims=True"] if keep else [])]
            words = f"axis {axis}" if axis else "all axes"
            says = f"the sum should be over {words}, not {own}"
            if words == own:
                says = "keepdims=True is missing" if keep else "keepdims does not belong here"
            cost = 1.0 if keep == keep_given else 1.2
            yield editor.put(node, f"{head}({', '.join(parts)})", cost, says)


def _other_functions(
    editor: Editor, scope: Scope, node: ast.Call, name: str
) -> Iterator[Edit | None]:
    function = node.func
    if isinstance(function, ast.Attribute):
        for other in others_of(name):
            text = f"{editor.of(function.value)}.{other}"
            yield editor.put(function, text, 1.15, f"`{name}` should be `{other}`")
    if not isinstance(function, ast.Name):
        return
    for other, x in list(scope.names.items()):
        is_own = isinstance(x, FunctionType) and x.__module__ == scope.names.get("__name__")
        if is_own and other != function.id and _takes(x, len(node.args)):
            says = f"`{function.id}` should be `{other}`"
            yield editor.put(function, other, 1.2, says)


def is_reduction(name: str) -> bool:
    """Whether a function of NumPy's, or a method, takes elements together along an axis."""
    return any(name == rule.name and rule.is_reduction for rule in RULES.values())


@lru_cache(maxsize=256)
def others_of(name: str) -> tuple[str, ...]:
    """The functions of NumPy's of the same kind: other reductions, or other elementwise ones of as
    many operands.
    """
    if name in (op.VAR, op.STD):  # which are compositions
        return (op.STD if name == op.VAR else op.VAR,)
    if name.startswith("a") and hasattr(np, name) and is_reduction(name[1:]):  # np.amax is np.max
        return tuple(f"a{other}" for other in others_of(name[1:]) if hasattr(np, f"a{other}"))
    if name.endswith("_like"):
        return tuple(other for other in ("zeros_like", "ones_like") if other != name)
    own = next((r for r in BY_NUMPY_FUNCTION.values() if _name_of(r) == name), None)
    if own is None:
        return ()
    alike = [
        rule
        for rule in BY_NUMPY_FUNCTION.values()
        if rule.is_reduction == own.is_reduction
        and rule.elementwise == own.elementwise
        and rule.operand_count == own.operand_count
        and (rule.elementwise or rule.is_reduction)
    ]
    return tuple(dict.fromkeys(_name_of(rule) for rule in alike if _name_of(rule) != name))


def _name_of(rule: Rule) -> str:
    return getattr(rule.numpy_function, "__name__", "")


def _takes(function: FunctionType, count: int) -> bool:
    code = function.__code__
    least = code.co_argcount - len(function.__defaults__ or ())
    return least <= count <= code.co_argcount


def _other_arguments(editor: Editor, node: ast.Call) -> Iterator[Edit | None]:
    """Two arguments in each other's place."""
    texts = [editor.of(a) for a in node.args]
    rest = [editor.text.segment(k) for k in node.keywords]
    for i in range(min(len(texts), 5)):
        for j in range(i + 1, min(len(texts), 5)):
            order = list(texts)
            order[i], order[j] = order[j], order[i]
            says = f"`{short(texts[i])}` and `{short(texts[j])}` are in each other's place"
            text = f"{editor.of(node.func)}({', '.join([*order, *rest])})"
            yield editor.put(node, text, 1.1, says)


def _without(editor: Editor, node: ast.Call, name: str) -> Iterator[Edit | None]:
    """The argument alone, or the object alone."""
    called = editor.of(node.func)
    says = f"`{called}` does not belong here"
    if len(node.args) >= 1:
        yield editor.put(node, editor.of(node.args[0]), 1.2, says)
    on_array = isinstance(node.func, ast.Attribute) and editor.of(node.func.value) not in (
        "np", "numpy", "self",
    )  # fmt: skip
    if on_array and isinstance(node.func, ast.Attribute):
        says = f"`.{name}` does not belong here"
        yield editor.put(node, editor.of(node.func.value), 1.2, says)


def _other_subscripts(editor: Editor, node: ast.Call) -> Iterator[Edit | None]:
    """``einsum`` with its letters in another order."""
    first = node.args[0] if node.args else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return
    terms, arrow, out = first.value.replace(" ", "").partition("->")
    inputs = terms.split(",")
    for place, letters in enumerate([*inputs, out]):
        for i in range(len(letters)):
            for j in range(i + 1, len(letters)):
                order = list(letters)
                order[i], order[j] = order[j], order[i]
                parts = [*inputs, out]
                parts[place] = "".join(order)
                text = repr(",".join(parts[:-1]) + arrow + parts[-1])
                yield editor.put(first, text, 1.1, f"`{first.value}` should be `{text[1:-1]}`")


def _other_turns(editor: Editor, node: ast.Call) -> Iterator[Edit | None]:
    """``range`` with one turn more or less, and in the other order."""
    texts = [editor.of(a) for a in node.args]
    own = editor.of(node)
    parent = editor.parents.get(node)
    if not (isinstance(parent, ast.Call) and editor.of(parent.func) == "reversed"):
        yield editor.put(node, f"reversed({own})", 1.0, "the loop should run backward")
    if len(texts) == 1:
        others = [f"1, {texts[0]}", f"{texts[0]} - 1", f"{texts[0]} + 1"]
    else:
        others = [", ".join([texts[0], f"{texts[1]} {sign} 1", *texts[2:]]) for sign in "+-"]
        others += [", ".join([f"{texts[0]} {sign} 1", *texts[1:]]) for sign in "+-"]
        others += [", ".join([first, *texts[1:]]) for first in ("0", "1") if first != texts[0]]
    for other in others:
        yield editor.put(node, f"range({other})", 1.1, f"`{own}` should be `range({other})`")


def _reversed(editor: Editor, node: Any) -> Iterator[Edit | None]:
    """A sequence in the other order."""
    own = editor.of(node)
    parent = editor.parents.get(node)
    if isinstance(node, ast.Subscript) and editor.of(node.slice) == "::-1":
        yield editor.put(node, editor.of(node.value), 1.2, "the order should not be reversed")
        return
    is_called = isinstance(parent, ast.Call) and parent.func is node
    is_read = isinstance(node, ast.Name) and isinstance(parent, (ast.Call, ast.Tuple))
    if is_read and not is_called:
        says = f"the order of `{own}` should be reversed"
        yield editor.put(node, f"{own}[::-1]", 1.3, says)


def _other_layout(editor: Editor, node: ast.Call) -> Iterator[Edit | None]:
    """The axes of a ``reshape`` in another order, and then put where they belong."""
    texts = [editor.of(a) for a in node.args]
    if editor.of(node.func).rpartition(".")[2] != op.RESHAPE or len(texts) not in _ORDERS:
        return
    head = editor.of(node.func)
    for order in _ORDERS[len(texts)]:
        places = [int(place) for place in order.split(", ")]
        back = ", ".join(str(places.index(axis)) for axis in range(len(places)))
        inner = ", ".join(texts[place] for place in places)
        text = f"{head}({inner}).transpose({back})"
        yield editor.put(node, text, 1.35, f"the axes should be taken as ({inner})")


_ORDERS = {
    2: ("1, 0",),
    3: ("0, 2, 1", "1, 0, 2", "2, 0, 1", "1, 2, 0"),
    4: ("0, 2, 3, 1", "0, 3, 1, 2", "0, 2, 1, 3", "1, 0, 2, 3", "1, 2, 3, 0", "3, 0, 1, 2"),
}


def _other_order_of_axes(editor: Editor, scope: Scope, node: Any) -> Iterator[Edit | None]:
    """The axes in another order, before a ``reshape`` or as the whole."""
    parent = editor.parents.get(node)
    held = isinstance(parent, ast.Attribute) and parent.attr == op.RESHAPE
    if not held and node is not editor.value:
        return
    shape = scope.shape(editor.of(node))
    for order in _ORDERS.get(len(shape or ()), ()):
        says = f"the axes should be in the order ({order})"
        cost = 1.3 if len(shape or ()) > 2 else 1.45  # of a matrix one would write .T, or exchange
        yield editor.put(node, f"{editor.atom(node)}.transpose({order})", cost, says)
