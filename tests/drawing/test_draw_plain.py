"""draw: text, JSON and Mermaid say what the picture says."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from draw_graphs import ODD_NAMES, linear_layer, mlp_loss

from micrograd_linear import Linear, Tensor, Value, compare, draw
from micrograd_linear.nn import Module


@pytest.fixture
def layer():
    return linear_layer()


def test_text_and_json_say_what_the_picture_says(layer, tmp_path):
    drawing = draw(layer)
    lines = drawing.text.splitlines()
    assert (
        [line.split()[0] for line in lines] == ["x", "W", "b", "v3", "y"]
        and "+(v3, b)" in lines[-1]
        and "(150, 3) float64" in lines[-1]
    )
    data = json.loads(drawing.json)
    values = {value["id"]: value for value in data["values"]}
    assert data["folded"] == "" and [value["kind"] for value in values.values()] == [
        "leaf",
        "leaf",
        "leaf",
        "interior",
        "root",
    ]
    assert [values[x]["name"] for x in values["v3"]["operands"]] == ["x", "W"] and values["v1"][
        "data"
    ] == layer.operands[0].operands[1].data.tolist()
    assert values["v0"]["data"]["max"] == layer.operands[0].operands[0].data.max()
    for ending, content in (
        ("txt", drawing.text),
        ("json", drawing.json),
        ("mmd", drawing.mermaid),
    ):
        assert drawing.save(tmp_path / f"graph.{ending}").read_text() == content
    with np.errstate(all="ignore"):
        assert json.loads(draw(Tensor([np.nan, 1.0, -np.inf], "t") * 2).json)["values"][0][
            "data"
        ] == ["nan", 1.0, "-inf"]


def test_constants_stand_where_they_are_used_in_text():
    assert (
        draw(Value(2.0, "a") * 7).text
        == "a     leaf     data 2   grad 0\nv2    ×(a, 7)  data 14  grad 0\n"
    )


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_are_inert_in_mermaid_text_and_json(name):
    """In a label no character of Mermaid's syntax or of HTML is left.

    The flowcharts of all these names were drawn by Mermaid 11 in a browser.
    """
    drawing = draw(Value(1.0, name) + 1)
    label = re.search(r'v0\("(.*)"\):::leaf', drawing.mermaid)
    assert (
        label
        and not re.search(r'["<>`|{}\[\]\\&]', re.sub(r"<br/>|#\d+;", "", label[1]))
        and len(drawing.mermaid) < 2000
    )
    assert len(drawing.text.splitlines()) == 2 and "\x07" not in drawing.text
    assert json.loads(drawing.json)["values"][0]["name"] == name


def test_mermaid_has_every_box_and_every_use():
    x = Tensor(np.ones((2, 3)), "x")
    z = x * 2.0
    z.name = "z"
    loss = (z * z).sum()
    flowchart = draw(
        loss, check=compare({"x": -8 * x.data, "z": 2 * z.data}, loss), direction="TB"
    ).mermaid
    assert (
        flowchart.startswith("flowchart TB\n")
        and flowchart.count(" --> v3_op") == 2
        and ":::wrong" in flowchart
        and "✗ wrong step" in flowchart
    )
    assert (
        "×16" in draw(mlp_loss(1)).mermaid
        and "%% 987 values, folded into" in draw(mlp_loss(1)).mermaid
    )


def test_mermaid_frames_and_labels_are_quoted():
    """An edge label with parentheses must be quoted.

    The same flowcharts, also those of odd names, were drawn by Mermaid 11 in a browser.
    """
    flowchart = draw(linear_layer(), backward=True).mermaid
    assert (
        '    subgraph m0["Linear(4, 3)"]\n' in flowchart
        and flowchart.count("    end\n") == 1
        and "    class m0 module\n" in flowchart
    )
    labels = re.findall(r"\|(.*?)\|", flowchart)
    assert (
        len(labels) == 3 + 4
        and all(re.fullmatch(r'"[^"]*"', label) for label in labels)
        and '"(1, 3) → (150, 3)"' in labels
    )
    assert (
        len(re.findall(r'v1\["W<br/>', flowchart)) == 1
        and len(re.findall(r'v4\[\["y<br/>', flowchart)) == 1
    )


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_of_modules_are_inert_in_every_format(name):
    class Odd(Module):
        def __init__(self):
            self.parts = {name: Linear(2, 2, rng=0)}

        def __call__(self, x):
            return self.parts[name](x).tanh()

        def __repr__(self):
            return name

    x = Tensor(np.ones((1, 2)), name)
    drawing = draw((Odd()(x) * 2.0).sum(), focus=x, depth=1, backward=True)
    root = ET.fromstring(drawing.svg)
    assert (
        "script" not in {e.tag.split("}")[1] for e in root.iter()}
        and len(json.loads(drawing.json)["values"]) == 3
    )
    assert all(re.fullmatch(r"[\w-]*", e.get("id", "")) for e in root.iter())
    assert (
        not re.search(r"%%\{|<script|\x07", drawing.mermaid)
        and drawing.folded
        and len(drawing.text.splitlines()) == 3 + 2 + 1
    )
    whole = draw(Odd()(x))
    assert len(ET.fromstring(whole.svg)) and len(whole.dot) < 12_000


def test_from_top_to_bottom(layer):
    assert "rankdir=TB" in draw(layer, direction="TB").dot and "rankdir=LR" in draw(layer).dot
    chain = Value(0.1)
    for _ in range(6):
        assert "rankdir=LR" in draw(chain).dot
        chain = chain.tanh()
    assert "rankdir=TB" in draw(chain).dot and "rankdir=LR" in draw(chain, direction="LR").dot
    with pytest.raises(ValueError, match="direction: expected 'LR' or 'TB', got 'up'"):
        draw(layer, direction="up")
