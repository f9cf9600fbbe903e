"""Types, judged by pyright: the package and user programs pass, and mistakes are refused."""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parents[1] / "typing"
PYRIGHT = shutil.which("pyright", path=str(Path(sys.executable).parent))
needs_pyright = pytest.mark.skipif(PYRIGHT is None, reason="pyright is not installed")


def problems(*arguments):
    """[(file, line, rule, message)] of what pyright calls an error."""
    command = [PYRIGHT, "--outputjson", "--pythonpath", sys.executable, *map(str, arguments)]
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] > 0, done.stdout + done.stderr
    return [
        (
            Path(each["file"]).name,
            each["range"]["start"]["line"] + 1,
            each.get("rule", ""),
            each["message"],
        )
        for each in found["generalDiagnostics"]
        if each["severity"] == "error"
    ]


def expected_refusals(source):
    """Counter of (line, rule), as the comments of a file of refused programs say."""
    lines = enumerate(source.splitlines(), 1)
    found = [(n, re.search(r"# (report\w+)$", line)) for n, line in lines]
    return Counter((n, match[1]) for n, match in found if match)


@needs_pyright
def test_the_package_and_the_user_programs_have_no_type_errors():
    assert problems() == []


@needs_pyright
def test_every_mistaken_program_is_refused_where_it_is_wrong_and_nowhere_else(tmp_path):
    file = PROGRAMS / "refused.py"
    expected = expected_refusals(file.read_text(encoding="utf-8"))
    assert len(expected) > 20
    found = problems(file)
    assert {(n, rule) for _, n, rule, _ in found} == set(expected), found


@needs_pyright
def test_a_user_program_with_one_mistake_is_refused(tmp_path):
    right = (PROGRAMS / "programs.py").read_text(encoding="utf-8").replace("# pyright: strict", "")
    wrong = tmp_path / "wrong.py"
    wrong.write_text(right.replace(".exp().sum(", ".exp().summ("), encoding="utf-8")
    assert [rule for *_, rule, _ in problems(wrong)] == ["reportAttributeAccessIssue"]


def test_the_user_programs_run():
    runpy.run_path(str(PROGRAMS / "programs.py"))


def test_the_package_says_that_it_is_typed():
    import micrograd_linear

    assert (Path(micrograd_linear.__file__).parent / "py.typed").is_file()
    assert "py.typed" in (ROOT / "setup.cfg").read_text(encoding="utf-8")
