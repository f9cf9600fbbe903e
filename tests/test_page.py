"""The page that plays a run, in a real browser: its numbers are the engine's, it needs nothing else, and nothing in it runs but its own script."""

import base64
import hashlib
import html
import json
import math
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

import browser as browsers
import numpy as np
import pytest
from derive_graphs import FOUND, GRAPHS
from draw_graphs import ODD_NAMES, mlp_loss, small_layer

from micrograd_linear import Linear, Tensor, Value, compare, debug, draw, iris
from micrograd_linear.draw import render as rendering
from micrograd_linear.draw.boxes import SYMBOLS
from micrograd_linear.draw.flow import flow
from micrograd_linear.draw.render import LayoutTimeout
from micrograd_linear.graph import topological_order
from micrograd_linear.nn import MLP
from micrograd_linear.value import RULES


@pytest.fixture(scope="module")
def chromium():
    with browsers.browser() as started:
        yield started


@pytest.fixture
def opened(chromium, tmp_path):
    """opened(text, address, **options): a tab, which must have fetched nothing and complained of nothing when the test ends."""
    tabs = []

    def opened(text, address="", **options):
        tabs.append(browsers.Tab(chromium, tmp_path / f"page{len(tabs)}.html", text, address, **options))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.close()


def neuron():
    """The neuron of micrograd's lecture, with a second use of x1."""
    x1, x2, w1, w2, b = (Value(number, name) for number, name in ((2.0, "x1"), (0.0, "x2"), (-3.0, "w1"), (1.0, "w2"), (6.8813735870195432, "b")))
    n = x1 * w1 + x2 * w2 + b
    o = n.tanh()
    loss = (o - 1) ** 2 + x1 * 0.1
    n.name, o.name, loss.name = "n", "o", "L"
    loss.backward()
    return loss


def by_name(root):
    return {node.name: node for node in topological_order(root) if node.name}


def same(shown, number, digits=6):
    """Whether what is shown is the number, to as many digits as are shown."""
    return shown == f"{float(number):.{digits}g}"


# --- one file that needs nothing else ------------------------------------------------------------------------------------------------


def scripts(text):
    return re.findall(r"<script([^>]*)>(.*?)</script>", text, re.S)


def policy(text):
    return html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])


def test_the_policy_allows_the_pages_own_script_and_nothing_else():
    text = draw(neuron()).html
    (data_kind, data), (script_kind, script) = scripts(text)
    assert data_kind == ' type="application/json" id="data"' and json.loads(data)["views"] and script_kind == ""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy(text) == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"\s(src|href|action|on\w+)=", text.split("<script>")[0].replace("xmlns:xlink=", ""))


def test_a_script_that_is_not_the_pages_own_does_not_run(opened, chromium, tmp_path):
    text = draw(neuron()).html
    tab = opened(text)
    assert tab.text("#count") == "24 of 24 · backward"
    broken = browsers.Tab(chromium, tmp_path / "broken.html", text.replace("page.start();", "page.start(); window.hacked = 1;"))
    assert broken.run("window.hacked") is None and broken.text("#count") == "" and "Content Security Policy" in broken.complaints[0]
    with pytest.raises(AssertionError):
        broken.close()


def test_nothing_is_fetched_not_even_where_somebody_puts_it_in(chromium, tmp_path):
    text = draw(neuron()).html.replace("<header>", '<header><img src="http://127.0.0.1:9/x.png">')
    tab = browsers.Tab(chromium, tmp_path / "page.html", text)
    assert tab.run("document.querySelector('img').naturalWidth") == 0 and "Content Security Policy" in tab.complaints[0]
    with pytest.raises(AssertionError):
        tab.close()


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_are_text(opened, name):
    x = Value(2.0, name + "<img src=x onerror='window.hacked=1'>")
    loss = x * x
    loss.name = name
    text = draw(loss).html
    tab = opened(text, "#value=v0")
    assert tab.run("window.hacked") is None and tab.run("document.querySelectorAll('img, iframe, script').length") == 2
    shown = tab.text("#ledger h2")
    visible = re.sub("[\ud800\x00\x07\x1b\u202e]", "\ufffd", x.name.replace("\n", " "))
    assert " ".join(shown.split()) == " ".join((visible if len(visible) <= 40 else visible[:39] + "…").split())
    tab.press("Home", "ArrowRight", "ArrowRight", "ArrowRight")
    assert "hands on" in tab.text("#text") and len(scripts(text)) == 2


