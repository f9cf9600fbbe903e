"""The user's Python file: read, run as a module, and kept from disturbing the command."""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import linecache
import os
import stat
import sys
import tokenize
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from ..comparison import UnusableLayer
from ..foundations.code import FUTURE
from ..foundations.near import nearest
from ..foundations.place import in_one_line, place_of
from .demos import is_endless, reads_a_text, with_a_text
from .diversion import printing_to_standard_error
from .files import STANDARD_INPUT, STDIN
from .interruption import noticing_interrupts
from .missing import is_nothing, standing_in
from .notebook import cells_of
from .old_numpy import old_names_in, with_old_names
from .package import Standing, standing_of
from .surroundings import put_back


@contextlib.contextmanager
def running(name: str, source: str) -> Iterator[UserFile]:
    """What the file defines, for as long as its code may run.

    Whatever its code prints goes to standard error, and what it changes in this process is put back
    at the end. Every error that comes out of its code is an ``UnusableLayer`` in one line. A
    ``KeyboardInterrupt`` comes out only where the user interrupts.
    """
    observers = sys.getprofile(), sys.gettrace()
    with noticing_interrupts() as interruption:
        old = old_names_in(source)
        root = _standing(Path(name).absolute(), _parts(name, source)).root
        diverted = (
            printing_to_standard_error(),
            _never_leaving(),
            standing_in(name),
            with_old_names(),
        )
        with put_back(root / "_"), diverted[0], diverted[1], diverted[2] as stand_ins, diverted[3]:
            try:
                ran = _run(name, source, stand_ins)
                ran.notes += [old] if old else []
                yield ran
            except BaseException as error:
                if interruption.arrived:
                    raise KeyboardInterrupt from error
                if isinstance(error, UnusableLayer) or not _is_of_file(error, name):
                    raise
                raise UnusableLayer(in_one_line(error, name)) from error
            finally:
                _observe(*observers)  # before anything else runs that an observer could break
                for part in [key for key in linecache.cache if key.startswith(name)]:
                    linecache.cache.pop(part, None)
        if interruption.arrived:  # the file caught it and went on
            raise KeyboardInterrupt


def _is_of_file(error, name):
    """True where code of the file raised it; only that raises what is no ``Exception``."""
    return not isinstance(error, Exception) or place_of(error, name) is not None


