"""Edits of operators: signs, sums for differences, products in another order or layout, inverted
comparisons.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ...operations import names as op
from .editor import Edit, Editor

SIGNS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
}  # fmt: skip
_OTHERS = {"+": "-*", "-": "+", "*": "/@+", "/": "*", "@": "*"}
_KINDS = ({"+", "-"}, {"*", "/", "@"})  # a mistake of a sign stays inside of one of them
_COMPARED: dict[type, str] = {
    ast.Gt: ">", ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_INVERTED = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}


def operator_edits(editor: Editor) -> Iterator[Edit | None]:
    """The edits of every operator of a statement."""
    for node in editor.nodes:
        if isinstance(node, ast.BinOp):
            yield from _of_binary(editor, node)
        elif isinstance(node, ast.UnaryOp):
            yield from _of_unary(editor, node)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _of_comparison(editor, node)
        elif isinstance(node, ast.Call):
            yield from _of_call(editor, node)
        if isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)):
            yield from _transposed(editor, node)
    yield from _signs(editor)


def _of_binary(editor: Editor, node: ast.BinOp) -> Iterator[Edit | None]:
    sign = SIGNS.get(type(node.op))
    if sign is None:
        return
    left, right = editor.of(node.left), editor.of(node.right)
    for other in _OTHERS.get(sign, ""):
        text = f"{editor.atom(node.left, 12)} {other} {editor.atom(node.right)}"
        if other in "+-":
            text = f"{_bracketed(left, node.left, 11)} {other} {editor.atom(node.right, 12)}"
        is_near = any({sign, other} <= kind for kind in _KINDS)
        yield editor.put(node, text, 1.0 if is_near else 1.2, f"`{sign}` should be `{other}`")
    if sign in "-/":
        least = 12 if sign == "-" else 13
        text = f"{editor.atom(node.right, least)} {sign} {editor.atom(node.left, least)}"
        yield editor.put(node, text, 1.1, f"`{sign}` has its operands the wrong way round")
    if sign == "@":
        yield from _products(editor, node, node.left, node.right, ("", " @ ", ""))
    if sign in "*/+-@":
        what = "factor" if sign in "*/@" else "term"
        extra = f"the {what} `{short(right)}` does not belong here"
        yield editor.put(node, left, 0.95 if _is_number(node.right) else 1.2, extra, node.right)
        lead = f"-{editor.atom(node.right, 13)}" if sign == "-" else right
        extra = f"the {what} `{short(left)}` does not belong here"
        yield editor.put(node, lead, 0.95 if _is_number(node.left) else 1.3, extra, node.left)
    inner = node.left
    if sign == "*" and isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult):
        factors = f"{editor.factor(inner.right)} * {editor.factor(node.right)}"
        says = f"the factors `{short(factors)}` do not belong here"
        yield editor.put(node, editor.of(inner.left), 1.3, says, inner.right)
    if sign == "**":
        yield editor.put(node, left, 1.2, f"the power `{short(right)}` does not belong here")


def _is_number(node: Any) -> bool:
    return isinstance(node, ast.Constant)


def _bracketed(text: str, node: ast.AST, least: int) -> str:
    from .editor import precedence

    return text if precedence(node) >= least else f"({text})"


def short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _products(
    editor: Editor, node: Any, left: Any, right: Any, form: tuple[str, str, str]
) -> Iterator[Edit | None]:
    """A matrix product in every other order and layout; ``form`` is the text around the two."""
    a, b = _both_layouts(editor, left), _both_layouts(editor, right)
    for first, second, order in ((a, b, 0.0), (b, a, 0.2)):
        for i, x in enumerate(first):
            for j, y in enumerate(second):
                if order or i or j:
                    text = form[0] + x + form[1] + y + form[2]
                    says = f"the product should be `{short(text)}`"
                    yield editor.put(node, text, 1.0 + order + 0.1 * (i + j), says)


def _both_layouts(editor: Editor, operand: Any) -> tuple[str, str]:
    """The text of an operand as it is, and transposed."""
    own = editor.atom(operand)
    if isinstance(operand, ast.Attribute) and operand.attr == "T":
        return own, editor.atom(operand.value)
    called = operand.func if isinstance(operand, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr == op.TRANSPOSE:
        of_numpy = editor.of(called.value) in ("np", "numpy")
        first: Any = operand
        return own, editor.atom(first.args[0] if of_numpy else called.value)
    return own, f"{own}.T"


def _of_call(editor: Editor, node: ast.Call) -> Iterator[Edit | None]:
    """``np.dot(a, b)`` and ``a.dot(b)`` in every order and layout."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in ("dot", op.MATMUL):
        return
    if len(node.args) == 2:
        pair, form = (node.args[0], node.args[1]), (f"{editor.of(function)}(", ", ", ")")
    elif len(node.args) == 1:
        pair, form = (function.value, node.args[0]), ("", ".dot(", ")")
    else:
        return
    yield from _products(editor, node, *pair, form)
    text = f"{editor.factor(pair[0])} * {editor.atom(pair[1], 13)}"
    yield editor.put(node, text, 1.2, "the product should be element by element")


