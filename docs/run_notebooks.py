"""Runs the notebooks of the tutorial in Jupyter: ``python docs/run_notebooks.py``.

Each has a kernel of its own, and all run at once. A cell that raises ends the run with its error.
"""

import asyncio
import sys
import tempfile
import warnings
from pathlib import Path

FOLDER = Path(__file__).parent / "tutorial"


async def run(path: Path) -> int:
    """Run a notebook; how many of its cells are code."""
    import nbformat  # with the extra docs, which the tests do without
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    with tempfile.TemporaryDirectory() as folder:  # for the files that the cells write
        client = NotebookClient(
            notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        await client.async_execute()
    return sum(cell.cell_type == "code" for cell in notebook.cells)


async def run_all(paths: list[Path]) -> None:
    for path, count in zip(paths, await asyncio.gather(*map(run, paths))):
        print(f"{path.name}: {count} cells ran")


if __name__ == "__main__":
    found = sorted(FOLDER.glob("*.ipynb"))
    if not found:
        sys.exit(f"{FOLDER}: expected notebooks; run python docs/make_notebooks.py first")
    warnings.simplefilter("ignore", DeprecationWarning)
    asyncio.run(run_all(found))
