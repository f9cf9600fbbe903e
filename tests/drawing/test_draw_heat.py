"""draw: heat maps; what is drawn is what was there when draw was called."""

import itertools
import json
import re
import time

import numpy as np
import pytest
from draw_graphs import contrast, texts

from micrograd_linear import Tensor, Value, draw
from micrograd_linear.drawing.heat import NOT_FINITE, STEPS, colours, summary
from micrograd_linear.drawing.theme import DARK, FILLS, INK, LINE, OPERATION


def cells(drawing):
    return re.findall(r'<TD ALIGN="RIGHT" BGCOLOR="(#[0-9a-f]{6})"', drawing.dot)


def test_the_scale_is_symmetric_and_white_at_zero():
    assert colours(np.array([[-4.0, -2.0, 0.0, 2.0, 4.0]])) == [
        [STEPS[i] for i in (0, 3, 5, 7, 10)]
    ]
    assert colours(np.array([[0.0, 1.0]])) == [[STEPS[5], STEPS[10]]] and colours(
        np.zeros((1, 2))
    ) == [[STEPS[5]] * 2]
    assert colours(np.array([[np.nan, np.inf, -np.inf, -1.0, 0.5]]))[0][:4] == [NOT_FINITE] * 3 + [
        STEPS[0]
    ]
    assert colours(np.array([[1e-320, -1e308]]))[0][1] == STEPS[0]
    assert len(STEPS) == 11 and len(set(STEPS)) == 11


def test_numbers_read_well_on_every_colour_in_both_themes():
    for colour in (*STEPS, NOT_FINITE, *FILLS.values(), OPERATION, "#ffffff"):
        for ink in (INK, LINE) if colour in (*FILLS.values(), "#ffffff") else (INK,):
            assert contrast(ink, colour) >= 4.5, (ink, colour)
            assert contrast(DARK[ink], DARK[colour]) >= 4.5, (ink, colour)
    assert contrast("#777777", "#ffffff") < 4.5  # a grey that would be refused


def test_small_arrays_keep_their_numbers_on_coloured_cells():
    t = Tensor([[1.0, -2.0], [0.25, 4.0]], "t")
    drawing = draw(t * 1.0)
    assert cells(drawing) == [STEPS[6], STEPS[3], STEPS[5], STEPS[10]] * 2 and {
        "0.25",
        "-2",
    } <= set(texts(drawing.svg).split())
    plain = draw(t * 1.0, heat=False)
    assert not cells(plain) and {"0.25", "-2"} <= set(texts(plain.svg).split())


@pytest.mark.parametrize(
    "shape, rows, columns",
    [
        ((12, 12), 12, 12),
        ((13, 12), 8, 8),
        ((150, 4), 8, 4),
        ((1, 100), 1, 8),
        ((9,), 1, 9),
        ((2, 3, 5), 6, 5),
        ((40, 40), 8, 8),
    ],
)
def test_larger_arrays_have_cells_without_numbers(shape, rows, columns):
    array = np.random.default_rng(0).normal(size=shape)
    found = summary(array)
    assert found.cells.shape == (rows, columns) and not found.in_full
    assert np.isclose(found.norm, np.linalg.norm(array)) and (found.min, found.mean, found.max) == (
        array.min(),
        array.mean(),
        array.max(),
    )
    drawing = draw(Tensor(array, "t") * 1)
    assert drawing.dot.count('WIDTH="11"') == 2 * rows * columns
    shown = texts(drawing.svg)
    assert (
        "norm" in shown
        and f"{np.linalg.norm(array):.4g}" in shown
        and f"{array.flat[3]:.4g}" not in shown.split()
    )
    plain = draw(Tensor(array, "t") * 1, heat=False)
    assert 'WIDTH="11"' not in plain.dot and "norm" in texts(plain.svg)


def test_blocks_are_averages():
    array = np.arange(16.0 * 24).reshape(16, 24)
    assert np.array_equal(summary(array).cells, array.reshape(8, 2, 8, 3).mean(axis=(1, 3)))
    uneven = np.random.default_rng(0).normal(size=(13, 5))
    starts = np.linspace(0, 13, 9).astype(int)
    assert np.allclose(
        summary(uneven).cells, [uneven[a:b].mean(axis=0) for a, b in itertools.pairwise(starts)]
    )


def test_what_is_not_finite_is_marked():
    array = np.zeros((10, 10))
    array[2, 3], array[4, 5], array[6, 7] = np.nan, np.inf, -np.inf
    with np.errstate(all="ignore"):
        drawing = draw(Tensor(array, "t") * 1)
        assert drawing.dot.count(NOT_FINITE) == 1 + 2 * 3 and {"×", "∞", "−∞"} <= set(
            texts(drawing.svg).split()
        )
        assert draw(Tensor(np.tile(array, (5, 5)), "t") * 1).dot.count(NOT_FINITE) >= 2 * 3
        small = draw(Tensor([np.nan, 1.0], "t") * 1)
    assert small.dot.count(NOT_FINITE) == 1 + 2 and "<B>nan</B>" in small.dot


def test_a_norm_does_not_overflow():
    assert (
        summary(np.full(4, 1e300)).norm == 2e300
        and summary(np.zeros(3)).norm == 0.0
        and summary(np.array([np.inf, 1.0])).norm == np.inf
    )


def test_a_hundred_heat_maps_are_quick():
    rng = np.random.default_rng(0)
    h = Tensor(rng.normal(size=(12, 12)), "h")
    for _ in range(66):
        h = h.tanh()
    start = time.perf_counter()
    assert draw(h, view="full").svg.count("<polygon") > 67 * 144
    assert (
        time.perf_counter() - start < 60
    )  # measured: half a second; minutes would mean that something is wrong


def test_an_array_changed_after_draw_is_shown_as_it_was():
    for size in (3, 30, 10_000):
        t = Tensor(np.ones(size), "t")
        y = t * 2
        y.backward(np.ones(size))
        drawing = draw(y)
        t.data[:] = 12375.0
        t.grad[:] = 12375.0
        y.grad[:] = 12375.0
        for form in (drawing.dot, drawing.text, drawing.json, drawing.mermaid):
            assert "12375" not in form and "1.238e+04" not in form and "2" in form


def test_a_gradient_that_is_itself_a_tensor_is_drawn():
    x = Tensor([1.0, 2.0], "x")
    y = (x * x * x).sum()
    y.backward(create_graph=True)
    assert json.loads(draw(y).json)["values"][0]["grad"] == [3.0, 12.0]
    z = Tensor(np.ones((300, 2)), "z")
    total = (z * z).sum() * Value(1.0).data
    total.backward(create_graph=True)
    assert "grad 2" in draw(total).text and "grad 2" in draw(total, max_nodes=1).text


@pytest.mark.parametrize("x", [0.0, -0.0, -2.5, 1e-200, 1e200, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(), (1,), (1, 1, 1)])
def test_one_number_is_summarised_as_several_are(x, shape):
    one, two = summary(np.full(shape, x)), summary(np.array([x, x]))
    assert (one.shape, one.size, one.in_full) == (shape, 1, len(shape) <= 2)
    assert np.array_equal(
        [one.min, one.mean, one.max], [two.min, two.mean, two.max], equal_nan=True
    )
    assert np.allclose(one.norm * np.sqrt(2), two.norm, rtol=1e-12, atol=0, equal_nan=True)
    assert one.odd * 2 == two.odd and np.array_equal(one.cells, [[x]], equal_nan=True)
