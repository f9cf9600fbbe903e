"""A comparison as one page that needs nothing else: the verdict, what to fix first, the table with
its causes and pictures, the graph, and the derivation.

It is read on a phone, too: nothing is wider than the screen but formulas, which scroll by
themselves.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from ..comparison import Comparison, hypertext
from ..derivation import derive
from ..drawing import draw
from ..foundations.printable import printable

Pair = tuple[str, "Comparison | None", str, str]  # title, comparison, error, facts

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # no script, no network
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --mgl-soft: #5b5f66; --paper: #fff;
  --line: #d7d9de; --shade: rgba(0, 0, 0, .25);
  --mgl-wrong: #b3261e; --mgl-right: #1b6e34; --wash-wrong: #fdeceb; --wash-right: #e9f6ec;
  --wash-none: #f0f1f4 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ea; --mgl-soft: #a2a7b0;
  --paper: #161618; --line: #3b3d43; --shade: rgba(255, 255, 255, .3);
  --mgl-wrong: #ff8a80; --mgl-right: #7fd694; --wash-wrong: #3a1d1b; --wash-right: #17301d;
  --wash-none: #26272b } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; max-width: 64rem; padding: 1.5rem 1.25rem 4rem; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem }
article { border-top: 1px solid var(--line); margin-top: 2.5rem }
.verdict { font-size: 1.1rem; font-weight: 600; padding: .6rem .9rem; border-radius: .4rem;
  border-left: .35rem solid currentColor; background: var(--wash-none); margin: 0 0 .75rem }
.verdict.wrong { color: var(--mgl-wrong); background: var(--wash-wrong) }
.verdict.right { color: var(--mgl-right); background: var(--wash-right) }
.facts { color: var(--mgl-soft); font-size: .9rem; margin: 0 0 1rem }
.list { list-style: none; padding: 0 } .list a { color: inherit }
.list .wrong { color: var(--mgl-wrong) } .list .right { color: var(--mgl-right) }
.mgl-comparison pre { font-size: .9rem; line-height: 1.5; background: var(--wash-none) }
/* A shade at the edge says that there is more to the side. */
.wide { overflow-x: auto; max-width: 100%; background:
  linear-gradient(90deg, var(--paper) 40%, transparent) 0 0 / 2.5rem 100% no-repeat local,
  linear-gradient(270deg, var(--paper) 40%, transparent) 100% 0 / 2.5rem 100% no-repeat local,
  linear-gradient(90deg, var(--shade), transparent) 0 0 / .7rem 100% no-repeat scroll,
  linear-gradient(270deg, var(--shade), transparent) 100% 0 / .7rem 100% no-repeat scroll }
.wide > svg { max-width: 100%; height: auto }
.mgl-comparison svg { border-radius: .4rem; margin: .25rem .5rem .25rem 0 }
math { font-size: 1.05rem }
@media (max-width: 640px) { body { padding: 1rem 1rem 3rem } math { font-size: .85rem } }
"""


def page(comparison: Comparison, title: str, facts: str = "") -> str:
    """The page as HTML text. ``comparison`` is one of ``check_backward``, which knows its ``root``;
    ``title`` stands at its head, and ``facts``, what was compared, below the verdict.

    Everything is inert: names are escaped, and a policy in the page forbids scripts and the
    network.
    """
    name = html.escape(printable(title, 200))
    sign = "✓" if comparison.ok else "✗"
    return _document(f"{sign} {name}", f"<h1>{name}</h1>{_body(comparison, facts, 'h2')}")


def page_of_pairs(pairs: Sequence[Pair], title: str, verdict: str = "") -> str:
    """The page of several pairs, (title, comparison, error, facts) of each; where there is no
    comparison, the error says why. It begins with the verdict on all, and a list of them.
    """
    listed, bodies = "", ""
    for i, (words, comparison, error, facts) in enumerate(pairs, 1):
        name = html.escape(printable(words, 200))
        if comparison is None:
            why = f"? No verdict: {html.escape(printable(error, 2000))}"
            body, sign, role = f'<p class="verdict">{why}</p>', "?", ""
        else:
            body = _body(comparison, facts, "h3")
            sign, role = ("✓", "right") if comparison.ok else ("✗", "wrong")
        # The graphs number their own elements: each number is there once in the page.
        body = re.sub(r'(<[^<>]* id=")', rf"\g<1>pair{i}-", body)
        body = body.replace("url(#", f"url(#pair{i}-")
        listed += f"<li><span class='{role}'>{sign}</span> <a href='#pair{i}'>{name}</a></li>"
        bodies += f"<article id='pair{i}'><h2>{name}</h2>{body}</article>"
    name = html.escape(printable(title, 200))
    sign, role = _of_all([comparison for _, comparison, _, _ in pairs])
    said = f'<p class="verdict {role}">{sign} {html.escape(printable(verdict, 1000))}</p>'
    head = f"<h1>{name}</h1>{said if verdict else ''}<ul class='list'>{listed}</ul>"
    return _document(f"{sign} {name}", head + bodies)


def _of_all(comparisons):
    """(the sign, the colour) of several: one that is wrong makes all of them so."""
    if any(c is not None and not c.ok for c in comparisons):
        return "✗", "wrong"
    return ("?", "") if None in comparisons else ("✓", "right")


def _document(title, body):
    return f'<!DOCTYPE html><html lang="en">{_head(title)}<body>{body}</body></html>\n'


def _body(comparison, facts, level):
    """The verdict, what to fix first, the table, the graph and the derivation."""
    sign, role = ("✓", "right") if comparison.ok else ("✗", "wrong")
    summary = html.escape(printable(comparison.summary, 1000))
    said = f'<p class="verdict {role}">{sign} {summary}</p>'
    said += f'<p class="facts">{html.escape(printable(facts, 1000))}</p>' if facts else ""
    said += f'<div class="mgl-comparison">{hypertext.first(comparison)}</div>'
    return said + "".join(
        f"<section aria-label='{heading}'><{level}>{heading}</{level}>{content}</section>"
        for heading, content in _sections(comparison)
    )


def _sections(comparison):
    """(heading, content) of each part. A hint has no derivation, which says what is right."""
    judge = "the engine" if comparison.root is not None else "finite differences"
    yield f"By hand and by {judge}", hypertext.section(comparison)
    if comparison.root is None:  # forward could not be recorded
        return
    show = ("name", "shape", "data", *(() if comparison.is_hint else ("grad",)))
    graph = draw(comparison.root, check=comparison, show=show)
    folded = f"<p>{html.escape(graph.folded)}</p>" if graph.folded else ""
    yield "Graph", f'<div class="wide">{_without_declaration(graph.svg)}</div>{folded}'
    if not comparison.is_hint:
        yield "Derivation", f'<div class="wide">{_derivation(comparison.root)}</div>'


def _head(title):
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    screen = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    about = f"<title>{title}</title><style>{_STYLE}</style>"
    return f'<head><meta charset="utf-8">{policy}{screen}{about}</head>'


def _derivation(root):
    try:
        return derive(root).mathml
    except (TypeError, ValueError) as error:
        return f"<p>There is none: {html.escape(printable(str(error), 500))}</p>"


def _without_declaration(svg):
    """The svg element alone: a page holds no second XML declaration."""
    return svg[svg.index("<svg") :]