def test_the_linear_layer_is_small():
    measurements, _ = iris.load()
    y = Linear(4, 3, rng=0)(Tensor(measurements, "x"))
    y.backward(np.ones((150, 3)))
    assert len(draw(y).html.encode()) < 60_000


# --- forward and backward, step by step ------------------------------------------------------------------------------------------------


def test_by_keyboard(opened):
    tab = opened(draw(neuron()).html)
    tab.press("Home")
    assert tab.text("#count") == "0 of 24 · start" and tab.run("document.querySelectorAll('g.future').length") == 18  # nine values and their operations
    tab.press("ArrowRight")
    assert tab.text("#count") == "1 of 24 · forward" and tab.text("#text") == "v5 = x1 · w1 = 2 · (-3) = -6"
    tab.press("ArrowRight", "ArrowLeft")
    assert tab.text("#count") == "1 of 24 · forward"
    tab.press("End")
    assert tab.text("#count") == "24 of 24 · backward" and tab.run("document.querySelectorAll('g.future').length") == 0
    tab.press("ArrowRight")
    assert tab.text("#count") == "24 of 24 · backward"


def test_what_is_said_at_each_step(opened):
    loss = neuron()
    tab = opened(draw(loss).html)
    tab.press("Home")
    said = []
    for _ in range(24):
        tab.press("ArrowRight")
        said.append(tab.text("#text"))
    assert said[2] == "v7 = v5 + v6 = (-6) + 0 = -6"
    assert said[4] == "o = tanh(n) = tanh(0.881374) = 0.707107"
    assert said[9] == "∂L/∂L = 1: where the backward pass starts"
    assert said[16].startswith("o hands on to n: ∂L/∂n += ∂L/∂o · (1 − o²) = (-0.585786) · (1 − 0.707107²) = -0.292893") or said[15].startswith("o hands on to n")
    assert said[22] == "v5 hands on to x1: ∂L/∂x1 += ∂L/∂v5 · w1 = (-0.292893) · (-3) = 0.87868; ∂L/∂x1 is 0.1 + 0.87868 = 0.97868 now"
    assert f"{by_name(loss)['x1'].grad:.6g}" == "0.97868"


def test_the_numbers_in_the_picture_appear_when_they_are_computed(opened):
    tab = opened(draw(neuron()).html)
    number = "([kind, i]) => document.querySelector(`[data-${kind}='${i}']`).textContent"
    tab.press("Home")
    assert tab.run(number, ["data", 0]) == "2" and tab.run(number, ["data", 5]) == "" and tab.run(number, ["grad", 0]) == "·"
    tab.press("ArrowRight")
    assert tab.run(number, ["data", 5]) == "-6"
    tab.press("End")
    assert tab.run(number, ["grad", 0]) == "0.9787" and tab.run(number, ["grad", 5]) == "-0.2929"


