"""Gradients in files that another program wrote: ``--gradients dump.npz``."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..comparison import Tolerance, UnusableLayer, check_gradients
from ..foundations.near import did_you_mean, nearest
from ..foundations.place import Statement
from .checking import Checked, Computed
from .graphs import root_of

Arrays = Mapping[str, np.ndarray]


def gradients_in(words: Sequence[str]) -> dict[str, np.ndarray]:
    """{name: array} of files: of a .npz by its keys, of a .npy by the name before "=", or by its
    own.
    """
    found: dict[str, np.ndarray] = {}
    for word in words:
        name, is_named, path = word.partition("=")
        if not is_named or Path(word).exists():
            name, path = "", word
        for key, array in _read(path, name).items():
            if key in found:
                raise UnusableLayer(f"{path}: the gradient {key!r} is in another file, too")
            found[key] = array
    return found


def _read(path, name) -> Arrays:
    try:
        held: Any = np.load(path, allow_pickle=False)
        if isinstance(held, np.ndarray):
            return {name or Path(path).stem: held}
        with held:
            arrays = dict(held)
    except FileNotFoundError:
        raise UnusableLayer(f"{path}: no such file{_near(path)}") from None
    except (OSError, ValueError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise UnusableLayer(
            f"{path}: expected a .npy or .npz file, as np.save and np.savez write it: {why}"
        ) from None
    if name:
        raise UnusableLayer(
            f"{path}: it holds {', '.join(arrays) or 'nothing'} under their own names; "
            f"leave out {name}="
        )
    return arrays


def _near(path):
    folder = Path(path).parent
    there = [f.name for f in folder.iterdir()] if folder.is_dir() else []
    found = [n for n in nearest(Path(path).name, there, 3) if n.endswith((".npy", ".npz"))]
    return f"; there is {', '.join(str(folder / n) for n in found)}" if found else ""


def checked_dump(
    names: Mapping[str, object],
    file: str,
    wanted: Sequence[str],
    dump: Arrays,
    seed: int,
    tolerance: Tolerance,
) -> Checked:
    """The gradients of a dump beside those of what the file computes: of its ``forward``, of the
    function that is named, or of its graph of Tensors.
    """
    computed = _computed(names, file, wanted)
    given = [names[name] for name in ("dy", "gradient") if name in names]
    dy = next((x for x in given if not callable(x)), None)
    try:
        comparison = check_gradients(
            computed.what, names.get("inputs"), dump, dy, seed=seed, tolerance=tolerance
        )
    except UnusableLayer as error:
        raise UnusableLayer(f"{file}: {error}") from error
    return Checked(computed, comparison, given=True, is_dump=True)


def _computed(names, file, wanted) -> Computed:
    own = names.get("__name__")
    functions = {
        name: x
        for name, x in names.items()
        if inspect.isfunction(x) and x.__module__ == own and not name.startswith("_")
    }
    if len(wanted) > 1:
        raise UnusableLayer(f"--gradients are those of one function; got {', '.join(wanted)}")
    name = wanted[0] if wanted else "forward"
    if name not in functions and not wanted and len(functions) == 1:
        (name,) = functions
    if name in functions:
        code = functions[name].__code__
        return Computed(name, Statement(file, code.co_firstlineno), functions[name])
    if wanted:
        raise UnusableLayer(
            f"{file} has no function {name}; it has {', '.join(functions) or 'none'}"
            f"{did_you_mean(name, functions)}"
        )
    return Computed("graph", Statement(file, 1), root_of(names, file))
