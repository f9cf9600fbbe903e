"""Folded steps have formulas, where these hold for all values that are one card."""

import numpy as np

from micrograd_linear import Tensor, draw
from micrograd_linear.drawing.page import unpacked
from micrograd_linear.drawing.page.formulas import _of_all, _part_of_all


def recurrent():
    """Ten turns of h = tanh(x W + h U + b)."""
    rng = np.random.default_rng(0)
    h = Tensor(np.zeros((2, 5)), "h0")
    U, W = Tensor(rng.normal(size=(5, 5)), "U"), Tensor(rng.normal(size=(3, 5)), "W")
    b = Tensor(np.zeros((1, 5)), "b")
    for turn in range(10):
        h = (Tensor(rng.normal(size=(2, 3)), f"x{turn}") @ W + h @ U + b).tanh()
    loss = (h**2).mean()
    loss.name = "L"
    loss.backward()
    return loss


def test_a_folded_step_has_the_formula_of_all_its_values():
    view = unpacked(draw(recurrent()).html)["data"]["views"][0]
    formulas = {
        value["symbol"]: view["formulas"][value["formula"]]
        for value in view["values"]
        if "formula" in value
    }
    tanh = formulas["tanh"]
    assert tanh["value"][1] == "tanh(\ue100)"
    assert tanh["parts"][0][1] == "\ue000 ⊙ (1 − \ue001²)"
    inputs = next(value for value in view["values"] if value.get("count") == 10)
    assert inputs["name"].startswith("x0, x1, x2")  # the inputs of all turns are one card


def test_two_products_in_one_card_have_only_what_holds_for_both():
    """x W and h U: the gradient of W is xᵀ g, not hᵀ g."""
    own, other = {0: 0, 1: 1}, {0: 2, 1: 3}
    value = ["<mi>\ue100</mi><mi>\ue101</mi>", "\ue100 \ue101"]
    parts = [["", "\ue000 \ue101ᵀ"], ["", "\ue100ᵀ \ue000"]]
    assert _of_all(value, own, [own, other]) is None
    assert _of_all(value, own, [own, own]) == value
    assert _part_of_all(1, parts, own, [own, other])[1] == "\ue100ᵀ \ue000"
    assert _part_of_all(3, parts, own, [own, other]) is None


def test_an_operand_that_is_used_twice_adds_twice():
    parts = [["a", "\ue000 \ue101"], ["b", "\ue000 \ue100"]]
    square = {0: 0, 1: 0}
    assert _part_of_all(0, parts, square, [square])[1] == "\ue000 \ue100 + \ue000 \ue100"
