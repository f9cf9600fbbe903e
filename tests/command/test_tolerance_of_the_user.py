"""``--rtol`` and ``--atol``: what they let pass, what they do not, and that it is said whose they
are.
"""

import json

import numpy as np
import pytest
from handed_in import RIGHT, written

from micrograd_linear import check_backward
from micrograd_linear.comparison.tolerance import Tolerance

OFF = RIGHT.replace("x.T @ dy", "x.T @ dy * 1.0005")
CUT = """
import numpy as np
def forward(x, w):
    return float(np.sum(x * w)) * w
def backward(dy, x, w):
    return {"x": 1.0005 * (dy * w).sum() * w}
inputs = {"x": (3,), "w": (3,)}
"""


@pytest.mark.parametrize("text, name", [(OFF, "W"), (CUT, "x")])
def test_what_is_inside_of_it_is_close_and_it_is_said_that_the_user_gave_it(run, text, name):
    assert run("check", written(text))[0] == 1
    status, out, _ = run("check", "layer.py", "--rtol", "1e-3")
    assert status == 0 and "The tolerance was given by the user: " in out
    said = json.loads(run("check", "layer.py", "--rtol", "1e-3", "--json")[1])
    assert said["gradients"][name]["status"] == "close"
    assert said["tolerance"] == {"rtol": 1e-3, "atol": 0.0, "given_by": "user"}
    assert run("check", "layer.py", "--rtol", "1e-5")[0] == 1
    assert run("check", "layer.py", "--atol", "1")[0] == 0
    assert run("check", "layer.py", "--atol", "1e-9")[0] == 1


def test_without_one_nothing_is_said_of_it(run):
    status, out, _ = run("check", written(RIGHT))
    assert status == 0 and "tolerance" not in out
    assert json.loads(run("check", "layer.py", "--json")[1])["tolerance"] is None


def test_a_mistake_beyond_it_is_still_explained(run):
    text = OFF.replace("dy.sum", "dy.mean")
    status, out, _ = run("check", written(text), "--rtol", "1e-3")
    assert status == 1 and "`mean` should be `sum`" in out
    assert out.startswith("✗ layer.py: 2 of 3 gradients agree; b does not.")
    assert "verified: with this line all 3 gradients agree" in out


@pytest.mark.parametrize("number", ["-1", "nan", "inf", "much"])
def test_what_is_no_tolerance_is_refused(run, number):
    status, out, err = run("check", written(RIGHT), f"--rtol={number}")
    assert (status, out) == (2, "") and f"expected a number from 0 upward, got {number!r}" in err


def test_from_python_it_means_the_same():
    def forward(x):
        return x * x

    def backward(dy, x):
        return 2.001 * x * dy

    shapes = {"x": (3, 4)}
    assert not check_backward(forward, backward, shapes).ok
    checked = check_backward(forward, backward, shapes, rtol=1e-2)
    assert checked.ok and checked["x"].status == "close" and checked.tolerance.rtol == 1e-2
    with pytest.raises(ValueError, match="check_backward: atol: expected a number"):
        check_backward(forward, backward, shapes, atol=-1)


def test_it_is_a_bound_for_every_element():
    tolerance = Tolerance(rtol=0.1, atol=1.0)
    inside = tolerance.allows(np.array([1.0, 2.1, 1.9]), np.array([0.0, -10.0, 10.0]))
    assert inside.tolist() == [True, False, True]
    assert not Tolerance().allows(np.zeros(2), np.ones(2)).any()
