"""A comparison as one page that needs nothing else: the verdict, the table with its causes and
pictures, the graph, and the derivation.
"""

import html
import re

from ..derivation import derive
from ..drawing import draw
from ..foundations.printable import printable

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # no script, no network
_STYLE = """
:root { color-scheme: light dark; --ink: #111; --paper: #fff; --line: #bbb }
@media (prefers-color-scheme: dark) { :root { --ink: #eee; --paper: #161616; --line: #555 } }
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse } tr { border-bottom: 1px solid var(--line) }
section { overflow-x: auto } h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
pre { white-space: pre-wrap } math { font-size: 1.05rem }
"""


def page(comparison, title):
    """The page as HTML text. ``comparison`` is one of ``check_backward``, which knows its ``root``;
    ``title`` stands at its head.

    Everything is inert: names are escaped, and a policy in the page forbids scripts and the
    network.
    """
    name = html.escape(printable(title, 200))
    return _document(name, _body(comparison, name))


def page_of_pairs(pairs, title):
    """The page of several pairs, (title, comparison, error) of each; where there is no comparison,
    the error says why. It begins with a list of them, with their verdicts.
    """
    listed, bodies = "", ""
    for i, (words, comparison, error) in enumerate(pairs, 1):
        name = html.escape(printable(words, 200))
        if comparison is None:
            body = f"<h1>? {name}</h1><p>No verdict: {html.escape(printable(error, 2000))}</p>"
            sign = "?"
        else:
            body, sign = _body(comparison, name), "✓" if comparison.ok else "✗"
        # The graphs number their own elements: each number is there once in the page.
        body = re.sub(r'(<[^<>]* id=")', rf"\g<1>pair{i}-", body)
        listed += f"<li><a href='#pair{i}'>{sign} {name}</a></li>"
        bodies += f"<article id='pair{i}'>{body}</article>"
    name = html.escape(printable(title, 200))
    return _document(name, f"<h1>{name}</h1><ul>{listed}</ul>{bodies}")


def _document(title, body):
    return f'<!DOCTYPE html><html lang="en">{_head(title)}<body>{body}</body></html>\n'


def _body(comparison, name):
    """The verdict, the table, the graph and the derivation of one comparison."""
    verdict = "✓ " if comparison.ok else "✗ "
    summary = html.escape(printable(comparison.summary, 1000))
    sections = [("Hand-derived gradients against the engine&#x27;s", comparison._repr_html_())]
    if comparison.root is not None:  # forward could be recorded
        graph = draw(comparison.root, check=comparison)
        folded = f"<p>{html.escape(graph.folded)}</p>" if graph.folded else ""
        sections += [
            ("The graph", _without_declaration(graph.svg) + folded),
            ("The derivation", _derivation(comparison.root)),
        ]
    else:
        sections[0] = ("Hand-derived gradients against finite differences", sections[0][1])
    body = "".join(
        f"<section aria-label='{heading}'><h2>{heading}</h2>{content}</section>"
        for heading, content in sections
    )
    return f"<h1>{verdict}{name}</h1><p>{summary}</p>{_mend_first(comparison)}{body}"


def _head(title):
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    screen = '<meta name="viewport" content="width=device-width">'
    about = f"<title>{title}</title><style>{_STYLE}</style>"
    return f'<head><meta charset="utf-8">{policy}{screen}{about}</head>'


def _mend_first(comparison):
    """The gradient that is to be mended first, with what is wrong; "" where none is."""
    first = comparison.first_wrong
    if not first or (comparison.diagnosis is not None and comparison.diagnosis.mistakes):
        return ""  # the line stands above the table
    name, note = html.escape(printable(first.name)), html.escape(printable(first.note, 1000))
    return f"<p><strong>Mend first: {name}.</strong> {note}</p>"


def _derivation(root):
    try:
        return derive(root).mathml
    except (TypeError, ValueError) as error:
        return f"<p>There is none: {html.escape(printable(str(error), 500))}</p>"


def _without_declaration(svg):
    """The svg element alone: a page holds no second XML declaration."""
    return svg[svg.index("<svg") :]
