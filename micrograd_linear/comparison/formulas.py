"""The line of the derivation that is right, beside a gradient that is wrong; it stands alone,
without the rest of the derivation.
"""

import re
from typing import Any

from ..engine.graph import Node

MOST_DERIVED = 300  # nodes of a graph whose formulas are printed
LONGEST = 120  # signs of a formula
LONGEST_WHOLE = 260  # signs of a formula and of what it is written with
# The derivation makes up such names for parts, and for constant arrays.
_PART = re.compile(r"\b[tC]\d+\b")
_SCATTERED = "at["
_EXPLAINED = "at[i](v) is zeros, with v added at the places i"


def right_lines(root: Node, nodes: dict[str, Any], size: int) -> dict[str, str]:
    """{key: the line of a node} for {key: node}, those that are short enough; ``size`` is that of
    the graph.

    Empty where an operation has no formula.
    """
    if size > MOST_DERIVED or not nodes:
        return {}
    # Loading the derivation takes a third of the time of this room, and it is rarely needed.
    from ..derivation import derive

    try:
        derivation = derive(root, list(dict.fromkeys(nodes.values())))
        definitions = _definitions(derivation)
        found = {key: derivation[node].text for key, node in nodes.items() if node in derivation}
    except (TypeError, ValueError):
        return {}
    whole = {
        key: _with_parts(line, definitions) for key, line in found.items() if len(line) <= LONGEST
    }
    return {key: line for key, line in whole.items() if line and len(line) <= LONGEST_WHOLE}


def _definitions(derivation: Any) -> dict[str, str]:
    """{name of a part: what it stands for}"""
    lines = [
        line for line in derivation.text.splitlines() if " = " in line or "constant array" in line
    ]
    found = {}
    for line in lines:
        line = re.sub(r"\s{2,}\([\d, ]*\)$", "", line.strip())
        name = re.match(r"[tC]\d+(?= = |: a constant array)", line)
        if name:
            found.setdefault(
                name.group(), line.replace(": a constant", " is a constant").rstrip(".")
            )
    return found


def _with_parts(line: str, definitions: dict[str, str]) -> str:
    """A line, and after it the parts it is written with; "" where one of them has no definition."""
    parts, waiting = {}, _PART.findall(line)
    while waiting:
        part = waiting.pop(0)
        if part not in definitions:
            return ""
        if part not in parts:
            parts[part] = definitions[part]
            waiting += [x for x in _PART.findall(definitions[part]) if x != part]
    said = list(parts.values())
    said += [_EXPLAINED] if any(_SCATTERED in text for text in (line, *said)) else []
    return f"{line}, where {'; '.join(said)}" if said else line