def source_of(name: str) -> str:
    """The text of a Python file, or of standard input for "-"; an ``UnusableLayer`` where there is
    none.
    """
    if name == STANDARD_INPUT:
        return _standard_input()
    try:
        kind = os.stat(name).st_mode
        reason = _no_python_file(name, kind)
        content = b"" if reason else Path(name).read_bytes()
    except FileNotFoundError:
        raise UnusableLayer(f"{name}: no such file{_near(name)}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UnusableLayer(f"{name}: it cannot be read: {why}") from None
    if not reason and not content.strip():
        reason = "is empty"
    if reason:
        raise UnusableLayer(f"{name} {reason}; expected a Python file")
    return _decoded(name, content)


def _standard_input() -> str:
    """What comes in through standard input."""
    stream = getattr(sys.stdin, "buffer", sys.stdin)
    try:
        content = b"" if stream is None else stream.read()
    except (OSError, ValueError) as error:
        raise UnusableLayer(f"standard input cannot be read: {error}") from None
    text = content if isinstance(content, str) else _decoded(STDIN, content)
    if not text.strip():
        raise UnusableLayer("standard input is empty; expected a Python file")
    return text


def _near(name):
    """The Python files beside it whose names are nearly that, for a message."""
    path = Path(name)
    with contextlib.suppress(OSError):
        there = [f.name for f in path.parent.iterdir() if f.suffix in (".py", ".ipynb")]
        found = nearest(path.name, there, 3)
        if found:
            return f"; there is {', '.join(str(path.parent / other) for other in found)}"
    return ""


def _no_python_file(name, kind):
    """Why it is none, in words; "" where it may be one.

    A pipe may: a shell hands one over for ``<(command)``.
    """
    if stat.S_ISDIR(kind):
        return "is a folder"
    if not stat.S_ISREG(kind) and not stat.S_ISFIFO(kind):
        return "is a device"
    return ""


def _decoded(name, content):
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return io.TextIOWrapper(io.BytesIO(content), encoding).read()
    except SyntaxError as error:  # its first lines are not UTF-8, or name no encoding
        encoding, reason = "utf-8", error.msg
    except UnicodeDecodeError:
        reason = ""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"byte {error.object[error.start]:#04x}"
        raise UnusableLayer(
            f"{name}:{line}: it is not {encoding} text ({byte}); save it as UTF-8"
        ) from None
    raise UnusableLayer(f"{name}:1: {reason}")


@dataclass
class UserFile:
    """What the file defines, and what there is to say of how it ran."""

    names: dict[str, object]
    notes: list[str] = field(default_factory=list)


def _run(name, source, stand_ins) -> UserFile:
    """Run the source as a module, not as ``__main__``; it imports from its own folder first."""
    path = Path(name).absolute()
    parts = _parts(name, source)
    standing = _standing(path, parts)
    module = types.ModuleType(standing.name)
    module.__file__ = str(path)
    if standing.package:
        module.__package__ = standing.package
    sys.path[:0] = [str(folder) for folder in standing.folders]
    if (path.parent / "__init__.py").exists():
        _import_package(standing.package)
    sys.modules[module.__name__] = module
    file, observers = UserFile(module.__dict__), (sys.getprofile(), sys.gettrace())
    try:
        for part, text in parts:
            # The lines are kept for messages: the file may change or vanish while it runs.
            linecache.cache[part] = len(text), None, text.splitlines(keepends=True), part
            _run_part(part, text, file)
    except BaseException as error:  # the compiler's own have no place in the traceback
        raise UnusableLayer(in_one_line(error, name)) from error
    finally:
        _observe(*observers)  # what the file sets is not to observe the check
        if stand_ins.words:
            file.notes.insert(0, stand_ins.words)
    return file


def _import_package(package: str | None) -> None:
    """Import the package that the file belongs to, as Python does before it imports the file.

    The package may itself import the file. What fails here fails again, with a place, where the
    file asks for it.
    """
    if package:
        with contextlib.suppress(Exception):
            importlib.import_module(package)


def _parts(name, source):
    """(name, text) of what is run: the file, or the code cells of a notebook."""
    return list(cells_of(name, source)) if Path(name).suffix == ".ipynb" else [(name, source)]


def _standing(path, parts) -> Standing:
    try:
        tree = ast.parse("\n".join(text for _, text in parts))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # said when it is compiled
        tree = ast.Module([], [])
    return standing_of(path, tree)


def _is_demo(statement: ast.stmt) -> bool:
    """Whether a statement only runs something: it prints, or loops over what was computed."""
    return isinstance(statement, ast.Expr | ast.For | ast.While | ast.If | ast.With | ast.Assert)


def _run_part(name, text, file):
    """Run a text statement by statement; one that needs data which is not there is left out."""
    whole = compile(text, name, "exec", dont_inherit=True)
    flags = whole.co_flags & FUTURE
    lost: set[str] = set()
    for statement in ast.parse(text, name).body:
        code = compile(ast.Module([statement], []), name, "exec", flags, dont_inherit=True)
        if is_endless(statement):
            file.notes.append(f"left out: a loop without an end ({name}:{statement.lineno})")
            continue
        try:
            _run_statement(statement, code, name, file)
        except Exception as error:  # the file's own code may raise anything
            no_data = isinstance(error, FileNotFoundError | URLError | EOFError)
            no_data |= not isinstance(error, NameError) and _rests_on(statement, file.names, lost)
            # A demo that goes on without its data fails somewhere.
            no_data |= bool(lost) and not isinstance(error, NameError) and _is_demo(statement)
            if not no_data and getattr(error, "name", None) not in lost:
                raise
            if isinstance(statement, ast.Import | ast.ImportFrom):
                raise
            lost |= _assigned(statement)
            if no_data:
                file.notes.append(f"left out: {in_one_line(error, name)}")


def _run_statement(statement, code, name, file):
    """Run one statement; another text stands in for one that it reads and that is not there."""
    try:
        exec(code, file.names)
    except FileNotFoundError as error:
        if not reads_a_text(statement, error):
            raise
        file.notes.append(f"another text stands in for {error.filename}, which is not there")
        with with_a_text():
            exec(code, file.names)


def _rests_on(statement, names, lost):
    """Whether a statement works with what a missing library, or missing data, would have given."""
    used = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return any(name in lost or is_nothing(names.get(name)) for name in used)


def _assigned(statement):
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _observe(profile, trace):
    sys.setprofile(profile)
    sys.settrace(trace)


@contextlib.contextmanager
def _never_leaving():
    """``os._exit`` would end the command without a verdict, with a status that looks like one."""
    leave, command = os._exit, os.getpid()

    def refused(status):
        if os.getpid() != command:
            leave(status)  # a child of the file's own
        raise SystemExit(f"os._exit({status!r})")

    os._exit = refused
    try:
        yield
    finally:
        os._exit = leave
        if os.getpid() != command:
            leave(2)  # a child that the file forked has no verdict to print
