"""The floor plan of docs/architecture.md, and the imports of a package, to be compared."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROW = re.compile(r"^\| `([\w/.]+\.(?:py|js))` \|", re.M)


def rooms_of(page: str) -> dict[str, list[str]]:
    """The files of every room, rooms and files in the order of the page, the highest first."""
    parts = re.split(
        r"^### `([\w/]+)`.*$", page.split("\n## The rooms\n")[1].split("\n## ")[0], flags=re.M
    )
    return {name: ROW.findall(text) for name, text in zip(parts[1::2], parts[2::2])}


def modules(package: Path) -> dict[str, Path]:
    """Every module by its dotted name below the package; the package itself is ''."""
    names = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What runs when a module is imported: no bodies of functions, nothing for type checkers."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from _statements(statement.orelse)
            continue
        yield statement
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(statement, field, []))


@functools.cache
def _imports_of(source: str) -> list[ast.Import | ast.ImportFrom]:
    """The imports that run with a module; copies of a package share most of their text."""
    body = ast.parse(source).body
    return [each for each in _statements(body) if isinstance(each, (ast.Import, ast.ImportFrom))]


def _targets(
    statement: ast.Import | ast.ImportFrom, module: str, path: Path, package: str
) -> Iterator[tuple]:
    """Pairs of where one statement looks and the name that it looks for there, if any."""
    if isinstance(statement, ast.Import):
        yield from ((name.name, None) for name in statement.names)
    else:
        here = [package, *filter(None, module.split("."))]
        up = statement.level - (path.name == "__init__.py")
        above = here[: len(here) - up] if statement.level else []
        base = ".".join([*above, *filter(None, [statement.module])])
        yield from ((base, name.name) for name in statement.names)


def imports(package: Path) -> dict[str, set[str]]:
    """The modules of the package that each of its modules imports at the level of the module."""
    known = modules(package)
    graph: dict[str, set[str]] = {}
    for module, path in known.items():
        graph[module] = set()
        for statement in _imports_of(path.read_text()):
            for base, name in _targets(statement, module, path, package.name):
                if base.split(".")[0] == package.name:
                    room = base.partition(".")[2]
                    inner = ".".join(filter(None, [room, name]))
                    graph[module].add(inner if inner in known else room)
        graph[module] &= known.keys() - {module}
    return graph


def circles(graph: dict[str, set[str]]) -> list[str]:
    """The modules from which imports lead back to themselves."""

    def reached(start: str) -> set[str]:
        seen, waiting = set(), [start]
        while waiting:
            for target in graph[waiting.pop()] - seen:
                seen.add(target)
                waiting.append(target)
        return seen

    return [name for name in graph if name in reached(name)]


def _outer(room: str) -> str:
    """The room that a folder inside of it belongs to."""
    return f"{room.split('/')[0]}/" if "/" in room else room


def upward(rooms: dict[str, list[str]], package: Path) -> list[str]:
    """The imports of a room that stands higher on the page, as sentences."""
    room = {file: _outer(name) for name, files in rooms.items() for file in files}
    height = {name: -i for i, name in reversed(list(enumerate(map(_outer, rooms))))}
    paths = {name: str(path.relative_to(package)) for name, path in modules(package).items()}
    return [
        f"{paths[name]} ({room[paths[name]]}) imports {paths[target]} ({room[paths[target]]})"
        for name, targets in imports(package).items()
        for target in sorted(targets)
        if height[room[paths[target]]] > height[room[paths[name]]]
    ]
