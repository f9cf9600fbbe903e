"""Files of Python 2: their ``print`` statements, their ``xrange``, and the ``/`` of whole numbers.

Lines keep their places. What else is of Python 2 stays an error, with its line.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import Any

import numpy as np

NOTE = "the file is of Python 2: print is read as a function, and / of whole numbers rounds down."
QUOTIENT = "_quotient_of_python_2"
_EXCEPT = re.compile(r"^(\s*except\s+[\w.]+)\s*,\s*(\w+)\s*:", re.M)
_RAISE = re.compile(r"^(\s*raise\s+[\w.]+)\s*,\s*(.+)$", re.M)
_SAID = re.compile(r"Missing parentheses in call to|multiple exception types|invalid syntax")
_LAID_OUT = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT)


def in_python_3(text: str) -> str | None:
    """The text as Python 3 reads it; None where it is no Python 2, or is Python 3 as it stands."""
    try:
        ast.parse(text)
        return None
    except SyntaxError as error:
        if not _SAID.match(error.msg or ""):
            return None
    except (ValueError, RecursionError, MemoryError):
        return None
    try:
        new = _with_calls(_RAISE.sub(r"\1(\2)", _EXCEPT.sub(r"\1 as \2:", text)))
        ast.parse(new)
    except (SyntaxError, tokenize.TokenError, ValueError, IndexError):
        return None
    return new


def _with_calls(text):
    """The text with brackets around what each ``print`` statement prints."""
    lines = text.splitlines(keepends=True)
    for (row, start), (last_row, end) in reversed(list(_printed(text))):
        line = lines[last_row - 1]
        lines[last_row - 1] = f"{line[:end]}){line[end:]}"
        line = lines[row - 1]
        lines[row - 1] = f"{line[:start]}({line[start:].lstrip(' ')}"
    return "".join(lines)


def _printed(text):
    """(where what is printed begins, where it ends) of each ``print`` statement."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    first, depth = True, 0
    for i, token in enumerate(tokens):
        if first and token.type == tokenize.NAME and token.string == "print":
            last = _last_of(tokens, i)
            yield token.end, tokens[last].end
        depth += (
            (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        )
        ends = token.string in (";", ":") and not depth
        first = token.type in _LAID_OUT or ends


def _last_of(tokens, i):
    """The last token of the statement that begins with the i-th."""
    depth, last = 0, i
    for k in range(i + 1, len(tokens)):
        token = tokens[k]
        if token.type in (tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER):
            break
        depth += _opened(token)
        if token.string == ";" and not depth:
            break
        last = k if token.type != tokenize.NL else last
    return last


def _opened(token):
    """1 for a bracket that opens, -1 for one that closes."""
    return (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))


def divides_as_now(tree: ast.Module) -> bool:
    """Whether a file asks for the division of Python 3."""
    futures = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    return any(name.name == "division" for future in futures for name in future.names)


class Dividing(ast.NodeTransformer):
    """Lets every ``/`` divide as Python 2 did."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """``quotient(a, b)`` in the place of ``a / b``."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        name = ast.Name(QUOTIENT, ast.Load())
        return ast.fix_missing_locations(
            ast.copy_location(ast.Call(name, [node.left, node.right], []), node)
        )


def quotient(a: Any, b: Any) -> Any:
    """``a / b``; of whole numbers, the next whole number below."""
    return a // b if _is_whole(a) and _is_whole(b) else a / b


def _is_whole(x):
    if isinstance(x, (np.ndarray, np.generic)):
        return x.dtype.kind in "iu"
    return isinstance(x, int) and not isinstance(x, bool)


def names_of(text: str) -> dict[str, object]:
    """The builtins of Python 2 that a text uses, by what they are called now."""
    now: dict[str, object] = {
        "xrange": range,
        "unicode": str,
        "basestring": str,
        "long": int,
        "raw_input": input,
    }
    return {name: x for name, x in now.items() if re.search(rf"\b{name}\b", text)}
