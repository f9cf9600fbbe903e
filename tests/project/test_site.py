"""The site: its pages are all in its contents, docstrings are read as they stand, and what its
check looks for is found. The site itself is built by ``nox -s docs``.
"""

import json
import re
import sys
from pathlib import Path

import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, draw
from micrograd_linear.command import cli

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))
import check_site  # noqa: E402
from plain_docstrings import marked_up  # noqa: E402


def test_every_page_is_in_the_contents():
    contents = re.findall(
        r"^(?:.*<)?([\w/]+)>?$",
        "".join(re.findall(r"```\{toctree\}(.*?)```", (DOCS / "index.md").read_text(), re.S)),
        re.M,
    )
    pages = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")}
    assert sorted(contents) == sorted(pages - {"index"})


def explained(pages):
    """The names that are asked for in the pages of the reference."""
    directive = r"^\.\. auto(?:class|function|exception|module):: ([\w.]+)"
    named = {name.rsplit(".", 1)[-1] for name in re.findall(directive, pages, re.M)}
    return named | ({*mgl.functions.__all__} if "functions" in named else set())


def test_the_reference_explains_every_public_name():
    pages = "".join(path.read_text() for path in (DOCS / "reference").glob("*.md"))
    public = {name for name in dir(mgl) if not name.startswith("_")}
    assert public - explained(pages) == set()
    assert public - explained(pages.replace("autofunction:: draw", "")) == {"draw"}


@pytest.mark.parametrize(
    "docstring, text",
    [
        ("|x|, and ``*args`` of f(*args)", r"\|x\|, and ``*args`` of f(\*args)"),
        ("``Value``s and an ``a\nb`` of x_", "``Value``\\ s and an ``a\nb`` of x\\_"),
        ("∂L/∂W_hk keeps its line_", r"∂L/∂W_hk keeps its line\_"),
        ("Text.\n>>> f(|x|)\n3", "Text.\n\n>>> f(|x|)\n3"),
        ("``a``, ``b``  the words |x|\n    go on\n\nText", None),
        ("=====  =====\na|b    c\n=====  =====\n", "=====  =====\na|b    c\n=====  =====\n"),
    ],
)
def test_a_docstring_is_plain_text(docstring, text):
    if text is None:
        text = "``a``, ``b``\n    the words \\|x\\|\n    go on\n\nText"
    assert "\n".join(marked_up(docstring.split("\n"))) == text


PAGE = """<link rel="stylesheet" href="{style}"><link rel="canonical" href="https://a.org/">
<script src="{script}"></script><img src="graph.svg"><a href="https://b.org/">link</a>
<dl><dt class="sig" id="micrograd_linear.draw"></dt></dl>"""


def built(folder, style="_static/a.css", script="a.js", css="a { color: red }"):
    (folder / "reference").mkdir()
    (folder / "index.html").write_text(PAGE.format(style=style, script=script))
    (folder / "reference/draw.html").write_text(PAGE.format(style=style, script=script))
    (folder / "a.css").write_text(css)
    return folder


def test_a_site_that_fetches_nothing_and_explains_all_is_right(tmp_path):
    assert check_site.complaints(built(tmp_path), ["draw"]) == []


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"style": "https://fonts.org/f.css"}, "index.html: fetches https://fonts.org/f.css"),
        ({"script": "//cdn.org/m.js"}, "index.html: fetches //cdn.org/m.js"),
        ({"css": "@font-face { src: url('https://f.org/a') }"}, "a.css: fetches https://f.org/a"),
        ({"css": '@import "https://f.org/b.css";'}, "a.css: fetches https://f.org/b.css"),
    ],
)
def test_what_fetches_is_found(options, complaint, tmp_path):
    assert complaint in check_site.complaints(built(tmp_path, **options), ["draw"])


def test_a_name_that_is_not_explained_is_found_and_so_is_a_missing_site(tmp_path):
    found = check_site.complaints(built(tmp_path), ["draw", "derive"])
    assert found == ["reference: derive is not explained"]
    (said,) = check_site.complaints(tmp_path / "nowhere", [])
    assert "expected a built site" in said


LAYER = """
def forward(x, W):
    return x @ W
def backward(dy, x, W):
    dW = 2 * x.T @ dy
    return {"x": dy @ W.T, "W": dW}
inputs = {"x": (5, 4), "W": (4, 3)}
"""


def listed(table, page):
    """The keys that a table of the page on JSON explains."""
    rows = re.search(rf"<!-- keys: {table} -->\n(.*?)\n\n", page + "\n\n", re.S)[1].splitlines()[2:]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_the_json_has_the_keys_that_the_reference_lists(tmp_path, capsys):
    page = (DOCS / "reference/json.md").read_text()
    path = tmp_path / "layer.py"
    path.write_text(LAYER)
    assert cli.main(["check", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert listed("comparison", page) == {*found, "error"}
    assert listed("comparison", page) - {"notes", "pairs", "error"} == {*found["pairs"][0]}
    gradient, mistake = found["gradients"]["W"], found["mistakes"][0]
    assert listed("gradient", page) == {*gradient}
    assert listed("cause", page) == {*gradient["causes"][0]}
    assert listed("mistake", page) == {*mistake}
    value = json.loads(draw(Tensor([1.0], "x") * 2).json)["values"][-1]
    assert listed("value", page) == {*value}
    assert listed("value", page.replace("`kind` |", "|")) != {*value}
