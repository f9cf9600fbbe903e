import os
from importlib import util

import browser
import derive_graphs
import numpy as np
import pytest
from hypothesis import settings

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value
from micrograd_linear.command import cli
from micrograd_linear.compilation import numpy_executor
from micrograd_linear.operations import BY_NUMPY_FUNCTION, RULES, SCALAR_RULES

# Files of other people, as they write them: they are read by the command, never imported here.

settings.register_profile(
    "ci", derandomize=True
)  # CI repeats itself; at the desk every run draws anew
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """The command in an empty folder: run(*arguments) gives exit status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        try:
            status = cli.main([str(a) for a in arguments])
        except SystemExit as error:
            status = error.code
        out = capsys.readouterr()
        return status, out.out, out.err

    return run


@pytest.fixture(autouse=True)
def the_same_graphs_in_any_order():
    """The random numbers of derive_graphs begin anew in every test."""
    derive_graphs.RNG.bit_generator.state = np.random.default_rng(7).bit_generator.state


@pytest.fixture
def own():
    """Rules added in a test are taken away again."""
    before = set(RULES), set(BY_NUMPY_FUNCTION)
    yield mgl.rule
    for name in set(RULES) - before[0]:
        SCALAR_RULES.pop(name, None)
        for method in RULES.pop(name).method_names:
            delattr(Tensor, method)
            if hasattr(Value, method):
                delattr(Value, method)
    for function in set(BY_NUMPY_FUNCTION) - before[1]:
        del BY_NUMPY_FUNCTION[function]


@pytest.fixture(params=["numpy, groups", "numpy, loop", *["numba"] * bool(util.find_spec("numba"))])
def executor(request, monkeypatch):
    """The name of an executor.

    NumPy's executor chooses one of two ways by their cost; here each is chosen by making it free.
    """
    for name in {"numpy, groups": ("_GROUP", "_NODE"), "numpy, loop": ("_TURN", "_TERM")}.get(
        request.param, ()
    ):
        monkeypatch.setattr(numpy_executor, name, 0.0)
    return request.param.split(",")[0]


@pytest.fixture
def compiled(executor):
    """``mgl.compile`` with the executor."""
    return lambda f, *args, **keywords: mgl.compile(f, *args, executor=executor, **keywords)


@pytest.fixture(scope="session")
def chromium():
    with browser.browser() as started:
        yield started


@pytest.fixture
def opened(chromium, tmp_path):
    """opened(text, address, **options): a tab of the browser.

    When the test ends, the tab must have fetched nothing and reported no error.
    """
    tabs = []

    def opened(text, address="", **options):
        tabs.append(
            browser.Tab(chromium, tmp_path / f"page{len(tabs)}.html", text, address, **options)
        )
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.close()
