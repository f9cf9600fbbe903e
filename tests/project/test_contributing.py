"""docs/contributing.md: each walk is taken in a copy of the package, and leads where it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/contributing.md").read_text()


def block(marker):
    """The text of the code block that follows a marker."""
    match = re.search(rf"<!-- {re.escape(marker)} -->\n```\w+\n(.*?)```", PAGE, re.S)
    assert match, marker
    return match[1]


def take(walk, copy):
    """Make the changes of a walk: in each file the lines with a minus become those with a plus."""
    for part in re.split(r"^--- ", walk, flags=re.M)[1:]:
        name, *lines = part.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line[0] == "-")
        new = "".join(f"{line[1:]}\n" for line in lines if line[0] == "+")
        source = (copy / name).read_text()
        assert source.count(old) == 1, (name, old)
        (copy / name).write_text(source.replace(old, new))


def output(program, copy, folder):
    """The output and the errors of a program that imports the copy."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(copy)!r})\n{program}"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(copy)},
    )
    return done.stdout, done.stderr


@pytest.fixture
def copy(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "micrograd_linear", tmp_path / "copy/micrograd_linear", ignore=ignored)
    return tmp_path / "copy"


@pytest.mark.parametrize("kind", ["operation", "mistake", "format"])
def test_a_walk_leads_where_the_page_says_and_nowhere_without_it(kind, copy, tmp_path):
    program = block(f"program: {kind}")
    before, _ = output(program, copy, tmp_path / "empty")
    assert before != block(f"output: {kind}")
    take(block(f"walk: {kind}"), copy)
    assert output(program, copy, tmp_path / "empty") == (block(f"output: {kind}"), "")


def test_a_walk_whose_lines_are_no_longer_there_is_refused(copy):
    with pytest.raises(AssertionError, match="no such line"):
        take("--- micrograd_linear/operations/elementary.py\n-no such line\n+another\n", copy)


def test_an_operation_stands_in_one_file_of_the_package():
    rooms = (ROOT / "micrograd_linear").rglob("*")
    package = [path for path in rooms if path.parent.name != "pytorch"]  # which has PyTorch's
    texts = {path: path.read_text() for path in package if path.suffix in (".py", ".js")}
    standing = [path.name for path, text in texts.items() if re.search(r"\bexpm1\b", text)]
    assert standing == ["elementary.py"]


def test_one_rule_is_enough_for_a_program_of_ones_own(own):
    import numpy as np

    from micrograd_linear import Tensor, compare, draw, grad

    @own("cubed")
    def cubed(x):
        return x**3, (lambda g: g * 3 * x**2,)

    x = Tensor([1.0, 2.0], "x")
    assert compare({"x": 3 * x.data**2}, x.cubed(), gradient=np.ones(2)).ok
    assert not compare({"x": 2 * x.data**2}, x.cubed(), gradient=np.ones(2)).ok
    assert "cubed" in draw(x.cubed()).text
    assert grad(grad(lambda t: t.cubed().sum()))(np.array(2.0)) == 12.0