@pytest.mark.parametrize("make", [*GRAPHS, *FOUND], ids=lambda make: make.__name__)
def test_the_numbers_shown_are_the_engines(opened, make):
    with np.errstate(all="ignore"):
        root = make()
        if root.shape:
            root.backward(np.random.default_rng(3).normal(size=root.shape))
        drawing = draw(root)
        tab = opened(drawing.html)
    found = flow(root)
    order = topological_order(root)
    shown = tab.run("""page.views[0].values.map((value, i) => [value.kind, brief(value.data, 6), brief(page.views[0].gradient(i, Infinity), 6)])""")
    shown = [entry for entry in shown if entry[0] != "constant"]
    nodes = [node for node in order if node.operands or node.requires_grad]
    assert len(shown) == len(nodes)
    for (_, data, grad), node in zip(shown, nodes, strict=True):
        for text, array in ((data, np.asarray(node.current)), (grad, found.gradients.get(node))):
            assert agrees(text, array), (node, text, array)
    assert not agrees("1.5 … 1.5", np.zeros(3)) and not agrees("0", None) and not agrees("1 … 2", np.array([1.0, 2.0, np.nan]))


def agrees(text, array):
    """Whether a text is the number, or the range of the finite numbers, of an array, and says how many are not finite."""
    if array is None or not array.size:
        return text == ("" if array is None else "empty")
    array = array.astype(np.float64)
    if array.size == 1:
        ends = [f"{array.item():.6g}"]
    else:
        finite = array[np.isfinite(array)]
        odd = f"{array.size - finite.size:,} not finite"
        if odd[0] != "0" and not text.endswith(odd):
            return False
        text = text.removesuffix(odd).removesuffix(", ")
        ends = [f"{float(f(finite)):.6g}" for f in (np.min, np.max)] if finite.size else [""]
    found = text.split(" … ")
    return all(a == b or math.isclose(float(a), float(b), rel_tol=2e-6) for a, b in zip([found[0], found[-1]][: len(ends)], ends, strict=True))


def test_playing(opened):
    tab = opened(draw(neuron()).html)
    tab.page.clock.install()
    tab.page.reload()
    tab.press("Home", "Space")
    assert tab.text("#play") == "❚❚ pause"
    tab.page.clock.run_for(3000)
    assert tab.text("#count") == "3 of 24 · forward"
    tab.press("Space")
    tab.page.clock.run_for(3000)
    assert tab.text("#count") == "3 of 24 · forward" and tab.text("#play") == "▶ play"
    tab.page.click("#play")
    tab.page.clock.run_for(60_000)
    assert tab.text("#count") == "24 of 24 · backward" and tab.text("#play") == "▶ play"


def test_the_slider_and_the_buttons(opened):
    tab = opened(draw(neuron()).html)
    tab.page.click("#first")
    tab.page.click("#forward")
    assert tab.text("#count") == "1 of 24 · forward"
    tab.page.locator("#slider").fill("10")
    assert tab.text("#count") == "10 of 24 · seed"
    tab.page.click("#back")
    tab.page.focus("#slider")
    tab.press("ArrowRight")  # the slider's own key is one step, not two
    assert tab.text("#count") == "10 of 24 · seed"
    tab.page.click("#last")
    assert tab.text("#count") == "24 of 24 · backward" and tab.page.is_disabled("#forward")


def test_the_step_is_in_the_address(opened):
    text = draw(neuron()).html
    tab = opened(text, "#step=17&value=v5")
    assert tab.text("#count") == "17 of 24 · backward" and tab.text("#ledger h2") == "v5"
    tab.press("ArrowRight")
    assert tab.page.url.endswith("#step=18&value=v5")
    tab.run("location.hash = '#step=2&value=v0'")
    tab.page.wait_for_function("document.getElementById('count').textContent.startsWith('2 of')")
    assert tab.text("#ledger h2") == "x1"
    tab.run("location.hash = '#step=-7&value=nothing'")
    tab.page.wait_for_function("document.getElementById('count').textContent.startsWith('0 of')")


