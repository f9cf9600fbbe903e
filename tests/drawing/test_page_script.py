"""The page's JavaScript under node: its own tests, and names that nothing defines."""

import shutil
import subprocess
from pathlib import Path

import pytest

from micrograd_linear import Value, draw
from micrograd_linear.drawing.page import unpacked

NODE = shutil.which("node")
TESTS = sorted((Path(__file__).parent / "page").glob("*.test.mjs"))
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")


def node(*arguments, text=None):
    return subprocess.run([NODE, *map(str, arguments)], input=text, capture_output=True, text=True)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_what_the_page_shows_at_a_step(path):
    done = node("--test", path)
    assert done.returncode == 0, done.stdout
    assert "# fail 0" in done.stdout and "# pass 0" not in done.stdout


def test_there_are_tests_and_one_that_fails_is_an_error(tmp_path):
    assert len(TESTS) == 4
    broken = tmp_path / "broken.test.mjs"
    broken.write_text('import { test } from "node:test";\ntest("no", () => { throw Error(); });\n')
    assert node("--test", broken).returncode != 0


def script():
    x = Value(2.0, "x")
    return unpacked(draw(x * x).html)["script"]


def test_the_script_of_a_page_can_be_parsed_and_a_broken_one_cannot(tmp_path):
    path = tmp_path / "page.js"
    path.write_text(script())
    assert node("--check", path).returncode == 0
    path.write_text(script() + "\nconst x = ;")
    assert node("--check", path).returncode != 0
