"""Where the output goes is sure before anything runs; what fails later takes no verdict along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_linear.command import check_job, cli, output

RIGHT = """
open("ran", "w").close()
def forward(x):
    return x * 2
def backward(dy, x):
    return 2 * dy
"""
WRONG = RIGHT.replace("2 * dy", "3 * dy")
CUT = """
import numpy as np
def forward(x):
    return np.array([float(row.sum()) for row in x])
def backward(dy, x):
    return dy[:, None] * np.ones_like(x)
inputs = {"x": (5, 7)}
"""


def written(text):
    Path("layer.py").write_text(text)
    return "layer.py"


@pytest.mark.parametrize("text, expected", [(RIGHT, 0), (WRONG, 1)])
def test_a_missing_folder_is_made_and_the_verdict_stays(run, text, expected):
    status, out, err = run("check", written(text), "-o", "new/deep")
    assert (status, err) == (expected, "") and sorted(os.listdir("new/deep")) == [
        "layer.html",
        "layer.png",
        "layer.svg",
    ]
    assert "The graph: new/deep/layer.svg" in out


@pytest.mark.parametrize("form", [[], ["--html", "page.html"]])
@pytest.mark.parametrize(
    "folder, words",
    [
        ("taken", "it is no folder"),
        ("taken/deeper", "taken/deeper"),
        (os.devnull, "it is no folder"),
        ("/proc/none", "/proc/none"),
        ("n" * 300, "File name too long"),
        ("nul\0", "null"),
    ],
)
def test_an_impossible_folder_is_said_before_anything_runs(run, folder, words, form):
    Path("taken").write_text("mine")
    status, out, err = run("check", written(RIGHT), "-o", folder, *form)
    assert (
        (status, out) == (2, "")
        and err.startswith("micrograd-linear: nothing can be saved")
        and err.count("\n") == 1
    ), err
    assert words in err and not os.path.exists("ran") and Path("taken").read_text() == "mine"
    status, out, err = run("-o", folder)
    assert (status, out) == (2, "") and err.count("\n") == 1


@pytest.mark.parametrize("form", [[], ["--html", "page.html"]])
def test_a_folder_that_cannot_be_written_to_is_said_before_anything_runs(run, monkeypatch, form):
    def refused(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    status, out, err = run("check", written(RIGHT), "-o", "out", *form)
    assert (status, out) == (
        2,
        "",
    ) and err == "micrograd-linear: nothing can be saved in out: Permission denied\n"
    assert not os.path.exists("ran")
    assert run("check", "layer.py", "--json", "-o", "out")[0] == 0  # it saves nothing


def test_a_picture_that_is_a_folder_is_said_before_anything_runs(run):
    os.mkdir("layer.png")
    status, out, err = run("check", written(RIGHT))
    assert (
        (status, out) == (2, "")
        and "layer.png: it is a folder" in err
        and not os.path.exists("ran")
    )


def test_a_relative_page_goes_into_the_folder_and_an_absolute_one_stays(run, tmp_path):
    status, out, _ = run("check", written(RIGHT), "-o", "out", "--html", "page.html")
    assert (
        status == 0
        and os.listdir("out") == ["page.html"]
        and out.endswith("\nThe report: out/page.html\n")
    )
    page = tmp_path / "away.html"
    status, out, _ = run("check", "layer.py", "-o", "unused", "--html", page)
    assert (
        status == 0
        and page.exists()
        and not os.path.exists("unused")
        and out.endswith(f"The report: {page}\n")
    )
    os.remove("ran")
    status, out, err = run("check", "layer.py", "--html", "no/page.html")
    assert (status, out) == (2, "") and "there is no folder no" in err and not os.path.exists("ran")


@pytest.mark.parametrize(
    "text, verdict", [(RIGHT, "all gradients agree"), (WRONG, "not all gradients agree")]
)
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), RuntimeError("draw: no picture")]
)
def test_pictures_that_fail_after_the_verdict_say_that_it_stands(
    run, monkeypatch, text, verdict, error
):
    def full(*_):
        raise error

    monkeypatch.setattr(sys.modules["micrograd_linear.drawing.drawing"], "write_whole", full)
    status, out, err = run("check", written(text))
    assert status == 2 and "gradient" in out and "x  " in out
    assert err.count("\n") == 1 and err.endswith(f"; the verdict stands: {verdict}\n")
    monkeypatch.setattr(check_job, "write_whole", full)
    assert run("check", "layer.py", "--html", "page.html")[2] == err
    assert run("check", "layer.py", "--json")[0] == int(text is WRONG)


def test_without_graphviz_there_is_a_verdict_and_an_error_for_the_page(run, monkeypatch):
    def missing(*_, **__):
        raise RuntimeError("draw: no picture (pygraphviz is not installed)")

    monkeypatch.setattr(sys.modules["micrograd_linear.drawing.formats"], "render", missing)
    for form in ([], ["--html", "page.html"]):
        status, out, err = run("check", written(WRONG), *form)
        assert status == 2 and "WRONG" in out and "pygraphviz is not installed" in err
        assert err.endswith("; the verdict stands: not all gradients agree\n")
        assert sorted(os.listdir()) == ["layer.py", "ran"]


def test_the_users_folder_is_not_where_the_file_went(run):
    os.mkdir("away")
    assert run("check", written("import os\nos.chdir('away')\n" + RIGHT))[0] == 0
    assert os.path.exists("layer.svg") and os.listdir("away") == ["ran"]


@pytest.mark.parametrize("form", [[], ["--html", "page.html"]])
def test_what_differences_alone_judge_has_a_verdict_and_no_picture(run, form):
    status, out, err = run("check", written(CUT), *form)
    assert (status, err) == (0, "") and "y (5,) from x (5, 7)" in out
    assert ("No picture: there is no graph of forward." in out) == (not form) and os.path.exists(
        "page.html"
    ) == bool(form)
    assert run("check", written(CUT.replace("dy[:, None]", "2 * dy[:, None]")), *form)[0] == 1


def in_a_shell(folder, line):
    """A line of sh, where $CHECK is the command; gives the line's status and what it printed."""
    check = f"{sys.executable} -m micrograd_linear check layer.py"
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(cli.__file__).parents[2]),
        "CHECK": check,
    }
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("text, expected", [(RIGHT, 0), (WRONG, 1)])
def test_a_reader_who_has_seen_enough_does_not_change_the_verdict(tmp_path, text, expected):
    (tmp_path / "layer.py").write_text(text)
    _, out, err = in_a_shell(tmp_path, "$CHECK --json | true; echo ${PIPESTATUS[0]}")
    assert (out, err) == (f"{expected}\n", "")
    _, out, err = in_a_shell(tmp_path, "$CHECK --json >&-; echo $?")
    assert (out, err) == (f"{expected}\n", "")
    _, out, _ = in_a_shell(tmp_path, "$CHECK --json 2>&-; echo $?")
    assert out.endswith(f"\n{expected}\n") and out.startswith("{")


