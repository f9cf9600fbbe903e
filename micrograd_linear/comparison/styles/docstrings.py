"""What the docstring of a function says of the shapes of its arguments."""

from __future__ import annotations

import re


def documented(text: str, name: str) -> tuple[str, ...] | None:
    """The axes that a docstring gives an argument: ("N", "D") of ``x: array of shape (N, D)``."""
    for line in _entries(text, name):
        match = re.search(
            r"(?:shape|dims?|size)\w*\s*[:=]?\s*(?:of\s*)?[(\[]([^()\[\]]*)[)\]]", line, re.I
        )
        match = match or re.match(r"\s*(?:an?\s)?[\w\s.]*\(([^()]+,[^()]*)\)", line)
        if match:
            axes = tuple(axis.strip() for axis in match[1].split(",") if axis.strip())
            if all(re.fullmatch(r"[\w.*+]+|\d+\s*\*?\s*\w+", axis) for axis in axes):
                return axes
    return None


def _entries(text, name):
    pattern = re.compile(
        rf"^[\s\-*:@]*(?:param\s+)?(?:\w+\s*,\s*)*{re.escape(name)}\b(?:\s*,\s*\w+)*"
        rf"\s*(?:\([^()]*\)\s*)?(?:--|:|-|=|is\b)(.*(?:\n\s+[^\n:]*)?)",
        re.M,
    )
    return [match[1] for match in pattern.finditer(text)]
