"""What ``pytest --check-backward`` collects: an item for every pair of a file.

Only pytest loads this module, and only where it is asked to check backward passes.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import Any

import pytest

from ..comparison import UnusableLayer
from ..foundations.place import message_of
from . import person
from .check_job import checked_file, load
from .checking import NoPair, found_pairs
from .file_report import AGREE
from .user_file import running, source_of


class Mismatch(Exception):
    """A pair that does not agree; its text is the report."""


class BackwardFile(pytest.File):
    """A file whose pairs are items."""

    def __init__(self, *, is_named: bool = False, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.is_named = is_named  # on the command line

    def collect(self) -> Iterator[BackwardItem]:
        """An item for each name of a pair.

        A file that was named and has no pair, or cannot be run, is an error; one that a folder held
        and that has no pair is passed over.
        """
        file = os.path.relpath(self.path)
        try:
            with running(file, source_of(file)) as ran:
                places = {p.name: p.place.line for p in found_pairs(ran.names, file, ())}
        except NoPair as error:
            if not self.is_named:
                return
            raise self.CollectError(message_of(error)) from None
        except UnusableLayer as error:
            raise self.CollectError(message_of(error)) from None
        for name, line in places.items():
            yield BackwardItem.from_parent(self, name=name, line=line)


class BackwardItem(pytest.Item):
    """A pair: it passes where all of its gradients agree."""

    def __init__(self, *, line: int, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.line = line

    def runtest(self) -> None:
        """Check the pair, in a run of its file of its own."""
        file = os.path.relpath(self.path)
        load("derivation")  # before the file runs, which may disturb what is imported after it
        options = argparse.Namespace(
            seed=0,
            rtol=self.config.getoption("check_backward_rtol"),
            precision=self.config.getoption("check_backward_precision"),
            atol=self.config.getoption("check_backward_atol"),
            gradients=None,
            json=False,
            fix=False,
            write=False,
            hint=False,
        )
        report = checked_file(file, source_of(file), options, [self.name])
        if report.status != AGREE:
            raise Mismatch(person.of_file(report, options.seed, lambda text, role: text))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The report of the check, or why there is no verdict; not the calls that led to it."""
        if isinstance(excinfo.value, Mismatch | UnusableLayer):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """The file, the line from 0, and what stands above a failure."""
        return self.path, self.line - 1, f"backward of {self.name}"
