"""Nested tuples, lists and dicts, taken apart into their leaves and put together again: the
arguments of ``grad`` and ``compile``.

    >>> leaves, structure = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> leaves
    [1.0, 2.0, 3.0]
    >>> unflatten(structure, [10.0, 20.0, 30.0])
    {'w': [10.0, 20.0], 'b': 30.0}
    >>> paths(structure, "p")
    ["p['w'][0]", "p['w'][1]", "p['b']"]

A structure is None for a leaf, else (type, keys, parts): "dict" and the keys, or the type of the
sequence and None; a part is (number of leaves, structure). Structures are hashable, and equal where
the nesting is.
"""


def flatten(tree):
    """(leaves, structure) of nested tuples, lists and dicts."""
    try:
        return _flattened(tree)
    except RecursionError:
        raise ValueError(
            f"a {type(tree).__name__} that is nested too deep, or that holds itself, is no "
            "structure of arguments; expected tuples, lists and dicts that end in numbers or arrays"
        ) from None


def _flattened(tree):
    if isinstance(tree, dict):
        items, kind, keys = tree.values(), "dict", tuple(tree)
    elif isinstance(tree, (tuple, list)):
        items, kind, keys = tree, type(tree), None
    else:
        return [tree], None
    leaves, parts = [], []
    for item in items:
        if isinstance(item, (dict, tuple, list)):
            below, structure = _flattened(item)
            leaves += below
            parts.append((len(below), structure))
        else:
            leaves.append(item)
            parts.append(_LEAF)
    return leaves, (kind, keys, tuple(parts))


def unflatten(structure, leaves):
    """The nesting of ``structure`` with these leaves."""
    if structure is None:
        return leaves[0]
    kind, keys, parts = structure
    items, start = [], 0
    for count, part in parts:
        items.append(
            leaves[start] if part is None else unflatten(part, leaves[start : start + count])
        )
        start += count
    if kind == "dict":
        return dict(zip(keys, items, strict=True))
    return kind(*items) if hasattr(kind, "_fields") else kind(items)


def paths(structure, root):
    """How each leaf is written in Python, where the whole is called ``root``."""
    if structure is None:
        return [root]
    kind, keys, parts = structure
    fields = getattr(kind, "_fields", None)
    leaf_paths = []
    for i, (_, part) in enumerate(parts):
        step = f"[{keys[i]!r}]" if kind == "dict" else f".{fields[i]}" if fields else f"[{i}]"
        leaf_paths += paths(part, root + step)
    return leaf_paths


_LEAF = (1, None)
