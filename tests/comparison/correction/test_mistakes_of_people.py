"""A corpus of mistakes: programs as different people write them, each with one wrong statement.

``tests/mistakes/`` holds the right programs and, in ``mistakes.json``, what is changed in them: a
line that is replaced, left out (``wrong`` is empty; it stood after ``line``) or added (``right`` is
empty). The authors had not seen the code that is tried here. ``short`` tells what is not reached
yet: no "line", or no "correction"; whoever reaches it takes it out.
"""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from micrograd_linear.command import cli

FOLDER = Path(__file__).parents[2] / "mistakes"
MISTAKES = json.loads((FOLDER / "mistakes.json").read_text())
FILES = sorted({mistake["file"] for mistake in MISTAKES})


def mutated(mistake):
    """The text of the program with the mistake."""
    lines = (FOLDER / mistake["file"]).read_text().split("\n")
    at = mistake["line"]
    if not mistake["wrong"]:
        assert lines[at].strip() == mistake["right"]
        del lines[at]
    elif not mistake["right"]:
        lines.insert(at - 1, " " * mistake["indent"] + mistake["wrong"])
    else:
        old = lines[at - 1]
        assert old.strip() == mistake["right"]
        lines[at - 1] = old[: len(old) - len(old.lstrip())] + mistake["wrong"]
    return "\n".join(lines)


def checked(path, *options):
    """(the exit status, the JSON) of a check."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = cli.main(["check", str(path), "--json", *options])
    return status, json.loads(out.getvalue())


def target(statement):
    """What a statement writes: ``dx`` of ``dx[x < 0] = 0``."""
    return re.split(r"\s*[-+*/@]?=(?!=)", statement)[0].split("[")[0].strip()


def is_named(mistake, found):
    """Whether a mistake that was found is this one.

    A line that is left out may be missing after any line that writes the same.
    """
    there = found["line"] + found["text"].count("\n")
    if mistake["wrong"]:
        return found["line"] <= mistake["line"] <= there
    lines = [c["line"] for c in found["corrections"]]
    same = target(mistake["right"]) in {target(line) for line in (*lines, found["text"])}
    return same or abs(found["line"] - mistake["line"]) <= 1


def test_the_corpus_is_large_and_most_of_it_is_reached():
    assert len(FILES) >= 30 and len(MISTAKES) >= 120
    without_line = [m for m in MISTAKES if "line" in m["short"]]
    without_correction = [m for m in MISTAKES if "correction" in m["short"]]
    assert len(without_line) <= 0.2 * len(MISTAKES)
    assert len(without_correction) <= 0.2 * len(MISTAKES)


@pytest.mark.parametrize("file", FILES)
def test_no_line_of_a_right_program_is_accused(file):
    status, found = checked(FOLDER / file)
    assert status == 0
    assert not any(pair["mistakes"] for pair in found["pairs"])


@pytest.mark.parametrize("file", FILES)
def test_the_line_is_named_and_its_correction_holds(file, tmp_path):
    for mistake in [m for m in MISTAKES if m["file"] == file]:
        path = tmp_path / file
        path.write_text(mutated(mistake))
        status, before = checked(path, "--write")
        assert status == 1, mistake["id"]
        found = [m for pair in before["pairs"] for m in pair.get("mistakes", ())]
        named = any(is_named(mistake, each) for each in found)
        assert named or "line" in mistake["short"], (mistake, found)
        corrected = any(each["corrections"] for each in found)
        assert corrected or "correction" in mistake["short"], (mistake, found)
        if all(pair.get("verified") for pair in before["pairs"] if not pair["ok"]):
            assert checked(path)[0] == 0, mistake["id"]  # what was written is right
