"""The page's overview, and its cards that open one by one, in a browser."""

import numpy as np
import pytest

from micrograd_linear import Linear, Tensor, Value, draw
from micrograd_linear.command import iris
from micrograd_linear.drawing.page import unpacked
from micrograd_linear.drawing.page.derivation import Equations
from micrograd_linear.drawing.page.sentence import sentence


def iris_loss():
    measurements, species = iris.load()
    y = Linear(4, 3, rng=0)(Tensor(measurements, "x"))
    y.name = "y"
    e = np.exp(y - y.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(150), species]).mean()
    loss.name = "L"
    loss.backward()
    return loss


@pytest.fixture(scope="module")
def loss():
    return iris_loss()


@pytest.fixture(scope="module")
def html(loss):
    return draw(loss).html


SIZE = "11 * document.querySelector('.canvas svg').getScreenCTM().a"


def test_iris_is_legible_at_once_and_says_what_it_is(opened, html):
    tab = opened(html, viewport={"width": 1440, "height": 900})
    assert tab.run(SIZE) >= 9
    assert tab.text("#about") == (
        "The run that computed L from x, W and b, and then, backward, ∂L/∂x, ∂L/∂W and ∂L/∂b: "
        "one operation a step."
    )
    assert tab.text("#forward") == "Step through ▶" and tab.text("#step h2") == "Overview"
    assert tab.text("#phases") == "forward\nbackward"
    assert len(html.encode()) < 80_000


def test_the_derivation_has_the_three_formulas_and_their_numbers(loss, html):
    view = unpacked(html)["data"]["views"][0]
    derivation = view["derivation"]
    assert derivation["forward"][0]["text"] == "y = x W + b"
    leaves = {each["text"] for each in derivation["backward"] if "leaf" in each}
    assert leaves == {"∂L/∂x = ∂L/∂y Wᵀ", "∂L/∂W = xᵀ ∂L/∂y", "∂L/∂b = Σ_rows ∂L/∂y"}
    for text in leaves:  # and beside the cards that they belong to
        assert text in html
    W = next(value for value in view["values"] if value["name"] == "W")
    gradient = next(n for n in loss_leaves(loss) if n.name == "W").grad
    assert np.allclose(W["grad"]["rows"], gradient, rtol=1e-5)


def loss_leaves(loss):
    from micrograd_linear.engine.graph import topological_order

    return [node for node in topological_order(loss) if not node.operands]


def test_a_gradient_that_is_not_passed_on_as_it_is_keeps_its_name(html, monkeypatch):
    view = unpacked(html)["data"]["views"][0]
    arguments = view["values"], view["formulas"], view["objective"]
    monkeypatch.setattr(Equations, "_is_passed_on", lambda self, i: True)
    with pytest.raises(IndexError):  # the result's own gradient would be looked for further on
        Equations(*arguments).backward()


def test_hovering_a_symbol_lights_its_card(opened, html):
    tab = opened(html, viewport={"width": 1440, "height": 900})
    tab.page.hover("#step .boxed [data-value]")
    lit = tab.run("[...document.querySelectorAll('g.lit')].map((card) => card.dataset.id)")
    assert len(lit) == 1
    tab.page.hover("#title")
    assert tab.run("document.querySelectorAll('.lit').length") == 0


def test_a_card_opens_and_closes_by_click_and_by_keyboard(opened, html):
    tab = opened(html, viewport={"width": 1440, "height": 900})
    closed = tab.run("page.view.values.map((value) => value.id)")
    assert tab.text("#count") == "overview · 9 steps"
    tab.page.click("g.node:has(.open)")
    assert tab.text("#count") == "overview · 27 steps"
    assert tab.run("page.view.values.length") > len(closed)
    seen = "document.querySelector('.opened').getAttribute('visibility')"
    assert tab.run(seen) == "visible"
    tab.press("Enter")  # the way to close it has the focus
    assert tab.run(seen) == "hidden" and tab.text("#count") == "overview · 9 steps"
    tab.press("Enter")
    assert tab.run(seen) == "visible"
    tab.page.click("#fold")
    assert tab.run("page.view.values.map((value) => value.id)") == closed


