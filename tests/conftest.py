import os

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True)  # CI repeats itself; at the desk every run draws anew
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture
def rng():
    return np.random.default_rng(0)
