"""A nudge of a number in a leaf moves the result by what its gradient says."""

import numpy as np
import pytest
from draw_graphs import small_layer

from micrograd_linear import Tensor, draw
from micrograd_linear.drawing.build import flowing
from micrograd_linear.drawing.page import nudges, unpacked


def rows_of(root):
    drawn = flowing(draw(root)._picture)
    names = {box.id: box.name for box in drawn.boxes}
    return {names[id]: rows for id, rows in nudges.nudges(drawn).items()}


def test_a_linear_layer_moves_as_its_gradients_say():
    x, W, b, y = small_layer()
    rows = rows_of(y)
    assert set(rows) == {"x", "W", "b"} and rows["W"][0]["at"] == [0, 0]
    for leaf in (x, W, b):
        for row in rows[leaf.name]:
            assert row["says"] == pytest.approx(0.01 * leaf.grad[tuple(row["at"])])
            assert row["moves"] == pytest.approx(row["says"], abs=1e-9)


def test_curvature_is_what_is_left():
    x = Tensor([2.0], "x")
    y = (x * x).sum()
    y.backward()
    (row,) = rows_of(y)["x"]
    assert row["moves"] == pytest.approx(0.0401) and row["says"] == pytest.approx(0.04)


def test_a_wrong_gradient_is_not_what_the_result_does(monkeypatch):
    x = Tensor([2.0, 3.0], "x")
    y = (x * x).sum()
    y.backward()
    right = nudges.nudged
    monkeypatch.setattr(nudges, "nudged", lambda *arguments: 2 * right(*arguments))
    row = rows_of(y)["x"][0]
    assert row["moves"] != pytest.approx(row["says"], rel=0.1)


def test_they_are_on_the_page(opened):
    *_, y = small_layer()
    html = draw(y).html
    values = unpacked(html)["data"]["views"][0]["values"]
    id = next(value["id"] for value in values if value["name"] == "W")
    tab = opened(html, f"#value={id}")
    assert "nudge W[0, 0] by 0.01" in tab.text("#ledger")
    assert "L moves by\n0.11\n∂L/∂W[0, 0] · 0.01 says\n0.11\n" in tab.text("#ledger")


def test_a_large_graph_is_not_run_again(monkeypatch):
    monkeypatch.setattr(nudges, "LARGEST", 3)
    assert rows_of(small_layer()[-1]) == {}
    assert np.size(small_layer()[0].data) > 3
