"""What NumPy's public names are on a Tensor is asked of the program; what is refused has advice.

The advice of every refusal is followed: it runs, and gives what NumPy gives.
"""

import io
import re
from pathlib import Path

import numpy as np
import pytest

from micrograd_linear import Tensor
from micrograd_linear.engine.refusals import REFUSALS
from micrograd_linear.functions import catalogue as module
from micrograd_linear.functions.catalogue import MISSING, NO_ARRAYS, REFUSED, Entry, catalogue


def missing(entries):
    return {entry.name for entry in entries if entry.kind == MISSING}


def test_every_public_name_of_numpy_is_told_of():
    """A release of NumPy that adds a name fails here: give it a rule, or a refusal with advice."""
    assert missing(catalogue()) == set()


def test_a_name_that_numpy_adds_is_found(monkeypatch):
    for owner, name in ((np, "tomorrow"), (np.linalg, "eigenfuture"), (np.fft, "slow_transform")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, "__all__", [*owner.__all__, name])
            patch.setattr(owner, name, lambda x: x, raising=False)
            prefix = owner.__name__.replace("numpy", "np")
            assert missing(catalogue()) == {f"{prefix}.{name}"}


def test_what_the_program_has_decides_and_no_list(monkeypatch):
    entries = {entry.name: entry for entry in catalogue()}
    assert entries["np.abs"].kind == entries["np.absolute"].kind == module.RULE
    assert entries["np.linalg.svd"].kind == module.COMPOSITION
    assert entries["np.argsort"].kind == module.PLAIN
    assert entries["np.float64"].kind == entries["np.pi"].kind == NO_ARRAYS
    assert entries["np.save"] == Entry("np.save", REFUSED, REFUSALS["np.save"])
    monkeypatch.delitem(module.numpy_protocol.IMPLEMENTED, np.linalg.svd)
    assert "np.linalg.svd" in missing(catalogue())


def test_what_is_refused_is_not_there():
    """A refusal of what the program has, or of what NumPy has not, is out of date."""
    kinds = {}
    for entry in catalogue():
        kinds.setdefault(entry.name, entry.kind)
    names = {name for name in REFUSALS if name in kinds}
    assert {name for name in names if kinds[name] != REFUSED} == set()
    assert set(REFUSALS) - names <= {"np.unique_all", "np.bitwise_count"}  # since NumPy 2.1


# --- the advice -----------------------------------------------------------------------------------

VECTOR = np.array([0.5, 2.0, 1.0, 3.0, 1.5, 0.25])
QUADRATIC = np.array([0.5, 2.0, 1.0])  # with real roots
WHOLE = np.array([2.0, 0.0, 5.0, 1.0])


def sample(name):
    if "int" in REFUSALS[name].write and "np.int" not in REFUSALS[name].write:
        return WHOLE
    return QUADRATIC if name == "np.roots" else VECTOR


def evaluated(text, t, path):
    """(what an expression gives, or what it has made of t; what it wrote)"""
    file = io.BytesIO()
    value = eval(text, {"np": np, "t": t, "file": file, "path": path})
    written = path.read_bytes() if path.exists() else file.getvalue()
    return t if value is None else value, written


def plain(x):
    if isinstance(x, tuple):
        return [part for each in x for part in plain(each)]
    return [getattr(x, "data", x) if isinstance(x, Tensor) else x]


def taken_for(name):
    """The example on the plain array: of one that takes integers, on integers."""
    x = sample(name)
    return x.astype(int) if x is WHOLE else x


def same(one, other):
    return all(
        np.array_equal(a, b) or np.allclose(a, b, rtol=1e-12)
        for a, b in zip(plain(one), plain(other), strict=True)
    )


@pytest.mark.parametrize("name", [n for n in REFUSALS if n not in ("ndarray.ctypes",)])
def test_following_the_advice_gives_what_numpy_gives(name, tmp_path):
    refusal = REFUSALS[name]
    if name.startswith("np.") and not hasattr(np, name.removeprefix("np.")):
        pytest.skip("this NumPy has none")
    expected, file = evaluated(refusal.call, taken_for(name).copy(), tmp_path / "a")
    value, written = evaluated(refusal.write, Tensor(sample(name), "t"), tmp_path / "b")
    if name == "ndarray.base":  # of no array is it told which memory it has
        return
    assert same(value, expected), (value, expected)
    if name in ("ndarray.dump", "ndarray.dumps"):  # they hold the array's own layout
        return
    assert len(written) == len(file) if "savez" in name else written == file
    if isinstance(value, Tensor) and name != "ndarray.setfield":
        assert value.requires_grad


@pytest.mark.parametrize("name", REFUSALS)
def test_the_refusal_names_the_function_the_reason_and_what_to_write(name, tmp_path):
    refusal = REFUSALS[name]
    if name.startswith("np.") and not hasattr(np, name.removeprefix("np.")):
        pytest.skip("this NumPy has none")
    t = Tensor(sample(name), "t")
    with pytest.raises((TypeError, AttributeError)) as error:
        if name in ("np.packbits", "np.unpackbits"):
            getattr(np, name.removeprefix("np."))(t)
        elif name.startswith("ndarray."):
            getattr(t, name.removeprefix("ndarray."))
        else:
            evaluated(refusal.call, t, tmp_path / "a")
    said = str(error.value)
    assert name.split(".")[-1] in said and refusal.reason in said
    assert said.endswith(f"write {refusal.write}")


def test_reasons_are_sentences_and_advice_names_the_tensor():
    for name, refusal in REFUSALS.items():
        assert len(refusal.reason.split()) > 4 and re.search(r"\bt\b", refusal.write), name


def test_the_page_lists_what_the_catalogue_has():
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
    for entry in catalogue():
        if entry.kind == REFUSED:
            assert f"| `{entry.name}` | {entry.refusal.reason} | `" in page, entry.name
