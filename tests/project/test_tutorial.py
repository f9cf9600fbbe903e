"""The tutorial: its exercises can be solved, its solutions are right, and its notebooks run."""

import ast
import contextlib
import doctest
import io
import json
import linecache
import re
import sys
from pathlib import Path

import pytest

from micrograd_linear.command import cli

TUTORIAL = Path(__file__).parents[2] / "docs/tutorial"
sys.path.insert(0, str(TUTORIAL.parent))
import make_notebooks  # noqa: E402

EXERCISES = sorted((TUTORIAL / "exercises").glob("*.py"))
BACKWARD = re.compile(r"def backward.*?return \{.*?\}\n", re.S)


def solution_of(exercise):
    page = (TUTORIAL / "solutions.md").read_text()
    found = re.search(rf"<!-- solution: {exercise.name} -->\n```python\n(.*?)```", page, re.S)
    assert found, exercise.name
    return found[1]


def checked(text, folder, capsys):
    """The exit status of a check of a program, and its JSON."""
    path = folder / "exercise.py"
    path.write_text(text)
    status = cli.main(["check", str(path), "--json"])
    return status, json.loads(capsys.readouterr().out)


def with_backward(exercise, backward):
    text = exercise.read_text()
    assert len(BACKWARD.findall(text)) == 1
    return BACKWARD.sub(lambda _: backward, text)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda path: path.stem)
def test_an_exercise_is_open_its_solution_passes_and_a_wrong_one_does_not(
    exercise, tmp_path, capsys
):
    status, found = checked(exercise.read_text(), tmp_path, capsys)
    statuses = {g["status"] for name, g in found["gradients"].items()}
    assert (status, statuses) == (1, {"missing"})
    solution = solution_of(exercise)
    status, found = checked(with_backward(exercise, solution), tmp_path, capsys)
    assert (status, found["ok"], found["weaknesses"]) == (0, True, [])
    wrong = re.sub(r'": ', '": -1.0 * ', solution, count=1)
    assert wrong != solution
    status, found = checked(with_backward(exercise, wrong), tmp_path, capsys)
    assert (status, found["ok"]) == (1, False)


def test_a_hint_says_where_and_leaves_the_answer_to_the_reader(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exercise = TUTORIAL / "exercises/exercise_2_arrays.py"
    right, wrong = "ds = (dy * x).sum(", "ds = (dy * x).mean("
    assert right in solution_of(exercise)
    text = with_backward(exercise, solution_of(exercise).replace(right, wrong))
    Path("exercise.py").write_text(text)
    place = f"exercise.py:{text[: text.index(wrong)].count(chr(10)) + 1}"
    assert cli.main(["check", "exercise.py"]) == 1
    told = capsys.readouterr().out
    assert place in told and right in told
    assert cli.main(["check", "exercise.py", "--hint"]) == 1
    hinted = capsys.readouterr().out
    assert place in hinted and right not in hinted and "should be" not in hinted


def test_every_exercise_stands_in_a_chapter_word_for_word():
    chapters = "".join(make_notebooks.page_of(chapter) for chapter in make_notebooks.CHAPTERS)
    assert len(EXERCISES) == 5
    for exercise in EXERCISES:
        tree = ast.parse(exercise.read_text())
        program = "".join(exercise.read_text().splitlines(True)[tree.body[0].end_lineno :])
        assert f"```python\n{program.lstrip()}```" in chapters, exercise.name
        assert f"check docs/tutorial/exercises/{exercise.name}" in chapters


def test_the_notebooks_are_those_of_the_pages(tmp_path):
    for path in make_notebooks.make(tmp_path):
        assert path.read_text() == (TUTORIAL / path.name).read_text(), (
            "run python docs/make_notebooks.py"
        )


def printed(source, program, name):
    """What a cell prints, run as a notebook runs it: its last expression is shown."""
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    *first, last = ast.parse(source).body
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(ast.Module(first, []), name, "exec"), program)
        exec(compile(ast.Interactive([last]), name, "single"), program)
    return output.getvalue()


def unlike(page, name="chapter"):
    """The cells of a page that print something else than the page shows."""
    program, found = {"__name__": "__main__"}, []
    for number, (kind, source, wanted) in enumerate(make_notebooks.parts(page)):
        if kind == "code":
            got = printed(source, program, f"<{name} {number}>")
            if not doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS):
                found.append((source, wanted, got))
    return found


@pytest.mark.parametrize("chapter", make_notebooks.CHAPTERS)
def test_every_cell_prints_what_the_page_shows(chapter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = make_notebooks.page_of(chapter)
    assert sum(kind == "code" for kind, _, _ in make_notebooks.parts(page)) > 5
    assert unlike(page, chapter) == []


def test_a_cell_that_prints_something_else_is_found():
    page = "# One\n\n```python\n>>> x = 2\n>>> x + 1\n3\n>>> x + 2\n5\n\n```\n\nText.\n"
    assert [source for source, _, _ in unlike(page)] == ["x + 2"]


def test_a_cell_ends_where_something_is_shown_and_links_lead_to_notebooks():
    page = (
        "Text. [This chapter is also a\nnotebook](numbers.ipynb). Next: [two](arrays.md).\n\n"
        "```python\n>>> x = 2\n>>> x + 1\n3\n>>> y = x\n\n```\n"
    )
    made = make_notebooks.cells(page)
    assert ["".join(cell["source"]) for cell in made] == [
        "Text. Next: [two](arrays.ipynb).",
        "x = 2\nx + 1",
        "y = x",
    ]
    assert [cell["cell_type"] for cell in made] == ["markdown", "code", "code"]
