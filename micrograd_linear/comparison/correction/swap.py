"""The user's functions with other code, for the time of a run."""

from __future__ import annotations

import ast
import contextlib
import copy
import linecache
from collections.abc import Callable, Iterable, Iterator
from types import CodeType
from typing import Any

from ...foundations.code import FUTURE
from .routine import Change, Routine, Step

HOLE = "__micrograd_linear_value__"


class NotCompiled(Exception):
    """The edited text is no code that could stand for the function."""


def code_of_definition(routine: Routine, node: Any) -> CodeType:
    """The code of an edited definition of a routine.

    It is compiled inside of what surrounds the routine: a function that has the names which it
    closes over, and its class, for names that begin with two underscores.
    """
    old = routine.code
    body: list[ast.stmt] = [node] if isinstance(node, ast.stmt) else [ast.Expr(node)]
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
    if routine.owner:
        body = [ast.ClassDef(routine.owner, [], [], body, [])]
    free = [name for name in old.co_freevars if name != "__class__"]
    if free:
        given = [ast.arg(name) for name in free]
        outer = ast.FunctionDef(
            "_outer", ast.arguments([], given, None, [], [], None, []), body, [], None
        )
        body = [outer]
    module = ast.fix_missing_locations(_with_type_parameters(ast.Module(body, [])))
    flags = old.co_flags & FUTURE
    try:
        whole = compile(module, old.co_filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, TypeError, RecursionError) as error:
        raise NotCompiled(str(error)) from error
    for code in _codes(whole):
        same = code.co_name == old.co_name and code.co_freevars == old.co_freevars
        if same and code.co_varnames[: old.co_argcount] == old.co_varnames[: old.co_argcount]:
            return code
    raise NotCompiled(f"{routine.name} closes over other names")


def _with_type_parameters(module):
    for node in ast.walk(module):
        if "type_params" in node._fields:
            vars(node).setdefault("type_params", [])
    return module


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def edited(
    routine: Routine, changes: Iterable[Change], others: Iterable[Routine] = ()
) -> dict[Routine, CodeType]:
    """The code of a routine after changes of its file, and of ``others`` that stand in that file.

    An edit adds no function and takes none away, so they are found by their order.
    """
    moved = routine.text.after(changes)
    try:
        tree = ast.parse(moved)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise NotCompiled(str(error)) from error
    before, after = _definitions(routine.text.tree), _definitions(tree)
    if len(before) != len(after):
        raise NotCompiled(f"{routine.name} is not there any more")
    place = {id(node): at for at, node in enumerate(before)}
    together = [routine, *(r for r in others if r.text is routine.text and r is not routine)]
    return {r: code_of_definition(r, after[place[id(r.node)]]) for r in together}


def _definitions(tree: ast.Module) -> list[Any]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


@contextlib.contextmanager
def rewritten(file: str, text: str) -> Iterator[None]:
    """For that time a file has another text, as far as ``linecache`` knows."""
    before = linecache.cache.get(file)
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    try:
        yield
    finally:
        if before is None:
            linecache.cache.pop(file, None)
        else:
            linecache.cache[file] = before


@contextlib.contextmanager
def swapped(codes: dict[Routine, CodeType]) -> Iterator[None]:
    """For that time the routines have these codes."""
    before = [(f, f.__code__) for routine in codes for f in routine.functions]
    try:
        for routine, code in codes.items():
            for function in routine.functions:
                function.__code__ = code
        yield
    finally:
        for function, code in before:
            function.__code__ = code


def with_hole(step: Step, site: ast.expr) -> CodeType:
    """The code of the step's routine in which an expression is asked of ``HOLE``, a function of the
    local names, as long as there is one.
    """
    asked = ast.Call(
        ast.Name(HOLE, ast.Load()), [ast.Call(ast.Name("locals", ast.Load()), [], [])], []
    )
    filled = ast.IfExp(ast.Name(HOLE, ast.Load()), asked, site)
    return code_of_definition(step.routine, replaced(step.routine.node, site, filled))


def replaced(tree: Any, old: ast.AST, new: ast.AST | list | None) -> Any:
    """A copy of a tree with another node, or other statements, in the place of one."""
    if tree is old:
        return new
    if not isinstance(tree, ast.AST):
        return tree
    made = copy.copy(tree)
    for name, part in ast.iter_fields(tree):
        if isinstance(part, list):
            parts: list[Any] = []
            for each in part:
                other = replaced(each, old, new) if isinstance(each, ast.AST) else each
                parts += other if isinstance(other, list) else [other]
            setattr(made, name, [each for each in parts if each is not None])
        elif isinstance(part, ast.AST):
            setattr(made, name, replaced(part, old, new))
    return made


@contextlib.contextmanager
def filling(routine: Routine, code: CodeType, fill: Callable) -> Iterator[None]:
    """For that time the hole in a routine's code is filled by ``fill(locals)``."""
    spaces = {id(f.__globals__): f.__globals__ for f in routine.functions}
    try:
        for names in spaces.values():
            names[HOLE] = fill
        with swapped({routine: code}):
            yield
    finally:
        for names in spaces.values():
            names.pop(HOLE, None)
