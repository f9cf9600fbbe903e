"""Files that a check refused although they were right, each beside a twin that is wrong."""

import pytest

DROPOUT = """
import numpy as np

class Dropout:
    def __init__(self, rate=0.3):
        self.rate = rate
    def __call__(self, x):
        self.mask = (np.random.rand(*x.shape) > self.rate) / (1 - self.rate)
        return x * self.mask
    def backward(self, dy):
        return dy * FACTOR
"""
STEP = """
import numpy as np

class Scaled:
    def __init__(self, n=4, rate=0.3):
        self.w, self.rate = np.linspace(1.0, 2.0, n), rate
    def forward(self, x):
        self.x = x
        return x * self.w
    def backward(self, dy):
        dx = dy * self.w
        self.w -= self.rate * FACTOR
        return dx
"""
LAYERS = """
from .words import SCALE

def linear_forward(x, W):
    return SCALE * x @ W, (x, W)

def linear_backward(dy, cache):
    x, W = cache
    return SCALE * dy @ W.T, FACTOR
"""
DEMO = """
import pickle
with open("of_a_course.pkl", "rb") as file:
    data = pickle.load(file)
losses = []
for batch in data:
    losses.append(batch)
print("last", losses[-1])

def forward(x):
    return x * 3
def backward(dy, x):
    return FACTOR
"""


def verdict(run, name, text, factor):
    with open(name, "w") as file:
        file.write(text.replace("FACTOR", factor))
    status, out, err = run("check", name, "--json")
    return status, out + err


@pytest.mark.parametrize(
    "text, right, wrong",
    [
        (DROPOUT, "self.mask", "(self.mask > 0)"),
        (STEP, "(dy * self.x).sum(0)", "dy.sum(0)"),
        (DEMO, "3 * dy", "dy"),
    ],
    ids=["a rate that forward computes with", "a rate of steps", "a demo without its data"],
)
def test_a_file_is_taken_and_its_wrong_twin_is_not_right(run, text, right, wrong):
    status, said = verdict(run, "layer.py", text, right)
    assert status == 0, said
    status, said = verdict(run, "layer.py", text, wrong)
    assert status == 1, said


def test_a_package_may_import_the_file_that_is_checked(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/__init__.py").write_text("from .layers import linear_forward\n")
    (tmp_path / "mine/words.py").write_text("SCALE = 2.0\n")
    status, said = verdict(run, "mine/layers.py", LAYERS, "SCALE * x.T @ dy")
    assert status == 0, said
    status, said = verdict(run, "mine/layers.py", LAYERS, "x.T @ dy")
    assert status == 1, said
