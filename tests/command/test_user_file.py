"""The user's file: what is no program is said, and an error in one names its line and its text."""

import os
from pathlib import Path

import pytest
from test_command import is_one_line, program

from micrograd_linear.command import cli
from micrograd_linear.foundations.place import is_beside, place_of


@pytest.mark.parametrize(
    "statement, line",
    [
        ("y = np.tanh(3)", "layer.py:1: NameError: name 'np' is not defined: y = np.tanh(3)"),
        ("import helper", "helper.py:2: ZeroDivisionError: division by zero: z = 1 / 0"),
        ("import unfinished", "unfinished.py:1: SyntaxError: "),
        (
            "import no_such_module",
            "layer.py:1: ModuleNotFoundError: No module named 'no_such_module': import no_such",
        ),
        ("import json; json.loads('{')", "layer.py:1: JSONDecodeError: "),
        ("exec('1 +')", "layer.py:1: SyntaxError: invalid syntax: exec('1 +')"),
        ("raise ValueError('a\\nb' + 'c' * 10_000)", "layer.py:1: ValueError: a bccc"),
    ],
)
def test_an_error_names_its_line_and_its_source(run, statement, line):
    Path("helper.py").write_text("# one\nz = 1 / 0")
    Path("unfinished.py").write_text("def f(")
    for folder in ("", "sub/"):
        if folder:
            os.mkdir("sub")
            for name in ("helper.py", "unfinished.py"):
                os.rename(name, f"sub/{name}")
        Path(f"{folder}layer.py").write_text(program(statement, "load"))
        status, _, err = run("check", f"{folder}layer.py")
        assert (
            status == 2 and err.startswith(f"micrograd-linear: {folder}{line}") and is_one_line(err)
        ), err
        assert len(err) < 2100


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("empty.py", b"", "empty.py is empty; expected a Python file"),
        ("blank.py", b" \n\n", "blank.py is empty"),
        ("remark.py", b"# nothing", "remark.py defines no function forward"),
        (
            "latin.py",
            "# eins\n# zwei\ns = 'gr\u00fcn'".encode("latin-1"),
            "latin.py:3: it is not utf-8 text (byte 0xfc)",
        ),
        ("wide.py", "x = 1".encode("utf-16"), "wide.py:1: it is not utf-8 text (byte 0xff)"),
        ("coding.py", b"# coding: klingon\nx = 1", "coding.py:1: unknown encoding: klingon"),
        ("zero.py", b"x = 1\x00", "zero.py: "),
        ("notes.ipynb", b"{}", "notes.ipynb is a notebook"),
        ("binary.py", bytes(range(256)), "binary.py:"),
        ("deep.py", b"x = " + b"(" * 5000 + b")" * 5000, "deep.py"),
    ],
)
def test_a_file_that_is_no_program_is_said(run, name, content, words):
    Path(name).write_bytes(content)
    for verb in ("check", "derive"):
        status, out, err = run(verb, name)
        assert (status, out) == (2, "") and is_one_line(err) and words in err, err


def test_a_folder_a_device_a_missing_and_an_unreadable_file(run, monkeypatch):
    os.mkdir("folder.py")
    for name, words in (
        ("folder.py", "is a folder"),
        (os.devnull, "is a device"),
        ("no.py", "no.py: no such file"),
    ):
        status, _, err = run("check", name, "-o", "made")
        assert status == 2 and is_one_line(err) and words in err and not os.path.exists("made")
    Path("secret.py").write_text("x = 1")

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert (
        run("check", "secret.py")[2]
        == "micrograd-linear: secret.py: it cannot be read: Permission denied\n"
    )


def test_a_text_in_another_encoding_and_a_pipe_can_be_used(run):
    text = "# coding: latin-1\nname = 'gr\u00fcn'\nassert len(name) == 4\n" + program(
        "pass", "load"
    )
    Path("latin.py").write_bytes(text.encode("latin-1"))
    assert run("check", "latin.py", "--json")[0] == 0
    Path("bom.py").write_bytes(b"\xef\xbb\xbf" + program("pass", "load").encode())
    assert run("check", "bom.py", "--json")[0] == 0


def test_main_blocks_do_not_run_and_the_path_of_the_file_is_right(run):
    os.mkdir("sub")
    Path("sub/data.csv").write_text("1,2\n")
    head = (
        "if __name__ == '__main__': raise RuntimeError('run')\n"
        "from pathlib import Path\n"
        "assert Path(__file__).is_absolute()\n"
    )
    ok = (
        head + "assert (Path(__file__).parent / 'data.csv').read_text()\n" + program("pass", "load")
    )
    Path("sub/layer.py").write_text(ok)
    assert run("check", "sub/layer.py", "--json")[0] == 0
    Path("sub/layer.py").write_text("open('data.csv')\n" + ok)
    status, out, _ = run("check", "sub/layer.py")  # the pair does not need the data
    beside = "it is beside the file: open(Path(__file__).parent / 'data.csv')"
    assert status == 0 and "\nleft out: " in out
    assert f"looked for in the current folder, {os.getcwd()}; {beside}" in out
    Path("sub/layer.py").write_text("open('other.csv')\n" + ok)
    status, out, _ = run("check", "sub/layer.py")
    assert (
        "sub/layer.py:1: FileNotFoundError" in out
        and "'other.csv'" in out
        and "beside the file" not in out
        and os.getcwd() in out
    )
    needs = "rows = len(open('other.csv').read())\nlast = rows - 1\n"
    Path("needs.py").write_text(
        needs + "def forward(x): return x * rows\ndef backward(dy, x): return dy * rows"
    )
    status, _, err = run("check", "needs.py")
    assert status == 2 and "name 'rows' is not defined (needs.py:3" in err


def test_the_place_of_an_error_is_the_innermost_of_the_users_own_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (
        "import json\ndef inner():\n    return json.loads('{')\ndef outer():\n    return inner()\n"
    )
    Path("layer.py").write_text(text)
    names = {}
    exec(compile(text, "layer.py", "exec"), names)
    with pytest.raises(ValueError) as raised:
        names["outer"]()
    place = place_of(raised.value, "layer.py")
    assert (place.file, place.line, place.text) == ("layer.py", 3, "return json.loads('{')")
    assert place_of(raised.value, "other/layer.py") is None
    assert place_of(ValueError(), "layer.py") is None


def test_what_is_installed_below_the_users_folder_is_not_the_users(tmp_path):
    file = tmp_path / "layer.py"
    assert is_beside(tmp_path / "helper.py", file) and is_beside(
        tmp_path / "sub" / "helper.py", file
    )
    assert not is_beside(tmp_path.parent / "helper.py", file)
    assert not is_beside(tmp_path / "venv" / "site-packages" / "helper.py", file)
    assert not is_beside(os.__file__, "/layer.py") and not is_beside(cli.__file__, "/layer.py")
