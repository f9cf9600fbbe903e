"""draw: what can be asked of it, and what is refused."""

import json
import os
import re
import time

import numpy as np
import pytest
from draw_graphs import contrast, linear_layer, mlp_loss, texts

from micrograd_linear import Linear, Tensor, Value, compare, draw
from micrograd_linear.drawing import formats
from micrograd_linear.drawing import render as rendering
from micrograd_linear.drawing.theme import DARK


def shown_in(drawing):
    return set(texts(drawing.svg).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    "show, there, not_there",
    [
        (("name",), {"x"}, {"float64", "data", "grad"}),
        (("shape", "data"), {"float64", "data"}, {"x", "grad"}),
        (["grad", "name"], {"x", "grad"}, {"float64", "data"}),
        (("name", "shape", "data", "grad"), {"x", "float64", "data", "grad"}, set()),
        ((), {"@"}, {"x", "float64", "data", "grad"}),
    ],
)
def test_show(show, there, not_there):
    drawing = draw(linear_layer(), show=show)
    found = shown_in(drawing)
    assert there <= found and not not_there & found
    assert ("data" in drawing.text, "grad" in drawing.text) == ("data" in show, "grad" in show)
    assert not any(word in drawing.mermaid for word in not_there - {"x"})


@pytest.mark.parametrize(
    "options, error, words",
    [
        (
            {"show": "data"},
            ValueError,
            "show: expected a tuple of some of 'name', 'shape', 'data', 'grad', got 'data'",
        ),
        ({"show": ("colour",)}, ValueError, "show: .* got"),
        ({"show": None}, ValueError, "show"),
        ({"heat": "yes"}, ValueError, "heat: expected True or False, got 'yes'"),
        ({"backward": 2}, ValueError, "backward: expected True or False"),
        ({"view": "half"}, ValueError, "view: expected 'auto', 'full' or 'folded', got 'half'"),
        ({"theme": "sepia"}, ValueError, "theme: expected 'auto', 'light' or 'dark', got 'sepia'"),
        ({"direction": ["LR"]}, ValueError, "direction: expected 'LR' or 'TB'"),
        ({"budget": 0}, ValueError, "budget: expected a positive number of seconds, got 0"),
        ({"budget": float("nan")}, ValueError, "budget"),
        ({"budget": "10"}, ValueError, "budget"),
        ({"budget": float("inf")}, ValueError, "budget"),
        ({"max_nodes": True}, ValueError, "max_nodes: expected a positive integer, got True"),
        ({"max_nodes": 2.5}, ValueError, "max_nodes"),
        ({"depth": -1}, ValueError, "depth: expected an integer from 0 upward, got -1"),
        ({"depth": 1.0}, ValueError, "depth"),
        ({"focus": 3}, TypeError, "focus: expected a node or a name, got int"),
        (
            {"focus": "nothing"},
            ValueError,
            r"focus: no value is called 'nothing'; there are 'b', 'W', 'x', 'y'",
        ),
        (
            {"focus": Value(1.0, "other")},
            ValueError,
            "focus: Value 'other' is no part of this graph",
        ),
        ({"level": "scalar", "view": "folded"}, ValueError, "leave out view, focus and depth"),
        ({"level": "scalar", "depth": 2}, ValueError, "leave out"),
        ({"check": "z"}, TypeError, "check: expected a Comparison"),
        ({"path": "picture.gif"}, ValueError, r"cannot save as 'picture.gif'"),
        ({"path": "no/picture.svg"}, FileNotFoundError, "no folder"),
    ],
)
def test_each_wrong_argument_is_one_clear_error(options, error, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=words) as raised:
        draw(linear_layer(), **options)
    assert (
        str(raised.value).startswith("draw: ")
        and "\n" not in str(raised.value)
        and os.listdir(tmp_path) == []
    )


