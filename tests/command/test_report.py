"""The page of ``micrograd-linear check FILE.py --html`` holds all, fetches and runs nothing."""

import os
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from micrograd_linear import Tensor, check_backward, compare
from micrograd_linear.command.report import page, page_of_pairs

LAYER = """
import numpy as np
inputs = {"x": (5, 4), "W": (4, 3), "b": (1, 3)}
def forward(x, W, b):
    z = x @ W + b
    return np.tanh(z)
def backward(dy, x, W, b):
    z = x @ W + b
    dz = dy * (1 - z**2)
    return {"z": dz, "x": dz @ W.T, "W": x.T @ dz, "b": dz.sum(axis=0, keepdims=True)}
"""


class Reader(HTMLParser):
    """Tags, attributes and text; elements that must be closed are."""

    VOID = {"meta", "br", "img"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def is_inert(reader):
    """No script, no handler, nothing fetched."""
    assert not {"script", "iframe", "object", "embed", "link", "img", "form"} & set(reader.tags)
    for name, value in reader.attributes:
        assert not name.startswith("on") and name not in ("src", "action")
        assert "javascript:" not in (value or "") and (
            name.startswith("xmlns") or not re.match(r"(https?:)?//", value or "")
        )
    return True


@pytest.fixture
def checked():
    names = {}
    exec(LAYER, names)
    return check_backward(names["forward"], names["backward"], names["inputs"])


def test_the_page_has_the_verdict_the_table_the_graph_and_the_derivation(checked):
    reader = Reader(page(checked, "layer.py"))
    assert (
        is_inert(reader)
        and reader.tags.count("h1") == 1
        and reader.tags.count("table") == 1
        and "math" in reader.tags
    )
    assert (
        "✗ layer.py" in reader.text
        and "Fix first: z: " in reader.text
        and reader.text.count(checked.summary) == 1
        and "you used 1 - z**2; it is 1 - tanh(z)**2" in reader.text
    )
    assert (
        "WRONG STEP" in reader.text
        and "✗ wrong step" in reader.text
        and reader.tags.count("svg") == 1 + 4
    )  # the graph, and four wrong tensors
    policy = dict(reader.attributes)["content"]
    assert (
        any("default-src 'none'" in (value or "") for _, value in reader.attributes)
        and "script" not in policy
    )


def test_a_page_of_what_agrees():
    right = check_backward(
        lambda x, W: x @ W, lambda dy, x, W: (dy @ W.T, x.T @ dy), {"x": (5, 4), "W": (4, 3)}
    )
    reader = Reader(page(right, "right.py"))
    assert (
        is_inert(reader)
        and "✓ right.py" in reader.text
        and "All 2 gradients agree." in reader.text
        and "Fix first" not in reader.text
    )


@pytest.mark.parametrize(
    "name",
    [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{a|b}",
        r"\N",
        '"quoted" onload="x"',
        "\x00\x07",
        "x" * 10_000,
        "\u202eevil",
        "😀",
        "]]>",
        "-->",
    ],
)
def test_odd_names_are_inert(name):
    x = Tensor(np.ones((2, 3)), name)
    y = x * 2.0
    comparison = compare({x: np.full((2, 3), 3.0)}, y, gradient=np.ones((2, 3)))
    comparison.root = y
    text = page(comparison, name)
    assert (
        is_inert(Reader(text))
        and not re.search("[\x00-\x08\u202a-\u202e]", text)
        and len(text) < 60_000
    )


def test_a_graph_without_a_derivation_says_so(own):
    @own("refuses_symbols")
    def refuses_symbols(x):
        if not isinstance(x, np.ndarray):
            raise TypeError("numbers only")
        return x * 2, (lambda g: 2 * g,)

    x = Tensor(np.ones((2, 3)), "x")
    y = x.refuses_symbols()
    comparison = compare({"x": np.full((2, 3), 2.0)}, y, gradient=np.ones((2, 3)))
    comparison.root = y
    assert "There is none: " in Reader(page(comparison, "own")).text


def test_the_command_writes_the_page(run, tmp_path):
    (tmp_path / "layer.py").write_text(LAYER)
    status, out, _ = run(
        "check", str(tmp_path / "layer.py"), "--html", str(tmp_path / "report.html")
    )
    assert (
        status == 1
        and out.rstrip().endswith(f"The report: {tmp_path / 'report.html'}")
        and "WRONG STEP" in out
    )
    assert is_inert(Reader((tmp_path / "report.html").read_text())) and sorted(
        os.listdir(tmp_path)
    ) == ["layer.py", "report.html"]
    for path, words in ((tmp_path / "no" / "report.html", "no folder"), (tmp_path, "folder")):
        status, _, error = run("check", str(tmp_path / "layer.py"), "--html", str(path))
        assert (
            status == 2
            and words in error
            and sorted(os.listdir(tmp_path)) == ["layer.py", "report.html"]
        )


WIDE = """() => {
  const wide = [...document.querySelectorAll("body *")].filter(x => !x.closest(".wide"))
  const out = wide.filter(x => x.getBoundingClientRect().right > innerWidth + 1)
  return [document.documentElement.scrollWidth, out.map(x => x.tagName)]
}"""
CELLS = """() => [...document.querySelectorAll("td")].map(x => {
  const r = x.getBoundingClientRect()
  return [x.dataset.label, x.innerText, r.width > 0 && r.left >= 0 && r.right <= innerWidth]
})"""
COLOUR = "s => getComputedStyle(document.querySelector(s)).color"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_no_column_is_out_of_sight(opened, checked, scheme):
    text = page(checked, "a/rather/long/path/of/a/layer_that_somebody_wrote.py", "y (5, 3) " * 9)
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    tab = opened(text, **phone)
    assert tab.run(WIDE) == [390, []]
    cells = tab.run(CELLS)
    assert {label for label, _, seen in cells if seen} == set(checked.columns)
    assert all(seen or shown in ("", "-") for _, shown, seen in cells)
    plain, wrong = tab.run(COLOUR, "h1"), tab.run(COLOUR, "td.wrong")
    assert wrong == tab.run(COLOUR, ".verdict") != plain
    # Its broken twin: a cell that cannot be broken, on a page that does not turn rows into cards.
    broken = text.replace("max-width: 640px", "max-width: 1px").replace("anywhere", "normal")
    assert opened(broken, **phone).run(WIDE)[0] > 390


def test_on_a_screen_the_table_has_its_columns_and_the_heading_is_short(opened, checked):
    tab = opened(page(checked, "layer.py", "y (5, 3) from x (5, 4)"))
    assert tab.text("h1") == "layer.py" and tab.text(".facts") == "y (5, 3) from x (5, 4)"
    assert tab.text(".verdict") == f"✗ {checked.summary}"
    assert tab.text("thead").strip().split("\t") == [*checked.columns]
    assert all(seen for _, _, seen in tab.run(CELLS))


def test_the_page_of_several_has_one_verdict_on_all_and_hatches_of_its_own(checked):
    pairs = [("a", checked, "", ""), ("b", checked, "", ""), ("c", None, "it failed", "")]
    text = page_of_pairs(pairs, "layers.py", "0 of 3 pairs agree.")
    reader = Reader(text)
    assert is_inert(reader) and reader.tags.count("h1") == 1
    assert "✗ 0 of 3 pairs agree." in reader.text and "? No verdict: it failed" in reader.text
    hatches = set(re.findall(r"url\(#([\w-]+)\)", text))
    assert hatches == {"pair1-mgl-sign", "pair2-mgl-sign"}
    assert all(f'id="{name}"' in text for name in hatches)
