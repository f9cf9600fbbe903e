"""The page: number by number, large graphs, ledgers, and leaves that can be edited."""

import math
import random
import re
import sys

import numpy as np
import pytest
from draw_graphs import by_name, mlp_loss, neuron, same, small_layer

from micrograd_linear import Tensor, Value, draw
from micrograd_linear.drawing import render as rendering
from micrograd_linear.drawing.flow import flow
from micrograd_linear.drawing.render import LayoutTimeout
from micrograd_linear.nn import MLP
from micrograd_linear.operations import SCALAR_RULES as RULES
from micrograd_linear.operations import record_of

# --- number by number, and large graphs -----------------------------------------------------------


def test_a_layer_number_by_number(opened):
    x, W, _, y = small_layer()
    tab = opened(draw(y, level="scalar").html)
    assert tab.text("#title") == "y (3, 2), number by number"
    shown = tab.run(
        "Object.fromEntries(page.view.values.map((value, i) => [value.name, [value.data, "
        "page.view.gradient(i, Infinity)]]))"
    )
    for tensor in (x, W, y):
        for index in np.ndindex(tensor.shape):
            data, grad = shown[f"{tensor.name}[{', '.join(map(str, index))}]"]
            assert math.isclose(data, tensor.data[index]) and math.isclose(
                grad, tensor.grad[index], abs_tol=1e-15
            )
    i = tab.run("page.view.values.findIndex((value) => value.name === 'W[0, 0]')")
    tab.run("(i) => page.select(i)", i)
    assert (
        tab.run(
            "[...document.querySelectorAll('#ledger tbody tr')].map((row) => "
            "Number(row.lastChild.textContent))"
        )
        == [10, 0, 1]
        and tab.text("#ledger-grad") == "11"
    )
    tab.page.fill("#edit", "-3")
    tab.press("Enter")
    other = Tensor(x.data @ np.where(W.data == W.data[0, 0], -3.0, W.data) + [[0.5, -0.5]])
    found = tab.run(
        "page.view.values.filter((value) => value.kind === 'root').map((value) => value.data)"
    )
    assert np.allclose(found, other.data.ravel())


def test_two_of_a_name_are_told_apart(opened):
    loss = Value(2.0, "w") * Value(3.0, "w")
    tab = opened(draw(loss).html)
    assert tab.run("page.view.values.map((value) => value.name)")[:2] == ["w", "w⁽²⁾"]


def test_the_same_run_folded(opened):
    random.seed(1)
    loss = (MLP(2, [6, 1])([1.0, -2.0]) - 1) ** 2
    loss.name = "L"
    loss.backward()
    tab = opened(draw(loss).html)
    steps = tab.text("#count")
    assert tab.page.get_attribute("#fold", "aria-pressed") == "false" and tab.text("#folded") == ""
    tab.page.click("#fold")
    assert (
        tab.page.get_attribute("#fold", "aria-pressed") == "true"
        and "folded into" in tab.text("#folded")
        and tab.text("#count") != steps
    )
    assert tab.run("document.querySelectorAll('.canvas:not([hidden])').length") == 1
    tab.press("Home", "ArrowRight")
    assert "&folded" in tab.page.url and tab.text("#count").startswith("1 of")
    tab.page.click("#fold")
    assert tab.text("#count") == steps


def test_a_large_graph_plays_by_layers(opened):
    loss = mlp_loss(1)
    loss.backward()
    tab = opened(draw(loss).html)
    assert (
        "987 values, folded into" in tab.text("#folded")
        and tab.run("document.getElementById('fold')") is None
    )
    values, steps = tab.run("[page.view.values.length, page.view.steps.length]")
    assert values <= 40 and steps <= 200
    tab.press("Home")
    for _ in range(steps):
        tab.press("ArrowRight")
    assert tab.text("#count") == f"{steps} of {steps} · backward"
    names = tab.run("page.view.values.map((value) => value.name)")
    at = next(i for i, name in enumerate(names) if "×256" in name)
    tab.run("(i) => page.select(i)", at)
    assert "folded or left out, leaves cannot be edited" in tab.text(
        "#ledger"
    ) and "256 values" in tab.text("#ledger")


def test_a_part_of_a_graph(opened):
    """A contribution from a value that is not shown is given, so that ledgers add up there, too."""
    loss = neuron()
    drawing = draw(loss, focus="n", depth=1)
    tab = opened(drawing.html)
    assert "at most 1 operation from n" in tab.text("#folded")
    found = flow(loss)
    shown = tab.run(
        "page.view.values.map((value, i) => [value.name, page.view.gradient(i, Infinity)])"
    )
    nodes = by_name(loss)
    assert {name: grad for name, grad in shown if name in nodes} == {
        name: float(found.gradients[nodes[name]]) for name, _ in shown if name in nodes
    }
    o = next(i for i, (name, _) in enumerate(shown) if name == "o")
    tab.run("(i) => page.select(i)", o)
    assert (
        "from what is not shown" in tab.text("#ledger")
        and "leaves cannot be edited" in draw(loss, focus="n", depth=1).html
    )


