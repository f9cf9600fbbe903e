import shutil

import pytest
from package_copy import ROOT


@pytest.fixture
def copy(tmp_path):
    """A copy of the package and of what writes the declarations, to be changed."""
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("micrograd_linear", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    return tmp_path
