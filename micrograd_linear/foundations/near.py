"""Did you mean: the names that are nearly the one that somebody wrote."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(wanted: Iterable[str] | str, names: Iterable[str]) -> str:
    """``; did you mean affine?``, or "" where no name is near.

    >>> did_you_mean("afine", ["affine", "relu"]), did_you_mean("zzz", ["affine"])
    ('; did you mean affine?', '')
    """
    there = list(dict.fromkeys(names))
    asked = [wanted] if isinstance(wanted, str) else list(wanted)
    near = dict.fromkeys(name for each in asked for name in nearest(each, there))
    return f"; did you mean {', '.join(near)}?" if near else ""


def nearest(wanted: str, names: Iterable[str], most: int = 1) -> list[str]:
    """The names that are nearly the one that was written; of other capitals they are near, too."""
    there = list(dict.fromkeys(names))
    same = [name for name in there if name.lower() == wanted.lower()]
    return same[:most] or difflib.get_close_matches(wanted, there, most, 0.6)
