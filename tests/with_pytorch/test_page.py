"""The programs of docs/pytorch.md run, and say what the page says."""

import importlib
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "pytorch.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)


def test_every_program_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert len(PROGRAMS) == 3
    for number, program in enumerate(PROGRAMS):
        path = tmp_path / f"program_{number}.py"
        path.write_text(program)
        importlib.import_module(path.stem)
    printed = capsys.readouterr().out
    assert "verified: with this line all 2 gradients agree" in printed
    assert "should be squared" in printed
