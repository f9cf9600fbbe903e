"""Several comparisons as one: each gradient is named by its pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .comparison import Comparison
from .remark import Remark


def joined(comparisons: Mapping[str, Comparison]) -> Comparison:
    """The comparison itself where there is one; else all results, as ``affine.x``."""
    if len(comparisons) == 1:
        return next(iter(comparisons.values()))
    results, remarks = [], []
    for name, comparison in comparisons.items():
        results += [replace(r, name=f"{name}.{r.name}") for r in comparison.values()]
        remarks += [_after(f"{name}: ", remark) for remark in comparison.remarks]
    whole = Comparison(results)
    whole.root = None
    whole.result = "all pairs", ()
    whole.inputs = {}
    whole.remarks = tuple(remarks)
    whole.tolerance = comparison.tolerance
    return whole


def _after(words, remark):
    return remark.after(words) if isinstance(remark, Remark) else f"{words}{remark}"
