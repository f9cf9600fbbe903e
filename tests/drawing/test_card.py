"""In a notebook a Tensor and a Value are cards, and a derivation needs no network."""

import numpy as np
import pytest
from draw_graphs import ODD_NAMES, small_layer

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, derive, draw


def test_a_tensor_is_a_card_with_its_numbers_and_its_gradient():
    _, W, _, y = small_layer()
    card = W._repr_html_()
    assert "<b>W</b> · (2, 2) float64" in card and card.count("<td") == 8
    for x in [*W.data.flat, *W.grad.flat]:
        assert f">{x:g}<" in card
    assert "made by +" in y._repr_html_()


def test_a_value_is_a_card():
    x = Value(2.0, "x")
    y = x * 3.0
    y.backward()
    assert "<b>x</b>" in x._repr_html_() and "data <b>2</b>" in x._repr_html_()
    assert "grad <b>3</b>" in x._repr_html_() and "made by ×" in y._repr_html_()


def test_a_large_tensor_is_shown_by_its_blocks_and_an_empty_one_is_empty():
    card = Tensor(np.arange(600.0).reshape(150, 4))._repr_html_()
    assert card.count("<td") == 32 and "0 … 599" in card
    assert "empty" in Tensor(np.zeros((0, 3)))._repr_html_()


@pytest.mark.parametrize("name", [*ODD_NAMES[:8], "<img src=x onerror=alert(1)>"])
def test_odd_names_are_text(name):
    for node in (Value(1.0, name), Tensor([1.0], name)):
        assert "<img" not in node._repr_html_() and "<b><" not in node._repr_html_()


def test_a_derivation_is_mathml():
    _, _, _, y = small_layer()
    shown = derive(y)._repr_html_()
    assert (
        "<math" in shown
        and "<script" not in shown
        and "http" not in shown.replace("http://www.w3.org/1998/Math/MathML", "")
    )


def test_a_compiled_function_says_what_it_is():
    @mgl.compile
    def f(x):
        return x * x

    assert repr(f) == "<compiled f: not called yet; (value, gradients) for argnums=0>"
    f(3.0)
    assert "f: 1 structure of arguments" in repr(f)


def test_a_folded_graph_shows_its_page_in_a_notebook():
    total = sum((Value(float(i)) for i in range(60)), Value(0.0)) ** 2
    drawing = draw(total, max_nodes=20)
    assert drawing.folded and "<iframe" in drawing._repr_mimebundle_()["text/html"]
