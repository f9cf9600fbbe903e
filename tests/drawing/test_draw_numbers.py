"""draw: a graph of tensors, number by number."""

import json
import math
import re

import numpy as np
import pytest
from draw_graphs import small_layer, texts

from micrograd_linear import Tensor, Value, compare, draw


def test_a_tensor_graph_as_numbers_has_the_same_numbers_and_gradients():
    x, W, b, y = small_layer()
    drawing = draw(y, level="scalar")
    values = {value["name"]: value for value in json.loads(drawing.json)["values"] if value["name"]}
    for tensor in (x, W, b, y):
        for index in np.ndindex(tensor.shape):
            value = values[f"{tensor.name}[{', '.join(map(str, index))}]"]
            assert math.isclose(value["data"], tensor.data[index]) and math.isclose(
                value["grad"], tensor.grad[index], abs_tol=1e-15
            )
    assert drawing.dot.count("subgraph cluster_") == 5 and {"x", "W", "b", "y"} <= set(
        texts(drawing.svg).split()
    )
    assert (
        sum(value["operation"] == "×" for value in json.loads(drawing.json)["values"]) == 12
    )  # every path from an x through a W


def rows_of(svg, name):
    """The elements of a tensor, from the top to the bottom."""
    found = re.findall(rf'y="(-?[\d.]+)"[^>]*>({name}\[[^<]*)<', svg)
    return [element for _, element in sorted((float(y), element) for y, element in found)]


def test_elements_stand_row_by_row_and_products_in_the_frame_of_their_matrix():
    x, W, _, y = small_layer()
    drawing = draw(y, level="scalar", direction="LR")
    for tensor in (x, W):
        names = [f"{tensor.name}[{i}, {j}]" for i, j in np.ndindex(tensor.shape)]
        assert rows_of(drawing.svg, tensor.name) == names
    frame = drawing.dot.split("label=<matmul #3>")[1].split("}")[0]
    assert frame.count("<TABLE") >= 18  # twelve products and six sums
    assert rows_of(drawing.svg.replace("W[0, 1]", "W[9, 9]"), "W") != names


def test_a_network_as_numbers():
    _, W, _, y = small_layer()
    loss = y.tanh().logsumexp(axis=1).mean()
    loss.backward()
    values = {
        value["name"]: value
        for value in json.loads(draw(loss, level="scalar").json)["values"]
        if value["name"]
    }
    for index in np.ndindex(2, 2):
        assert math.isclose(
            values[f"W[{index[0]}, {index[1]}]"]["grad"], loss.gradients()[W][index], rel_tol=1e-12
        )
    assert draw(Value(2.0) * 3, level="scalar").dot == draw(Value(2.0) * 3).dot


def test_what_cannot_be_drawn_as_numbers_says_so():
    q = Tensor(np.eye(2), "q")
    for make, words in (
        (
            lambda: draw(Tensor(np.ones((20, 20)), "q") @ np.ones((20, 20)), level="scalar"),
            "hold 800 numbers, more than 150",
        ),
        (
            lambda: draw(np.linalg.inv(q), level="scalar"),
            "inv cannot be written as operations on single numbers",
        ),
        (lambda: draw(q * 2, level="pixels"), "level: expected 'auto' or 'scalar'"),
        (
            lambda: draw(
                (q * 2).sum(), level="scalar", check=compare({"q": np.ones((2, 2))}, (q * 2).sum())
            ),
            "shows no comparison",
        ),
    ):
        with pytest.raises(ValueError, match=words):
            make()