def test_a_layer_of_tensors(opened):
    _, W, _, y = small_layer()
    tab = opened(draw(y).html)
    tab.press("Home", "ArrowRight")
    assert tab.text("#text") == "v3 = x W; it is 2 … 8"
    tab.press("End", "ArrowLeft", "ArrowLeft")
    assert tab.text("#text").startswith("y hands on to b: ∂L/∂b += Σ_rows ∂L/∂y") and "summed over the axes that were broadcast: (3, 2) to (1, 2)" in tab.text("#step")
    tab.choose("a-v1")
    tab.press("End")
    cells = tab.run("[...document.querySelectorAll('#ledger-grad td')].map((cell) => cell.title)")
    assert cells == [f"{x:.6g}" for x in W.grad.flat]
    assert "level=\"scalar\"" in tab.text("#ledger")


def test_a_tensor_that_was_not_differentiated_plays_forward_only(opened):
    tab = opened(draw((Tensor([1.0, 2.0], "x") * 2.0).exp()).html)
    assert tab.text("#count") == "2 of 2 · forward"
    tab.choose("a-v0")
    assert tab.run("document.getElementById('edit')") is None
    assert "nothing was given to start a backward pass" in tab.text("#ledger")


def test_before_a_backward_pass_it_is_said_whose_gradients_these_are(opened):
    x = Value(3.0, "x")
    y = x * x
    assert "no backward pass was made yet" in opened(draw(y).html).text("#folded")
    y.backward()
    assert "no backward pass" not in opened(draw(y).html).text("#folded")


