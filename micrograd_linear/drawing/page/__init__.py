"""The page: one file in which a run is played forward and backward, step by step. It needs nothing
else: no network, no server, no library.
"""

import base64
import hashlib
import html
import json
import re
from functools import cache, partial
from importlib import resources

from ..coarser import laid_out
from ..heat import NOT_FINITE, NOT_FINITE_DARK, STEPS, STEPS_DARK
from ..theme import FLOW
from .javascript import HELPERS
from .run import run
from .svg import svg

# The page knows the shade of 0, and the colour of what is odd about a value.
_CONSTANTS = f'const ZERO = {len(STEPS) // 2}, NOTE = "{FLOW}";\n'
# Plain data first, then the elements of the page.
_DATA = ("functions.js", "numbers.js", "view.js", "explain.js", "ledger.js", "shown.js")
_PARTS = (*_DATA, "elements.js", "page.js", "editor.js", "moving.js")


def page(pictures, layouts, verdicts, title, remark, theme="auto", budget=10.0):
    """The page as HTML text: the run of the first picture, and, where there is a second, the same
    run folded. ``verdicts`` as for ``run``.

    ``title`` stands at its head, ``remark`` beneath.

    Names are inert: the data are JSON, which the page only ever shows as text, and a policy in the
    page allows no script but its own, by its hash, and no network.
    """
    views, scripts, canvases = [], [], []
    for i, (picture, layout) in enumerate(zip(pictures, layouts, strict=True)):
        prefix = "ab"[i] + "-"
        draw = partial(svg, layout=layout, prefix=prefix, budget=budget)
        picture, drawn = laid_out(picture, draw, budget)
        data, formulas = run(picture, verdicts)
        scripts = scripts or formulas
        views.append(
            {
                "prefix": prefix,
                "folded": "; ".join(filter(None, (picture.folded, remark))),
                "title": title,
                **data,
            }
        )
        hidden = " hidden" * (i > 0)
        drawn = _in_theme(drawn, theme)
        canvases.append(f'<div class="canvas" id="canvas-{i}"{hidden}>{drawn}</div>')
    rules = ",\n".join(formula or "null" for formula in scripts)
    script = f'"use strict";\n{HELPERS}const RULES = [{rules}];\n{_CONSTANTS}{_text_of(*_PARTS)}'
    return _text_of("page.html").format(
        policy=_policy(script),
        title=html.escape(views[0]["title"]),
        folded=html.escape(views[0]["folded"]),
        style=_in_theme(_shades() + _text_of("page.css"), theme),
        canvases="".join(canvases),
        fold=(_OPEN if pictures[0].overview else _FOLD) * (len(views) > 1),
        data=_json({"views": views}),
        script=script,
    )


def _policy(script):
    """What the page may do: run its own script, and reach no network."""
    allowed = f"style-src 'unsafe-inline'; script-src 'sha256-{_hash(script)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _shades():
    """The colours of numbers, as variables of the style."""

    def listed(steps, odd):
        return ";".join(
            [*(f"--shade-{i}:{colour}" for i, colour in enumerate(steps)), f"--odd:{odd}"]
        )

    light, dark = listed(STEPS, NOT_FINITE), listed(STEPS_DARK, NOT_FINITE_DARK)
    return f":root{{{light}}}\n@media (prefers-color-scheme: dark) {{ :root{{{dark}}} }}\n"


def _in_theme(style, theme):
    """The style as it is, which is dark where the reader's system is, or always in one theme."""
    if theme == "auto":
        return style
    style = style.replace("color-scheme: light dark", f"color-scheme: {theme}", 1)
    return style.replace(
        "@media (prefers-color-scheme: dark)", "@media all" if theme == "dark" else "@media not all"
    )


def framed(text, height=620):
    """The page for a notebook: in a frame of its own that may run its script, and nothing else."""
    style = f"width:100%;height:{height}px;border:1px solid #8888;border-radius:6px"
    about = f'sandbox="allow-scripts" title="The run, step by step" style="{style}"'
    return f'<iframe {about} srcdoc="{html.escape(text)}"></iframe>'


def _json(data):
    """JSON that may stand inside of a script element: no < begins a tag there."""
    return (
        json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


@cache
def _text_of(*names):
    folder = resources.files(__name__)
    text = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
    # Indentation, comments and the ends of lines that go on are left out, to cost a page nothing.
    text = re.sub(r"^[ \t]*(//.*\n|/\*\*(?s:.*?)\*/\n)?| // .*$", "", text, flags=re.M)
    return re.sub(r"\n+(?=[)}\].?:])|(?<=[,{(\[=;}])\n+", "", text)


def _hash(script):
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


_OPEN = (
    '<button type="button" id="fold" aria-pressed="false" '
    'title="every value as a card of its own">open all</button>'
)
_FOLD = (
    '<button type="button" id="fold" aria-pressed="false" '
    'title="values that play the same part as one">fold</button>'
)
