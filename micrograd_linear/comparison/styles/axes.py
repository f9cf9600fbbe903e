"""Sizes for axes that a text names: ``(N, D)``, ``(n_units, n_prev)``."""

from __future__ import annotations

import re

_SYMBOLS = {
    "N": 5,
    "M": 3,
    "D": 7,
    "C": 3,
    "H": 4,
    "W": 4,
    "T": 6,
    "V": 8,
    "F": 4,
    "HH": 3,
    "WW": 3,
}
_SPARE = (7, 3, 4, 6, 2, 5)  # the number of samples last: a square hides mistakes


def shape_of(axes):
    """Sizes for axes by name: ("N", "D"), ("N", "d_1", "...", "d_k")."""
    sizes, spare = [], list(_SPARE)
    deep = any("..." in axis for axis in axes)
    for axis in axes:
        if "..." in axis:
            continue
        match = re.fullmatch(r"(\d+)?\s*\*?\s*([A-Za-z_]\w*)?", axis)
        if not match or not (match[1] or match[2]):
            return None
        factor = int(match[1] or 1)
        size = _SYMBOLS.get(match[2] or "", 0) if match[2] else 1
        if deep and re.fullmatch(r"d_?[1k]", match[2] or ""):
            size = 7 if match[2].endswith("1") else 1
        if not size:
            size = _of_symbol(match[2], spare)
        sizes.append(factor * size)
    return tuple(sizes)


def _of_symbol(symbol, spare):
    if re.match(r"n_?[HW]|height|width", symbol, re.I):
        return 5
    if symbol in ("f", "k", "kh", "kw", "FH", "FW"):
        return 2
    if re.match(r"n_?x|in|n_?in", symbol):
        return 7
    if re.match(r"[mn]$|batch|n_?samples|num_?train|num_samples", symbol):
        return 5
    if re.match(r"n_?C_?prev|ch|n_?c$", symbol, re.I):
        return 3
    if re.match(r"n_?a|hid", symbol):
        return 4
    if re.match(r"n_?y|out|num_?class|n_?out", symbol):
        return 3
    return spare.pop(0) if spare else 3
