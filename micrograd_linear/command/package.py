"""Where a file stands among its neighbours: the package that it is a module of, and the folders
that its imports are found in.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HIGHEST = 6  # folders above the file that are looked in


@dataclass(frozen=True)
class Standing:
    """The name of the module, its package ("" for none), and the folders to import from."""

    name: str
    package: str
    folders: tuple[Path, ...]

    @property
    def root(self) -> Path:
        """The highest of the folders, under which all that it imports stands."""
        return min(self.folders, key=lambda folder: len(folder.parts))


def standing_of(path: Path, tree: ast.AST) -> Standing:
    """Where the file stands, by its folders and by what it imports."""
    folder = path.parent.resolve()
    parts = _package(folder, tree)
    folders = [folder]
    if parts:
        folders.append(folder.parents[len(parts) - 1])
    for name in dict.fromkeys(_imported(tree)):
        above = _above(name, folder)
        if above is not None and above not in folders:
            folders.append(above)
    name = ".".join((*parts, path.stem)) if parts else f"<{path.stem}>"
    return Standing(name, ".".join(parts), tuple(folders))


def _package(folder, tree):
    """The names of the packages that the folder is, from the highest: those with an __init__.py, or
    as many as relative imports climb.
    """
    climbed = max((n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)), default=0)
    marked = 0
    above = folder
    while _is_package(above) and marked < _HIGHEST:
        marked, above = marked + 1, above.parent
    depth = min(max(climbed, marked), len(folder.parts) - 1)
    if not climbed:
        return []
    return list(folder.parts[len(folder.parts) - depth :])


def _imported(tree) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _above(name, folder):
    """The nearest folder above that holds what is imported; None where Python finds it anyway."""
    if _stands_in(name, folder) or name in sys.modules or name in sys.stdlib_module_names:
        return None
    if importlib.util.find_spec(name) is not None:
        return None
    higher = folder.parents[:_HIGHEST]
    own = [above for above in (folder, *higher) if above.name == name and _is_package(above)]
    if own:  # the package that the file is in, though a module of it may have the same name
        return own[-1].parent
    return next((above for above in higher if _stands_in(name, above)), None)


def _is_package(folder):
    return (folder / "__init__.py").is_file()


def _stands_in(name, folder):
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()
