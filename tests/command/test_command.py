"""The command tells the truth whatever the user's file does, and is not changed by it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from micrograd_linear.command import checking, cli

RIGHT = """
import numpy as np
def forward(x, W):
    {forward}
    return x @ W
def backward(dy, x, W):
    {backward}
    return {{"x": dy @ W.T, "W": x.T @ dy}}
inputs = {{"x": (5, 7), "W": (7, 3)}}
"""
PLACES = ("load", "forward", "backward")


def program(statement, place, ok=True):
    """A file with the statement at one of the places; its derivation is right, or wrong."""
    parts = {name: statement if name == place else "pass" for name in ("forward", "backward")}
    text = (statement if place == "load" else "pass") + RIGHT.format(**parts)
    return text if ok else text.replace("dy @ W.T", "2 * dy @ W.T")


def command(folder, text, *arguments, name="layer.py", **options):
    """The command in a process of its own; gives (status, output, errors)."""
    (folder / name).write_text(text)
    path = os.pathsep.join([str(Path(cli.__file__).parents[2]), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "micrograd_linear", "check", name, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, **options.pop("env", {})},
        text=True,
        timeout=60,
        check=False,
        **({"capture_output": True} | options),
    )
    return done.returncode, done.stdout, done.stderr


def is_one_line(err):
    return err.startswith("micrograd-linear: ") and err.count("\n") == 1 and "Traceback" not in err


RAISING = {
    "class Stop(BaseException): pass\nraise Stop('enough')": "Stop: enough",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "raise GeneratorExit": "GeneratorExit",
    "raise SystemExit(0)": "SystemExit: 0",
    "import os; os._exit(0)": "SystemExit: os._exit(0)",
    "raise BrokenPipeError('mine')": "BrokenPipeError: mine",
    "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})": "",
    "def f(): f()\nf()": "RecursionError",
    "import sys; sys.setprofile(lambda *_: 1 / 0)": "ZeroDivisionError",
    "import sys; sys.settrace(lambda *_: 1 / 0); print()": "ZeroDivisionError",
}


def indented(statement):
    return statement.replace("\n", "\n    ")


@pytest.mark.parametrize("statement, words", RAISING.items())
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_whatever_the_file_raises_is_status_2_and_one_line(run, statement, words, place, arguments):
    text = program(statement if place == "load" else indented(statement), place)
    Path("layer.py").write_text(text)
    status, out, err = run("check", "layer.py", *arguments)
    assert status == 2 and is_one_line(err) and words in err, err
    if arguments:
        assert json.loads(out) == {"ok": None, "error": err[len("micrograd-linear: ") : -1]}
    else:
        assert out == ""
    assert os.listdir() == ["layer.py"]


@pytest.mark.parametrize("statement", [s for s in RAISING if "\n" not in s])
def test_derive_says_it_in_one_line_too(run, statement):
    for place in ("load", "forward"):
        Path("layer.py").write_text(program(statement, place))
        status, out, err = run("derive", "layer.py")
        assert status == 2 and out == "" and is_one_line(err), err


DISTURBING = {
    "print('noise')": "noise",
    "import sys; sys.stdout.write('noise'); sys.stdout.buffer.write(b'noise')": "noise",
    "import os; os.write(1, b'noise\\n')": "noise",
    "import ctypes; ctypes.CDLL(None).printf(b'noise\\n')": "noise",
    "import subprocess; subprocess.run(['echo', 'noise'])": "noise",
    "import sys; sys.stdout.reconfigure(encoding='utf-8'); print('n\u00f6ise')": "ise",
    "import sys, os; sys.stdout = os.fdopen(1, 'w', closefd=False); print('noise')": "noise",
    "import atexit; atexit.register(print, 'noise')": "noise",
    "print('noise' * 200_000)": "noise",
    "import sys; sys.stdout.close()": "",
    "import sys; sys.__stdout__.close()": "",
    "import sys; sys.stdout = None": "",
    "import os; os.closerange(1, 2)": "",
    "import os; os.dup2(os.open(os.devnull, os.O_WRONLY), 1)": "",
    "import sys; sys.stderr.close()": "",
    "import os; os.closerange(2, 3)": "",
    "import os; os.chdir('/')": "",
    "import os; os.path.exists('layer.py') and os.remove('layer.py')": "",
    "import sys; sys.setprofile(lambda *_: None)": "",
    "import sys; sys.settrace(lambda *_: None)": "",
    "import numpy as np; np.set_printoptions(precision=1); np.seterr(all='raise')": "",
    "import warnings; warnings.simplefilter('error')": "",
    "import sys; del sys.path[:]; sys.argv.clear()": "",
    "import sys; sys.stdout = type('', (), {'flush': lambda self: sys.exit(0)})()": "",
    "import os; os.fork()": "",
    "import os; os.fork() or os._exit(0)": "",
    "import builtins; builtins.print = None": "",
}


@pytest.mark.parametrize("statement, noise", DISTURBING.items())
def test_whatever_the_file_disturbs_the_json_is_that_of_the_quiet_file(
    tmp_path, statement, noise, quiet
):
    for place, ok in (("load", False), ("backward", True)):
        status, out, err = command(tmp_path, program(statement, place, ok), "--json")
        same = (status, without_lines(out)) == quiet[ok]
        assert same and noise in err and "Traceback" not in err, err


def without_lines(out):
    """The JSON without how many lines were run: the disturbance is one more in backward."""
    found = json.loads(out)
    for part in (found, *found["pairs"]):
        part.pop("lines", None)
    return found


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """{whether the derivation is right: (status, JSON)} of a file that disturbs nothing."""
    found = {}
    for ok in (True, False):
        status, out, err = command(
            tmp_path_factory.mktemp("quiet"), program("pass", "load", ok), "--json"
        )
        found[ok] = status, without_lines(out)
        assert err == ""
    assert (found[True][0], found[False][0]) == (0, 1)
    return found


def test_the_comparison_of_these_tests_rejects_what_does_reach_the_output(
    tmp_path, quiet, monkeypatch
):
    """The twin: without the diversion, the same check fails."""
    twin = (
        "import micrograd_linear.command.user_file as u, contextlib\n"
        "u.printing_to_standard_error = contextlib.nullcontext\n"
    )
    (tmp_path / "sitecustomize.py").write_text("")
    runner = f"{twin}from micrograd_linear.command import cli\nraise SystemExit(cli.run())"
    (tmp_path / "layer.py").write_text(program("print('noise')", "load"))
    done = subprocess.run(
        [sys.executable, "-c", runner, "check", "layer.py", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("noise\n{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(done.stdout)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("caught", [False, True])
def test_an_interrupt_is_status_130_even_where_the_file_catches_it(tmp_path, place, caught):
    waiting = (
        "import os, time; os.path.exists('ready') or open('ready', 'w').close() or time.sleep(30)"
    )
    statement = f"try: {waiting}\nexcept BaseException: pass\n" if caught else waiting
    text = program(statement if place == "load" else indented(statement), place)
    (tmp_path / "layer.py").write_text(text)
    started = subprocess.Popen(
        [sys.executable, "-m", "micrograd_linear", "check", "layer.py", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while not (tmp_path / "ready").exists() and time.monotonic() < until:
        time.sleep(0.02)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 130 and err == "micrograd-linear: interrupted\n", err
    assert json.loads(out) == {"ok": None, "error": "interrupted"}


def test_a_fault_of_the_program_is_no_verdict_and_says_how_to_see_more(run, monkeypatch):
    Path("layer.py").write_text(program("pass", "load"))
    monkeypatch.setattr(checking, "check_pair", lambda *_, **__: {}["inside"])
    status, out, err = run("check", "layer.py")
    assert (status, out) == (2, "") and is_one_line(err)
    assert (
        "a fault of micrograd-linear itself: KeyError: 'inside'; MICROGRAD_LINEAR_TRACEBACK=1"
        in err
    )
    monkeypatch.setenv("MICROGRAD_LINEAR_TRACEBACK", "1")
    status, _, err = run("check", "layer.py")
    assert status == 2 and err.startswith("Traceback") and "in <lambda>" in err
    monkeypatch.setattr(cli.iris, "load", lambda: {}["inside"])
    assert run()[0] == 2


def snapshot():
    """What another user of this process would see changed."""
    return {
        "path": list(sys.path),
        "argv": list(sys.argv),
        "folder": os.getcwd(),
        "streams": (sys.stdout, sys.stderr),
        "descriptors": [os.fstat(n).st_ino for n in (1, 2)],
        "profile": (sys.getprofile(), sys.gettrace()),
        "limit": sys.getrecursionlimit(),
        "environment": dict(os.environ),
        "random": (random.getstate(), np.random.get_state()[1].tolist()),
        "numpy": (np.geterr(), np.get_printoptions()),
        "warnings": list(warnings.filters),
        "modules": {n for n in sys.modules if n in ("helper", "made_up", "<layer>", "json")},
        "json": sys.modules["json"],
        "interrupt": signal.getsignal(signal.SIGINT),
        "exit": os._exit,
    }


CHANGING = """
import os, random, signal, sys, types, warnings
import numpy as np
import helper
sys.path.insert(0, "/nowhere"); sys.argv.append("more"); os.chdir("/")
sys.setprofile(lambda *_: None); sys.settrace(lambda *_: None); sys.setrecursionlimit(5000)
os.environ["MINE"] = "1"; random.seed(1); np.random.seed(1)
np.seterr(all="ignore"); np.set_printoptions(precision=2); warnings.simplefilter("ignore")
sys.modules["made_up"] = types.ModuleType("made_up"); sys.modules["json"] = helper
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.stdout = sys.stderr = open(os.devnull, "w")
"""


@pytest.mark.parametrize("last", ["", "raise SystemExit(3)", "raise KeyboardInterrupt"])
def test_afterwards_the_process_is_as_it_was(run, last):
    Path("helper.py").write_text("number = 1")
    Path("layer.py").write_text(CHANGING + program("pass", "load") + last)
    run("check", "layer.py", "--json")
    before = snapshot()
    status, out, _ = run("check", "layer.py", "--json")
    assert status == (2 if last else 0) and json.loads(out)["ok"] is (None if last else True)
    for what, value in snapshot().items():
        assert value == before[what], what


def test_what_there_is_no_memory_for_is_said(run, monkeypatch):
    Path("layer.py").write_text(program("raise MemoryError", "backward"))
    assert run("check", "layer.py")[0] == 2

    def refused(*_, **__):
        raise MemoryError("Unable to allocate 15 GiB")

    monkeypatch.setattr(checking, "check_pair", refused)
    err = run("check", "layer.py")[2]
    assert err == "micrograd-linear: there is not enough memory: Unable to allocate 15 GiB\n"


def test_each_run_has_the_helper_of_its_own_folder(run):
    for number in (1, 2):
        os.makedirs(f"folder{number}")
        Path(f"folder{number}/helper.py").write_text(f"factor = {number}")
        text = "import helper\ndef forward(x): return x * helper.factor\n"
        text += f"def backward(dy, x):\n    import helper\n    assert helper.factor == {number}\n"
        text += "    return helper.factor * dy\n"
        Path(f"folder{number}/layer.py").write_text(text)
        assert run("check", f"folder{number}/layer.py", "--json")[0] == 0
        wrong = text.replace("return helper.factor * dy", "return (helper.factor + 1) * dy")
        Path(f"folder{number}/layer.py").write_text(wrong)
        assert run("check", f"folder{number}/layer.py", "--json")[0] == 1


@pytest.mark.parametrize("name", ["json.py", "argparse.py", "tempfile.py", "html.py"])
def test_a_file_named_like_a_module_of_python_is_checked(run, name):
    for ok in (True, False):
        Path(name).write_text(program("pass", "load", ok))
        status, _, err = run("check", name)
        assert status == int(not ok), err


def test_an_error_that_cannot_even_be_said_is_no_verdict(monkeypatch, capsys):
    monkeypatch.setattr(cli, "main", lambda: {}["inside"])
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    assert cli.run() == 2 and "KeyError: 'inside'" in capsys.readouterr().err
