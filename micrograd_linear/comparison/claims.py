"""What was handed in to ``compare``: the gradients by node, or one clear error where something is
misplaced.
"""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..engine import arrays
from ..engine.foreign import leaf_of
from ..engine.graph import is_node
from ..foundations.near import did_you_mean

WRITE = "write compare({name: array}, result)"


def opened(hand: object, root: object) -> object:
    """``hand`` as a mapping or as one array, read from its file where a path was given; ``root``
    is looked at, too.
    """
    _refuse_swapped(hand, root)
    if not is_node(root):
        raise TypeError(
            f"compare: expected the result as a Tensor or a Value, got {_kind(root)}; {WRITE}"
        )
    if isinstance(hand, (str, os.PathLike)):
        return _file(hand)
    if is_mapping(hand):
        return hand
    if isinstance(hand, (list, tuple)):
        _refuse_several(hand)
    elif hand is None or callable(hand) or isinstance(hand, (set, frozenset, bytes)):
        raise TypeError(
            f"compare: expected {{name: array}} or one array, got {_kind(hand)}; {WRITE}"
        )
    return hand


def is_mapping(hand: object) -> bool:
    """True for a dict, an open .npz file, and whatever else has keys."""
    return isinstance(hand, Mapping) or hasattr(hand, "keys")


def entries(hand: Any) -> list[tuple[object, object]]:
    """(key, array) of a mapping; tables in tables, as of a model's parameters, have their keys
    joined by points: ``layers.0.weight``.
    """
    found: list[tuple[object, object]] = []
    for key, array in hand.items():
        parts = _parts_of(array) if isinstance(key, str) else None
        if parts is None:
            found.append((key, array))
        else:
            found += [(f"{key}.{inner}", x) for inner, x in entries(parts)]
    return found


def _parts_of(array: Any) -> Mapping | None:
    """What a table holds, by keys that are texts; None for an array."""
    if isinstance(array, (list, tuple)) and any(is_mapping(x) for x in array):
        return {str(i): x for i, x in enumerate(array)}
    if is_mapping(array) and all(isinstance(key, (str, int)) for key in array):
        return {str(key): array[key] for key in array}
    return None


def real(array: object, key: object) -> np.ndarray:
    """One hand-derived gradient as an array of floats; a path is read."""
    name = key if isinstance(key, str) else getattr(key, "name", "") or "gradient"
    what = f"compare: the hand-derived gradient of {name!r}"
    if is_mapping(array):
        raise TypeError(f"{what}: expected an array, got {_kind(array)}; {WRITE}")
    if isinstance(array, str) and not array.endswith((".npy", ".npz")):
        raise TypeError(
            f"{what}: expected real numbers, or the path of a .npy file, "
            f"got strings: {array[:60]!r}"
        )
    if isinstance(array, os.PathLike | str):
        array = arrays.from_file(array, what)
    array = arrays.real_array(array, what)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def find(key: object, names: dict, by_name: dict) -> object:
    """The node of the graph that a key of ``hand`` means."""
    if is_node(key):
        if key not in names:
            raise ValueError(f"compare: {key!r} is not part of the graph of the result")
        return key
    leaf = leaf_of(key)
    if leaf is not None and leaf in names:
        return leaf
    nodes = by_name.get(key, [])
    if len(nodes) == 1:
        return nodes[0]
    named = ", ".join(repr(node.name) for node in names if node.name) or "none has a name"
    if nodes:
        raise ValueError(
            f"compare: {len(nodes)} nodes of the graph are named {key!r}; "
            "hand in the node itself instead of its name"
        )
    meant = did_you_mean(key, by_name) if isinstance(key, str) else ""
    raise ValueError(f"compare: no node of the graph is named {key!r}; named are: {named}{meant}")


def nodes_by_name(names: dict) -> dict:
    """{name: the nodes that are meant by it}: the user's names, then those that were made up."""
    found = {}
    for node in names:
        if node.name:
            found.setdefault(node.name, []).append(node)
    for node, name in names.items():
        found.setdefault(name, [node])
    return found


def _refuse_swapped(hand: Any, root: Any) -> None:
    if is_node(hand):
        what = f"compare: expected the hand-derived gradients first, got {hand.describe()}"
        if is_node(root):
            raise TypeError(f"{what}; hand in numbers, such as its .data: {WRITE}")
        raise TypeError(f"{what}, and {_kind(root)} second: they are exchanged; {WRITE}")


def _refuse_several(hand: list | tuple) -> None:
    """A list of numbers is one array; of arrays, paths or pairs nobody knows which is which."""
    many = f"got a {type(hand).__name__} of {len(hand)}"
    advice = f"say which is which by name: {WRITE}"
    expected = "compare: expected {name: array}, or one array"
    if not hand:
        raise TypeError(f"{expected}, got an empty {type(hand).__name__}; {advice}")
    if any(isinstance(x, (str, os.PathLike)) for x in hand):
        raise TypeError(f"{expected}, {many} with strings or paths; {advice}")
    if any(isinstance(x, np.ndarray) and x.ndim for x in hand):
        raise TypeError(f"{expected}, {many} arrays; {advice}")
    if any(is_mapping(x) or x is None for x in hand):
        raise TypeError(f"{expected}, {many} objects that are no numbers; {advice}")
    if isinstance(hand[0], tuple) and any(isinstance(x, str) for x in hand[0]):
        raise TypeError(f"{expected}, {many} pairs; write compare(dict(pairs), result)")


def _file(path: str | os.PathLike) -> object:
    """{name: array} of a .npz file, read and closed again; one array of any other."""
    name = os.fspath(path)
    if os.path.isdir(path):
        raise ValueError(f"compare: {name!r} is a folder; hand in the path of a .npy or .npz file")
    if isinstance(path, str) and not name.endswith((".npy", ".npz")):
        raise TypeError(
            f"compare: expected {{name: array}}, one array, or the path of a .npy or .npz file, "
            f"got the string {name[:60]!r}; {WRITE}"
        )
    try:
        found = np.load(path, allow_pickle=False)
        if isinstance(found, np.ndarray):
            return found
        with found:
            return dict(found)
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"compare: cannot read {name!r} as a .npy or .npz file: {error}") from None


def _kind(x: object) -> str:
    if isinstance(x, (str, os.PathLike)):
        return f"the {'string' if isinstance(x, str) else 'path'} {os.fspath(x)[:60]!r}"
    return f"an array of shape {x.shape}" if isinstance(x, np.ndarray) else type(x).__name__
