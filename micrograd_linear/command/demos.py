"""What a file does beside defining things: loops without an end, and texts that are not there."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# It stands in for a text to be learnt: what matters are its characters, and that there are enough.
_TEXT = (
    "The wind was up before the sun, and the mill began to turn.\n"
    "Grain went in above; flour, warm and white, came out below.\n"
    '"Who eats first?" asked the boy. "Who works," said the miller.\n'
) * 8
_TEXTS = ("", ".txt", ".text")


def is_endless(statement: ast.stmt) -> bool:
    """Whether a statement is a loop that nothing in it ends: ``while True`` without a break."""
    if not isinstance(statement, ast.While):
        return False
    test = statement.test
    if not (isinstance(test, ast.Constant) and test.value):
        return False
    ends = (ast.Break, ast.Raise, ast.Return)
    called = [getattr(n.func, "id", getattr(n.func, "attr", "")) for n in _calls(statement)]
    left = any(isinstance(node, ends) for node in _own(statement))
    return not left and not {"exit", "quit", "_exit"} & set(called)


def _calls(statement):
    return [node for node in ast.walk(statement) if isinstance(node, ast.Call)]


def _own(loop):
    """The nodes of a loop that belong to itself: a break of a loop inside ends that one."""
    stack: list[ast.AST] = list(loop.body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.For, ast.While, ast.FunctionDef, ast.ClassDef)):
            stack += list(ast.iter_child_nodes(node))


def reads_a_text(statement: ast.stmt, error: BaseException) -> bool:
    """Whether a statement failed because a text that it reads letters of is not there."""
    name = getattr(error, "filename", None)
    if not isinstance(error, FileNotFoundError) or not isinstance(name, str):
        return False
    opened = any(getattr(call.func, "id", "") == "open" for call in _calls(statement))
    return opened and Path(name).suffix.lower() in _TEXTS


@contextlib.contextmanager
def with_a_text() -> Iterator[None]:
    """Inside, a text that is not there is read as some other one."""
    before = builtins.open

    def reading(file: Any, mode: str = "r", *args: Any, **keywords: Any) -> Any:
        try:
            return before(file, mode, *args, **keywords)
        except FileNotFoundError:
            return io.BytesIO(_TEXT.encode()) if "b" in mode else io.StringIO(_TEXT)

    builtins.open = reading  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.open = before