def test_a_full_disk_is_status_2(tmp_path):
    (tmp_path / "layer.py").write_text(RIGHT)
    for form in ("", "--json"):
        status, _, err = in_a_shell(tmp_path, f"$CHECK {form} > /dev/full")
        assert (
            status == 2
            and err == "micrograd-linear: the output cannot be printed: No space left on device\n"
        )


def test_the_page_may_go_to_standard_output(tmp_path):
    (tmp_path / "layer.py").write_text(WRONG)
    for line in (
        "$CHECK --html /dev/stdout > both; s=$?; cat both; exit $s",
        "$CHECK --html /dev/stdout",
    ):
        status, out, err = in_a_shell(tmp_path, line)
        assert (
            (status, err) == (1, "")
            and out.startswith("✗ layer.py: The")
            and "<!DOCTYPE html>" in out
        )
        assert out.rstrip().endswith("The report: /dev/stdout")


def test_a_pipe_can_be_checked(tmp_path):
    (tmp_path / "layer.py").write_text(RIGHT)
    status, out, err = in_a_shell(tmp_path, "${CHECK% layer.py} <(cat layer.py) --json")
    assert (status, err) == (0, "") and '"ok": true' in out


def test_what_cannot_be_encoded_does_not_outlast_the_command():
    before = sys.__stdout__.errors
    with output.every_character():
        pass
    assert sys.__stdout__.errors == before
