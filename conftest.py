"""Doctests, those of README.md and docs too, run in an empty folder, so that what they write is thrown away."""

import pytest
from _pytest.doctest import DoctestItem


@pytest.fixture(autouse=True)
def in_an_empty_folder(request, monkeypatch, tmp_path):
    if isinstance(request.node, DoctestItem):
        monkeypatch.chdir(tmp_path)
