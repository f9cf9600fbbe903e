"""``pytest --check-backward``: an item for every pair; nothing is loaded unless it is asked for."""

import subprocess
import sys

import pytest
from handed_in import RIGHT, TWO, WRONG, written

from micrograd_linear.command import pytest_items

pytest_plugins = ["pytester"]
ALONE = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly")


@pytest.fixture
def checked(pytester):
    """Runs pytest in this process, in an empty folder; gives its result."""
    return lambda *arguments: pytester.runpytest_inprocess(*ALONE, *arguments)


def test_every_pair_is_an_item_that_passes_or_fails_with_the_report(checked):
    written(RIGHT, "layers/right.py")
    written(TWO, "layers/two.py")
    result = checked("--check-backward", "layers", "-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "layers/right.py::forward PASSED*",
            "layers/two.py::relu PASSED*",
            "layers/two.py::cube FAILED*",
            "*backward of cube*",
            "✗ layers/two.py: The gradient of x does not agree.",
            "Fix first:",
            "two.py:10  return*",
        ]
    )
    assert result.ret == 1 and "pytest_items.py" not in result.stdout.str()


def test_without_the_option_nothing_is_collected(checked):
    written(WRONG, "layer.py")
    assert checked("layer.py").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_folder_may_hold_tests_and_modules_without_a_pair(checked):
    written("def test_one(): pass\n", "test_one.py")
    written("raise RuntimeError('no layer')\n", "setup.py")
    written("x = 1\n", "tools.py")
    written(RIGHT, "layer.py")
    checked("--check-backward").assert_outcomes(passed=2)


def test_a_file_that_is_named_must_have_a_pair(checked):
    written("x = 1\n", "tools.py")
    result = checked("--check-backward", "tools.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*defines no function forward*"])
    assert "Traceback" not in result.stdout.str()


def test_a_file_that_fails_and_a_pair_without_a_verdict_are_no_passes(checked):
    written("1 / 0\n", "eve.py")
    result = checked("--check-backward")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["eve.py:1: ZeroDivisionError*"])
    written("def odd(x): return lost(x)\ndef odd_backward(dy, x): return dy\n", "eve.py")
    result = checked("--check-backward")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*NameError: name 'lost' is not defined*"])


def test_a_tolerance_is_that_of_the_user(checked):
    written(RIGHT.replace("x.T @ dy", "x.T @ dy * 1.0005"), "layer.py")
    checked("--check-backward").assert_outcomes(failed=1)
    checked("--check-backward", "--check-backward-rtol", "1e-3").assert_outcomes(passed=1)


def test_a_fault_of_the_program_keeps_its_traceback(checked, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("a fault")

    written(RIGHT, "layer.py")
    monkeypatch.setattr(pytest_items, "checked_file", broken)
    result = checked("--check-backward")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*RuntimeError: a fault*"])


def test_pytest_does_not_pay_for_what_it_is_not_asked():
    program = (
        "import sys, pytest_micrograd_linear\n"
        "print([name for name in sys.modules if name.partition('.')[0] in "
        "('numpy', 'micrograd_linear')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
