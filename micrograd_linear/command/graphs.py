"""The graph that a file builds at top level."""

from __future__ import annotations

from collections.abc import Mapping

from .. import Tensor, Value
from ..comparison import UnusableLayer


def root_of(names: Mapping[str, object], file: str) -> Tensor | Value:
    """The last node that the file computed; nodes without a name take those of its variables."""
    nodes = {
        name: value
        for name, value in names.items()
        if isinstance(value, (Tensor, Value)) and not name.startswith("_")
    }
    for name, node in nodes.items():
        if not node.name:
            node.name = name
    results = [node for node in nodes.values() if node.operands]
    if not results:
        raise UnusableLayer(
            f"{file} defines no function forward and computes no Tensor or Value; "
            "expected forward(...), or a graph at top level"
        )
    return max(results, key=lambda node: node.created)
