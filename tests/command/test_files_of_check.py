"""`check` of several files, of a folder and of standard input."""

import io
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from handed_in import RIGHT, TWO, WRONG, written

from micrograd_linear.command.files import asked_for

FAILS = "1 / 0\n"


@pytest.fixture
def homework(run):
    """Three files that were handed in, and one that is no layer."""
    written(RIGHT, "hw/ana/layer.py")
    written(WRONG, "hw/bob/layer.py")
    written("x = 1\n", "hw/tools.py")
    written(WRONG, "hw/.venv/layer.py")
    written(WRONG, "hw/env/lib/layer.py")
    written("", "hw/env/pyvenv.cfg")
    return run


def rows(out):
    """{file: the rest of its row}"""
    lines = [line.split(maxsplit=1) for line in out.splitlines() if line.startswith("hw/")]
    return {name: " ".join(rest.split()) for name, rest in lines}


def test_a_folder_has_a_row_for_each_file_and_the_first_thing_to_fix(homework):
    status, out, err = homework("check", "hw")
    assert (status, err) == (1, "")
    assert out.startswith(
        "✗ 1 of 2 files agree; wrong: hw/bob/layer.py; without a pair: 1.\n\n"
        "Fix first, in hw/bob/layer.py, forward:\nlayer.py:6  return"
    )
    assert rows(out) == {
        "hw/ana/layer.py": "1 of 1 - agrees",
        "hw/bob/layer.py": "0 of 1 layer.py:6 WRONG: b",
        "hw/tools.py": "- - no pair",
    }
    assert not [name for name in os.listdir() if name != "hw"]  # no picture of any


def test_the_exit_status_is_the_highest(homework):
    assert homework("check", "hw/ana")[0] == 0
    assert homework("check", "hw/ana/layer.py", "hw/bob/layer.py")[0] == 1
    status, out, _ = homework("check", "hw/bob", written(FAILS, "hw/eve.py"))
    assert status == 2 and "no verdict: hw/eve.py" in out.splitlines()[0]
    assert rows(out)["hw/eve.py"].startswith("- - NO VERDICT: eve.py:1: ZeroDivisionError")
    # A file that is named must have a pair, and so must all, where a pair is named.
    assert homework("check", "hw/ana/layer.py", "hw/tools.py")[0] == 2
    assert homework("check", "hw/ana", "hw/tools.py", "forward")[0] == 2


def test_json_has_every_file_and_all_pairs(homework):
    status, out, _ = homework("check", "hw", "--json")
    said = json.loads(out)
    assert status == 1 and said["ok"] is False
    found = [(each["file"], each["ok"], len(each["pairs"])) for each in said["files"]]
    assert found[:2] == [("hw/ana/layer.py", True, 1), ("hw/bob/layer.py", False, 1)]
    assert "defines no function forward" in said["files"][2]["error"]
    assert [pair["file"] for pair in said["pairs"]] == ["hw/ana/layer.py", "hw/bob/layer.py"]
    assert json.loads(homework("check", "hw/ana", "--json")[1])["ok"] is True
    written(FAILS, "hw/ana/eve.py")
    status, out, _ = homework("check", "hw/ana", "--json")
    assert status == 2 and json.loads(out)["ok"] is None


def test_pairs_are_picked_in_every_file(homework):
    written(TWO, "hw/ana/two.py")
    status, out, _ = homework("check", "hw/ana/two.py", "hw/bob/layer.py", "relu", "forward")
    assert status == 2 and "has no pair" in out
    written(TWO, "hw/bob/two.py")
    status, out, _ = homework("check", "hw/ana/two.py", "hw/bob/two.py", "relu")
    assert status == 0 and out.startswith("✓ All 2 files agree.")


def test_a_page_holds_the_pairs_of_all_files(homework):
    status, out, _ = homework("check", "hw", "--html", "all.html")
    page = Path("all.html").read_text()
    assert status == 1 and out.endswith("The report: all.html\n")
    assert "<h1>hw</h1>" in page and page.count("<article") == 2
    assert page.count("✗ 1 of 2 files agree") == 1 and "No verdict" not in page
    written(FAILS, "hw/eve.py")
    assert homework("check", "hw", "--html", "all.html")[0] == 2
    assert "No verdict: hw/eve.py:1: ZeroDivisionError" in Path("all.html").read_text()


def test_corrections_of_all_files_are_one_diff_and_are_written(homework):
    status, out, _ = homework("check", "hw/ana", "hw/bob", "--write")
    assert status == 1 and out.endswith("written: hw/bob/layer.py\n")
    assert "--- a/hw/bob/layer.py" in out and "hw/ana" not in out.partition("--- a/")[2]
    assert homework("check", "hw")[0] == 0


@pytest.mark.parametrize(
    "text, status, words",
    [
        (RIGHT, 0, "✓ <stdin>: All 3 gradients agree."),
        (WRONG, 1, "<stdin>:6  return"),
        (FAILS, 2, "<stdin>:1: ZeroDivisionError"),
        (" \n", 2, "standard input is empty"),
    ],
)
def test_a_minus_is_standard_input(run, monkeypatch, text, status, words):
    def piped():
        return SimpleNamespace(buffer=io.BytesIO(text.encode()))

    monkeypatch.setattr("sys.stdin", piped())
    found, out, err = run("check", "-")
    assert found == status and words in out + err
    names = ["stdin.html", "stdin.png", "stdin.svg"] if status < 2 else []
    assert sorted(os.listdir()) == names
    monkeypatch.setattr("sys.stdin", piped())
    said = json.loads(run("check", "-", "--json")[1])
    assert said["ok"] is {0: True, 1: False, 2: None}[status]
    monkeypatch.setattr("sys.stdin", piped())
    assert "cannot be written to" in run("check", "-", "--write")[2]


def test_what_is_a_file_and_what_is_a_name(run):
    written(RIGHT, "relu/layer.py")
    written(RIGHT, "hw/layer.py")
    written(RIGHT, "layer.py")
    assert asked_for(["layer.py", "relu"]).names == ("relu",)  # a folder has that name, too
    assert asked_for(["layer.py", "relu/"]).files == ("layer.py", "relu/layer.py")
    assert asked_for(["hw", "relu"]).files == ("hw/layer.py", "relu/layer.py")
    assert asked_for(["hw", "Scale.forward"]).names == ("Scale.forward",)
    assert asked_for(["layer.py", "layer.py"]).is_table is False
    assert asked_for(["none.py", "none"]).files == ("none.py",)


def test_a_folder_without_files_and_one_without_pairs_are_errors(run):
    os.mkdir("empty")
    status, out, err = run("check", "empty")
    assert (status, out) == (2, "") and "a folder without Python files" in err
    written("x = 1\n", "empty/x.py")
    status, out, err = run("check", "empty")
    assert (status, out) == (2, "") and "no file has a pair" in err
