"""The page that plays a run, in a real browser.

Its numbers are the engine's, it needs no other file, and it runs only its own script.
"""

import base64
import hashlib
import html
import json
import math
import re
import zlib

import browser as browsers
import numpy as np
import pytest
from derive_graphs import FOUND, GRAPHS
from draw_graphs import ODD_NAMES, by_name, neuron, small_layer

from micrograd_linear import Linear, Tensor, Value, draw
from micrograd_linear.command import iris
from micrograd_linear.drawing.flow import flow
from micrograd_linear.drawing.page import unpacked
from micrograd_linear.engine.graph import topological_order

# --- one file that needs nothing else -------------------------------------------------------------


def scripts(text):
    return re.findall(r"<script([^>]*)>(.*?)</script>", text, re.S)


def policy(text):
    return html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])


def digest(script):
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def repacked(text, change):
    """The page with another script, which its policy does not know."""
    content = unpacked(text)
    changed = change(content["script"])
    assert changed != content["script"]
    packed = base64.b64encode(zlib.compress(json.dumps(content | {"script": changed}).encode()))
    return re.sub(r'(id="packed">)[^<]*', rf"\g<1>{packed.decode()}", text)


def test_the_policy_allows_the_pages_own_script_and_nothing_else():
    text = draw(neuron()).html
    (packed_kind, _), (script_kind, start) = scripts(text)
    content = unpacked(text)
    assert packed_kind == ' type="text/plain" id="packed"' and script_kind == ""
    assert content["data"]["views"] and set(content) == {"script", "data"}
    allowed = " ".join(f"'sha256-{digest(script)}'" for script in (start, content["script"]))
    assert policy(text) == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(
        r"\s(src|href|action|on\w+)=", text.split("<script>")[0].replace("xmlns:xlink=", "")
    )


def test_a_script_that_is_not_the_pages_own_does_not_run(opened, chromium, tmp_path):
    text = draw(neuron()).html
    tab = opened(text)
    assert tab.text("#count") == "overview · 24 steps"
    changes = [
        text.replace("page.start(data);", "page.start(data); window.hacked = 1;"),
        repacked(text, lambda script: script + "window.hacked = 1;"),
    ]
    for i, changed in enumerate(changes):
        broken = browsers.Tab(chromium, tmp_path / f"{i}.html", changed, started=False)
        broken.page.wait_for_timeout(200)
        assert broken.run("window.hacked") is None
        assert broken.text("#count") == ("The steps did not start." if i else "")
        assert "Content Security Policy" in broken.complaints[0]
        with pytest.raises(AssertionError):
            broken.close()


def test_nothing_is_fetched_not_even_where_somebody_puts_it_in(chromium, tmp_path):
    text = draw(neuron()).html.replace("<header>", '<header><img src="http://127.0.0.1:9/x.png">')
    tab = browsers.Tab(chromium, tmp_path / "page.html", text)
    assert (
        tab.run("document.querySelector('img').naturalWidth") == 0
        and "Content Security Policy" in tab.complaints[0]
    )
    with pytest.raises(AssertionError):
        tab.close()


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_are_text(opened, name):
    x = Value(2.0, name + "<img src=x onerror='window.hacked=1'>")
    loss = x * x
    loss.name = name
    text = draw(loss).html
    tab = opened(text, "#value=v0")
    assert (
        tab.run("window.hacked") is None
        and tab.run("document.querySelectorAll('img, iframe, script').length") == 3
    )
    shown = tab.text("#ledger h2")
    visible = re.sub("[\ud800\x00\x07\x1b\u202e]", "\ufffd", x.name.replace("\n", " "))
    assert " ".join(shown.split()) == " ".join(
        (visible if len(visible) <= 40 else visible[:39] + "…").split()
    )
    tab.press("Home", "ArrowRight", "ArrowRight", "ArrowRight")
    assert "passes to" in tab.text("#say") and len(scripts(text)) == 2


def test_the_linear_layer_is_small():
    measurements, _ = iris.load()
    y = Linear(4, 3, rng=0)(Tensor(measurements, "x"))
    y.backward(np.ones((150, 3)))
    assert len(draw(y).html.encode()) < 60_000


# --- forward and backward, step by step -----------------------------------------------------------


def words_of(tab):
    """What is said of a step, without its title."""
    return tab.text("#say").split(". ", 1)[1]


def test_by_keyboard(opened):
    tab = opened(draw(neuron()).html)
    tab.press("Home")
    assert (
        tab.text("#count") == "overview · 24 steps"
        and tab.run("document.querySelectorAll('g.future').length") == 0
    )
    tab.press("ArrowRight")
    assert (
        tab.text("#count") == "1 of 24 · forward"
        and tab.run("document.querySelectorAll('g.future').length") == 8
        and words_of(tab) == "v5 = x1 · w1 = 2 · (-3) = -6"
    )
    tab.press("ArrowRight", "ArrowLeft")
    assert tab.text("#count") == "1 of 24 · forward"
    tab.press("End")
    assert (
        tab.text("#count") == "24 of 24 · backward"
        and tab.run("document.querySelectorAll('g.future').length") == 0
    )
    tab.press("ArrowRight")
    assert tab.text("#count") == "24 of 24 · backward"


