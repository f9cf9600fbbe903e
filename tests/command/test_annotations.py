"""Annotations of GitHub: by ``--format github``, and in a workflow."""

import json
import re

import pytest
from handed_in import RIGHT, TWO, WEAK, WRONG, written
from test_check_many import notebook

LINE = re.compile(r"^::(error|warning) file=([^,]*),line=(\d+),title=([^:,]*)::(.+)$")


def annotated(out):
    """[(kind, file, line, title, message)] of what was printed"""
    found = [LINE.match(line) for line in out.splitlines() if line.startswith("::")]
    assert all(found)
    return [match.groups() for match in found if match]


def test_every_mistake_is_an_annotation_at_its_line_and_the_verdict_follows(run):
    status, out, err = run("check", written(WRONG), "--format", "github")
    ((kind, file, line, title, message),) = annotated(out)
    assert (status, err, kind, file, line) == (1, "", "error", "layer.py", "6")
    assert title == "forward%3A 2 of 3 gradients agree; b does not."
    assert message.startswith("`mean` should be `sum`%0Areturn {")
    assert out.splitlines()[1:] == ["✗ layer.py: 2 of 3 gradients agree; b does not."]
    status, out, _ = run("check", written(RIGHT), "--format", "github")
    assert (status, out) == (0, "✓ layer.py: All 3 gradients agree.\n")


def test_in_a_workflow_they_follow_the_text_and_never_the_json(run, monkeypatch):
    plain = run("check", written(WRONG))[1]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    out = run("check", "layer.py")[1]
    (found,) = annotated(out)
    assert found[2] == "6" and out.startswith(plain.partition("\n\nThe graph")[0])
    assert json.loads(run("check", "layer.py", "--json")[1])["ok"] is False
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    assert run("check", "layer.py")[1] == plain


def test_paths_begin_at_the_root_of_the_checkout(run, monkeypatch, tmp_path):
    written(WRONG, "repository/hw/layer.py")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "repository"))
    monkeypatch.chdir(tmp_path / "repository" / "hw")
    (found,) = annotated(run("check", "layer.py", "--format", "github")[1])
    assert found[1] == "hw/layer.py"


def test_what_has_no_verdict_and_what_is_weak_are_annotations_too(run):
    text = TWO + "def odd_forward(x): return lost(x)\ndef odd_backward(dy, x): return dy\n"
    status, out, _ = run("check", written(text), "--format", "github")
    titles = {title: message for _, _, _, title, message in annotated(out)}
    assert status == 1 and "NameError" in titles["odd%3A no verdict"] and len(titles) == 2
    status, out, _ = run("check", written(WEAK), "--format", "github")
    ((kind, _, line, _, message),) = annotated(out)
    assert (status, kind, line) == (0, "warning", "4") and "missing batch sum" in message
    written("1 / 0\n", "eve.py")
    status, out, _ = run("check", "layer.py", "eve.py", "--format", "github")
    assert status == 2 and ("error", "eve.py") in [found[:2] for found in annotated(out)]


def test_a_hint_withholds_the_correction_there_as_well(run):
    _, out, _ = run("check", written(WRONG), "--format", "github", "--hint")
    ((_, _, line, _, message),) = annotated(out)
    assert (line, message) == ("6", "look at this line")


def test_a_cell_of_a_notebook_is_named_in_the_message(run):
    written(notebook(("markdown", "# Layer"), ("code", WRONG)), "notes.ipynb")
    ((_, file, line, _, message),) = annotated(run("check", "notes.ipynb", "--format", "github")[1])
    assert (file, line) == ("notes.ipynb", "1") and message.startswith("cell 1, line 6%0A")


@pytest.mark.parametrize("form", [["--json"], ["--html", "page.html"]])
def test_one_form_at_a_time(run, form):
    assert run("check", written(RIGHT), "--format", "github", *form)[0] == 2


def test_json_by_format_is_that_of_json(run):
    written(WRONG)
    assert run("check", "layer.py", "--format", "json") == run("check", "layer.py", "--json")
