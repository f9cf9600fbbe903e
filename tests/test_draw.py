"""draw: what is in the picture, that odd names are inert, and that it works with no dot program."""

import json
import math
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np
import pytest

from micrograd_linear import Linear, Tensor, Value, compare, draw
from micrograd_linear.draw import render as rendering
from micrograd_linear.draw.fold import fold, joined
from micrograd_linear.graph import topological_order
from micrograd_linear.nn import MLP

ODD_NAMES = ["</script>", "{a|b}", r"\N", r"\\", '"quoted"', "a\nb", "\x00\x07\x1b", "\ud800", "x" * 10_000, "\u202eevil", "😀", "<b>", "&amp;", "'", "]]>", "-->", " "]


def texts(svg):
    """All text of the SVG, joined; each piece once."""
    return " ".join(e.text or "" for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


@pytest.fixture
def layer(rng):
    x = Tensor(rng.normal(size=(150, 4)), "x")
    y = Linear(4, 3, rng=0)(x)
    y.name = "y"
    y.backward(np.ones((150, 3)))
    return y


def test_one_box_per_value_and_one_ellipse_per_operation(layer):
    source = draw(layer).dot
    assert source.count("shape=plain") == 5 and source.count("shape=ellipse") == 2 and source.count("->") == 6


def test_two_edges_for_x_plus_x():
    for x in (Value(3.0, "x"), Tensor([3.0], "x")):
        for y in (x + x, x * x):
            assert draw(y).dot.count("v0 -> v1_op") == 2


def test_every_value_operation_and_use_has_an_id_in_the_svg(layer):
    for drawing in (draw(layer), draw(layer.operands[0] * 2 - layer.operands[0]), draw(mlp_loss(1)), draw(Value(2.0, "v0_op") * 7)):
        found = Counter(element.get("id") for element in ET.fromstring(drawing.svg).iter() if element.get("class") in ("node", "edge"))
        assert max(found.values()) == 1
        for box in json.loads(drawing.json)["values"]:
            expected = [box["id"], f"{box['id']}_op"] if box["operation"] else [box["id"]]
            assert {*expected, *(f"{box['id']}_op-{i}" for i in range(len(box["operands"])))} <= set(found)


def test_name_shape_data_gradient(layer):
    shown = texts(draw(layer).svg)
    W = layer.operands[0].operands[1]
    assert "(4, 3) float64" in shown and "(150, 4) float64" in shown and "(1, 3) float64" in shown
    for number in (*W.data.flat, *W.grad.flat):  # small: in full
        assert f"{number:.4g}" in shown
    x = layer.operands[0].operands[0]
    for number in (x.data.min(), x.data.mean(), x.data.max(), x.grad.max()):  # large: in short
        assert f"{number:.4g}" in shown
    assert f"{x.data[7, 2]:.4g}" not in shown.split()


def test_before_backward_a_tensor_shows_no_gradient_and_a_value_shows_zero():
    assert "grad" not in texts(draw(Tensor([1.0]) * 2).svg) and "grad" in texts(draw(Value(1.0) * 2).svg)


def test_small_numbers_keep_their_digits():
    assert "1.235e-07" in texts(draw(Value(1.23456e-7)).svg)


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,), (3,), (9, 6), (2, 3, 4), (1, 7), (8, 6), (3, 0, 2)])
def test_every_shape_can_be_drawn(shape):
    for dtype in (np.float64, np.float32):
        t = Tensor(np.ones(shape, dtype), "t")
        svg = draw(t * 2).svg
        assert ("empty" in texts(svg)) == (0 in shape) and (np.dtype(dtype).name in texts(svg)) == (shape != () or dtype is np.float32)