def test_the_second_parameter_saves(tmp_path):
    drawing = draw(Value(2.0, "x") * 3, tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text() == drawing.svg
    assert (
        draw(Value(2.0, "x") * 3, str(tmp_path / "graph.txt")).text
        == (tmp_path / "graph.txt").read_text()
    )


# --- view -----------------------------------------------------------------------------------------


def test_view_full_and_folded():
    loss = mlp_loss(1)
    full = draw(loss, view="full")
    assert full.folded == "" and len(json.loads(full.json)["values"]) == 987
    h = Value(1.0, "h")
    for _ in range(10):
        h = h * 1.5
    assert (
        draw(h).folded == ""
        and draw(h, view="folded").folded
        == "21 values, folded into 2; ×n stands for n that play the same part"
    )
    assert (
        draw(Value(1.0, "x") * 2, view="folded").folded
        == "3 values, of which no two play the same part"
    )
    with pytest.raises(
        ValueError,
        match=(
            r"view 'full': 13,280 values are more than the 5,000 that can be laid out; use "
            r"view='auto', or focus="
        ),
    ):
        draw(mlp_loss(20), view="full")


def test_the_layout_of_a_full_view_that_takes_too_long_is_folded_further(monkeypatch):
    tried = []

    def slow(source, format, *, deadline):
        tried.append(source.count("shape=plain"))
        if tried[-1] > 100:
            raise rendering.LayoutTimeout(f"draw: Graphviz did not finish within {deadline:g} s")
        return b'<?xml?><svg width="10pt" height="10pt">' + str(tried[-1]).encode()

    monkeypatch.setattr(formats, "render", slow)
    loss = mlp_loss(1)
    loss.backward()
    drawing = draw(loss, view="full", budget=2.0, backward=True)
    numbers = [box["data"] for box in json.loads(drawing.json)["values"] if box["kind"] == "root"]
    loss.grad = 1e9  # what is read later does not show
    assert drawing.svg and tried[0] == 987 and 1 < tried[-1] <= 40 and len(tried) == 2
    assert re.fullmatch(
        r"987 boxes folded further into \d+, since their layout took longer than 2 s",
        drawing.folded,
    )
    boxes = json.loads(drawing.json)["values"]
    assert (
        len(boxes) == tried[-1]
        and sum(box["count"] for box in boxes) == 987
        and drawing.folded in drawing.dot
    )
    assert [
        box["data"] for box in boxes if box["kind"] == "root"
    ] == numbers and "1e+09" not in drawing.text
    flows = [
        use["contribution"]
        for box in boxes
        for use in box["uses"]
        if use["contribution"] is not None
    ]
    assert flows and drawing.mermaid and drawing.dot.count("-back") == len(flows)


def test_what_cannot_be_folded_further_fails_in_words(monkeypatch):
    monkeypatch.setattr(rendering, "_CHILD", "while True: pass")
    start = time.perf_counter()
    with pytest.raises(RuntimeError, match=r"did not finish within 0\.2 s"):
        draw(Value(2.0, "x") * 3, budget=0.2).svg  # noqa: B018
    assert time.perf_counter() - start < 30
    bundle = draw(Value(2.0, "x") * 3, budget=0.2)._repr_mimebundle_()
    assert (
        set(bundle) == {"text/plain"}
        and "×(x, 3)" in bundle["text/plain"]
        and "did not finish" in bundle["text/plain"]
    )


# --- focus ----------------------------------------------------------------------------------------


def chain(length):
    h, W = Tensor(np.ones((2, 2)), "h0"), Tensor(np.eye(2), "W")
    for i in range(length):
        h = (h @ W).tanh()
        h.name = f"h{i + 1}"
    return h


def names_of(drawing):
    return [box["name"] for box in json.loads(drawing.json)["values"]]


def test_the_neighbourhood_of_a_node():
    h = chain(300)
    drawing = draw(h, focus="h100", depth=2)
    assert names_of(drawing) == ["W", "h99", "", "h100", "", "h101"]
    assert (
        drawing.folded == "6 of 602 values, at most 2 operations from h100; 596 left out"
        and drawing.folded in texts(drawing.svg)
    )
    boxes = {box["name"]: box for box in json.loads(drawing.json)["values"]}
    assert (
        boxes["h99"]["operands"] == []
        and boxes["h99"]["operation"] == ""
        and "_cut" in drawing.dot
        and "h99   (2, 2) float64  …" in drawing.text
    )
    node = h
    while node.name != "h100":
        node = node.operands[0]
    assert draw(h, focus=node, depth=2).dot == drawing.dot
    assert names_of(draw(h, focus="h100", depth=0)) == ["h100"] and names_of(draw(h, depth=1)) == [
        "",
        "h300",
    ]
    assert len(names_of(draw(h, focus="h100"))) == 8  # three operations each way


def test_every_operation_that_is_shown_has_all_its_operands():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    a, b = x.exp(), y.exp().exp()
    a.name, b.name = "a", "b"
    c = a * b
    c.name = "c"
    drawing = draw(c * 2, focus="a", depth=1)
    assert names_of(drawing) == ["x", "a", "b", "c"] and "×(a, b)" in drawing.text
    assert (
        draw(c, focus="a", depth=9).folded
        == "4 of 6 values, at most 9 operations from a; 2 left out"
    )
    assert draw(a, focus="a", depth=1).folded == ""  # all of it


def test_a_neighbourhood_that_is_large_is_folded():
    drawing = draw(chain(300), focus="h150", depth=200, max_nodes=50)
    assert (
        "values, folded into" in drawing.folded
        and "at most 200 operations from h150" in drawing.folded
        and drawing.svg
    )


def test_a_name_that_many_have():
    with pytest.raises(ValueError, match="2 values are called 'x'; pass the node itself"):
        draw(Value(1.0, "x") * Value(2.0, "x"), focus="x")


def test_a_variable_or_a_path_is_a_name_too():
    layer = Linear(3, 2, rng=0)
    hidden = layer(np.ones((2, 3)))
    loss = hidden.tanh().sum()
    assert names_of(draw(loss, focus="hidden", depth=0)) == ["hidden"]


# --- themes and pixels ----------------------------------------------------------------------------


def test_fixed_themes(tmp_path):
    y = linear_layer()
    y.name = '"#ffffff"'
    light, dark = draw(y, theme="light"), draw(y, theme="dark")
    assert "prefers-color-scheme" not in light.svg + dark.svg and "max-width" in light.svg
    assert "#161616" in dark.dot and "#161616" not in light.dot and DARK["#111111"] in dark.svg
    assert texts(dark.svg) == texts(light.svg) and '"#ffffff"' in texts(dark.svg)
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', dark.svg))
    assert used <= set(DARK.values())
    pictures = [draw(y, theme=theme).save(tmp_path / f"{theme}.png") for theme in ("dark", "light")]
    assert pictures[0].read_bytes() != pictures[1].read_bytes()


def test_text_can_be_read_in_both_themes():
    y = linear_layer()
    comparison = compare(
        {"W": np.zeros((4, 3)), "b": np.ones((1, 3))}, y, gradient=np.ones((150, 3))
    )
    for theme in ("light", "dark"):
        page = "#ffffff" if theme == "light" else DARK["white"]
        for drawing in (
            draw(y, check=comparison, backward=True, theme=theme),
            draw(mlp_loss(1), theme=theme),
            draw(y, focus=y, depth=1, theme=theme),
        ):
            shown = re.findall(r"<text ([^>]*)>", drawing.svg)
            colours = {re.search(r'fill="(#[0-9a-f]{6})"', attributes)[1] for attributes in shown}
            assert len(colours) >= 2 and all(contrast(colour, page) >= 4.5 for colour in colours), (
                colours
            )


def test_a_png_that_cannot_be_made_is_refused(tmp_path):
    h = Value(1.0, "h")
    for _ in range(450):
        h = h.tanh()
    drawing = draw(h, view="full", direction="LR")
    with pytest.raises(
        ValueError,
        match=(
            r"as PNG this picture has [\d,]+ x [\d,]+ pixels.*save it as \.svg or \.pdf, or draw "
            r"less"
        ),
    ) as raised:
        drawing.save(tmp_path / "long.png")
    assert (
        int(re.search(r"has ([\d,]+)", str(raised.value))[1].replace(",", "")) > 32_767
        and os.listdir(tmp_path) == []
    )
    assert drawing.save(tmp_path / "long.svg").exists()
    with pytest.raises(ValueError, match="pixels"):
        formats.check_pixels('<svg width="15000pt" height="15000pt"')
    formats.check_pixels('<svg width="5000.5pt" height="5000pt"')
