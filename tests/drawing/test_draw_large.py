"""draw: large graphs are folded, and say so."""

import json
import math

import numpy as np
import pytest
from draw_graphs import counts, mlp_loss, texts

from micrograd_linear import Tensor, Value, compare, draw
from micrograd_linear.drawing.fold import fold, joined
from micrograd_linear.engine.graph import topological_order


@pytest.mark.parametrize("samples, values", [(1, 987), (20, 13280)])
def test_a_scalar_network_folds_into_its_layers(samples, values):
    loss = mlp_loss(samples)
    loss.backward()
    drawing = draw(loss)
    assert drawing.folded.startswith(
        f"{values:,} values, folded into "
    ) and drawing.folded in texts(drawing.svg)
    assert drawing.dot.count("shape=plain") <= 25
    found = counts(drawing)
    assert (
        found[256 * samples] >= 1 and found[16 * samples] >= 4 and found[256] >= 1
    )  # products and neurons of the second layer, its weights
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
            assert math.isclose(sum(getattr(x, "data", x) for x in found), node.data, rel_tol=1e-12)
        elif node.operation == "multiply":
            assert math.isclose(
                math.prod(getattr(x, "data", x) for x in found), node.data, rel_tol=1e-12
            )


def test_a_loop_of_300_turns_is_drawn():
    rng = np.random.default_rng(0)
    W, h = Tensor(rng.normal(size=(8, 8)) * 0.3, "W"), Tensor(np.zeros((6, 8)), "h0")
    for _ in range(300):
        h = (h @ W + rng.normal(size=(6, 8))).tanh()
    drawing = draw((h * h).sum())
    assert (
        drawing.folded.startswith("1,204 values, folded into ")
        and drawing.dot.count("shape=plain") <= 40
    )
    shown = texts(drawing.svg)
    assert "W" in shown and "h0" in shown and max(counts(drawing)) > 200
    assert 'style="rounded,filled"' in drawing.dot  # a reference beside each further use of W


def test_many_names_and_many_roots_of_names_still_fold():
    total = Value(0.0)
    for i in range(500):
        total = total + Value(float(i), f"x{i}") * Value(1.0, f"w{i}")
    drawing = draw(total)
    assert (
        drawing.dot.count("shape=plain") <= 40
        and "x0, x1, x2, …" in texts(drawing.svg).replace("w", "x")
    ) or "×500" in drawing.dot


@pytest.mark.parametrize("most", [1, 3, 8])
def test_values_of_several_shapes_in_one_box(most):
    x, total = Tensor(np.ones((3, 4)), "x"), 0.0
    for i in range(1, 4):
        part = x[:i] @ np.ones((4, i + 1))
        part.name = f"part{i}"
        total = total + part.sum()
    drawing = draw(total, max_nodes=most)
    boxes = json.loads(drawing.json)["values"]
    assert (
        drawing.folded
        and "several shapes" in drawing.text
        and "several shapes" in texts(drawing.svg)
        and drawing.mermaid
    )
    products = next(box for box in boxes if box["operation"] == "@")
    assert (
        products["count"] == 3 and products["shape"] is None and len(products["data"]) == 2 + 6 + 12
    )


def test_a_folded_graph_shows_which_part_is_wrong():
    loss = mlp_loss(2)
    order = topological_order(loss)
    order[0].name = "first"
    gradient = loss.gradients()[order[0]]
    drawing = draw(loss, check=compare({"first": gradient + 1}, loss))
    assert drawing.dot.count("✗ wrong") == 1