def test_non_finite_numbers_and_constants():
    shown = texts(draw(Tensor([np.nan, np.inf], "t") * np.array([1.5, -2.5])).svg)
    assert "nan" in shown and "inf" in shown and "-2.5" in shown
    assert texts(draw(Value(2.0) * 7).svg).count("7") == 1


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_are_shown_or_cut_and_inert(name):
    drawing = draw(Value(1.0, name) + 1)
    root = ET.fromstring(drawing.svg)
    shown = texts(drawing.svg)
    assert "script" not in {e.tag.split("}")[1] for e in root.iter()}
    safe = re.sub("[\ud800\x00\x07\x1b\u202e]", "\ufffd", name.replace("\n", " "))
    expected = safe if len(safe) <= 60 else safe[:59] + "…"
    assert expected.strip() in shown.replace("\xa0", " ")
    assert len(drawing.dot) < 4000


def test_a_long_product_is_one_operation_and_the_caption_says_so():
    v = Value(1.0)
    for _ in range(50_000):
        v = v * 1.0001
    start = time.perf_counter()
    drawing = draw(v)
    assert drawing.folded == "100,001 values, folded into 2; ×n stands for n that play the same part"
    assert drawing.folded in texts(drawing.svg) and drawing.dot.count("shape=plain") == 2 and "of 50,001" in texts(drawing.svg)
    assert time.perf_counter() - start < 60  # seconds, where minutes would mean that all of it was laid out
    assert draw(Value(1.0) * 2).folded == ""


@pytest.mark.parametrize("ending, magic", [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"digraph"), ("SVG", b"<?xml")])
def test_save(layer, tmp_path, ending, magic):
    path = draw(layer).save(tmp_path / f"graph.{ending}")
    assert path.read_bytes().startswith(magic) and os.listdir(tmp_path) == [path.name]
    assert draw(layer).save(str(path)) == path  # again, over the old one


def test_saving_where_it_cannot_be(layer, tmp_path):
    for name, error, words in [
        ("graph.jpeg", ValueError, r"\.jpeg.*\.svg"), ("graph", ValueError, "expected an ending"), ("no/graph.svg", FileNotFoundError, "no folder"),
    ]:  # fmt: skip
        with pytest.raises(error, match=words):
            draw(layer).save(tmp_path / name)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(IsADirectoryError, match="folder"):
        draw(layer).save(tmp_path / "folder.svg")
    assert os.listdir(tmp_path) == ["folder.svg"]


def test_no_half_file_is_left_where_writing_fails(layer, tmp_path, monkeypatch):
    target = tmp_path / "graph.dot"
    target.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        draw(layer).save(target)
    assert os.listdir(tmp_path) == ["graph.dot"] and target.read_text() == "old"


