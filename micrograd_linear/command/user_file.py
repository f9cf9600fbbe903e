"""The user's Python file: read, run as a module, and kept from disturbing the command."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import stat
import sys
import tokenize
import types
from collections.abc import Iterator
from pathlib import Path

from ..comparison import UnusableLayer
from ..foundations.place import in_one_line, place_of
from .diversion import printing_to_standard_error
from .interruption import noticing_interrupts
from .surroundings import put_back


@contextlib.contextmanager
def running(name: str, source: str) -> Iterator[dict[str, object]]:
    """The names that the file defines, for as long as its code may run.

    Whatever its code prints goes to standard error, and what it changes in this process is put back
    at the end. Every error that comes out of its code is an ``UnusableLayer`` in one line. A
    ``KeyboardInterrupt`` comes out only where the user interrupts.
    """
    observers = sys.getprofile(), sys.gettrace()
    with noticing_interrupts() as interruption:
        with put_back(Path(name)), printing_to_standard_error(), _never_leaving():
            try:
                yield _names(name, source)
            except BaseException as error:
                if interruption.arrived:
                    raise KeyboardInterrupt from error
                if isinstance(error, UnusableLayer) or not _is_of_file(error, name):
                    raise
                raise UnusableLayer(in_one_line(error, name)) from error
            finally:
                _observe(*observers)  # before anything else runs that an observer could break
                linecache.cache.pop(name, None)
        if interruption.arrived:  # the file caught it and went on
            raise KeyboardInterrupt


def _is_of_file(error, name):
    """True where code of the file raised it; only that raises what is no ``Exception``."""
    return not isinstance(error, Exception) or place_of(error, name) is not None


def source_of(name: str) -> str:
    """The text of a Python file; an ``UnusableLayer`` where there is none."""
    try:
        kind = os.stat(name).st_mode
        reason = _no_python_file(name, kind)
        content = b"" if reason else Path(name).read_bytes()
    except FileNotFoundError:
        raise UnusableLayer(f"{name}: no such file") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UnusableLayer(f"{name}: it cannot be read: {why}") from None
    if not reason and not content.strip():
        reason = "is empty"
    if reason:
        raise UnusableLayer(f"{name} {reason}; expected a Python file")
    return _decoded(name, content)


def _no_python_file(name, kind):
    """Why it is none, in words; "" where it may be one.

    A pipe may: a shell hands one over for ``<(command)``.
    """
    if stat.S_ISDIR(kind):
        return "is a folder"
    if not stat.S_ISREG(kind) and not stat.S_ISFIFO(kind):
        return "is a device"
    if Path(name).suffix == ".ipynb":
        return f"is a notebook (jupyter nbconvert --to script {name} makes a Python file of it)"
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


def _names(name, source):
    """Run the source as a module, not as ``__main__``; it imports from its own folder first."""
    path = Path(name).absolute()
    module = types.ModuleType(f"<{path.stem}>")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    sys.path.insert(0, str(path.parent.resolve()))
    # The lines are kept for messages: the file may change or vanish while it runs.
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    observers = sys.getprofile(), sys.gettrace()
    try:
        exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)
    except BaseException as error:  # the compiler's own have no place in the traceback
        raise UnusableLayer(in_one_line(error, name)) from error
    finally:
        _observe(*observers)  # what the file sets is not to observe the check
    return module.__dict__


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