def test_the_steps_inside_of_an_open_card_are_played_in_it(opened, html):
    id = unpacked(html)["data"]["views"][0]["cards"]
    values = unpacked(html)["data"]["views"][0]["values"]
    result = values[id[0]["of"]]["id"]
    tab = opened(html, f"#step=14&open={result}", viewport={"width": 1440, "height": 900})
    assert tab.text("#count").startswith("14 of 27")
    now = "[...document.querySelectorAll('.opened g.now')].length"
    assert tab.run(now) >= 1
    assert tab.run(SIZE) >= 9  # the picture follows
    tab.press("Home")
    assert tab.run(now) == 0


def test_open_cards_run_into_nothing(opened, html):
    tab = opened(html, viewport={"width": 1440, "height": 900})
    tab.page.click("#fold")
    boxes = tab.run(
        "[...page.view.svg.querySelectorAll('g.graph')][0] && "
        "[...page.view.svg.querySelector('g.graph').children].filter((e) => "
        "e.matches('g.node, g.opened') && e.style.visibility !== 'hidden' && "
        "e.getAttribute('visibility') !== 'hidden').map((e) => e.getBoundingClientRect())"
        ".map(({x, y, width, height}) => [x, y, x + width, y + height])"
    )
    assert len(boxes) > 5
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if overlap(a, b)]
    assert overlap([0, 0, 9, 9], [5, 5, 20, 20])


def overlap(a, b):
    return a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 1 and b[1] < a[3] - 1


def test_help_is_a_key_away(opened, html):
    tab = opened(html)
    tab.press("?")
    assert "Step through" not in tab.text("#guide h2") and tab.page.is_visible("#guide")
    assert "the next step, and the one before" in tab.text("#guide")
    tab.press("Escape")
    assert tab.page.is_hidden("#guide")


def test_a_number_is_dragged_and_everything_moves_with_it(opened):
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = a * b + a
    y.name = "y"
    y.backward()
    tab = opened(draw(y).html)
    area = tab.page.locator("text[data-data='0']").bounding_box()
    x, top = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    tab.page.mouse.move(x, top)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 40, top, steps=4)
    tab.page.mouse.up()
    a = tab.run("page.view.values[0].data")
    assert a == pytest.approx(2.1) and tab.text("#title") == f"y = {-2 * a:.4g}, edited values"
    assert "y moves by\n-0.02\n∂y/∂a · 0.01 says\n-0.02" in tab.text("#ledger")
    tab.press("ArrowUp")
    assert tab.run("page.view.values[0].data") == pytest.approx(a + 0.1)
    tab.page.click("#reset")
    assert tab.text("#title") == "y = -4"


def test_a_lonely_leaf_has_nothing_to_play(opened):
    tab = opened(draw(Value(2.0, "a")).html)
    assert tab.page.is_disabled("#play") and tab.page.is_disabled("#forward")
    assert tab.run(SIZE) <= 11 * 1.5 + 0.1  # it is not blown up
    assert "a is a value by itself" in tab.text("#about")


def test_the_sentence_says_how_many_leaves_there_are_where_they_are_many():
    total = sum((Value(float(i), f"x{i}") for i in range(1, 9)), Value(0.0, "x0"))
    picture = draw(total)._picture
    assert "x0, x1, x2 and 6 more leaves" in sentence(picture)


def test_a_map_of_more_than_thirty_cards(opened):
    h = Tensor(np.zeros((2, 3)), "h0")
    U = Tensor(np.eye(3), "U")
    for i in range(12):
        h = (h @ U * (1 + i)).tanh()
    tab = opened(draw(h.sum(), view="full").html)
    assert tab.run("document.querySelectorAll('.minimap rect').length") > 30
    tab.press("ArrowRight")
    assert tab.run("page.view.map.getAttribute('width') < page.view.whole[2]")
    few = opened(draw(U.sum()).html)
    assert few.run("document.querySelectorAll('.minimap').length") == 0
