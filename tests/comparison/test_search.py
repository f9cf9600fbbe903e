"""Inputs that are sought from change to change, and the two lines to write where none are found."""

import json

import numpy as np
import pytest

from micrograd_linear.command import cli
from micrograd_linear.comparison.styles.climbing import Point, reading, short_axes
from micrograd_linear.comparison.styles.draws import Array
from micrograd_linear.comparison.styles.finding import pair_of
from micrograd_linear.comparison.styles.search import searched_case

ODD_NAMES = """
import numpy as np


def mix(x, w):
    return np.tanh(x @ w)


def unmix(g, x, w):
    back = g * (1 - np.tanh(x @ w) ** 2)
    return back @ w.T, x.T @ back
"""
ODD_SHAPES = """
import numpy as np


def stack_forward(x, w):
    assert x.shape == (2, 11, 13) and w.shape == (13,)
    return x * w, (x, w)


def stack_backward(dy, cache):
    x, w = cache
    return dy * w, (dy * x).sum(axis=(0, 1))
"""


def check(text, tmp_path, capsys):
    """(exit status, what is said as JSON) of the command on a text."""
    file = tmp_path / "mine.py"
    file.write_text(text)
    status = cli.main(["check", str(file), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_the_two_lines_that_are_said_for_functions_of_other_names_work(tmp_path, capsys):
    status, said = check(ODD_NAMES, tmp_path, capsys)
    assert status == 2
    assert "found: functions mix, unmix" in said["error"]
    lines = "forward = mix, and backward = unmix"
    assert said["error"].endswith(lines)
    written = ODD_NAMES + "\n".join(lines.split(", and "))
    assert check(written, tmp_path, capsys)[0] == 0
    assert check(written.replace("x.T @ back", "2 * x.T @ back"), tmp_path, capsys)[0] == 1


def test_the_inputs_that_are_asked_for_are_those_that_are_missing(tmp_path, capsys):
    status, said = check(ODD_SHAPES, tmp_path, capsys)
    assert status == 2
    asked = 'inputs = {"stack": {"x": ..., "w": ...}}'
    assert asked in said["error"]
    line = asked.replace("...", "(2, 11, 13)", 1).replace("...", "(13,)", 1)
    assert check(f"{ODD_SHAPES}\n{line}\n", tmp_path, capsys)[0] == 0
    wrong = ODD_SHAPES.replace("(dy * x).sum", "(dy * x).mean")
    assert check(f"{wrong}\n{line}\n", tmp_path, capsys)[0] == 1


def sought(forward, backward):
    """The shapes of the inputs that are found for two functions."""
    pair = pair_of(forward, backward)
    case = searched_case(pair, None, np.random.default_rng(0), lambda: None)
    return case and {name: value.shape for name, value in case.values.items()}


def test_lengths_that_need_not_be_equal_are_not():
    def chain_forward(a, m, n):
        return a @ m @ n, (a, m, n)

    def chain_backward(dy, cache):
        a, m, n = cache
        return dy @ (m @ n).T, a.T @ dy @ n.T, (a @ m).T @ dy

    shapes = sought(chain_forward, chain_backward)
    assert shapes is not None
    assert shapes["a"][1] == shapes["m"][0] and shapes["m"][1] == shapes["n"][0]
    assert len({n for shape in shapes.values() for n in shape}) == 4


def test_what_no_inputs_fit_has_none():
    def never_forward(x):
        raise ValueError("no")

    def never_backward(dy, x):
        return dy

    assert sought(never_forward, never_backward) is None


@pytest.mark.parametrize("shape, other, same", [((5, 7), (9, 4), True), ((5, 7), (9, 9), False)])
def test_two_readings_are_one_where_only_lengths_differ(shape, other, same):
    one: Point = {("x",): Array(shape), ("k",): 2}
    two: Point = {("x",): Array(other), ("k",): 2}
    assert (reading(one) == reading(two)) is same
    assert short_axes(one) == 0 and short_axes({**one, ("x",): Array((1, 2, 3))}) == 2
