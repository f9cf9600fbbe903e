"""Makes the notebooks of the tutorial from its pages: ``python docs/make_notebooks.py [FOLDER]``.

An example becomes a code cell, without its prompts and its output; what stands between examples is
text. A test makes them again, compares, and runs every cell.
"""

import doctest
import json
import re
import sys
from pathlib import Path

DOCS = Path(__file__).parent
CHAPTERS = ("numbers", "arrays", "layer", "your_layer")
FENCE = re.compile(r"^```python\n(>>> .*?)^```\n", re.M | re.S)
OTHER = re.compile(rf"\]\(({'|'.join(CHAPTERS)})\.md\)")
ITSELF = re.compile(r" ?\[This chapter is also a\s+notebook\]\([^)]*\)\.")


def statements(fence: str) -> list[tuple[str, str]]:
    """The code cells of a block, each with what it prints: of a cell the last result is shown."""
    found, source = [], ""
    for example in doctest.DocTestParser().get_examples(fence):
        source += example.source
        if example.want:
            found.append((source.rstrip("\n"), example.want))
            source = ""
    return [*found, (source.rstrip("\n"), "")] if source else found


def parts(page: str) -> list[tuple[str, str, str]]:
    """What a page consists of, in order: (kind of the cell, its text, what it prints)."""
    found = []
    for number, part in enumerate(FENCE.split(page)):
        if number % 2:
            found += [("code", source, printed) for source, printed in statements(part)]
        elif part.strip():
            found.append(("markdown", part.strip("\n"), ""))
    return found


def cells(page: str) -> list[dict]:
    """The cells of a page, with ids that stay the same when it is made again."""
    page = OTHER.sub(r"](\1.ipynb)", ITSELF.sub("", page))
    made = []
    for kind, text, _ in parts(page):
        cell = {"cell_type": kind, "id": f"cell-{len(made)}", "metadata": {}}
        cell["source"] = text.splitlines(keepends=True)
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    return made


def notebook(page: str) -> str:
    """A page as the text of a notebook."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells(page), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def page_of(chapter: str) -> str:
    return (DOCS / "tutorial" / f"{chapter}.md").read_text(encoding="utf-8")


def make(folder: Path) -> list[Path]:
    """Write the notebook of every chapter into a folder."""
    paths = [Path(folder) / f"{chapter}.ipynb" for chapter in CHAPTERS]
    for path in paths:
        path.write_text(notebook(page_of(path.stem)), encoding="utf-8")
    return paths


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "tutorial"):
        print(path)
