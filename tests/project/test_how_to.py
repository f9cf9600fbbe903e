"""The how-to pages: the files that they show are checked as they say, and their tests pass."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from micrograd_linear.command import cli

PAGES = Path(__file__).parents[2] / "docs/how_to"
FILE = re.compile(r"<!-- file: (\S+) -->\n```python\n(.*?)```", re.S)
RUN = re.compile(r"<!-- run: exit status (\d) -->\n```sh\n(.*?)```", re.S)
SHOWING = sorted(path.name for path in PAGES.glob("*.md") if FILE.search(path.read_text()))


def ends(page):
    """[(a command of a page, the exit status it should end with, the one it does)].

    The examples of the page run first: they make files that a command reads.
    """
    program = {}
    for example in doctest.DocTestParser().get_examples(page):
        exec(example.source, program)
    for name, text in FILE.findall(page):
        Path(name).write_text(text)
    found = []
    for status, lines in RUN.findall(page):
        program, *arguments = shlex.split(lines)
        assert program == ".venv/bin/micrograd-linear"
        found.append((lines.strip(), int(status), cli.main(arguments)))
    return found


@pytest.mark.parametrize("name", SHOWING)
def test_the_files_of_a_page_are_what_it_says(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (PAGES / name).read_text()
    commands = ends(page)
    assert all(said == got for _, said, got in commands)
    tests = [text for file, text in FILE.findall(page) if file.startswith("test_")]
    assert commands or tests
    for text in tests:
        program = {}
        exec(text, program)
        functions = [f for file, f in program.items() if file.startswith("test_")]
        assert len(functions) >= 2
        for function in functions:
            function()


def test_a_page_that_says_another_status_is_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (PAGES / "class.md").read_text()
    assert "dout.sum(axis=0)" in page
    (command,) = ends(page.replace("dout.sum(axis=0)", "dout.mean(axis=0)"))
    assert command[1:] == (0, 1)


def test_the_pages_that_show_files_are_these():
    assert SHOWING == ["class.md", "kernel.md", "layer.md", "test.md"]
