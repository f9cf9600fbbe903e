"""No two texts of a picture overlap, from its own coordinates."""

import pytest
from drawn_texts import boxes_of_texts, moved_onto_another, overlaps, random_graph

from micrograd_linear import draw


@pytest.mark.parametrize("seed", range(6))
def test_no_two_texts_overlap(seed):
    drawing = draw(random_graph(seed), backward=seed % 2 == 1)
    assert overlaps(drawing.svg) == []


def test_two_texts_at_one_place_are_noticed():
    svg = draw(random_graph(1)).svg
    assert len(boxes_of_texts(svg)) > 5 and overlaps(svg) == []
    assert overlaps(moved_onto_another(svg)) != []
