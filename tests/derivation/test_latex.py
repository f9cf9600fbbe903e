"""Every LaTeX that ``derive`` prints is compiled by KaTeX, in strict mode.

KaTeX is no Python package: CI installs it (see .ci/run).
"""

import json
import os
import shutil
import subprocess

import pytest
from derive_graphs import GRAPHS, graph, named, normal, rule_graph
from test_derive import NAMES
from test_derive_index import ASKED
from test_rules import CASES

from micrograd_linear import Tensor, derive

COMPILE = """
const katex = require("katex"), strict = process.argv[1] === "strict" ? "error" : "ignore";
const found = JSON.parse(require("fs").readFileSync(0, "utf8")).map(latex => {
  const options = {displayMode: true, throwOnError: true, strict: strict, maxExpand: 1e6};
  try { return katex.renderToString(latex, options).length > 0 ? "" : "empty"; }
  catch (error) { return String(error); }
});
console.log(JSON.stringify(found));
"""
ENVIRONMENT = {
    **os.environ,
    "NODE_PATH": os.pathsep.join(
        [os.environ.get("NODE_PATH", ""), "/usr/share/nodejs", "/usr/lib/node_modules"]
    ),
}
AVAILABLE = (
    shutil.which("node") is not None
    and not subprocess.run(
        ["node", "-e", 'require("katex")'], env=ENVIRONMENT, capture_output=True
    ).returncode
)


@pytest.fixture(autouse=True)
def katex():
    if not AVAILABLE and os.environ.get("CI"):
        pytest.fail("KaTeX is missing; .ci/run installs it")
    if not AVAILABLE:
        pytest.skip("needs KaTeX: apt install katex, or npm install -g katex")


def errors(formulas, strict=True):
    """{formula: what KaTeX says} for those that it does not compile."""
    done = subprocess.run(
        ["node", "-e", COMPILE, "strict" if strict else "loose"],
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=True,
    )
    return {
        formula: error
        for formula, error in zip(formulas, json.loads(done.stdout), strict=True)
        if error
    }


def test_a_wrong_formula_is_rejected():
    assert set(errors([r"\nabla_W L", r"\frac{1", r"\nabla_{W L", r"\nosuchcommand x"])) == {
        r"\frac{1",
        r"\nabla_{W L",
        r"\nosuchcommand x",
    }


def test_every_rule():
    # NumPy has no function for these, and the derivative is one of them.
    named_alone = ("trigamma", "polygamma")
    for name in named_alone:
        with pytest.raises(TypeError, match=f"{name}.*polygamma of order"):
            derive(rule_graph(name, 0))
    derivations = [derive(rule_graph(name, i)) for name, i in CASES if name not in named_alone]
    formulas = [d.latex for d in derivations] + [
        formula.latex for d in derivations for formula in d.values()
    ]
    assert len(formulas) > 300 and not errors(formulas)


def test_networks_in_both_forms():
    roots = [graph(make) for make in (*GRAPHS, *ASKED)]
    derivations = [derive(root, form=form) for root in roots for form in ("matrix", "index")]
    formulas = [d.latex for d in derivations] + [
        formula.latex for d in derivations for formula in d.values()
    ]
    assert len(formulas) > 150 and not errors(formulas)


def test_any_name():
    formulas = []
    for name in NAMES:
        root = named(
            (Tensor(normal(2, 3), name).sigmoid() @ Tensor(normal(3, 2), f"{name}_{name}")).exp(),
            name + "'",
        )
        formulas += [derive(root, form=form).latex for form in ("matrix", "index")]
    assert not errors(formulas, strict=False)
