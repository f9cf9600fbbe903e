"""draw(backward=True): what flows back along every edge."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from draw_graphs import linear_layer, mlp_loss, small_layer, texts

from micrograd_linear import Tensor, Value, draw
from micrograd_linear.drawing.flow import flow


def uses(drawing):
    return {
        (box["id"], i): use
        for box in json.loads(drawing.json)["values"]
        for i, use in enumerate(box["uses"])
    }


def backs(drawing):
    return re.findall(r'id="(v\d+_op-\d+-back)"', drawing.dot)


def test_every_use_carries_its_contribution():
    x = Value(3.0, "x")
    y = x * x + x
    y.backward()
    drawing = draw(y, backward=True)
    assert [use["contribution"] for use in uses(drawing).values()] == [3.0, 3.0, 1.0, 1.0]
    assert backs(drawing) == ["v1_op-0-back", "v1_op-1-back", "v2_op-0-back", "v2_op-1-back"]
    assert (
        drawing.dot.count("style=dashed") == 4
        and drawing.mermaid.count("-.->") == 4
        and drawing.text.count("    → x: 3\n") == 2
    )
    assert (
        "-back" not in draw(y).dot
        and uses(draw(y))["v1", 0]["contribution"] is None
        and "→" not in draw(y).text
    )
    ids = [
        element.get("id")
        for element in ET.fromstring(drawing.svg).iter()
        if element.get("class") == "edge"
    ]
    assert {"v1_op-0", "v1_op-0-back"} <= set(ids)


def test_arrays_in_full_where_small_else_shape_and_range():
    _x, _W, b, y = small_layer()
    drawing = draw(y, backward=True)
    found = flow(y).contributions
    assert uses(drawing)["v4", 1]["contribution"] == found[y, 1].tolist() == b.grad.tolist()
    label = re.search(r'v2 -> v4_op \[label=<(.*?)> color="\S+" dir=back', drawing.dot)[1]
    assert re.findall(r">(-?[\d.]+)<", label) == ["3", "0"]
    big = linear_layer()
    shown = draw(big, backward=True)
    g = flow(big).contributions[big.operands[0], 0]
    assert (
        f"(150, 4) {g.min():.4g} … {g.max():.4g}" in texts(shown.svg).replace("\xa0", " ")
        and f"→ x: (150, 4) {g.min():.4g}" in shown.text
    )


def test_constants_get_nothing():
    y = Value(2.0, "x") * 7
    assert backs(draw(y, backward=True)) == ["v2_op-0-back"]
    t = Tensor([1.0], "t") * Tensor([2.0], "c", requires_grad=False)
    assert len(backs(draw(t, backward=True))) == 1


def test_before_a_backward_pass_the_gradients_of_the_one_that_is_shown():
    x = Tensor([1.0, 2.0], "x")
    y = (x * x).sum()
    values = json.loads(draw(y, backward=True).json)["values"]
    assert values[0]["grad"] == [2.0, 4.0] and x.grad is None and y.grad is None
    v = Value(3.0)
    assert json.loads(draw(v * v, backward=True).json)["values"][0]["grad"] == 6.0 and v.grad == 0.0


def test_contributions_of_folded_values_add_up():
    loss = mlp_loss(20)
    loss.backward()
    drawing = draw(loss, backward=True)
    found = flow(loss).contributions
    boxes = {box["id"]: box for box in json.loads(drawing.json)["values"]}
    assert len(backs(drawing)) == len(uses(drawing)) > 15
    products = next(box for box in boxes.values() if box["count"] == 256 * 20)
    weights = next(i for i, id in enumerate(products["operands"]) if boxes[id]["count"] == 256)
    contribution = products["uses"][weights]["contribution"]
    assert np.isclose(
        contribution["mean"] * 256 * 20,
        boxes[products["operands"][weights]]["grad"]["mean"] * 256,
        rtol=1e-9,
    )
    pieces = [piece for (node, _), piece in found.items() if node.operation == "multiply"]
    assert min(pieces) <= contribution["min"] < contribution["max"] <= max(pieces)
    for box in (
        boxes.values()
    ):  # what flows into a sum is handed on, through all the sums that were joined
        if box["operation"] == "Σ" and box["count"] == 320:
            assert all(
                use["contribution"]["max"] == box["grad"]["max"]
                and use["contribution"]["min"] == box["grad"]["min"]
                for use in box["uses"]
            )
    assert f"{contribution['min']:.4g} … {contribution['max']:.4g}" in texts(drawing.svg).replace(
        "\xa0", " "
    )


def test_where_there_is_nothing_to_start_from():
    x = Tensor([[1.0, 2.0]], "x")
    for make in (
        lambda: draw(x * 2, backward=True),
        lambda: draw(x * 2, backward=True, level="scalar"),
    ):
        with pytest.raises(
            ValueError,
            match=(
                r"multiply result \(1, 2\) is not a scalar and has no gradient.*call its "
                r"backward\(gradient\) first"
            ),
        ):
            make()
    with pytest.raises(ValueError, match="depends on no tensor that requires a gradient"):
        draw(Tensor([1.0], requires_grad=False), backward=True)
    y = x * 2
    x.data = [[5.0, 5.0]]
    with pytest.raises(RuntimeError, match="was changed"):
        draw(y.sum(), backward=True)


def test_number_by_number():
    _x, _W, _b, y = small_layer()
    drawing = draw(y, level="scalar", backward=True)
    values = {box["id"]: box for box in json.loads(drawing.json)["values"]}
    sums = {}
    for box in values.values():
        for use in box["uses"]:
            sums[use["id"]] = sums.get(use["id"], 0.0) + use["contribution"]
    for id, total in sums.items():
        assert np.isclose(total, values[id]["grad"])
    scalar = (Tensor([2.0, 3.0], "t") * [1.0, 10.0]).sum()
    assert [
        use["contribution"]
        for use in uses(draw(scalar, level="scalar", backward=True)).values()
        if use["contribution"]
    ] == [1.0, 10.0, 1.0, 1.0]
