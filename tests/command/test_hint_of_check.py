"""``check --hint`` says where, not what: no correction, no cause, no formula, no right number."""

import json
from pathlib import Path

import numpy as np
import pytest
from handed_in import RIGHT, TWO, WRONG, written

from micrograd_linear import Tensor, check_backward, compare
from micrograd_linear.comparison import hint_of

TELLING = ("should be", "dy.sum", "right is", "Right is", "1/5", "verified:", "averages", "Σ")


def test_the_line_is_said_and_nothing_of_the_correction(run):
    told = run("check", written(WRONG))[1]
    status, out, _ = run("check", "layer.py", "--hint")
    assert status == 1 and out.startswith("✗ layer.py: 2 of 3 gradients agree; b does not.")
    assert "layer.py:6  return" in out and "look at this line" in out
    assert not [words for words in TELLING if words in out]
    assert [words for words in TELLING if words in told]  # which would be said
    assert "engine" not in out and "-4.11127" in told and "-4.11127" not in out


def test_json_has_the_same_keys_and_withholds_the_same(run):
    told = json.loads(run("check", written(WRONG), "--json")[1])
    out = run("check", "layer.py", "--hint", "--json")[1]
    hint = json.loads(out)
    assert set(hint) == {*told, "hint"} and hint["hint"] is True and not hint["ok"]
    assert set(hint["gradients"]["b"]) == set(told["gradients"]["b"])
    (mistake,) = hint["mistakes"]
    assert (mistake["line"], mistake["corrections"], mistake["columns"]) == (6, [], None)
    assert hint["gradients"]["b"]["status"] == "wrong" and hint["gradients"]["b"]["check"] == ""
    assert not [words for words in TELLING if words in out] and not hint["verified"]


def test_the_page_and_the_pictures_withhold_the_derivation_and_the_gradients(run):
    assert run("check", written(WRONG), "--html", "told.html")[0] == 1
    assert run("check", "layer.py", "--hint", "--html", "hint.html")[0] == 1
    told, hint = Path("told.html").read_text(), Path("hint.html").read_text()
    assert "<h2>Derivation" in told and "<math" in told and ">grad<" in told
    assert "Derivation" not in hint and "<math" not in hint and ">grad<" not in hint
    assert "look at this line" in hint and "✗ wrong" in hint
    assert not [words for words in TELLING if words in hint]
    _, out, _ = run("check", "layer.py", "--hint", "-o", "pictures")
    names = sorted(path.name for path in Path("pictures").iterdir())
    assert names == ["layer.png", "layer.svg"] and "step by step" not in out


def test_a_pass_is_the_same_with_a_hint(run):
    told = run("check", written(RIGHT))[1].splitlines()
    hint = run("check", "layer.py", "--hint")[1].splitlines()
    assert hint[0] == told[0] and len(hint) == len(told)
    assert [line.split()[:3] for line in hint[2:6]] == [line.split()[:3] for line in told[2:6]]
    assert json.loads(run("check", "layer.py", "--hint", "--json")[1])["ok"] is True


def test_of_several_pairs_and_several_files_the_lines_alone_are_said(run):
    _, out, _ = run("check", written(TWO), "--hint")
    assert "look at this line" in out and "should be" not in out
    written(WRONG, "other.py")
    _, out, _ = run("check", "layer.py", "other.py", "--hint")
    assert "other.py:6" in out and "should be" not in out and "other.py --hint" not in out


def test_a_step_is_named_where_no_line_is_known():
    x = Tensor(np.array([[0.3, -0.9, 1.7]]), "x")
    h = np.tanh(x)
    h.name = "h"
    g = np.ones((1, 3))
    told = compare({"x": g * (1 - h.data)}, h, gradient=g)
    hint = hint_of(told)
    assert "you used" in told["x"].note and hint["x"].note == "look at the step from h back to x"
    assert hint["x"].causes[0].kind == "withheld" and "right is" not in str(hint)
    assert told.formulas and not hint.formulas and not hint.ok


def test_what_other_inputs_show_is_said_without_the_cause():
    def forward(x, w, b):
        return x @ w + b

    shapes = {"x": (1, 7), "w": (7, 3), "b": (1, 3)}
    told = check_backward(forward, lambda dy, x, w, b: {"b": dy[:1]}, shapes)
    assert "of the copies" in told.remarks[0]
    (remark,) = hint_of(told).remarks
    assert remark.endswith("there is a mistake in b.") and "of the copies" not in remark


@pytest.mark.parametrize("option", ["--fix", "--write"])
def test_a_hint_and_a_correction_do_not_go_together(run, option):
    status, out, err = run("check", written(WRONG), "--hint", option)
    assert (status, out) == (2, "") and "--hint says where, not what" in err
