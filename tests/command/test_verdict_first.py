"""What a person reads: the verdict in the first line, what to fix first, then the table."""

import re

import pytest
from handed_in import RIGHT, TWO, WEAK, WRONG, written

from micrograd_linear import Tensor, compare
from micrograd_linear.command import output
from micrograd_linear.comparison import details, fix_first, told_first


def test_the_verdict_is_the_first_line_and_what_to_fix_is_the_next(run):
    status, out, _ = run("check", written(WRONG))
    first, blank, fix, line, *rest = out.splitlines()
    assert status == 1 and first == "✗ layer.py: 2 of 3 gradients agree; b does not."
    assert (blank, fix) == ("", "Fix first:") and line.startswith("layer.py:6  return")
    assert out.count("2 of 3 gradients agree") == 1
    assert any(text.startswith("name  shape") for text in rest)


def test_a_pass_says_so_first_and_has_nothing_to_fix(run):
    status, out, _ = run("check", written(RIGHT))
    assert status == 0 and out.startswith("✓ layer.py: All 3 gradients agree.\n\nname  shape")
    assert "Fix first" not in out


def test_of_several_pairs_the_first_wrong_one_is_to_fix_first(run):
    status, out, _ = run("check", written(TWO))
    lines = out.splitlines()
    assert status == 1 and lines[0] == "✗ layer.py: 1 of 2 pairs agree; cube does not."
    assert lines[2] == "Fix first, in cube:" and "layer.py:10" in lines[3]
    assert out.count("should be") == 1  # said once, not again below the table


def test_where_no_line_is_known_the_first_wrong_gradient_is_to_fix_first():
    W = Tensor([[1.0, 2.0]], "W")
    comparison = compare({"W": [[4.0, 8.0]]}, (W * W).sum())
    first, right = fix_first(comparison)
    assert first == "Fix first: W: it is 2 times the gradient" and "right is ∇_W L" in right
    told = details(comparison, told=told_first(comparison))
    assert not [line for line in told if "2 times" in line]
    assert fix_first(compare({"W": [[2.0, 4.0]]}, (W * W).sum())) == []


@pytest.mark.parametrize(
    "environment, terminal, coloured",
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colours_are_for_terminals_unless_the_environment_says_otherwise(
    monkeypatch, environment, terminal, coloured
):
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(output.sys.stdout, "isatty", lambda: terminal, raising=False)
    painted = output.colour()("text", "wrong")
    assert painted == ("\x1b[31;1mtext\x1b[0m" if coloured else "text")


def test_the_verdict_and_the_statuses_have_their_colours_and_columns_stay_in_line(run, monkeypatch):
    plain = run("check", written(WRONG))[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    painted = run("check", "layer.py")[1]
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == plain
    assert painted.startswith("\x1b[31;1m✗ layer.py") and "\x1b[32midentical\x1b[0m  0" in painted
    assert "\x1b[31;1mWRONG\x1b[0m  " in painted
    assert run("check", written(RIGHT))[1].startswith("\x1b[32m✓ layer.py")
    assert run("check", written(WEAK))[1].startswith("\x1b[33m✓ layer.py: The gradient agrees.")


def test_what_is_said_of_the_file_stands_below_the_table(run):
    _, out, _ = run("check", written('open("missing.csv")\n' + RIGHT))
    assert out.startswith("✓ ") and out.index("\nleft out: ") > out.index("name  shape")