def test_it_works_with_no_dot_program(layer, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for ending in ("svg", "png", "pdf"):
        assert draw(layer).save(tmp_path / f"graph.{ending}").stat().st_size > 1000


def test_graphviz_that_fails_hangs_or_is_missing_is_an_error_that_says_so(layer, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="no picture"):
        rendering.render("this is not dot {", "svg")
    monkeypatch.setattr(rendering, "_CHILD", "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(RuntimeError, match="no picture"):
        draw(layer).save(tmp_path / "graph.svg")
    monkeypatch.setattr(rendering, "_CHILD", "while True: pass")
    with pytest.raises(RuntimeError, match="did not finish within 0.5 s"):
        rendering.render(draw(layer).dot, "svg", deadline=0.5)
    monkeypatch.setattr(rendering, "_CHILD", "import sys; sys.exit(77)")
    with pytest.raises(RuntimeError, match="pip install pygraphviz"):
        draw(layer).save(tmp_path / "graph.png")
    assert os.listdir(tmp_path) == []


def test_a_dot_program_stands_in_for_pygraphviz(layer, tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\necho "<?xml from $1"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(rendering, "_CHILD", "import sys; sys.exit(77)")
    assert draw(layer).svg == "<?xml from -Tsvg\n"


def test_the_dot_text_does_not_depend_on_the_hash_seed():
    program = "from micrograd_linear import *; x = Value(2.0, 'x'); y = Value(3.0, 'y'); print(draw((x * y + x).tanh() + y).dot)"
    made = {subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": s}, capture_output=True, check=True).stdout for s in "01"}
    assert len(made) == 1


def test_what_is_no_node_is_refused():
    with pytest.raises(TypeError, match="expected a Value or a Tensor, got int"):
        draw(3)
    with pytest.raises(ValueError, match="max_nodes"):
        draw(Value(1.0), max_nodes=0)


def test_a_notebook_shows_it(layer):
    bundle = draw(layer)._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<?xml") and "whole graph" in bundle["text/plain"]


# --- large graphs ------------------------------------------------------------------------------------------------------------------------


def mlp_loss(samples):
    """An MLP 2-16-16-1 on some points, one node for each number."""
    draw_numbers = np.random.default_rng(0)
    model, losses = MLP(2, [16, 16, 1]), []
    for _ in range(samples):
        losses.append((1 + -model([Value(number) for number in draw_numbers.normal(size=2)])).relu())
    return sum(losses) * (1 / samples)


def counts(drawing):
    """{how many a box stands for: how many such boxes}"""
    return Counter(int(number.replace(",", "")) for number in re.findall(r"×([\d,]+)</B>", drawing.dot))


@pytest.mark.parametrize("samples, values", [(1, 987), (20, 13280)])
def test_a_scalar_network_folds_into_its_layers(samples, values):
    loss = mlp_loss(samples)
    loss.backward()
    drawing = draw(loss)
    assert drawing.folded.startswith(f"{values:,} values, folded into ") and drawing.folded in texts(drawing.svg)
    assert drawing.dot.count("shape=plain") <= 25
    found = counts(drawing)
    assert found[256 * samples] >= 1 and found[16 * samples] >= 4 and found[256] >= 1  # products and neurons of the second layer, its weights
    assert "of 17" in texts(drawing.svg) and "relu" in texts(drawing.svg)


def test_every_value_is_in_one_box_and_every_use_is_counted():
    order = topological_order(mlp_loss(3))
    operands = joined(order)
    boxes = fold(order, 40)
    members = [node for box in boxes for node in box.members]
    assert len(members) == len(set(members)) == len(operands)
    uses = sum(sum(hasattr(x, "operands") for x in found) for found in operands.values())
    assert sum(count for box in boxes for count in box.operands.values()) == uses
    for node, found in operands.items():  # what is joined computes the same number
        if node.operation == "add":
            assert math.isclose(sum(float(x) for x in found), node.data, rel_tol=1e-12)
        elif node.operation == "multiply":
            assert math.isclose(math.prod(float(x) for x in found), node.data, rel_tol=1e-12)


def test_a_loop_of_300_turns_is_drawn():
    rng = np.random.default_rng(0)
    W, h = Tensor(rng.normal(size=(8, 8)) * 0.3, "W"), Tensor(np.zeros((6, 8)), "h0")
    for _ in range(300):
        h = (h @ W + rng.normal(size=(6, 8))).tanh()
    drawing = draw((h * h).sum())
    assert drawing.folded.startswith("1,204 values, folded into ") and drawing.dot.count("shape=plain") <= 40
    shown = texts(drawing.svg)
    assert "W" in shown and "h0" in shown and max(counts(drawing)) > 200
    assert 'style="rounded,filled"' in drawing.dot  # a reference beside each further use of W


def test_many_names_and_many_roots_of_names_still_fold():
    total = Value(0.0)
    for i in range(500):
        total = total + Value(float(i), f"x{i}") * Value(1.0, f"w{i}")
    drawing = draw(total)
    assert (drawing.dot.count("shape=plain") <= 40 and "x0, x1, x2, …" in texts(drawing.svg).replace("w", "x")) or "×500" in drawing.dot


@pytest.mark.parametrize("most", [1, 3, 8])
def test_values_of_several_shapes_in_one_box(most):
    x, total = Tensor(np.ones((3, 4)), "x"), 0.0
    for i in range(1, 4):
        part = x[:i] @ np.ones((4, i + 1))
        part.name = f"part{i}"
        total = total + part.sum()
    drawing = draw(total, max_nodes=most)
    boxes = json.loads(drawing.json)["values"]
    assert drawing.folded and "several shapes" in drawing.text and "several shapes" in texts(drawing.svg) and drawing.mermaid
    products = next(box for box in boxes if box["operation"] == "@")
    assert products["count"] == 3 and products["shape"] is None and len(products["data"]) == 2 + 6 + 12


def test_a_folded_graph_shows_which_part_is_wrong():
    loss = mlp_loss(2)
    order = topological_order(loss)
    order[0].name = "first"
    gradient = loss.gradients()[order[0]]
    drawing = draw(loss, check=compare({"first": gradient + 1}, loss))
    assert drawing.dot.count("✗ wrong") == 1


# --- without Graphviz --------------------------------------------------------------------------------------------------------------------


def test_text_and_json_say_what_the_picture_says(layer, tmp_path):
    drawing = draw(layer)
    lines = drawing.text.splitlines()
    assert [line.split()[0] for line in lines] == ["x", "W", "b", "v3", "y"] and "+(v3, b)" in lines[-1] and "(150, 3) float64" in lines[-1]
    data = json.loads(drawing.json)
    values = {value["id"]: value for value in data["values"]}
    assert data["folded"] == "" and [value["kind"] for value in values.values()] == ["leaf", "leaf", "leaf", "interior", "root"]
    assert [values[x]["name"] for x in values["v3"]["operands"]] == ["x", "W"] and values["v1"]["data"] == layer.operands[0].operands[1].data.tolist()
    assert values["v0"]["data"]["max"] == layer.operands[0].operands[0].data.max()
    for ending, content in (("txt", drawing.text), ("json", drawing.json), ("mmd", drawing.mermaid)):
        assert drawing.save(tmp_path / f"graph.{ending}").read_text() == content
    with np.errstate(all="ignore"):
        assert json.loads(draw(Tensor([np.nan, 1.0, -np.inf], "t") * 2).json)["values"][0]["data"] == ["nan", 1.0, "-inf"]


def test_constants_stand_where_they_are_used_in_text():
    assert draw(Value(2.0, "a") * 7).text == "a     leaf     data 2   grad 0\nv2    ×(a, 7)  data 14  grad 0\n"


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_are_inert_in_mermaid_text_and_json(name):
    """The flowcharts of all these names were drawn by Mermaid 11 in a browser; here, that no character of its syntax or of HTML is left in a label."""
    drawing = draw(Value(1.0, name) + 1)
    label = re.search(r'v0\("(.*)"\):::leaf', drawing.mermaid)
    assert label and not re.search(r'["<>`|{}\[\]\\&]', re.sub(r"<br/>|#\d+;", "", label[1])) and len(drawing.mermaid) < 2000
    assert len(drawing.text.splitlines()) == 2 and "\x07" not in drawing.text
    assert json.loads(drawing.json)["values"][0]["name"] == name


def test_mermaid_has_every_box_and_every_use():
    x = Tensor(np.ones((2, 3)), "x")
    z = x * 2.0
    z.name = "z"
    loss = (z * z).sum()
    flowchart = draw(loss, check=compare({"x": -8 * x.data, "z": 2 * z.data}, loss), direction="TB").mermaid
    assert flowchart.startswith("flowchart TB\n") and flowchart.count(" --> v3_op") == 2 and ":::wrong" in flowchart and "✗ wrong step" in flowchart
    assert "×16" in draw(mlp_loss(1)).mermaid and "%% 987 values, folded into" in draw(mlp_loss(1)).mermaid


def test_from_top_to_bottom(layer):
    assert "rankdir=TB" in draw(layer, direction="TB").dot and "rankdir=LR" in draw(layer).dot
    chain = Value(0.1)
    for _ in range(9):
        assert "rankdir=LR" in draw(chain).dot
        chain = chain.tanh()
    assert "rankdir=TB" in draw(chain).dot and "rankdir=LR" in draw(chain, direction="LR").dot
    with pytest.raises(ValueError, match="direction: expected 'LR' or 'TB', got 'up'"):
        draw(layer, direction="up")


def test_an_svg_is_dark_where_the_reader_is(layer):
    comparison = compare({"W": np.zeros((4, 3)), "b": np.ones((1, 3))}, layer, gradient=np.ones((150, 3)))
    for drawing in (draw(layer, check=comparison), draw(mlp_loss(1)), draw(Value(2.0) * 7)):
        root = ET.fromstring(drawing.svg)
        sheet = root.find("{http://www.w3.org/2000/svg}style").text
        assert "@media (prefers-color-scheme: dark)" in sheet and "max-width:100%" in sheet
        used = {element.get(kind) for element in root.iter() for kind in ("fill", "stroke")} - {None, "none", "transparent"}
        assert used and all(f'[fill="{colour}"]' in sheet for colour in used), used
        for light, dark in re.findall(r'\[fill="([^"]+)"\]\{fill:(#[0-9a-f]{6})\}', sheet):  # light becomes dark, and dark light
            assert (brightness(light) > 128) != (brightness(dark) > 128)


def brightness(colour):
    colour = {"white": "#ffffff", "black": "#000000"}.get(colour, colour)
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


# --- number by number --------------------------------------------------------------------------------------------------------------------


def small_layer():
    x, W, b = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "x"), Tensor([[1.0, -1.0], [0.5, 2.0]], "W"), Tensor([[0.5, -0.5]], "b")
    y = x @ W + b
    y.name = "y"
    y.backward(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]))
    return x, W, b, y


def test_a_tensor_graph_as_numbers_has_the_same_numbers_and_gradients():
    x, W, b, y = small_layer()
    drawing = draw(y, level="scalar")
    values = {value["name"]: value for value in json.loads(drawing.json)["values"] if value["name"]}
    for tensor in (x, W, b, y):
        for index in np.ndindex(tensor.shape):
            value = values[f"{tensor.name}[{', '.join(map(str, index))}]"]
            assert math.isclose(value["data"], tensor.data[index]) and math.isclose(value["grad"], tensor.grad[index], abs_tol=1e-15)
    assert drawing.dot.count("subgraph cluster_") == 5 and {"x", "W", "b", "y"} <= set(texts(drawing.svg).split())
    assert sum(value["operation"] == "×" for value in json.loads(drawing.json)["values"]) == 12  # every path from an x through a W


def test_a_network_as_numbers():
    _, W, _, y = small_layer()
    loss = y.tanh().logsumexp(axis=1).mean()
    loss.backward()
    values = {value["name"]: value for value in json.loads(draw(loss, level="scalar").json)["values"] if value["name"]}
    for index in np.ndindex(2, 2):
        assert math.isclose(values[f"W[{index[0]}, {index[1]}]"]["grad"], loss.gradients()[W][index], rel_tol=1e-12)
    assert draw(Value(2.0) * 3, level="scalar").dot == draw(Value(2.0) * 3).dot


def test_what_cannot_be_drawn_as_numbers_says_so():
    q = Tensor(np.eye(2), "q")
    for make, words in (
        (lambda: draw(Tensor(np.ones((20, 20)), "q") @ np.ones((20, 20)), level="scalar"), "hold 800 numbers, more than 150"),
        (lambda: draw(np.linalg.inv(q), level="scalar"), "inv cannot be written as operations on single numbers"),
        (lambda: draw(q * 2, level="pixels"), "level: expected 'auto' or 'scalar'"),
        (lambda: draw((q * 2).sum(), level="scalar", check=compare({"q": np.ones((2, 2))}, (q * 2).sum())), "shows no comparison"),
    ):
        with pytest.raises(ValueError, match=words):
            make()
