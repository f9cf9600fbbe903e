"""Which argument each gradient is of, among all that a backward function hands out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..pair import UnusableLayer
from . import naming
from .arguments import Path, arrays_in


def is_number(value: object) -> bool:
    """Whether a value is an array or a number."""
    return isinstance(value, (np.ndarray, np.generic, int, float)) and not isinstance(value, bool)


def assigned(
    returned: object,
    values: Mapping[str, np.ndarray],
    said: Sequence[str] = (),
    labels: Sequence[str] = (),
) -> dict[str, Any]:
    """{argument: gradient} of what backward returned; ``said`` are the names in its ``return``."""
    floats = [n for n, v in values.items() if v.dtype.kind == "f"]
    likely = [n for n in floats if n not in labels] or floats
    if isinstance(returned, dict):
        return _of_dict(returned, floats)
    if is_number(returned):
        name = named_one(returned, values, said[0] if len(said) == 1 else "", likely)
        return {name: np.asarray(returned)}
    if not isinstance(returned, (tuple, list)):
        raise UnusableLayer(
            "backward must return gradients, as an array, a tuple or a dict, or leave them on "
            f"self; got {type(returned).__name__}"
        )
    return _of_tuple(_of_rows(list(returned), values, said), floats, likely, values, said)


def _of_dict(returned, floats):
    """What the keys name; None where None stands in place of a gradient, which is then missing."""
    found: dict[str, Any] = {}
    for path, array in arrays_in(returned).items():
        name = _of_path(path, floats)
        if name is not None:
            found[name] = array
    for key, number in returned.items():
        if isinstance(number, (float, np.floating)):
            name = _of_path((key,), floats)
            if name is not None:
                found[name] = np.asarray(number)
    missing = [_of_path((key,), floats) for key, value in returned.items() if value is None]
    found |= {name: None for name in missing if name is not None and name not in found}
    if not found:
        keys = naming.listed(map(str, returned))
        raise UnusableLayer(
            f"backward returned a dict with the keys {keys}; expected gradients of "
            f"{naming.listed(floats)}"
        )
    return found


def _of_path(path: Path, floats: Sequence[str]) -> str | None:
    words = [part for part in path if isinstance(part, str)]
    if not words:
        return None
    ending = "".join(f"['{part}']" if isinstance(part, str) else f"[{part}]" for part in path)
    exact = [name for name in floats if len(path) > 1 and name.endswith(ending)]
    exact = exact or [name for name in floats if naming.last_part(name) == words[-1]]
    return exact[0] if len(exact) == 1 else naming.named_by(words[-1], floats)


def _of_rows(returned, values, said):
    """What was returned, with the gradient of some rows as that of their table: grad_center, where
    center is the index of a row of center_vecs.
    """
    for place, name in enumerate(said if len(said) == len(returned) else ()):
        stem, item = naming.stem_of(name) or "", returned[place]
        index = values.get(stem)
        if index is None or index.dtype.kind not in "iu" or not is_number(item):
            continue
        tables = [
            n
            for n, table in values.items()
            if n.startswith(stem)
            and table.dtype.kind == "f"
            and np.shape(item) == (*index.shape, *table.shape[1:]) != table.shape
        ]
        if len(tables) == 1:
            whole = np.zeros_like(values[tables[0]])
            np.add.at(whole, index, item)
            returned[place] = whole
    return returned


def _of_tuple(returned, floats, likely, values, said):
    found: dict[str, Any] = {}
    named = said if len(said) == len(returned) else [""] * len(returned)
    rest = []
    for place, (name, item) in enumerate(zip(named, returned)):
        target = naming.named_by(name, [n for n in floats if n not in found], bare=False)
        if is_number(item) and target:
            found[target] = np.asarray(item)
        elif isinstance(item, dict):
            found |= _of_dict(item, floats)
        elif isinstance(item, (list, tuple)):
            found |= _of_list(item, name, values)
        elif is_number(item):
            rest.append((place, name, np.asarray(item)))
    if rest:
        _in_order(rest, found, floats, likely, values, len(returned))
    return found


def _in_order(rest, found, floats, likely, values, count):
    """The gradients that no name tells: by their place where each argument has one, else in the
    order of the arguments that have none.
    """
    order = next((o for o in (list(values), likely, floats) if len(o) == count), None)
    if order is not None and all(order[place] not in found for place, _, _ in rest):
        found |= {order[place]: g for place, _, g in rest if order[place] in floats}
        return
    free = [name for name in likely if name not in found]
    if len(free) < len(rest):
        free = [name for name in floats if name not in found]
    # Among gradients that are told by name, another name is that of something else.
    rest = [each for each in rest if not (found and naming.is_state(each[1]))]
    told = bool(found) and len(free) != len(rest)
    unnamed = [g for _, name, g in rest if not (told and name and naming.stem_of(name))]
    if len(free) < len(unnamed) and not found:
        raise UnusableLayer(
            f"backward returned {len(rest)} gradients, expected {len(free)}: {', '.join(free)}"
        )
    found |= dict(zip(free, unnamed))


def _of_list(items, name, values):
    """Gradients of a list of arrays: that of the arguments which has as many."""
    lists: dict[str, list[str]] = {}
    for path_name in values:
        if path_name.endswith("]"):
            lists.setdefault(path_name[: path_name.rindex("[")], []).append(path_name)
    stems = {head: members for head, members in lists.items() if len(members) == len(items)}
    target = naming.named_by(name, list(stems)) or (next(iter(stems)) if len(stems) == 1 else None)
    if target is None:
        return {}
    pairs = zip(stems[target], items)
    return {n: np.asarray(g) for n, g in pairs if is_number(g)}


def of_whole_tables(
    gradients: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray], text: str
) -> dict[str, Any]:
    """The gradients; one that is of the rows that ``table[index]`` looks up in ``text`` is put in
    its rows of the table's.
    """
    found = dict(gradients)
    indices = {n: v for n, v in values.items() if v.dtype.kind in "iu"}
    for name, gradient in gradients.items():
        table = values[name]
        for index, rows in indices.items():
            looked_up = rf"\b{re.escape(name)}\[{re.escape(index)}\]"
            of_rows = np.shape(gradient) == (*rows.shape, *table.shape[1:]) != table.shape
            if table.ndim > 1 and of_rows and re.search(looked_up, text):
                found[name] = np.zeros(table.shape)
                np.add.at(found[name], rows, gradient)
    return found


def named_one(gradient: Any, values: Mapping[str, np.ndarray], said: str, likely: Sequence[str]):
    """The argument that a single gradient is of: by its name, by its shape among weights, or the
    first.
    """
    target = naming.named_by(said, likely, bare=False) if said else None
    if target:
        return target
    shape = np.shape(gradient)
    fitting = [name for name in likely if values[name].shape == shape]
    first = likely[0]
    return first if first in fitting or not fitting else fitting[0]
