"""Saving: whole or not at all, through links, and into devices and pipes without replacing them."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from micrograd_linear import Value, draw
from micrograd_linear.foundations.files import write_whole


@pytest.fixture(autouse=True)
def nothing_but_a_file_is_replaced(monkeypatch):
    """A rename over anything but a regular file fails the test before it does any harm."""
    replace = os.replace

    def guarded(source, target):
        assert not os.path.lexists(target) or stat.S_ISREG(os.lstat(target).st_mode), target
        return replace(source, target)

    monkeypatch.setattr(os, "replace", guarded)


def test_the_guard_of_these_tests_rejects_a_rename_over_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    with pytest.raises(AssertionError, match="pipe"):
        os.replace(tmp_path / "file", tmp_path / "pipe")


def test_a_pipe_is_written_to_and_stays(tmp_path):
    pipe, read = tmp_path / "graph.dot", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    draw(Value(2.0, "a") * 3).save(pipe)
    reader.join(10)
    assert read[0].startswith(b"digraph") and stat.S_ISFIFO(os.stat(pipe).st_mode)
    assert os.listdir(tmp_path) == ["graph.dot"]


def test_a_link_to_a_device_is_written_through_and_stays(tmp_path):
    link = tmp_path / "graph.svg"
    link.symlink_to(os.devnull)
    assert draw(Value(2.0) * 3).save(link) == link
    assert os.readlink(link) == os.devnull and stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("there", [True, False])
def test_a_link_to_a_file_stays_and_the_file_is_written_whole(tmp_path, there):
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "graph.txt", tmp_path / "far" / "real.txt"
    if there:
        target.write_text("old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert (
        link.is_symlink()
        and target.read_text() == "new"
        and os.listdir(tmp_path / "far") == ["real.txt"]
    )


def test_a_link_in_a_circle_and_one_into_a_missing_folder_are_errors_that_name_the_path(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "nowhere" / "b.txt")
    for name in ("a.txt", "b.txt"):
        with pytest.raises(OSError, match=f"draw: cannot save .*{name}: "):
            write_whole(tmp_path / name, b"new")
        assert (tmp_path / name).is_symlink()


def test_a_device_that_is_full_is_said_and_stays_a_device():
    with pytest.raises(OSError, match=r"draw: cannot save /dev/full: No space left on device"):
        write_whole(Path("/dev/full"), b"x" * 100_000)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_the_file_that_the_program_prints_to_gets_both(tmp_path):
    program = (
        "from pathlib import Path; from micrograd_linear.foundations.files import write_whole\n"
        "print('first', flush=True); write_whole(Path('/dev/stdout'), b'page\\n'); print('last')"
    )
    with open(tmp_path / "out", "w") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "first\npage\nlast\n"
    through_a_pipe = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert through_a_pipe.stdout == "first\npage\nlast\n"