def _transposed(editor: Editor, node: Any) -> Iterator[Edit | None]:
    parent = editor.parents.get(node)
    if isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Call) and parent.func is node):
        return
    if isinstance(node, ast.Attribute) and node.attr == "T":
        says = f"`{editor.of(node.value)}` should not be transposed"
        yield editor.put(node, editor.of(node.value), 1.0, says)
        return
    if not isinstance(getattr(node, "ctx", None), ast.Load):
        return
    text = editor.of(node)
    yield editor.put(node, f"{text}.T", 1.1, f"`{text}` should be transposed")


def _of_unary(editor: Editor, node: ast.UnaryOp) -> Iterator[Edit | None]:
    if isinstance(node.op, ast.USub):
        yield editor.put(node, editor.of(node.operand), 0.9, "the minus sign does not belong here")
    if isinstance(node.op, (ast.Invert, ast.Not)):
        yield editor.put(node, editor.of(node.operand), 0.9, "the mask is inverted")


def _of_comparison(editor: Editor, node: ast.Compare) -> Iterator[Edit | None]:
    sign = _COMPARED.get(type(node.ops[0]))
    if sign is None:
        return
    left, right = editor.of(node.left), editor.of(node.comparators[0])
    for other in _COMPARED.values():
        if other == sign:
            continue
        inverted = other[0] == _INVERTED[sign][0] and other[0] in "<>"
        says = "the mask is inverted" if inverted else f"`{sign}` should be `{other}`"
        close = 0.9 if other[0] != sign[0] and other[0] in "<>" else 1.0
        # The strict comparison is the habit; at a tie both are right.
        cost = close + (0.05 if len(other) != len(sign) else 0.0)
        yield editor.put(node, f"{left} {other} {right}", cost, says)


def passes_through(value: ast.expr) -> bool:
    """Whether a value is one operand, or one divided by a number of samples: no derivative."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
        value = value.left
    return isinstance(value, (ast.Name, ast.Attribute, ast.Subscript))


def _signs(editor: Editor) -> Iterator[Edit | None]:
    """A minus before the whole, and before each part that is multiplied or added."""
    says = "the sign is wrong: a minus is missing"
    value = editor.value
    # A sign is lost where there are signs.
    signed = any(isinstance(getattr(n, "op", None), (ast.Sub, ast.USub)) for n in editor.nodes)
    cost = 1.0 if signed or not passes_through(value) else 1.15
    yield editor.put(value, f"-{editor.factor(value)}", cost, says)
    for node in editor.nodes:
        parent = editor.parents.get(node)
        inside = isinstance(parent, (ast.BinOp, ast.Call, ast.Tuple, ast.Dict, ast.List))
        if node is value or not inside or (isinstance(parent, ast.Call) and parent.func is node):
            continue
        if isinstance(node, (ast.UnaryOp, ast.Constant)) and not isinstance(parent, ast.BinOp):
            continue
        if isinstance(parent, ast.BinOp) and not isinstance(parent.op, (ast.Pow, ast.MatMult)):
            yield editor.put(node, f"-{editor.factor(node)}", 1.3, says)
        elif isinstance(parent, (ast.Tuple, ast.Dict, ast.List, ast.Call)):
            yield editor.put(node, f"-{editor.factor(node)}", 1.4, says)
