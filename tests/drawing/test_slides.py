"""A run as slides: a page of a PDF for each step, and an SVG that plays them."""

import re
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from draw_graphs import neuron, small_layer

from micrograd_linear import Value, draw
from micrograd_linear.drawing.play import first_view
from micrograd_linear.drawing.render import render_all
from micrograd_linear.drawing.slides import Slides, played, steps_of


def shown(drawing):
    return first_view(drawing._picture)


@pytest.fixture(scope="module")
def layer():
    return small_layer()


def test_a_pdf_has_a_page_for_each_step(layer, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    path = draw(layer[-1]).save(tmp_path / "steps.pdf", steps=True)
    pages = pypdf.PdfReader(path).pages
    assert len(pages) == len(steps_of(shown(draw(layer[-1])))) == 7
    words = [" ".join(page.extract_text().split()) for page in pages]
    assert "1 of 7" in words[0] and "forward" in words[0] and "backward" in words[6]


def test_an_svg_plays_the_steps_one_after_the_other(layer, tmp_path):
    path = draw(layer[-1]).save(tmp_path / "steps.svg", steps=True)
    svg = path.read_text()
    ET.fromstring(svg)
    delays = re.findall(r"animation-delay:([\d.]+)s", svg)
    assert [float(delay) for delay in delays] == [1.5 * k for k in range(7)]
    assert "<script" not in svg and ' id="' not in svg


def test_numbers_appear_when_they_are_known(layer):
    x, W, _, y = layer
    picture = shown(draw(y))
    by_name = {box.name: box.id for box in picture.boxes}
    seen = [(set(state.made), dict(state.gradients)) for _, _, state in played(picture)]
    assert by_name["y"] not in seen[0][0] and by_name["y"] in seen[1][0]
    assert seen[1][1] == {} and np.array_equal(seen[2][1][by_name["y"]], y.grad)
    last = seen[-1][1]
    for leaf in (x, W):
        assert np.array_equal(last[by_name[leaf.name]], leaf.grad)


def test_a_gradient_of_two_uses_is_a_sum_on_the_way():
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    picture = shown(draw(y))
    grads = [state.gradients.get("v0") for _, _, state in played(picture)]
    assert [None if g is None else float(g) for g in grads] == [None, None, 3.0, 6.0]


def test_what_happens_is_said_and_nothing_moves():
    slides = Slides(shown(draw(neuron())), draw(neuron())._style)
    sources = slides.sources()
    assert "forward: v5 = x1 · w1" in sources[0]
    assert any("backward: ∂L/∂n += ∂L/∂o · (1 − o²)" in source for source in sources)
    drawn = [svg.decode() for svg in render_all([sources[0], sources[-1]], "svg")]
    card = re.compile(
        r'<g id="(v\d+)" class="node">.*?<(?:path|polygon)[^>]*(?:d|points)="([^"]*)"', re.S
    )
    places = [dict(card.findall(svg)) for svg in drawn]
    assert len(places[0]) > 10 and places[0] == places[1]


def test_many_pictures_are_those_that_one_would_make():
    sources = ["digraph { a -> b }", "digraph { c }"]
    both = render_all(sources, "svg")
    assert len(both) == 2 and b">a</text>" in both[0] and b">c</text>" in both[1]
    with pytest.raises(RuntimeError, match="no picture"):
        render_all(["digraph {"], "svg")


def test_what_has_no_steps_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected a run of 1 to 200 steps, got 0"):
        draw(Value(2.0, "x")).save(tmp_path / "a.svg", steps=True)
    with pytest.raises(ValueError, match="png"):
        draw(Value(2.0, "x") * 2).save(tmp_path / "a.png", steps=True)
    assert list(tmp_path.iterdir()) == []


def test_without_pypdf_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(ImportError, match=r"micrograd_linear\[slides\]"):
        draw(Value(2.0, "x") * 2).save(tmp_path / "a.pdf", steps=True)
