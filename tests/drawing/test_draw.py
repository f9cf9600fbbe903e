"""draw: what is in the picture, that odd names are inert, and that it works with no dot program."""

import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np
import pytest
from draw_graphs import ODD_NAMES, linear_layer, mlp_loss, texts

from micrograd_linear import Tensor, Value, draw
from micrograd_linear.drawing import render as rendering


@pytest.fixture
def layer():
    return linear_layer()


def test_one_box_per_value_and_one_ellipse_per_operation(layer):
    source = draw(layer).dot
    assert (
        source.count("shape=plain") == 5
        and source.count("shape=ellipse") == 2
        and source.count("->") == 6
    )


def test_two_edges_for_x_plus_x():
    for x in (Value(3.0, "x"), Tensor([3.0], "x")):
        for y in (x + x, x * x):
            assert draw(y).dot.count("v0 -> v1_op") == 2


def test_every_value_operation_and_use_has_an_id_in_the_svg(layer):
    for drawing in (
        draw(layer, view="full"),
        draw(layer.operands[0] * 2 - layer.operands[0], view="full"),
        draw(mlp_loss(1)),
        draw(Value(2.0, "v0_op") * 7),
    ):
        found = Counter(
            element.get("id")
            for element in ET.fromstring(drawing.svg).iter()
            if element.get("class") in ("node", "edge")
        )
        assert max(found.values()) == 1
        for box in json.loads(drawing.json)["values"]:
            has_own = box["operation"] and not drawing.folded  # on a brief card it is written
            expected = [box["id"], f"{box['id']}_op"] if has_own else [box["id"]]
            assert {
                *expected,
                *(f"{box['id']}_op-{i}" for i in range(len(box["operands"]))),
            } <= set(found)


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
    assert "grad" not in texts(draw(Tensor([1.0]) * 2).svg) and "grad" in texts(
        draw(Value(1.0) * 2).svg
    )


def test_small_numbers_keep_their_digits():
    assert "1.235e-07" in texts(draw(Value(1.23456e-7)).svg)


@pytest.mark.parametrize(
    "shape", [(), (0,), (0, 3), (1,), (3,), (9, 6), (2, 3, 4), (1, 7), (8, 6), (3, 0, 2)]
)
def test_every_shape_can_be_drawn(shape):
    for dtype in (np.float64, np.float32):
        t = Tensor(np.ones(shape, dtype), "t")
        svg = draw(t * 2).svg
        assert ("empty" in texts(svg)) == (0 in shape) and (np.dtype(dtype).name in texts(svg)) == (
            shape != () or dtype is np.float32
        )


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
    assert (
        drawing.folded == "100,001 values, folded into 2; ×n stands for n that play the same part"
    )
    assert (
        drawing.folded in texts(drawing.svg)
        and drawing.dot.count("shape=plain") == 2
        and "of 50,001" in texts(drawing.svg)
    )
    assert (
        time.perf_counter() - start < 60
    )  # seconds, where minutes would mean that all of it was laid out
    assert draw(Value(1.0) * 2).folded == ""


@pytest.mark.parametrize(
    "ending, magic",
    [
        ("svg", b"<?xml"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("dot", b"digraph"),
        ("SVG", b"<?xml"),
    ],
)
def test_save(layer, tmp_path, ending, magic):
    path = draw(layer).save(tmp_path / f"graph.{ending}")
    assert path.read_bytes().startswith(magic) and os.listdir(tmp_path) == [path.name]
    assert draw(layer).save(str(path)) == path  # again, over the old one


def test_saving_where_it_cannot_be(layer, tmp_path):
    for name, error, words in [
        ("graph.jpeg", ValueError, r"\.jpeg.*\.svg"),
        ("graph", ValueError, "expected an ending"),
        ("no/graph.svg", FileNotFoundError, "no folder"),
    ]:
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


def test_graphviz_that_fails_hangs_or_is_missing_is_an_error_that_says_so(
    layer, tmp_path, monkeypatch
):
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
    small = (
        "from micrograd_linear import *; x = Value(2.0, 'x'); y = Value(3.0, 'y'); print(draw((x * "
        "y + x).tanh() + y, backward=True).dot)"
    )
    modules = (
        "import random; random.seed(0); from micrograd_linear import *; from micrograd_linear.nn "
        "import MLP; net = MLP(2, [4, 4, 1]); a, b = Value(1.0), Value(2.0)\n"
        "loss = net([a, b]) + net([b, a]); loss.backward(); print(draw(loss).dot, draw(loss, "
        "view='full', backward=True).dot, draw(loss, view='folded').json)"
    )
    for program in (small, modules):
        made = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONHASHSEED": s},
                capture_output=True,
                check=True,
            ).stdout
            for s in "01"
        }
        assert len(made) == 1


def test_what_is_no_node_is_refused():
    with pytest.raises(TypeError, match="expected a Value or a Tensor, got int"):
        draw(3)
    with pytest.raises(ValueError, match="max_nodes"):
        draw(Value(1.0), max_nodes=0)


def test_a_notebook_shows_it(layer):
    bundle = draw(layer)._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<?xml") and "whole graph" in bundle["text/plain"]
