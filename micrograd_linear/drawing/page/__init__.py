"""The page: one file in which a run is played forward and backward, step by step. It needs nothing
else: no network, no server, no library.
"""

import base64
import hashlib
import html
import json
import re
import zlib
from functools import cache
from importlib import resources

from ..coarser import laid_out
from ..heat import STEPS
from ..layout import LEGIBLE_IN_PAGE, layouts_in_page, scale_in_page
from ..render import LayoutTimeout, size_of
from ..theme import FLOW
from .javascript import HELPERS
from .opened import insides
from .run import run
from .sentence import sentence
from .shades import in_theme, shades
from .svg import svg

# The page knows the shade of 0, and the colour of what is odd about a value.
_CONSTANTS = f'const ZERO = {len(STEPS) // 2}, NOTE = "{FLOW}";\n'
# Plain data first, then the elements of the page.
_DATA = (
    "functions.js",
    "numbers.js",
    "view.js",
    "opening.js",
    "explain.js",
    "ledger.js",
    "overview.js",
    "shown.js",
    "arrange.js",
    "nudge.js",
)
_ELEMENTS = ("elements.js", "page.js", "picture.js", "cards.js", "editor.js", "moving.js")
_PARTS = (*_DATA, *_ELEMENTS)
FIRST = "a-"  # what the ids of the first view begin with
LONGEST_EQUATION = 34  # characters on a card


def page(pictures, verdicts, title, remark, style):
    """The page as HTML text: the run of the first picture, and, where there is a second, the same
    run folded. ``verdicts`` as for ``run``.

    ``title`` stands at its head, ``remark`` beneath. Where the first picture has a ``whole`` and is
    not folded, its cards can be opened one by one.

    Names are inert: the data are JSON, which the page only ever shows as text, and a policy in the
    page allows no script but its own two, by their hashes, and no network: one unpacks the other.
    """
    views, scripts, canvases = [], [], []
    for i, picture in enumerate(pictures):
        prefix = f"{'ab'[i]}-"
        drawn, data, formulas = _view(picture, prefix, verdicts, style)
        scripts = scripts or formulas
        folded = "; ".join(filter(None, (data.pop("folded"), remark)))
        views.append({"prefix": prefix, "folded": folded, "title": title, **data})
        hidden = " hidden" * (i > 0)
        drawn = in_theme(drawn, style.theme)
        canvases.append(f'<div class="canvas" id="canvas-{i}"{hidden}>{drawn}</div>')
    rules = ",\n".join(formula or "null" for formula in scripts)
    text = f'"use strict";\n{HELPERS}const RULES = [{rules}];\n{_CONSTANTS}{_text_of(*_PARTS)}'
    cards = bool(views[0]["cards"])
    start = _text_of("start.js")
    return _text_of("page.html").format(
        policy=_policy(start, text),
        title=html.escape(title),
        size=style.text,
        about=html.escape(sentence(pictures[0])),
        folded=html.escape(views[0]["folded"]),
        style=in_theme(shades() + _text_of("page.css"), style.theme),
        canvases="".join(canvases),
        fold=(_OPEN if pictures[0].overview else _FOLD) * (cards or len(views) > 1),
        packed=_packed({"script": text, "data": {"views": views}}),
        script=start,
    )


def unpacked(text):
    """{"script", "data"} of a page."""
    packed = re.search(r'id="packed">([^<]*)<', text)
    assert packed is not None, "every page has its script and its data"
    return json.loads(zlib.decompress(base64.b64decode(packed[1])))


def _packed(content):
    """JSON, packed: the script and the data are most of a page, and pack to a quarter."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _view(picture, prefix, verdicts, style):
    """(the SVG elements, the data, the formulas' scripts) of one view of a run."""
    whole = picture.whole if picture.overview and not picture.grouped else None
    data, formulas = run(whole or picture, verdicts, picture if whole else None)
    values = whole.boxes if whole else picture.boxes
    equations = _on_cards(data)

    def draw(drawn):
        if drawn is not picture:
            return _most_legible(drawn, prefix, style)
        return _most_legible(drawn, prefix, style, values, equations)

    drawn, (layout, element) = laid_out(picture, draw, style.budget)
    if drawn is not picture:  # fewer boxes than were asked for
        data, formulas = run(drawn, verdicts)
        whole = None
    inner = insides(picture, whole, style, layout.brief, prefix) if whole else {}
    data |= {"folded": drawn.folded, "direction": layout.direction, "inner": inner}
    return element, data, formulas


def _most_legible(picture, prefix, style, *about):
    """(its layout, the SVG element) of a picture: the first layout that is legible in a page, or
    the one that is the nearest to that.

    Raises ``LayoutTimeout`` where the first takes longer than the style's budget.
    """
    best = None
    for layout in layouts_in_page(picture, style):
        try:
            element = svg(picture, layout, prefix, style.budget, *about)
        except LayoutTimeout:
            if best is None:
                raise
            break
        scale = scale_in_page(*size_of(element))
        if best is None or scale > 1.05 * best[0]:
            best = scale, layout, element
        if scale >= LEGIBLE_IN_PAGE or prefix != FIRST:
            break
    assert best is not None, "every picture has a layout"
    return best[1:]


def _on_cards(data):
    """{id of a leaf: the equation of its gradient}, those that are short enough for a card."""
    derivation = data["derivation"]
    if derivation is None:
        return {}
    leaves = (equation for equation in derivation["backward"] if "leaf" in equation)
    short = (each for each in leaves if len(each["text"]) <= LONGEST_EQUATION)
    return {data["values"][each["of"]]["id"]: each["text"] for each in short}


def _policy(*scripts):
    """What the page may do: run its own scripts, and reach no network."""
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    allowed = f"style-src 'unsafe-inline'; script-src {hashes}"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def framed(text, height=620):
    """The page for a notebook: in a frame of its own that may run its script, and nothing else."""
    style = f"width:100%;height:{height}px;border:1px solid #8888;border-radius:6px"
    about = f'sandbox="allow-scripts" title="The run, step by step" style="{style}"'
    return f'<iframe {about} srcdoc="{html.escape(text)}"></iframe>'


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
    'title="every value as a card of its own">Open all</button>'
)
_FOLD = (
    '<button type="button" id="fold" aria-pressed="false" '
    'title="values that play the same part as one">Fold</button>'
)
