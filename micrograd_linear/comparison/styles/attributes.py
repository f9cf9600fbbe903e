"""The arrays that an object of the file holds: in attributes, dicts, lists, and objects inside."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from . import naming

Path = tuple[object, ...]
_DEPTH = 6
_GRADIENTS = ("grad", "grads", "gradient", "gradients", "g", "diff", "dw", "derivative", "deltas")
_HOLDERS = ("data", "value", "val", "values", "w", "weight", "array", "param", "v", "x", "matrix")


_FORMS = (
    "d{0}", "d_{0}", "grad_{0}", "{0}_grad", "d{1}", "_d{1}", "g{0}", "g_{0}", "g{1}", "_g{1}",
)  # fmt: skip


def is_object(x: object) -> bool:
    """Whether a value is an object with attributes that a class in Python made."""
    is_code = isinstance(x, (type, types.ModuleType, types.FunctionType, types.MethodType, Tensor))
    return hasattr(x, "__dict__") and not is_code and not isinstance(x, np.ndarray)


def children(x: Any) -> Iterator[tuple[object, object]]:
    """(key, value) of what an object, a dict or a list holds."""
    if isinstance(x, dict):
        yield from list(x.items())
    elif isinstance(x, (list, tuple)):
        yield from list(enumerate(x))[:1000]
    elif is_object(x):
        yield from list(vars(x).items())


def arrays_of(x: object) -> dict[Path, np.ndarray]:
    """{path: array of floats} of all that an object holds; one array may have several paths."""
    found: dict[Path, np.ndarray] = {}
    _collect(x, (), found, ())
    return found


def _collect(x, path, found, above):
    if len(path) > _DEPTH or id(x) in above:
        return
    for key, value in children(x):
        if isinstance(value, np.ndarray):
            if value.dtype.kind == "f":
                found[(*path, key)] = value
        elif isinstance(value, (float, np.floating)) and not isinstance(value, bool):
            continue
        else:
            _collect(value, (*path, key), found, (*above, id(x)))


def at(x: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does."""
    for part in path:
        if isinstance(x, (dict, list, tuple)):
            try:
                x = x[part]  # type: ignore[call-overload,index]
            except (KeyError, IndexError, TypeError):
                return None
        else:
            x = vars(x).get(str(part)) if is_object(x) else None
    return x


def put(x: Any, path: Path, value: object) -> None:
    """Let a value stand at a path; a tuple on the way is made anew."""
    owner = at(x, path[:-1])
    if isinstance(owner, tuple):
        put(x, path[:-1], tuple(value if i == path[-1] else y for i, y in enumerate(owner)))
    elif isinstance(owner, (dict, list)):
        owner[path[-1]] = value  # type: ignore[call-overload,index]
    else:
        owner.__dict__[str(path[-1])] = value  # type: ignore[union-attr]


def in_words(path: Path) -> str:
    """``layers[0].W``, ``params['W1']``"""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        elif not isinstance(part, str) or not part.isidentifier() or words.endswith("params"):
            words += f"[{part!r}]"
        else:
            words += f".{part}" if words else part
    return words


@lru_cache(maxsize=1024)
def gradient_paths(path: Path) -> tuple[Path, ...]:
    """Where the gradient of the array at a path may have been left, the likeliest first."""
    return tuple(_gradient_paths(path))


def _gradient_paths(path: Path) -> Iterator[Path]:
    *owner, key = path
    base = tuple(owner)
    if isinstance(key, str):
        if key.strip("_").lower() in _HOLDERS:
            yield from ((*base, name) for name in ("grad", "gradient", "g", "diff", "d"))
        bare = key.lstrip("_")
        yield from ((*base, form.format(key, bare)) for form in _FORMS)
        for holder in _GRADIENTS:
            for form in (key, f"d{key}", f"d_{key}", f"grad_{key}"):
                yield (*base, holder, form)
    for i, part in enumerate(owner):
        if isinstance(part, str):
            yield from ((*base[:i], holder, *base[i + 1 :], key) for holder in _held_as(part))
    if owner and isinstance(owner[-1], str):
        above, container = tuple(owner[:-1]), owner[-1]
        named = [key, f"d{key}", f"d_{key}", f"grad_{key}"] if isinstance(key, str) else [key]
        for holder in _held_as(container):
            yield from ((*above, holder, name) for name in named)


def _held_as(name: str) -> tuple[str, ...]:
    """What a container of gradients is called beside one of parameters."""
    one, bare = name.rstrip("s"), name.lstrip("_")
    forms = [f"d{name}", f"d_{name}", f"grad_{name}", f"{name}_grad", f"{name}_grads", f"d{bare}"]
    more = [
        f"{one}_grads",
        f"{one}_gradients",
        f"grads_{name}",
        f"nabla_{name}",
        f"{name}_gradients",
    ]
    return (*_GRADIENTS, *forms, *more)


def by_stem(path: Path, candidates: list[Path]) -> Path | None:
    """The one candidate beside a path whose name is that of its gradient, however it is written."""
    if not isinstance(path[-1], str):
        return None
    beside = [p for p in candidates if len(p) >= 1 and p[: len(path) - 1] == path[:-1]]
    found = []
    for p in beside:
        stem = naming.stem_of(str(p[-1]).strip("_"))
        if stem and naming.named_by(str(p[-1]).strip("_"), [path[-1].strip("_")], bare=False):
            found.append(p)
    return found[0] if len(found) == 1 else None
