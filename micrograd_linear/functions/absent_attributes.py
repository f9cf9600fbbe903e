"""Attributes that an array has and a Tensor has not: reading one says why, and what to write."""

from typing import Any, NoReturn

import numpy as np

from ..engine.tensor import Tensor


class Absent:
    """An attribute that is not there: ``hasattr`` is False, and the error gives advice."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, node: Any, kind: type) -> NoReturn:
        from ..engine.refusals import REFUSALS  # which is read when one is needed

        refusal = REFUSALS.get(f"ndarray.{self.name}")
        if node is None or refusal is None:
            raise AttributeError(f"{kind.__name__!r} object has no attribute {self.name!r}")
        raise AttributeError(
            f"{self.name} of {node.describe()}: {refusal.reason}; write {refusal.write}"
        )


def tell_of_absent_attributes() -> None:
    """Give Tensor a word on every attribute of an array that it lacks, after all others."""
    for name in set(dir(np.ndarray)) - set(dir(Tensor)):
        if not name.startswith("_"):
            setattr(Tensor, name, Absent(name))
