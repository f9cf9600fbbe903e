"""README.md: CI runs its commands, and what it prints is what is printed.

Its examples run as doctests.
"""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from micrograd_linear.command import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def block(marker, page=README):
    """The code block that follows a marker."""
    found = re.search(rf"<!-- {re.escape(marker)} -->\n```\w*\n(.*?)```", page, re.S)
    assert found, marker
    return found[1]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = cli.main(list(arguments))
        return status, capsys.readouterr().out

    return run


def test_the_main_job_prints_what_the_readme_shows(run):
    assert run() == (0, block("output: main job"))


def test_the_check_prints_what_the_readme_shows(run):
    Path("layer.py").write_text(block("file: layer.py"))
    command, output = block("output: check").split("\n", 1)
    assert command == "$ .venv/bin/micrograd-linear check layer.py"
    assert run("check", "layer.py") == (1, output)


def test_the_derivation_prints_what_its_page_shows(run):
    page = (ROOT / "docs/derive.md").read_text()
    Path("layer.py").write_text(block("file: layer.py", page))
    command, output = block("output: derive", page).split("\n", 1)
    assert command == "$ .venv/bin/micrograd-linear derive layer.py --source"
    assert run("derive", "layer.py", "--source") == (0, output)


def test_git_ignores_what_these_commands_write(run):
    ignored = [line.removeprefix("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    assert run()[0] == 0 and sorted(path.name for path in Path().iterdir()) == [
        "linear.html",
        "linear.png",
        "linear.svg",
    ]
    Path("layer.py").write_text(block("file: layer.py"))
    run("check", "layer.py")
    written = {path.name for path in Path().iterdir()}
    assert len(written) == 7 and written - set(ignored) == set()
    assert {"notes.svg"} - set(ignored) and {".venv/", "build/", "*.egg-info/"} <= set(ignored)


def test_ci_runs_the_commands_of_the_readme():
    script = (ROOT / ".ci/run").read_text()
    for marker in ("command: main job", "command: tests"):
        assert (
            block(marker).startswith("python3 -m venv .venv && ") and block(marker).count("\n") == 1
        )
        assert script.count(f"$(command_of '{marker}')") == 2


def test_links_and_pictures_exist():
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(
            r"\]\((?!http)([^)#]+)\)",
            re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.S),
        ):
            assert (page.parent / target).is_file(), (page.name, target)


def test_the_pictures_show_what_the_script_draws(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs")
    import make_pictures

    def shown(path):
        return [e.text for e in ET.parse(path).iter("{http://www.w3.org/2000/svg}text")]

    for path in make_pictures.make(tmp_path):
        assert shown(path) == shown(ROOT / "docs" / path.relative_to(tmp_path))
        assert len(shown(path)) > 20
    assert "make_pictures" in sys.modules


def test_ci_runs_the_quick_command():
    assert ".venv/bin/python -m benchmarks --quick" in (ROOT / ".ci/run").read_text().splitlines()
