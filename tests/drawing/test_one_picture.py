"""A drawing reads its graph once: one picture, one order, and no array summarised twice."""

import sys
from collections import Counter

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, compare, draw
from micrograd_linear.drawing import build, formats, heat
from micrograd_linear.drawing.page.numbers import in_json
from micrograd_linear.drawing.render import LayoutTimeout
from micrograd_linear.engine import graph


def linear_layer(seed=0):
    """Five values: X, W, X @ W, b and Y."""
    rng = np.random.default_rng(seed)
    X, W = Tensor(rng.standard_normal((150, 4)), "X"), Tensor(rng.standard_normal((4, 3)), "W")
    y = X @ W + Tensor(rng.standard_normal((1, 3)), "b")
    y.name = "Y"
    y.backward(rng.standard_normal((150, 3)))
    return y


def neurons(count):
    x = [Value(float(i), f"x{i}") for i in range(3)]
    terms = [Value(0.1 * k, "w") * x[k % 3] for k in range(count)]
    total = sum(terms[1:], terms[0])
    total.backward()
    return total


def work(job):
    """How often a picture was made and a graph was ordered, and the arrays that were summarised."""
    counts, arrays = Counter(), []
    functions = {
        build.picture.__code__: "pictures",
        graph.topological_order.__code__: "orders",
        heat.summary.__code__: "summaries",
    }

    def watch(frame, event, _):
        if event == "call" and frame.f_code in functions:
            counts[functions[frame.f_code]] += 1
            if frame.f_code is heat.summary.__code__:
                arrays.append(frame.f_locals["array"])

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        job()
    finally:
        sys.setprofile(before)
    return counts, arrays


def all_formats(drawing):
    for name in ("svg", "html", "dot", "mermaid", "text", "json"):
        getattr(drawing, name)


def check_once(job):
    """One picture, one order, and every array summarised at most once."""
    counts, arrays = work(job)
    assert (counts["pictures"], counts["orders"]) == (1, 1)
    assert len({id(array) for array in arrays}) == len(arrays) > 0  # they are all held here
    return counts["summaries"]


def test_the_layer_is_read_once_for_all_formats():
    y = linear_layer()
    # Data and gradient of 5 values, 4 contributions, one of them before broadcasting is undone,
    # and what the backward pass started from.
    assert check_once(lambda: all_formats(draw(y))) == 16


@pytest.mark.parametrize("count", [3, 30, 60, 250])
def test_a_graph_is_read_once_whole_folded_on_the_page_or_folded_everywhere(count):
    """9, 93, 183 and 753 values: small, folded on the page, folded in the picture too, and only
    folded.
    """
    y = neurons(count)
    check_once(lambda: all_formats(draw(y)))
    check_once(lambda: all_formats(draw(y, backward=True)))
    check_once(lambda: all_formats(draw(y, view="folded")))


def test_a_part_a_full_view_and_a_comparison_are_read_once():
    y = linear_layer()
    comparison = compare({"W": np.zeros((4, 3))}, y, gradient=y.grad)
    check_once(lambda: all_formats(draw(y, focus="W", depth=1)))
    check_once(lambda: all_formats(draw(neurons(60), view="full")))
    drawing = draw(y, check=comparison)
    assert work(lambda: drawing.svg)[0]["orders"] == 0


def test_making_a_picture_again_would_be_seen():
    y = linear_layer()
    with pytest.raises(AssertionError):
        check_once(lambda: (draw(y), draw(y)))


def test_summarising_an_array_again_would_be_seen():
    y = linear_layer()
    with pytest.raises(AssertionError):
        check_once(lambda: [draw(y), heat.summary(y.current), heat.summary(y.current)])


def test_the_page_has_the_numbers_that_were_there_when_it_was_drawn():
    """As every other format: what ``zero_grad`` or another pass does later is not in it."""
    x = Value(3.0, "x")
    y = x * x
    y.name = "y"
    y.backward()
    drawing, same = draw(y), draw(y).html
    x.grad = y.grad = 0.0
    assert drawing.html == same
    assert draw(y).html != same


def test_a_format_is_written_once():
    drawing = draw(linear_layer())
    assert drawing.svg is drawing.svg and drawing.html is drawing.html
    assert not work(lambda: all_formats(drawing))[0]["pictures"]


def test_a_picture_that_was_folded_for_its_layout_has_the_page_of_the_whole_graph(monkeypatch):
    render = formats.render

    def slow(source, format, *, deadline):
        if source.count("shape=plain]") > 8:
            raise LayoutTimeout("too slow")
        return render(source, format, deadline=deadline)

    monkeypatch.setattr(formats, "render", slow)
    y = neurons(5)
    drawing = draw(y)
    assert "boxes folded further into" in (drawing.svg and drawing.folded)
    assert drawing.text.count("\n") <= 9 and drawing.html == draw(y).html


def test_arrays_that_were_joined_without_an_order_are_one_block():
    both = heat.together([heat.summary(np.ones(3000)), heat.summary(np.full(3000, 3.0))])
    found = in_json(both)
    assert (found["shape"], found["blocks"]) == ([6000], [[2.0]])
    assert (found["min"], found["max"]) == (1.0, 3.0)
    assert in_json(heat.summary(np.ones((0, 2)))) == {"shape": [0, 2], "rows": []}
