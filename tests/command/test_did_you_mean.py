"""Names that are nearly right are answered with what was probably meant."""

import numpy as np
import pytest
from handed_in import RIGHT, TWO, written

from micrograd_linear import Tensor, compare
from micrograd_linear.foundations.near import did_you_mean, nearest


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["check", "layer.py", "--jsn"], "did you mean --json?"),
        (["check", "layer.py", "--gradient=x.npz", "--hnit"], "did you mean --hint?"),
        (["check", "layer.py", "--rtoll=1"], "did you mean --rtol?"),
        (["chekc", "layer.py"], "did you mean check?"),
        (["layer.py"], "did you mean micrograd-linear check layer.py?"),
        (["check", "layer.py", "--format", "jsno"], "did you mean json?"),
        (["check", "layer.py", "forwrad"], "did you mean forward?"),
        (["check", "layr.py"], "there is layer.py"),
    ],
)
def test_options_commands_pairs_and_files(run, arguments, words):
    written(RIGHT)
    status, out, err = run(*arguments)
    assert (status, out) == (2, "") and words in err


def test_inputs_of_a_file(run):
    text = RIGHT.replace('"W": (7, 3)', '"w": (7, 3)')
    assert (
        "inputs: expected x, W, b, got x, w, b; did you mean W?" in run("check", written(text))[2]
    )


def test_inputs_of_a_pair_that_takes_none_of_that_name_are_said(run):
    written(TWO + 'inputs = {"X": (2, 3)}\n')
    status, out, _ = run("check", "layer.py")
    assert status == 1 and "\ninputs: no pair takes X; did you mean x?" in out
    assert "inputs: no pair takes X; did you mean x?" in run("check", "layer.py", "relu")[2]
    written(TWO + 'inputs = {"relu": {"X": (2, 3)}}\n')
    assert "did you mean x?" in "".join(run("check", "layer.py", "relu")[1:])
    written(TWO + 'inputs = {"x": (2, 3)}\n')
    assert "no pair takes" not in run("check", "layer.py", "relu")[1]


def test_gradients_that_backward_returns_and_those_handed_in(run):
    text = RIGHT.replace("W", "weights").replace('{"x": dy @ weights.T, "weights"', '{"weight"')
    assert (
        "of 'weight'; expected some of x, weights, b; did you mean weights?"
        in (run("check", written(text))[2])
    )
    weights = Tensor(np.ones((2, 2)), "weights")
    y = (weights * 2.0).sum()
    with pytest.raises(ValueError, match="named 'weigths'.*; did you mean weights?"):
        compare({"weigths": np.ones((2, 2))}, y)
    with pytest.raises(ValueError) as far:
        compare({"zzz": np.ones((2, 2))}, y)
    assert "did you mean" not in str(far.value)


def test_what_is_near():
    assert nearest("w", ["W", "x"]) == ["W"] and nearest("zz", ["W", "x"]) == []
    assert did_you_mean(["afine", "rleu"], ["affine", "relu"]) == "; did you mean affine, relu?"
