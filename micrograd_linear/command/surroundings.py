"""The state of the process that other code may change, put back afterwards."""

from __future__ import annotations

import builtins
import contextlib
import os
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..foundations.place import is_beside


def _folder():
    with suppress(FileNotFoundError):  # it was deleted: there is none to come back to
        return os.getcwd()


def _set_folder(folder):
    if folder is not None:
        os.chdir(folder)


def _set_environment(before):
    if before != os.environ:
        os.environ.clear()
        os.environ.update(before)


def _set_builtins(before):
    vars(builtins).update(before)


def _contents_of(owner, name):
    """How to read the contents of a list, and how to put them, and the list itself, back."""

    def put_back(before):
        held, contents = before
        held[:] = contents
        setattr(owner, name, held)

    return lambda: (getattr(owner, name), list(getattr(owner, name))), put_back


_STATE = (
    (lambda: dict(vars(builtins)), _set_builtins),
    _contents_of(sys, "path"),
    _contents_of(sys, "argv"),
    (_folder, _set_folder),
    (lambda: dict(os.environ), _set_environment),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (random.getstate, random.setstate),
    (np.random.get_state, np.random.set_state),
    (np.geterr, lambda before: np.seterr(**before)),
    (np.geterrcall, np.seterrcall),
    (np.get_printoptions, lambda before: np.set_printoptions(**before)),
)


@contextlib.contextmanager
def put_back(file: Path) -> Iterator[None]:
    """Afterwards the state of the process is as it was.

    The modules that ``file`` imported from its folder are gone.
    """
    before = [(put, read()) for read, put in _STATE]
    modules = dict(sys.modules)
    file = file.absolute()
    try:
        with warnings.catch_warnings():
            yield
    finally:
        for put, state in before:
            with suppress(Exception):  # what cannot be put back must not hide a verdict
                put(state)
        _put_back_modules(modules, file)


def _put_back_modules(before, file):
    # A package without an __init__.py asks its parent where it lies: none goes before all are told.
    new = [(name, module) for name, module in sys.modules.items() if name not in before]
    for name in [name for name, module in new if _is_made_by(module, file)]:
        del sys.modules[name]
    for name, module in before.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module


def _is_made_by(module, file):
    """True for a module of the user's folder, and for one that no file stands for.

    What is installed stays loaded.
    """
    place = getattr(module, "__file__", None)
    if isinstance(place, str):
        return place == str(file) or is_beside(place, file)
    spec = getattr(module, "__spec__", None)
    folders = getattr(spec, "submodule_search_locations", None) or ()
    return spec is None or any(is_beside(folder, file) for folder in folders)
