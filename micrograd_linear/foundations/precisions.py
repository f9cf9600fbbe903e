"""The types, coarser than float32, that a caller may name as those of a calculation."""

from typing import Literal, TypeAlias

Precision: TypeAlias = Literal["bfloat16", "tf32", "float16"]
PRECISIONS = ("bfloat16", "tf32", "float16")
