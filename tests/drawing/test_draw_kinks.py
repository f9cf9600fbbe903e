"""draw: what a picture must not get wrong.

These are numbers at kinks, data that were changed since, and the gradients of another backward
pass.
"""

import json

import numpy as np
import pytest

from micrograd_linear import Tensor, Value, compare, draw
from micrograd_linear.drawing import scalars
from micrograd_linear.drawing.page import unpacked


def shown_gradients(root, tensor):
    """The gradients of a tensor's elements, as they are drawn number by number."""
    values = {
        value["name"]: value for value in json.loads(draw(root, level="scalar").json)["values"]
    }
    return np.array(
        [
            values[f"{tensor.name}[{', '.join(map(str, index))}]"]["grad"]
            for index in np.ndindex(tensor.shape)
        ]
    ).reshape(tensor.shape)


KINKS = {
    "relu": lambda t: t.relu().sum(),
    "leaky_relu": lambda t: t.leaky_relu(0.1).sum(),
    "absolute": lambda t: abs(t).sum(),
    "sigmoid": lambda t: t.sigmoid().sum(),
    "softplus": lambda t: t.softplus().sum(),
    "maximum": lambda t: np.maximum(t, 0.0).sum(),
    "minimum": lambda t: np.minimum(t, t[::-1] * 1.0).sum(),
    "max": lambda t: t.max(axis=1).sum(),
    "max of all": lambda t: (t * 1.0).max(),
    "min over both axes": lambda t: t.min(axis=(0, 1), keepdims=True).sum(),
    "clip": lambda t: t.clip(-1.5, 2.5).sum(),
    "where": lambda t: np.where(t.data > 0, t * 2, t * 3).sum(),
}


@pytest.mark.parametrize("name", KINKS)
def test_gradients_number_by_number_at_kinks_are_the_engines(name):
    t = Tensor([[1.0, -2.0, 1.0], [3.0, 0.0, -4.0]], "t")
    root = KINKS[name](t)
    root.backward()
    assert np.allclose(shown_gradients(root, t), t.grad)


def test_where_numbers_would_share_otherwise_it_is_an_error(monkeypatch):
    t = Tensor([2.0, 2.0, 2.0], "t")  # a third each; two by two it would be 1/4, 1/4, 1/2
    root = t.max()
    root.backward()
    with pytest.raises(
        ValueError, match=r"t has another gradient number by number, at \[0\]: there is a tie there"
    ):
        draw(root, level="scalar")
    monkeypatch.setattr(scalars, "_check", lambda *_: None)
    assert not np.allclose(shown_gradients(root, t), t.grad)


def test_changed_data_are_said():
    x = Value(2.0, "x")
    y = x * x
    y.backward()
    assert "made of other numbers" not in draw(y).text
    x.data = 5.0
    assert (
        "made of other numbers than are there now" in draw(y).text
        and "made of other numbers" in draw(y).dot
    )
    t = Tensor([1.0, 2.0], "t")
    z = (t * 2.0).exp()
    t.data[0] = 7.0
    assert draw(z).text.count("made of other numbers") == 1


def test_a_comparison_is_drawn_with_its_own_gradients():
    x = Tensor([[1.0, 2.0]], "x")
    (x * 100.0).sum().backward()  # somebody else's pass
    h = (x * 3.0).tanh()
    h.name = "h"
    g = np.array([[1.0, 2.0]])
    comparison = compare({"x": 3 * g * (1 - np.tanh(3 * x.data) ** 2)}, h, gradient=g)
    values = {
        value["name"]: value for value in json.loads(draw(h, check=comparison).json)["values"]
    }
    assert np.allclose(values["x"]["grad"], comparison["x"].engine) and np.allclose(
        values["h"]["grad"], g
    )
    assert "→ x" in draw(h, check=comparison, backward=True).text and h.grad is None
    page = json.dumps(unpacked(draw(h, check=comparison).html)["data"])
    assert "finite differences" in page and "no backward pass was made" not in page


def test_numbers_that_are_not_finite_are_counted():
    with np.errstate(all="ignore"):
        text = draw(Tensor([1.0, np.nan, 3.0, np.inf], "t") * 1.0).text
    assert "data 1 … 3, 2 not finite" in text


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied", ".x.svg.tmp")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(PermissionError, match=r"draw: cannot save .*graph\.svg: Permission denied"):
        draw(Value(1.0) * 2).save(tmp_path / "graph.svg")
    with pytest.raises(TypeError, match="path: expected a path such as 'graph.svg', got 5"):
        draw(Value(1.0) * 2).save(5)