def test_a_layout_that_takes_too_long_is_folded_further(opened, monkeypatch):
    loss = neuron()
    before = rendering.render

    def slow(source, format, *, deadline):
        if source.count("shape=plain]") > 8:
            raise LayoutTimeout("too slow")
        return before(source, format, deadline=deadline)

    monkeypatch.setattr(sys.modules["micrograd_linear.drawing.page.svg"], "render", slow)
    tab = opened(draw(loss).html)
    assert re.search(
        r"17 boxes folded further into \d, since their layout took longer than 10 s",
        tab.text("#folded"),
    )
    assert tab.run("page.view.values.length") <= 8


# --- ledgers --------------------------------------------------------------------------------------


def test_a_ledger_adds_up(opened):
    loss = neuron()
    tab = opened(draw(loss).html)
    for i, name in enumerate(("x1", "x2", "w1", "w2", "b")):
        tab.page.focus(f"[id='a-v{i}']")
        tab.press("Enter")
        assert tab.text("#ledger h2") == name
        rows = tab.run(
            "[...document.querySelectorAll('#ledger tbody tr')].map((row) => "
            "Number(row.lastChild.textContent))"
        )
        assert len(rows) == (2 if name == "x1" else 1) and math.isclose(
            sum(rows), by_name(loss)[name].grad, rel_tol=1e-5, abs_tol=1e-9
        )
        assert same(tab.text("#ledger-grad"), by_name(loss)[name].grad)
    tab.page.click("#ledger tbody button")
    assert "hands on to b" in tab.text("#text") and "n = +(v7, b)" in tab.text("#ledger")
    tab.press("Home")
    assert "so far, 0 of 1" in tab.text("#ledger")
    tab.press("Escape")
    assert "Choose a value" in tab.text("#ledger")


def test_gradients_of_earlier_passes_are_told_apart(opened):
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    y.backward()
    tab = opened(draw(y).html, "#value=v0")
    assert (
        tab.text("#ledger-grad") == "6"
        and x.grad == 12.0
        and "all backward passes since zero_grad" in tab.text("#ledger")
    )


def test_the_search(opened):
    tab = opened(draw(neuron()).html)
    tab.press("/")
    tab.page.keyboard.type("W")
    assert (
        tab.text("#found") == "2 found"
        and tab.run("document.querySelectorAll('g.found').length") == 2
    )
    tab.press("Enter")
    assert tab.text("#ledger h2") == "w1"
    tab.press("Enter")
    assert tab.text("#ledger h2") == "w2"
    tab.page.fill("#search", "no such")
    assert tab.text("#found") == "0 found"


# --- leaves that can be edited --------------------------------------------------------------------


def test_an_edited_leaf_recomputes_everything_as_the_engine_does(opened):
    tab = opened(draw(neuron()).html, "#value=v0")
    tab.page.fill("#edit", "-0.75")
    tab.press("Enter")
    x1, x2, w1, w2, b = (Value(number) for number in (-0.75, 0.0, -3.0, 1.0, 6.8813735870195432))
    loss = ((x1 * w1 + x2 * w2 + b).tanh() - 1) ** 2 + x1 * 0.1
    loss.backward()
    shown = tab.run(
        "page.view.values.map((value, i) => [value.data, page.view.gradient(i, Infinity)])"
    )
    for (data, grad), value in zip(shown, (x1, x2, w1, w2, b), strict=False):
        assert math.isclose(data, value.data) and math.isclose(
            grad, value.grad, rel_tol=1e-12, abs_tol=1e-15
        )
    assert (
        math.isclose(shown[-1][0], loss.data, rel_tol=1e-12)
        and tab.text("#title") == f"L = {loss.data:.4g}, with other numbers"
    )
    assert same(tab.text("#ledger-grad"), x1.grad)
    tab.page.click("#reset")
    assert (
        tab.text("#title") == "L = 0.2858"
        and tab.text("#ledger-grad") == "0.97868"
        and tab.page.input_value("#edit") == "2"
    )


@pytest.mark.parametrize("wrong", ["", "two", "1,5", "NaN", "1e999", "0x10", "2/3"])
def test_what_is_no_number_changes_nothing(opened, wrong):
    tab = opened(draw(neuron()).html, "#value=v0")
    tab.page.fill("#edit", wrong)
    tab.press("Enter")
    assert f"Expected a number such as 0.5, got {wrong or 'nothing'}; x1 stays 2." in tab.text(
        "#ledger"
    )
    assert (
        tab.page.get_attribute("#edit", "aria-invalid") == "true"
        and tab.text("#title") == "L = 0.2858"
    )