def test_a_stale_graph_is_an_error_and_leaves_no_file(tmp_path):
    x = Tensor([1.0, 2.0], "x")
    y = (x * x).sum()
    x.data[0] = 5.0
    with pytest.raises(RuntimeError, match="x .*was changed"):
        draw(y).save(tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


# --- number by number, and large graphs -----------------------------------------------------------------------------------------------


def test_a_layer_number_by_number(opened):
    x, W, _, y = small_layer()
    tab = opened(draw(y, level="scalar").html)
    assert tab.text("#title") == "y (3, 2), number by number"
    shown = tab.run("Object.fromEntries(page.view.values.map((value, i) => [value.name, [value.data, page.view.gradient(i, Infinity)]]))")
    for tensor in (x, W, y):
        for index in np.ndindex(tensor.shape):
            data, grad = shown[f"{tensor.name}[{', '.join(map(str, index))}]"]
            assert math.isclose(data, tensor.data[index]) and math.isclose(grad, tensor.grad[index], abs_tol=1e-15)
    i = tab.run("page.view.values.findIndex((value) => value.name === 'W[0, 0]')")
    tab.run("(i) => page.select(i)", i)
    assert tab.run("[...document.querySelectorAll('#ledger tbody tr')].map((row) => Number(row.lastChild.textContent))") == [10, 0, 1] and tab.text("#ledger-grad") == "11"
    tab.page.fill("#edit", "-3")
    tab.press("Enter")
    other = Tensor(x.data @ np.where(W.data == W.data[0, 0], -3.0, W.data) + [[0.5, -0.5]])
    found = tab.run("page.view.values.filter((value) => value.kind === 'root').map((value) => value.data)")
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
    assert tab.page.get_attribute("#fold", "aria-pressed") == "true" and "folded into" in tab.text("#folded") and tab.text("#count") != steps
    assert tab.run("document.querySelectorAll('.canvas:not([hidden])').length") == 1
    tab.press("Home", "ArrowRight")
    assert "&folded" in tab.page.url and tab.text("#count").startswith("1 of")
    tab.page.click("#fold")
    assert tab.text("#count") == steps


def test_a_large_graph_plays_by_layers(opened):
    loss = mlp_loss(1)
    loss.backward()
    tab = opened(draw(loss).html)
    assert "987 values, folded into" in tab.text("#folded") and tab.run("document.getElementById('fold')") is None
    values, steps = tab.run("[page.view.values.length, page.view.steps.length]")
    assert values <= 40 and steps <= 200
    tab.press("Home")
    for _ in range(steps):
        tab.press("ArrowRight")
    assert tab.text("#count") == f"{steps} of {steps} · backward"
    names = tab.run("page.view.values.map((value) => value.name)")
    at = next(i for i, name in enumerate(names) if "×256" in name)
    tab.run("(i) => page.select(i)", at)
    assert "folded or left out, leaves cannot be edited" in tab.text("#ledger") and "256 values" in tab.text("#ledger")


def test_a_part_of_a_graph(opened):
    """What flows in from what is not shown is given there, so that ledgers add up at the edge, too."""
    loss = neuron()
    drawing = draw(loss, focus="n", depth=1)
    tab = opened(drawing.html)
    assert "at most 1 operation from n" in tab.text("#folded")
    found = flow(loss)
    shown = tab.run("page.view.values.map((value, i) => [value.name, page.view.gradient(i, Infinity)])")
    nodes = by_name(loss)
    assert {name: grad for name, grad in shown if name in nodes} == {name: float(found.gradients[nodes[name]]) for name, _ in shown if name in nodes}
    o = next(i for i, (name, _) in enumerate(shown) if name == "o")
    tab.run("(i) => page.select(i)", o)
    assert "from what is not shown" in tab.text("#ledger") and "leaves cannot be edited" in draw(loss, focus="n", depth=1).html


def test_a_layout_that_takes_too_long_is_folded_further(opened, monkeypatch):
    loss = neuron()
    before = rendering.render

    def slow(source, format, *, deadline):
        if source.count("shape=plain]") > 8:
            raise LayoutTimeout("too slow")
        return before(source, format, deadline=deadline)

    monkeypatch.setattr(sys.modules["micrograd_linear.draw.page.svg"], "render", slow)
    tab = opened(draw(loss).html)
    assert re.search(r"17 values, folded into \d, since their layout took too long", tab.text("#folded"))
    assert tab.run("page.view.values.length") <= 8


# --- ledgers ----------------------------------------------------------------------------------------------------------------------------


def test_a_ledger_adds_up(opened):
    loss = neuron()
    tab = opened(draw(loss).html)
    for i, name in enumerate(("x1", "x2", "w1", "w2", "b")):
        tab.page.focus(f"[id='a-v{i}']")
        tab.press("Enter")
        assert tab.text("#ledger h2") == name
        rows = tab.run("[...document.querySelectorAll('#ledger tbody tr')].map((row) => Number(row.lastChild.textContent))")
        assert len(rows) == (2 if name == "x1" else 1) and math.isclose(sum(rows), by_name(loss)[name].grad, rel_tol=1e-5, abs_tol=1e-9)
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
    assert tab.text("#ledger-grad") == "6" and x.grad == 12.0 and "all backward passes since zero_grad" in tab.text("#ledger")


def test_the_search(opened):
    tab = opened(draw(neuron()).html)
    tab.press("/")
    tab.page.keyboard.type("W")
    assert tab.text("#found") == "2 found" and tab.run("document.querySelectorAll('g.found').length") == 2
    tab.press("Enter")
    assert tab.text("#ledger h2") == "w1"
    tab.press("Enter")
    assert tab.text("#ledger h2") == "w2"
    tab.page.fill("#search", "no such")
    assert tab.text("#found") == "0 found"


# --- leaves that can be edited ---------------------------------------------------------------------------------------------------------


def test_an_edited_leaf_recomputes_everything_as_the_engine_does(opened):
    tab = opened(draw(neuron()).html, "#value=v0")
    tab.page.fill("#edit", "-0.75")
    tab.press("Enter")
    x1, x2, w1, w2, b = (Value(number) for number in (-0.75, 0.0, -3.0, 1.0, 6.8813735870195432))
    loss = ((x1 * w1 + x2 * w2 + b).tanh() - 1) ** 2 + x1 * 0.1
    loss.backward()
    shown = tab.run("page.view.values.map((value, i) => [value.data, page.view.gradient(i, Infinity)])")
    for (data, grad), value in zip(shown, (x1, x2, w1, w2, b), strict=False):
        assert math.isclose(data, value.data) and math.isclose(grad, value.grad, rel_tol=1e-12, abs_tol=1e-15)
    assert math.isclose(shown[-1][0], loss.data, rel_tol=1e-12) and tab.text("#title") == f"L = {loss.data:.4g}, with other numbers"
    assert same(tab.text("#ledger-grad"), x1.grad)
    tab.page.click("#reset")
    assert tab.text("#title") == "L = 0.2858" and tab.text("#ledger-grad") == "0.97868" and tab.page.input_value("#edit") == "2"


@pytest.mark.parametrize("wrong", ["", "two", "1,5", "NaN", "1e999", "0x10", "2/3"])
def test_what_is_no_number_changes_nothing(opened, wrong):
    tab = opened(draw(neuron()).html, "#value=v0")
    tab.page.fill("#edit", wrong)
    tab.press("Enter")
    assert f"Expected a number such as 0.5, got {wrong or 'nothing'}; x1 stays 2." in tab.text("#ledger")
    assert tab.page.get_attribute("#edit", "aria-invalid") == "true" and tab.text("#title") == "L = 0.2858"


def test_an_edit_that_is_taken_back(opened):
    tab = opened(draw(neuron()).html, "#value=v0")
    tab.page.fill("#edit", "7")
    tab.press("Escape")
    assert tab.page.input_value("#edit") == "2" and tab.text("#title") == "L = 0.2858" and tab.text("#ledger h2") == "x1"
    tab.page.fill("#edit", "7")
    tab.press("Enter")
    assert "with other numbers" in tab.text("#title")
    tab.page.fill("#edit", "2")
    tab.press("Enter")
    assert tab.text("#title") == "L = 0.2858" and tab.run("document.getElementById('reset')") is None


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
    assert tab.run(seen) == 0 and "its gradient is 0" not in tab.text("#ledger") and tab.text("#ledger-grad") == "2"


POINTS = (0.7, -1.3, 0.0, 2.0, 25.0, -40.0, 1e-9, 1e300)


def of_rule(name, numbers):
    """The Value that a rule makes of some numbers."""
    operands = [Value(x, f"x{i}") for i, x in enumerate(numbers)]
    if name == "leaky_relu":
        return operands[0].leaky_relu(operands[1])
    return getattr(np, name)(*operands) if hasattr(np, name) else getattr(operands[0], name)()


def test_every_rule_of_the_page_computes_what_the_engine_does(opened):
    one = sum((of_rule(name, (0.5, 0.25) if rule.derivative.__code__.co_argcount == 3 else (0.5,)) for name, rule in RULES.items()), Value(0.0, "sum"))
    tab = opened(draw(one).html)
    formulas = dict(tab.run("page.view.values.filter((value) => value.uses.length).map((value) => [value.symbol, value.formula])"))
    run = "([k, rows]) => rows.map((row) => [RULES[k].f(...row), ...RULES[k].d.map((d) => d(1.5, RULES[k].f(...row), ...row))].map(String))"
    for name, rule in RULES.items():
        rows = [(x, y) for x in POINTS for y in (0.7, 0.0, 2.0, -1.0, x)] if rule.derivative.__code__.co_argcount == 3 else [(x,) for x in POINTS]
        k = formulas[SYMBOLS.get(name, name)] if name not in ("negative", "subtract") else None
        if k is None:  # both are written with the same sign
            k = next(value["formula"] for value in tab.run("page.view.values") if value.get("symbol") == "−" and len(value["uses"]) == (1 if name == "negative" else 2))
        for numbers, row in zip(tab.run(run, [k, rows]), rows, strict=True):
            y = of_rule(name, row)
            assert y.operation == name
            y.backward(1.5)
            for shown, expected in zip(numbers, [y.data, *(x.grad for x in y.operands)], strict=True):
                shown = float(shown.replace("Infinity", "inf"))
                assert (math.isnan(shown) and math.isnan(expected)) or math.isclose(shown, expected, rel_tol=1e-12, abs_tol=1e-300), (name, row, shown, expected)


def test_an_operation_written_by_hand_is_shown_and_cannot_be_recomputed(opened):
    x = Value(3.0, "x")
    out = Value(9.0, (x,), "my square")
    out._backward = lambda: setattr(x, "grad", x.grad + 6 * out.grad)
    y = out + 1
    y.backward()
    tab = opened(draw(y).html, "#value=v0")
    assert tab.run("document.getElementById('edit')") is None and "my square is written by hand" in tab.text("#ledger") and tab.text("#ledger-grad") == "6"


# --- for everybody ----------------------------------------------------------------------------------------------------------------------


def test_with_a_screen_reader(opened):
    tab = opened(draw(neuron()).html)
    assert tab.page.get_attribute("#say", "aria-live") == "polite"
    tab.press("Home", "ArrowRight")
    assert tab.run("document.getElementById('say').textContent") == "Forward: v5. v5 = x1 · w1 = 2 · (-3) = -6"
    assert tab.page.get_attribute("[id='a-v0']", "aria-label") == "x1, leaf; data 2" and tab.page.get_attribute("[id='a-v0']", "role") == "button"
    unnamed = "[...document.querySelectorAll('button, input')].filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length"
    tab.choose("a-v0")
    assert tab.run(unnamed) == 0
    tab.run("document.getElementById('first').removeAttribute('aria-label'); document.getElementById('first').textContent = ''")
    assert tab.run(unnamed) == 1


def test_every_state_is_there_as_text(opened):
    loss = neuron()
    tab = opened(draw(loss).html)
    tab.page.click("#everything summary")
    rows = tab.run("[...document.querySelectorAll('#list tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))")
    assert len(rows) == 17 and rows[0] == ["x1", "leaf", "2", f"{by_name(loss)['x1'].grad:.6g}"] and rows[-1][:2] == ["L", "+(v13, v15)"]
    tab.press("Home")
    assert tab.run("[...document.querySelectorAll('#list tbody tr')].at(-1).children[2].textContent") == ""


@pytest.mark.parametrize("scheme, bright", [("light", True), ("dark", False)])
def test_light_and_dark(opened, scheme, bright):
    tab = opened(draw(neuron()).html, color_scheme=scheme)
    for selector, side in (("body", bright), ("text", not bright)):
        colour = tab.run(f"getComputedStyle(document.querySelector('{selector}'))['{'backgroundColor' if selector == 'body' else 'fill'}']")
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) > 384) == side


