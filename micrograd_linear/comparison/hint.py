"""A hint: where a backward pass is wrong, not what is wrong with it. For homework.

A hint is a comparison itself, so that text, JSON, pictures and pages of it withhold the same:
corrections, causes, formulas, and the numbers that would be right.
"""

from __future__ import annotations

from dataclasses import replace

from .causes import Cause
from .comparison import Comparison
from .convention import changed
from .correction.mistake import Diagnosis, Mistake
from .result import AGREE, Result

_SEEN = ("shape", "non-finite", "missing", "inherited", "unchecked")  # their notes tell no cause
_LINE = "look at this line"
_MISSING = "after this line one is missing"
_WITHHELD = "withheld"


def hint_of(comparison: Comparison) -> Comparison:
    """The comparison with the same verdicts and places, and without what is right instead.

    >>> from micrograd_linear import check_backward
    >>> def forward(x, w): return x @ w
    >>> def backward(dy, x, w): return {"x": dy @ w.T, "w": 2 * x.T @ dy}
    >>> checked = check_backward(forward, backward, {"x": (5, 7), "w": (7, 3)})
    >>> checked["w"].note, hint_of(checked)["w"].note
    ('it is 2 times the gradient', '')
    """
    hint = changed(comparison, {name: _without_cause(r) for name, r in comparison.items()})
    hint.forget_formulas()
    hint.remarks = tuple(getattr(remark, "hint", remark) for remark in comparison.remarks)
    hint.columns = tuple(c for c in comparison.columns if c not in ("hand", comparison.columns[-1]))
    hint.is_hint = True
    hint.weaknesses = comparison.weaknesses
    if comparison.ok:
        hint.diagnose = comparison.diagnose
    elif comparison.diagnose is not None:
        hint.diagnose = lambda _: _places(comparison.diagnosis)
    return hint


def _without_cause(result: Result) -> Result:
    if result.status in AGREE:
        return result
    note = result.note if result.status in _SEEN else ""
    if result.status == "shape" and result.hand is not None:
        note = f"expected shape {result.engine.shape}, got {result.hand.shape}"
    if result.follows:
        note = f"it follows from the same mistake as {result.follows}"
    causes = [Cause(_WITHHELD, c.where, "") for c in result.causes[:1] if len(c.where) == 2]
    if not note and causes:
        consumer, operand = causes[0].where
        note = f"look at the step from {consumer} back to {operand}"
    return replace(result, note=note, check="", causes=tuple(causes))


def _places(diagnosis: Diagnosis | None) -> Diagnosis | None:
    """The diagnosis with the lines that are wrong, and nothing else of them."""
    if diagnosis is None:
        return None
    return replace(diagnosis, mistakes=tuple(_place(m) for m in diagnosis.mistakes))


def _place(mistake: Mistake) -> Mistake:
    says = _MISSING if mistake.is_missing else _LINE
    return replace(mistake, says=says, corrections=(), marked=None, is_hint=True)
