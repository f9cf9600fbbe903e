"""A function of the package has at most 40 lines, and a file at most 400.

The lines of a function are all of them, its docstring included. Ruff measures the complexity.
"""

import ast
import shutil
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "micrograd_linear"
LINES_OF_A_FUNCTION, LINES_OF_A_FILE = 40, 400
REFERENCE = "its docstring is the reference of a public function"
# What is longer, each with its reason. Whoever makes one shorter takes it out.
EXEMPT = {
    "comparison/check.py: check_backward": REFERENCE,
    "comparison/comparing.py: compare": REFERENCE,
    "drawing/drawing.py: draw": REFERENCE,
}


def functions(tree):
    """Every function and method of a module, those inside of others, too."""
    return (n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))


def too_long(package):
    """{the name of a file, or of a file and a function in it: how many lines it has}."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        name, text = path.relative_to(package).as_posix(), path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > LINES_OF_A_FILE:
            found[name] = lines
        for function in functions(ast.parse(text)):
            lines = function.end_lineno - function.lineno + 1
            if lines > LINES_OF_A_FUNCTION:
                found[f"{name}: {function.name}"] = lines
    return found


@pytest.fixture
def copy(tmp_path):
    """A copy of the package, to be broken."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=ignored))


def test_functions_and_files_are_short_but_for_the_exemptions():
    assert sorted(too_long(PACKAGE)) == sorted(EXEMPT)


def test_a_docstring_that_exempts_a_function_is_what_makes_it_long():
    for name, reason in EXEMPT.items():
        if reason == REFERENCE:
            file, function = name.split(": ")
            tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
            node = next(node for node in functions(tree) if node.name == function)
            docstring = node.body[0]
            lines = node.end_lineno - node.lineno - (docstring.end_lineno - docstring.lineno)
            assert lines <= LINES_OF_A_FUNCTION, (name, lines)


@pytest.mark.parametrize(
    "body, found",
    [("    pass\n" * 39, False), ("    pass\n" * 40, True)],
    ids=["40 lines", "41 lines"],
)
def test_a_function_of_more_than_40_lines_is_found(copy, body, found):
    (copy / "engine/extra.py").write_text(f"class Extra:\n    x = 1\n\n\ndef long():\n{body}")
    assert ("engine/extra.py: long" in too_long(copy)) == found


@pytest.mark.parametrize("lines, found", [(400, False), (401, True)])
def test_a_file_of_more_than_400_lines_is_found(copy, lines, found):
    (copy / "engine/extra.py").write_text("x = 1\n" * lines)
    assert ("engine/extra.py" in too_long(copy)) == found
