"""Loops without an end are left out, and a text that is not there is replaced by another one."""

import ast
import builtins

import pytest

from micrograd_linear.command.demos import is_endless, reads_a_text, with_a_text


@pytest.mark.parametrize(
    "source, endless",
    [
        ("while True:\n    step()", True),
        ("while 1:\n    for x in data:\n        break", True),
        ("while True:\n    if done():\n        break", False),
        ("while n < 3:\n    n += 1", False),
        ("while True:\n    raise StopIteration", False),
        ("while True:\n    exit()", False),
        ("for x in data:\n    step()", False),
    ],
)
def test_a_loop_without_an_end_is_told_from_one_that_ends(source, endless):
    assert is_endless(ast.parse(source).body[0]) == endless


@pytest.mark.parametrize(
    "source, name, read",
    [
        ("data = open('input.txt').read()", "input.txt", True),
        ("with open('corpus') as file:\n    text = file.read()", "corpus", True),
        ("data = np.load('input.npy')", "input.npy", False),
        ("data = open('mnist.pkl', 'rb')", "mnist.pkl", False),
    ],
)
def test_a_text_is_told_from_other_data(source, name, read):
    error = FileNotFoundError(2, "No such file", name)
    statement = ast.parse(source).body[0]
    assert reads_a_text(statement, error) == read
    assert not reads_a_text(statement, ValueError("no"))


def contents(path, mode="r"):
    with open(path, mode) as file:
        return file.read()


def test_another_text_stands_in_only_for_the_time_and_only_for_what_is_missing(tmp_path):
    before, there = builtins.open, tmp_path / "there.txt"
    there.write_text("mine")
    with with_a_text():
        assert contents(there) == "mine"
        text = contents(tmp_path / "missing.txt")
        assert contents(tmp_path / "missing.txt", "rb") == text.encode()
    assert builtins.open is before and len(text) > 1000 and len(set(text)) > 20


LOOP = """
import numpy as np
text = open("input.txt").read()
letters = sorted(set(text))
W = np.ones((len(letters), 3))

def loss(xs, ys):
    scores = W[xs]
    e = np.exp(scores)
    p = e / e.sum(axis=1, keepdims=True)
    value = -np.log(p[np.arange(len(ys)), ys]).sum()
    d = p.copy()
    d[np.arange(len(ys)), ys] -= 1
    dW = np.zeros_like(W)
    np.add.at(dW, xs, FACTOR)
    return value, dW

while True:
    loss([0], [1])
"""


def test_a_file_that_learns_from_a_missing_text_for_ever_is_checked(run):
    for factor, expected in (("d", 0), ("2 * d", 1)):
        with open("learning.py", "w") as file:
            file.write(LOOP.replace("FACTOR", factor))
        status, out, err = run("check", "learning.py")
        assert status == expected, out + err
        assert "another text stands in for input.txt" in out
        assert "left out: a loop without an end (learning.py:18)" in out
