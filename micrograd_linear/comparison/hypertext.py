"""A comparison as HTML, for a notebook and for the page of a report.

On a narrow screen every row of the table becomes a card, so that no column is out of sight.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..foundations.printable import printable
from . import printed
from .heat_map import svg
from .result import Result

if TYPE_CHECKING:
    from .comparison import Comparison
    from .correction.mistake import Mistake

MAPS_SHOWN = 6
LONGEST_LINE = 2000
_BELOW, _BELOW_IN_HTML = re.compile(r"(∇|Σ|mean|max|min|argmax)_(\w+)"), r"\1<sub>\2</sub>"
# A page may set the two colours; a notebook has one for errors and one for success.
STYLE = """
.mgl-comparison { --mgl-no: var(--mgl-wrong, var(--jp-error-color1, #d32f2f));
  --mgl-yes: var(--mgl-right, var(--jp-success-color1, #2e7d32)) }
.mgl-comparison table { border-collapse: collapse; font-variant-numeric: tabular-nums }
.mgl-comparison th, .mgl-comparison td { padding: 3px 12px 3px 0; text-align: left }
.mgl-comparison tr { border-bottom: 1px solid rgba(128, 128, 128, .35) }
.mgl-comparison .wrong { color: var(--mgl-no); font-weight: bold }
.mgl-comparison .right { color: var(--mgl-yes) }
.mgl-comparison pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0;
  padding: 6px 10px; border-left: 4px solid rgba(128, 128, 128, .5) }
.mgl-comparison pre.was { border-color: var(--mgl-no) }
.mgl-comparison pre.fix { border-color: var(--mgl-yes) }
.mgl-comparison mark { background: none; color: var(--mgl-no); font-weight: bold;
  text-decoration: underline wavy; text-underline-offset: 3px }
.mgl-comparison .place { margin: 8px 0 0; opacity: .7 }
.mgl-comparison p { overflow-wrap: anywhere }
.mgl-comparison svg { max-width: 100%; height: auto }
@media (max-width: 640px) {
  .mgl-comparison thead { display: none }
  .mgl-comparison table, .mgl-comparison tbody, .mgl-comparison tr { display: block }
  .mgl-comparison tr { padding: 6px 0 }
  .mgl-comparison td { display: flex; gap: 12px; padding: 1px 0; overflow-wrap: anywhere }
  .mgl-comparison td.none { display: none }
  .mgl-comparison td:first-child { font-weight: bold }
  .mgl-comparison td::before { content: attr(data-label); flex: 0 0 8em; font-weight: normal;
    color: var(--mgl-soft, GrayText) }
}
"""


def whole(comparison: Comparison) -> str:
    """What a notebook shows: the verdict, what to fix first, the table, the pictures."""
    role = "right" if comparison.ok else "wrong"
    verdict = f'<p class="{role}">{escaped(comparison.summary)}</p>'
    return _framed(f"{verdict}{first(comparison)}{details(comparison)}")


def first(comparison: Comparison) -> str:
    """What to fix first; "" where all agree."""
    lines = printed.fix_first(comparison)
    if not lines:
        return ""
    if (diagnosis := comparison.diagnosis) is not None and diagnosis.mistakes:
        steps = [_mistake(mistake) for mistake in diagnosis.mistakes]
        then = "<p>and, with that corrected:</p>".join(steps)
        return f"<p><strong>Fix first:</strong></p>{then}{_paragraphs([diagnosis.remark])}"
    words = [_formatted(line) for line in lines]
    words[0] = words[0].replace("Fix first:", "<strong>Fix first:</strong>", 1)
    return "".join(f"<p>{line}</p>" for line in words)


def _mistake(mistake: Mistake) -> str:
    """A line that is wrong, with the part at fault marked, and what it should say."""
    text, (start, end) = mistake.text, mistake.marked or (0, 0)
    marked = f"<mark>{escaped(text[start:end])}</mark>" if end > start else ""
    line = f"{escaped(text[:start])}{marked}{escaped(text[end:])}"
    says = f"after this line one is missing: {mistake.says}" if mistake.is_missing else mistake.says
    found = f'<p class="place">{escaped(mistake.place.where)}</p><pre class="was">{line}</pre>'
    found += _paragraphs([mistake.says if mistake.is_hint else says])
    for number, correction in enumerate(mistake.corrections):
        words = "verified as well" if number else mistake.verified(correction)
        found += f'<pre class="fix">{escaped(correction.line)}</pre>{_paragraphs([words])}'
    return found + _paragraphs([mistake.turns, mistake.about()])


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escaped(line)}</p>" for line in lines if line)


def details(comparison: Comparison) -> str:
    """The table, the notes to it, and the pictures of what is wrong."""
    results, left_out = printed.shown(comparison)
    columns, told = comparison.columns, printed.told_first(comparison)
    head = "".join(f"<th>{escaped(column)}</th>" for column in columns)
    body = "".join(_row(columns, result) for result in results)
    notes = [
        line
        for result in results
        if result.name not in told
        for line in printed.noted(comparison, result)
    ]
    notes += [f"... and {left_out} more"] if left_out else []
    said = "".join(f"<p>{_formatted(x)}</p>" for x in [*notes, *printed.remarked(comparison)])
    maps = "".join(svg(result) for result in [r for r in results if r.has_map][:MAPS_SHOWN])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{said}{maps}"


def section(comparison: Comparison) -> str:
    """The details in a frame of their own, for a page that says the verdict itself."""
    return _framed(details(comparison))


def _row(columns: tuple[str, ...], result: Result) -> str:
    cells = []
    for column, text in zip(columns, result.row(), strict=False):
        role = printed.role(result) if column == "status" else "none" if text == "-" else ""
        shown = f' class="{role}"' if role else ""
        cells.append(f'<td data-label="{escaped(column)}"{shown}>{escaped(text)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _framed(content: str) -> str:
    return f'<style>{STYLE}</style><div class="mgl-comparison">{content}</div>'


def _formatted(line: str) -> str:
    """A line of text; of a formula the letters below the line are there."""
    text = escaped(line.strip())
    if not text.startswith("right is "):
        return text
    return f"right is <i>{_BELOW.sub(_BELOW_IN_HTML, text.removeprefix('right is '))}</i>"


def escaped(line: str) -> str:
    """One line that is inert in HTML."""
    return html.escape(printable(line, LONGEST_LINE))