def test_an_edit_that_is_taken_back(opened):
    tab = opened(draw(neuron()).html, "#value=v0")
    tab.page.fill("#edit", "7")
    tab.press("Escape")
    assert (
        tab.page.input_value("#edit") == "2"
        and tab.text("#title") == "L = 0.2858"
        and tab.text("#ledger h2") == "x1"
    )
    tab.page.fill("#edit", "7")
    tab.press("Enter")
    assert "with other numbers" in tab.text("#title")
    tab.page.fill("#edit", "2")
    tab.press("Enter")
    assert (
        tab.text("#title") == "L = 0.2858" and tab.run("document.getElementById('reset')") is None
    )


def test_what_was_odd_about_the_run_is_not_said_of_other_numbers(opened):
    p = Value(-1.0, "p")
    loss = p.relu() * 2.0
    loss.backward()
    tab = opened(draw(loss).html, "#value=v0")
    seen = "page.view.notes.filter((note) => note.style.visibility !== 'hidden').length"
    assert tab.run(seen) > 0 and "its gradient is 0" in tab.text("#ledger")
    tab.press("Home")
    assert tab.run(seen) == 0
    tab.press("End")
    tab.page.fill("#edit", "2")
    tab.press("Enter")
    assert (
        tab.run(seen) == 0
        and "its gradient is 0" not in tab.text("#ledger")
        and tab.text("#ledger-grad") == "2"
    )


POINTS = (0.7, -1.3, 0.0, 2.0, 25.0, -40.0, 1e-9, 1e300)


def of_rule(name, numbers):
    """The Value that a rule makes of some numbers."""
    operands = [Value(x, f"x{i}") for i, x in enumerate(numbers)]
    if name == "leaky_relu":
        return operands[0].leaky_relu(operands[1])
    return getattr(np, name)(*operands) if hasattr(np, name) else getattr(operands[0], name)()


def test_every_rule_of_the_page_computes_what_the_engine_does(opened):
    one = sum(
        (
            of_rule(name, (0.5, 0.25) if rule.derivative.__code__.co_argcount == 3 else (0.5,))
            for name, rule in RULES.items()
        ),
        Value(0.0, "sum"),
    )
    tab = opened(draw(one).html)
    formulas = dict(
        tab.run(
            "page.view.values.filter((value) => value.uses.length).map((value) => [value.symbol, "
            "value.formula])"
        )
    )
    run = (
        "([k, rows]) => rows.map((row) => [RULES[k].f(...row), ...RULES[k].d.map((d) => d(1.5, "
        "RULES[k].f(...row), ...row))].map(String))"
    )
    for name, rule in RULES.items():
        rows = (
            [(x, y) for x in POINTS for y in (0.7, 0.0, 2.0, -1.0, x)]
            if rule.derivative.__code__.co_argcount == 3
            else [(x,) for x in POINTS]
        )
        k = formulas[record_of(name).symbol] if name not in ("negative", "subtract") else None
        if k is None:  # both are written with the same sign
            k = next(
                value["formula"]
                for value in tab.run("page.view.values")
                if value.get("symbol") == "−"
                and len(value["uses"]) == (1 if name == "negative" else 2)
            )
        if name == "arctan2":  # the page squares its operands, which does not hold for such numbers
            rows = [row for row in rows if max(map(abs, row)) < 1e150]
        found = tab.run(run, [k, rows])
        # The page's own functions are right to the rounding of numbers near 1.
        least = 1e-14 if name in ("erfc", "gammaln", "digamma") else 1e-300
        for numbers, row in zip(found, rows, strict=True):
            y = of_rule(name, row)
            assert y.operation == name
            y.backward(1.5)
            for shown, expected in zip(
                numbers, [y.data, *(x.grad for x in y.operands)], strict=True
            ):
                shown = float(shown.replace("Infinity", "inf"))
                assert (math.isnan(shown) and math.isnan(expected)) or math.isclose(
                    shown, expected, rel_tol=1e-12, abs_tol=least
                ), (name, row, shown, expected)


def test_an_operation_written_by_hand_is_shown_and_cannot_be_recomputed(opened):
    x = Value(3.0, "x")
    out = Value(9.0, (x,), "my square")
    out._backward = lambda: setattr(x, "grad", x.grad + 6 * out.grad)
    y = out + 1
    y.backward()
    tab = opened(draw(y).html, "#value=v0")
    assert (
        tab.run("document.getElementById('edit')") is None
        and "my square is written by hand" in tab.text("#ledger")
        and tab.text("#ledger-grad") == "6"
    )
