"""The page for everybody, and the verdict of a comparison in it.

It is read by keyboard, with a screen reader, on a phone, in the dark and in a notebook.
"""

import math
import re
import struct
import subprocess
import sys
from pathlib import Path

import browser as browsers
import pytest
from draw_graphs import by_name, neuron, small_layer

from micrograd_linear import Value, compare, debug, draw

# --- for everybody --------------------------------------------------------------------------------


def test_with_a_screen_reader(opened):
    tab = opened(draw(neuron()).html)
    assert tab.page.get_attribute("#say", "aria-live") == "polite"
    tab.press("Home", "ArrowRight")
    assert (
        tab.run("document.getElementById('say').textContent")
        == "Forward: v5. v5 = x1 · w1 = 2 · (-3) = -6"
    )
    assert (
        tab.page.get_attribute("[id='a-v0']", "aria-label") == "x1, leaf; data 2"
        and tab.page.get_attribute("[id='a-v0']", "role") == "button"
    )
    unnamed = (
        "[...document.querySelectorAll('button, input')].filter((e) => !(e.textContent.trim() || "
        "e.getAttribute('aria-label') || e.labels?.length)).length"
    )
    tab.choose("a-v0")
    assert tab.run(unnamed) == 0
    tab.run(
        "document.getElementById('first').removeAttribute('aria-label'); "
        "document.getElementById('first').textContent = ''"
    )
    assert tab.run(unnamed) == 1


def test_every_state_is_there_as_text(opened):
    loss = neuron()
    tab = opened(draw(loss).html)
    tab.page.click("#everything summary")
    tab.page.wait_for_selector("#list tbody tr")
    rows = tab.run(
        "[...document.querySelectorAll('#list tbody tr')].map((row) => "
        "[...row.children].map((cell) => cell.textContent))"
    )
    assert (
        len(rows) == 17
        and rows[0] == ["x1", "leaf", "2", f"{by_name(loss)['x1'].grad:.6g}"]
        and rows[-1][:2] == ["L", "+(v13, v15)"]
    )
    tab.press("ArrowRight")
    assert (
        tab.run("[...document.querySelectorAll('#list tbody tr')].at(-1).children[2].textContent")
        == ""
    )


@pytest.mark.parametrize("scheme, bright", [("light", True), ("dark", False)])
def test_light_and_dark(opened, scheme, bright):
    tab = opened(draw(neuron()).html, color_scheme=scheme)
    for selector, side in (("body", bright), ("text", not bright)):
        style = "backgroundColor" if selector == "body" else "fill"
        colour = tab.run(f"getComputedStyle(document.querySelector('{selector}'))['{style}']")
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) > 384) == side


@pytest.mark.parametrize("theme, bright", [("light", True), ("dark", False)])
def test_a_theme_of_its_own(opened, theme, bright):
    tab = opened(draw(neuron(), theme=theme).html, color_scheme="dark" if bright else "light")
    for selector, side in (("body", bright), ("text", not bright)):
        style = "backgroundColor" if selector == "body" else "fill"
        colour = tab.run(f"getComputedStyle(document.querySelector('{selector}'))['{style}']")
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) > 384) == side


@pytest.mark.parametrize("width", [320, 390, 768])
def test_on_a_phone(opened, width):
    tab = opened(
        draw(neuron()).html,
        "#value=v0",
        viewport={"width": width, "height": 800},
        has_touch=True,
        is_mobile=True,
    )
    assert tab.run("document.documentElement.scrollWidth") <= width
    sizes = tab.run(
        "[...document.querySelectorAll('nav button')].map((button) => "
        "button.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 32
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
    assert re.findall(r'sandbox="([^"]*)"', frame) == ["allow-scripts"] and bundle[
        "image/svg+xml"
    ].startswith("<?xml")
    tab = opened(f"<!DOCTYPE html><title>notebook</title>{frame}")
    inside = tab.page.frame_locator("iframe")
    inside.locator("html[data-started]").wait_for()
    assert inside.locator("#count").inner_text() == "overview · 24 steps"
    assert tab.page.frames[1].evaluate("page.view.box[2] > 0.3 * page.view.whole[2]")
    inside.locator("#forward").click()
    assert inside.locator("#count").inner_text() == "1 of 24 · forward"


# --- the verdict ----------------------------------------------------------------------------------


def test_the_verdict_of_a_comparison(opened):
    x, W, _, y = small_layer()
    g = y.grad
    comparison = compare({"W": x.data.T @ g, "x": g @ W.data}, y, gradient=g)
    tab = opened(draw(y, check=comparison).html, "#value=v0")
    ledger = tab.text("#ledger")
    assert (
        "✗ wrong" in ledger
        and "the other matrix is not transposed" in ledger
        and "right is ∇_x L = ∂L/∂y Wᵀ" in ledger
    )
    i, j = comparison["x"].where
    trio = tab.run(
        "[...document.querySelectorAll('#ledger dd.number')].map((cell) => "
        "Number(cell.textContent))"
    )
    assert (
        trio[0] == comparison["x"].hand[i, j]
        and trio[1] == x.grad[i, j]
        and math.isclose(trio[2], x.grad[i, j], rel_tol=1e-6)
    )
    assert tab.run(
        "[...document.querySelectorAll('td.cell')].map((cell) => Number(cell.title))"
    ) == [comparison["x"].hand[i, j]]
    tab.choose("a-v1")
    assert (
        "✓ identical" in tab.text("#ledger")
        and tab.run("document.querySelectorAll('td.cell').length") == 0
    )


def test_the_line_that_made_a_value(opened):
    with debug():
        y = Value(2.0, "x").exp()
    tab = opened(draw(y).html, "#value=v1")
    assert f"made by exp · {y.line}" in tab.text("#ledger") and y.line.startswith(
        "test_page_readers.py:"
    )


def test_the_screenshot_of_the_docs_is_made_by_its_script(tmp_path, monkeypatch):
    if browsers.CHROMIUM is None:
        pytest.skip("needs Chromium: apt install chromium")
    docs = Path(__file__).parents[2] / "docs"
    program = (
        f"import make_screenshot; print(make_screenshot.make({str(tmp_path)!r}, "
        f"{browsers.CHROMIUM!r}))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=docs, capture_output=True, text=True, check=True
    ).stdout
    assert (
        "0.1 + 0.87868 = 0.97868" in said
        and "`0.1 + 0.87868 = 0.97868`" in (docs / "page.md").read_text()
    )
    sizes = [
        struct.unpack(">II", (folder / "page.png").read_bytes()[16:24])
        for folder in (tmp_path, docs)
    ]
    assert sizes == [(1650, 1020)] * 2