@pytest.mark.parametrize("theme, bright", [("light", True), ("dark", False)])
def test_a_theme_of_its_own(opened, theme, bright):
    tab = opened(draw(neuron(), theme=theme).html, color_scheme="dark" if bright else "light")
    for selector, side in (("body", bright), ("text", not bright)):
        colour = tab.run(f"getComputedStyle(document.querySelector('{selector}'))['{'backgroundColor' if selector == 'body' else 'fill'}']")
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) > 384) == side


@pytest.mark.parametrize("width", [320, 390, 768])
def test_on_a_phone(opened, width):
    tab = opened(draw(neuron()).html, "#value=v0", viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    assert tab.run("document.documentElement.scrollWidth") <= width
    sizes = tab.run("[...document.querySelectorAll('nav button')].map((button) => button.getBoundingClientRect().height)")
    assert min(sizes) >= 32
    tab.page.tap("#first")
    tab.page.tap("#forward")
    assert tab.text("#count") == "1 of 24 · forward"
    tab.press("0")
    tab.page.tap("[id='a-v2']")
    assert tab.text("#ledger h2") == "w1"


def test_moving_and_enlarging(opened):
    tab = opened(draw(neuron()).html)
    box = "document.querySelector('.canvas svg').getAttribute('viewBox').split(' ').map(Number)"
    tab.press("0")
    whole = tab.run(box)
    tab.press("+")
    assert tab.run(box)[2] == pytest.approx(whole[2] / 1.25)
    area = tab.page.locator(".canvas").bounding_box()
    tab.page.mouse.move(area["x"] + 30, area["y"] + 300)
    tab.page.mouse.down()
    tab.page.mouse.move(area["x"] + 130, area["y"] + 300, steps=5)
    tab.page.mouse.up()
    assert tab.run(box)[0] < whole[0] + whole[2] * 0.1 - 20
    tab.page.click("#fit")
    assert tab.run(box) == whole


def test_in_a_notebook_it_shows_itself_in_a_frame_that_may_do_nothing_else(opened):
    bundle = draw(neuron())._repr_mimebundle_()
    frame = bundle["text/html"]
    assert re.findall(r'sandbox="([^"]*)"', frame) == ["allow-scripts"] and bundle["image/svg+xml"].startswith("<?xml")
    tab = opened(f"<!DOCTYPE html><title>notebook</title>{frame}")
    inside = tab.page.frame_locator("iframe")
    assert inside.locator("#count").inner_text() == "24 of 24 · backward"
    assert tab.page.frames[1].evaluate("page.view.box[2] > 0.3 * page.view.whole[2]")
    inside.locator("#first").click()
    assert inside.locator("#count").inner_text() == "0 of 24 · start"


# --- the verdict -------------------------------------------------------------------------------------------------------------------------


def test_the_verdict_of_a_comparison(opened):
    x, W, _, y = small_layer()
    g = y.grad
    comparison = compare({"W": x.data.T @ g, "x": g @ W.data}, y, gradient=g)
    tab = opened(draw(y, check=comparison).html, "#value=v0")
    ledger = tab.text("#ledger")
    assert "✗ wrong" in ledger and "the other matrix is not transposed" in ledger and "right is ∇_x L = ∂L/∂y Wᵀ" in ledger
    i, j = comparison["x"].where
    trio = tab.run("[...document.querySelectorAll('#ledger dd.number')].map((cell) => Number(cell.textContent))")
    assert trio[0] == comparison["x"].hand[i, j] and trio[1] == x.grad[i, j] and math.isclose(trio[2], x.grad[i, j], rel_tol=1e-6)
    assert tab.run("[...document.querySelectorAll('td.cell')].map((cell) => Number(cell.title))") == [comparison["x"].hand[i, j]]
    tab.choose("a-v1")
    assert "✓ identical" in tab.text("#ledger") and tab.run("document.querySelectorAll('td.cell').length") == 0


def test_the_line_that_made_a_value(opened):
    with debug():
        y = Value(2.0, "x").exp()
    tab = opened(draw(y).html, "#value=v1")
    assert f"made by exp · {y.line}" in tab.text("#ledger") and y.line.startswith("test_page.py:")


def test_the_screenshot_of_the_docs_is_made_by_its_script(tmp_path, monkeypatch):
    if browsers.CHROMIUM is None:
        pytest.skip("needs Chromium: apt install chromium")
    docs = Path(__file__).parent.parent / "docs"
    program = f"import make_screenshot; print(make_screenshot.make({str(tmp_path)!r}, {browsers.CHROMIUM!r}))"
    said = subprocess.run([sys.executable, "-c", program], cwd=docs, capture_output=True, text=True, check=True).stdout
    assert "0.1 + 0.87868 = 0.97868" in said and "`0.1 + 0.87868 = 0.97868`" in (docs / "page.md").read_text()
    sizes = [struct.unpack(">II", (folder / "page.png").read_bytes()[16:24]) for folder in (tmp_path, docs)]
    assert sizes == [(1650, 1020)] * 2