def test_what_is_said_at_each_step(opened):
    loss = neuron()
    tab = opened(draw(loss).html)
    tab.press("Home")
    said = []
    for _ in range(24):
        tab.press("ArrowRight")
        said.append(words_of(tab))
    assert said[2] == "v7 = v5 + v6 = (-6) + 0 = -6"
    assert said[4] == "o = tanh(n) = tanh(0.881374) = 0.707107"
    assert said[9] == "∂L/∂L = 1: where the backward pass starts"
    assert said[16].startswith(
        "o passes to n: ∂L/∂n += ∂L/∂o · (1 − o²) = (-0.585786) · (1 − 0.707107²) = -0.292893"
    ) or said[15].startswith("o passes to n")
    assert said[22] == (
        "v5 passes to x1: ∂L/∂x1 += ∂L/∂v5 · w1 = (-0.292893) · (-3) = 0.87868; ∂L/∂x1 is "
        "0.1 + 0.87868 = 0.97868 now"
    )
    assert f"{by_name(loss)['x1'].grad:.6g}" == "0.97868"


def test_the_numbers_in_the_picture_appear_when_they_are_computed(opened):
    tab = opened(draw(neuron()).html)
    number = "([kind, i]) => document.querySelector(`[data-${kind}='${i}']`).textContent"
    tab.press("Home", "ArrowRight")
    assert (
        tab.run(number, ["data", 0]) == "2"
        and tab.run(number, ["data", 6]) == ""
        and tab.run(number, ["grad", 0]) == "·"
    )
    assert tab.run(number, ["data", 5]) == "-6"
    tab.press("End")
    assert tab.run(number, ["grad", 0]) == "0.9787" and tab.run(number, ["grad", 5]) == "-0.2929"


@pytest.mark.parametrize("make", [*GRAPHS, *FOUND], ids=lambda make: make.__name__)
def test_the_numbers_shown_are_the_engines(opened, make):
    with np.errstate(all="ignore"):
        root = make()
        if root.shape:
            root.backward(np.random.default_rng(3).normal(size=root.shape))
        drawing = draw(root, view="full")
        tab = opened(drawing.html)
    found = flow(root)
    order = topological_order(root)
    shown = tab.run(
        "page.views[0].values.map((value, i) => [value.kind, brief(value.data, 6), "
        "brief(page.views[0].gradient(i, Infinity), 6)])"
    )
    shown = [entry for entry in shown if entry[0] != "constant"]
    nodes = [node for node in order if node.operands or node.requires_grad]
    assert len(shown) == len(nodes)
    for (_, data, grad), node in zip(shown, nodes, strict=True):
        for text, array in ((data, np.asarray(node.current)), (grad, found.gradients.get(node))):
            assert agrees(text, array), (node, text, array)
    assert (
        not agrees("1.5 … 1.5", np.zeros(3))
        and not agrees("0", None)
        and not agrees("1 … 2", np.array([1.0, 2.0, np.nan]))
    )


def agrees(text, array):
    """Whether a text is the number, or the range of the finite numbers, of an array.

    It must say how many are not finite.
    """
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
    return all(
        a == b or math.isclose(float(a), float(b), rel_tol=2e-6)
        for a, b in zip([found[0], found[-1]][: len(ends)], ends, strict=True)
    )


def test_playing(opened):
    tab = opened(draw(neuron()).html)
    tab.page.clock.install()
    tab.page.reload()
    tab.wait_until_started()
    tab.press("Home", "Space")
    assert tab.text("#play") == "Pause"
    tab.page.clock.run_for(3000)
    assert tab.text("#count") == "3 of 24 · forward"
    tab.press("Space")
    tab.page.clock.run_for(3000)
    assert tab.text("#count") == "3 of 24 · forward" and tab.text("#play") == "Play"
    tab.page.click("#play")
    tab.page.clock.run_for(60_000)
    assert tab.text("#count") == "24 of 24 · backward" and tab.text("#play") == "Play"


def test_the_slider_and_the_buttons(opened):
    tab = opened(draw(neuron()).html)
    assert tab.page.is_disabled("#first") and tab.text("#forward") == "Step through ▶"
    tab.page.click("#forward")
    assert tab.text("#count") == "1 of 24 · forward" and tab.text("#forward") == "Next step ▶"
    tab.page.click("#first")
    assert tab.text("#count") == "overview · 24 steps"
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
    tab.page.wait_for_function(
        "document.getElementById('count').textContent.startsWith('overview')"
    )


def test_a_layer_of_tensors(opened):
    _, W, _, y = small_layer()
    tab = opened(draw(y).html)
    tab.press("Home", "ArrowRight")
    assert words_of(tab) == "v3 = x W; it is 2 … 8"
    tab.press("End", "ArrowLeft", "ArrowLeft")
    assert words_of(tab).startswith(
        "y passes to b: ∂L/∂b += Σ_rows ∂L/∂y"
    ) and "summed over the axes that were broadcast: (3, 2) to (1, 2)" in tab.text("#step")
    tab.choose("a-v1")
    tab.press("End")
    cells = tab.run("[...document.querySelectorAll('#ledger-grad td')].map((cell) => cell.title)")
    assert cells == [f"{x:.6g}" for x in W.grad.flat]
    assert 'level="scalar"' in tab.text("#ledger")


def test_a_tensor_that_was_not_differentiated_plays_forward_only(opened):
    tab = opened(draw((Tensor([1.0, 2.0], "x") * 2.0).exp()).html)
    assert tab.text("#count") == "overview · 2 steps"
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


def test_a_name_that_looks_like_a_place_for_a_number(opened):
    x = Value(2.0, "0100000000")
    tab = opened(draw(x * 3.0).html)
    assert "0100000000" in tab.run(
        "[...document.querySelectorAll('.canvas text')].map((text) => text.textContent)"
    )
    assert tab.run("document.querySelectorAll('[data-data]').length") == 2
