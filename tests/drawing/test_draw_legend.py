"""A picture says below what its colours mean, of those that occur."""

import numpy as np
from draw_graphs import linear_layer, small_layer, texts

from micrograd_linear import Tensor, Value, draw


def test_colours_that_occur_are_explained():
    *_, y = small_layer()
    words = texts(draw(y).svg)
    for said in ("input", "computed", "result", "below 0, 0, above 0"):
        assert said in words
    for said in ("parameter", "not finite", "mean of a block"):
        assert said not in words


def test_pooled_maps_and_odd_numbers_are_explained():
    words = texts(draw(linear_layer()).svg)
    assert "a cell of a large array is the mean of a block" in words and "parameter" in words
    with np.errstate(all="ignore"):
        assert "not finite" in texts(draw(Tensor([-1.0, 2.0], "x").log()).svg)


def test_without_colours_and_of_single_numbers_there_is_no_legend():
    *_, y = small_layer()
    assert "below 0" not in texts(draw(y, heat=False).svg)
    assert "below 0" not in texts(draw(y, show=("name",)).svg)
    assert "below 0" not in texts(draw(Value(2.0, "x") * 3.0).svg)
