"""``%%check`` in a notebook: the pairs of the cell are checked like those of a file."""

import pytest
from handed_in import RIGHT, WRONG

from micrograd_linear.command import magic

IPython = pytest.importorskip("IPython", reason="IPython, the extra notebook, is not installed")


@pytest.fixture
def shell(monkeypatch):
    """A shell with the extension; ``shown`` is what it displayed."""
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.shown = []
    monkeypatch.setattr("IPython.display.display", made.shown.append)
    made.run_cell("%load_ext micrograd_linear")
    yield made
    InteractiveShell.clear_instance()


def ran(shell, cell, line=""):
    """Run a cell with the magic; gives the comparisons that it shows."""
    del shell.shown[:]
    result = shell.run_cell(f"%%check {line}\n{cell}", store_history=True)
    return result, list(shell.shown)


def test_the_pair_of_a_cell_is_shown_and_stays_defined(shell):
    result, (comparison,) = ran(shell, RIGHT)
    assert result.success and comparison.ok and "All 3 gradients agree." in str(comparison)
    assert callable(shell.user_ns["forward"]) and callable(shell.user_ns["backward"])
    _, (comparison,) = ran(shell, WRONG)
    (mistake,) = comparison.diagnosis.mistakes
    # The magic is line 1, and the text begins with an empty line.
    assert not comparison.ok and mistake.place.where.endswith(", line 7")
    assert "Fix first" in comparison._repr_html_()


def test_a_cell_uses_what_other_cells_define_and_only_its_own_pairs_are_checked(shell):
    ran(shell, RIGHT)
    shell.run_cell("import numpy as np\nfactor = 3.0", store_history=True)
    cell = "%precision 3\ndef cube(x):\n    return factor * x**3\n"
    cell += "def cube_backward(dy, x):\n    return factor * 3 * x**2 * dy"
    _, (comparison,) = ran(shell, cell)
    assert comparison.ok and list(comparison) == ["x"]
    assert set(shell.user_ns["inputs"]) == {"x", "W", "b"}  # of the first cell, as they were


def test_hints_names_and_tolerances_are_those_of_the_command(shell):
    _, (comparison,) = ran(shell, WRONG, "--hint")
    assert "look at this line" in str(comparison) and "should be" not in str(comparison)
    _, (comparison,) = ran(shell, WRONG, "--atol 100")
    assert comparison.ok and comparison.tolerance.atol == 100
    assert ran(shell, RIGHT, "forward")[1][0].ok


@pytest.mark.parametrize(
    "cell, line, words",
    [
        ("x = 1", "", "the cell defines no backward pass"),
        (RIGHT, "forwad", "did you mean forward?"),
        (RIGHT, "--json", "--json is for files"),
        (RIGHT, "--hnt", "did you mean --hint?"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(shell, capsys, cell, line, words):
    result, shown = ran(shell, cell, line)
    out = capsys.readouterr()
    assert words in out.out + out.err and not shown and not result.success
    assert "Traceback" not in out.out + out.err


def test_an_error_of_the_cell_is_its_own(shell):
    shell.user_ns["inputs"] = {"x": (2,)}
    result, shown = ran(shell, "\n\n1 / 0")
    assert isinstance(result.error_in_exec, ZeroDivisionError) and not shown
    assert shell.user_ns["inputs"] == {"x": (2,)}


def test_a_pair_without_a_verdict_says_why(shell, capsys):
    cell = "def odd(x): return lost(x)\ndef odd_backward(dy, x): return dy\n"
    ran(shell, RIGHT + cell)
    assert "odd: no verdict: " in capsys.readouterr().err
    assert len(shell.shown) == 1


def test_it_is_loaded_by_the_name_of_the_package():
    import micrograd_linear

    assert micrograd_linear.load_ipython_extension is magic.load_ipython_extension
