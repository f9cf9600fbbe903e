"""``micrograd-linear derive``: what it prints for a file with a forward, or with a graph."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from test_derive_source import executed

FORWARD = """
def forward(x, W, b):
    return x @ W + b
inputs = {"x": (5, 7), "W": (7, 3), "b": (1, 3)}
"""
GRAPH = """
import numpy as np
from micrograd_linear import Tensor
x = Tensor(np.ones((5, 4)))
W = Tensor(np.ones((4, 3)))
h = (x @ W).tanh()
loss = (h * h).sum()
_hidden = loss * 2
"""
VALUES = """
from micrograd_linear import Value
a, b = Value(2.0), Value(3.0, "beta")
y = a * b
"""


def derive_file(run, text, *arguments):
    Path("layer.py").write_text(text)
    return run("derive", "layer.py", *arguments)


def test_text(run):
    status, out, err = derive_file(run, FORWARD)
    assert (status, err) == (0, "") and "∇_W L = xᵀ ∂L/∂y          (7, 3)" in out.splitlines()


def test_a_graph_at_top_level_takes_its_names_from_the_variables(run):
    _, out, _ = derive_file(run, GRAPH)
    assert "∇_W loss = xᵀ" in out and "∂loss/∂h = 2 · h" in out and "_hidden" not in out
    _, out, _ = derive_file(run, VALUES)
    assert "∇_a y = beta" in out


@pytest.mark.parametrize("form", ["index", "matrix"])
def test_forms(run, form):
    status, out, _ = derive_file(run, FORWARD, "--form", form)
    assert status == 0 and ("δ_kj x_ih" in out) == (form == "index")


def test_latex_mathml_markdown_and_source(run):
    assert derive_file(run, FORWARD, "--latex")[1].startswith("\\begin{aligned}\n")
    ET.fromstring(derive_file(run, FORWARD, "--mathml")[1])
    assert derive_file(run, FORWARD, "--markdown")[1].startswith("## y\n\n$$\n")
    source = derive_file(run, FORWARD, "--source")[1]
    x, W, b, g = (
        np.random.default_rng(0).normal(size=shape) for shape in ((5, 7), (7, 3), (1, 3), (5, 3))
    )
    _, gradients = executed(source)(x, W, b, g)
    assert np.array_equal(gradients["W"], x.T @ g)


def test_with_respect_to_one_tensor(run):
    _, out, _ = derive_file(run, FORWARD, "--wrt", "W", "--wrt", "b")
    assert "∇_W L" in out and "∇_b L" in out and "∇_x L" not in out


@pytest.mark.parametrize(
    "text, arguments, message",
    [
        (
            FORWARD,
            ["--wrt", "q"],
            "layer.py: derive: 'q': no tensor of the graph has that name; there are x, W, b, y",
        ),
        (
            "x = 3\n",
            [],
            "layer.py defines no function forward and computes no Tensor or Value; expected "
            "forward(...), or a graph at top level",
        ),
        ("1/0\n", [], "layer.py:1: ZeroDivisionError: division by zero: 1/0"),
        (
            "def forward(x): return 3\ninputs = {'x': (2,)}\n",
            [],
            "it must return one array that depends on its arguments, got int",
        ),
        (
            "from micrograd_linear import Tensor\nx = Tensor([1.0])\n",
            [],
            "computes no Tensor or Value",
        ),
        (FORWARD, ["--latex", "--source"], "not allowed with argument"),
    ],
)
def test_what_cannot_be_used_is_said(run, text, arguments, message):
    status, out, err = derive_file(run, text, *arguments)
    assert (status, out) == (2, "") and message in err


def test_shapes_are_found_without_inputs(run):
    status, out, _ = derive_file(run, FORWARD.split("inputs")[0])
    assert status == 0 and "∇_W L = xᵀ ∂L/∂y" in out


def test_local_variables_of_forward_name_its_results(run):
    text = """
import numpy as np
def forward(x, W):
    z = x @ W
    h = np.tanh(z)
    loss = (h ** 2).mean()
    return loss
inputs = {"x": (5, 4), "W": (4, 3)}
"""
    _, out, _ = derive_file(run, text)
    assert "z = x W" in out and "∂loss/∂h = 2 · h / 15" in out and "∇_W loss = xᵀ ∂loss/∂z" in out


@pytest.mark.parametrize(
    "wrt, message",
    [
        ("y", "'y' is the result itself, whose gradient is given; there are x, W, b"),
        ("W,b", "several are given as a list"),
    ],
)
def test_a_wrt_that_cannot_be(run, wrt, message):
    status, _, err = derive_file(run, FORWARD, "--wrt", wrt)
    assert status == 2 and message in err
