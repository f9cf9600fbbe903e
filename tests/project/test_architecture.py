"""docs/architecture.md: the floor plan is the package, and its arrows are the imports."""

import re
import shutil
from pathlib import Path

import floor_plan
import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "micrograd_linear"
PAGE = (ROOT / "docs/architecture.md").read_text()
ROOMS = floor_plan.rooms_of(PAGE)
QUESTION = re.compile(r"^\| (.+\?) \| `([\w/.]+)`, `([^`|]+)` \|$", re.M)


def files(package):
    """Every file of Python and JavaScript."""
    paths = [*package.rglob("*.py"), *package.rglob("*.js")]
    return sorted(str(path.relative_to(package)) for path in paths)


@pytest.fixture
def copy(tmp_path):
    """A copy of the package, to be broken."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=ignored))


def test_every_module_is_on_the_page_once_and_every_row_is_a_module():
    assert sorted(file for listed in ROOMS.values() for file in listed) == files(PACKAGE)


def test_every_folder_is_a_room_whose_files_stand_under_its_name():
    folders = {
        f"{path.relative_to(PACKAGE)}/" for path in PACKAGE.rglob("*.py") for path in [path.parent]
    }
    assert {name for name in ROOMS if name.endswith("/")} == folders - {"./"}
    for name, listed in ROOMS.items():
        folder = name if name.endswith("/") else ""
        assert all(file.rpartition("/")[0] == folder.rstrip("/") for file in listed), name


def test_no_import_goes_up():
    assert floor_plan.upward(ROOMS, PACKAGE) == []


def test_no_import_goes_in_a_circle():
    assert floor_plan.circles(floor_plan.imports(PACKAGE)) == []


@pytest.mark.parametrize(
    "line",
    [
        "from ..drawing import draw",
        "from .. import report",
        "import micrograd_linear.drawing.theme",
        "try:\n    from ..drawing.theme import themed\nexcept ImportError:\n    pass",
        "class Reader:\n    from ..compilation import tape",
    ],
)
def test_a_planted_import_that_goes_up_is_found(copy, line):
    path = copy / "operations/shapes.py"
    path.write_text(f"{path.read_text()}\n{line}\n")
    (sentence,) = floor_plan.upward(ROOMS, copy)
    assert sentence.startswith("operations/shapes.py (operations/) imports ")


def test_a_planted_circle_within_a_room_is_found(copy):
    path = copy / "operations/operation.py"
    path.write_text(f"{path.read_text()}\nfrom .shapes import reshape\n")
    assert floor_plan.upward(ROOMS, copy) == []  # the plan orders rooms, not what is in one
    assert floor_plan.circles(floor_plan.imports(copy)) == [
        "operations.operation",
        "operations.shapes",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "def late():\n    from ..drawing import draw\n    return draw",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from ..drawing import draw",
        "import drawing_of_somebody_else",
    ],
)
def test_what_is_not_imported_with_the_module_is_no_arrow(copy, line):
    path = copy / "operations/shapes.py"
    path.write_text(f"{path.read_text()}\n{line}\n")
    assert floor_plan.upward(ROOMS, copy) == []


def test_imports_are_found_in_every_form():
    graph = floor_plan.imports(PACKAGE)
    assert graph["operations.shapes"] == {"operations.operation"}
    assert "operations.elementary" in graph["operations"]  # from . import elementwise
    assert {"symbol", "engine"} <= {name.split(".")[0] for name in graph["derivation.walk"]}
    assert "command.cli" in graph["__main__"] and sum(map(len, graph.values())) > 300


def test_every_file_that_the_page_names_exists():
    named = set(re.findall(r"`([\w/.-]+\.(?:py|js|md|toml|cfg))`", PAGE))
    missing = [
        name for name in named if not ((PACKAGE / name).is_file() or (ROOT / name).is_file())
    ]
    assert not missing and len(named) > 150


def test_the_word_of_every_answer_stands_in_its_file():
    answers = QUESTION.findall(PAGE)
    assert len(answers) >= 20 and len(answers) == PAGE.count("? |")
    for question, file, word in answers:
        assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", (PACKAGE / file).read_text()), question


def test_every_row_says_what_the_module_is_for_in_one_sentence():
    rows = re.findall(r"^\| `[\w/.]+\.(?:py|js)` \| (.*) \|$", PAGE, re.M)
    assert len(rows) == len(files(PACKAGE)) and all(re.fullmatch(r"\S.{8,}\.", row) for row in rows)
