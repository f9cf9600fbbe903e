"""Numbers that are coarser than their arrays: those of a smaller type, or as they were printed.

A kernel computes in bfloat16 and hands float32 arrays on; a file holds six decimals of each number.
The gradient is right where it agrees as closely as such numbers can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..foundations.precisions import PRECISIONS
from .comparison import Result
from .rounding import LIMIT

_ALONE = 10  # units of u * (magnitude + largest), where S is not known
_BITS = {24: "float32", 11: "float16 or TF32", 8: "bfloat16"}  # of a significand
U = {"bfloat16": 2.0**-8, "tf32": 2.0**-11, "float16": 2.0**-11}
U |= {"float8_e4m3": 2.0**-4, "float8_e5m2": 2.0**-3}
_DECIMALS = range(3, 11)  # that numbers are printed with
_VISIBLE = 100  # units of the last decimal that a gradient must have, for its errors to be seen


@dataclass(frozen=True)
class Coarseness:
    """What the numbers of a gradient were rounded to: ``u`` relative to a number, or a ``step``
    between neighbours; ``words`` end "each of its numbers ...".
    """

    words: str
    u: float = 0.0
    step: float = 0.0
    bits: int | None = None
    name: str = ""  # of the type

    @property
    def rounding(self) -> str:
        """What the gradient is equal to."""
        return f"{self.name} rounding" if self.name else "its printed decimals"

    def due(self, engine: np.ndarray, gross: np.ndarray | None) -> np.ndarray:
        """The largest difference that this rounding explains, for each element."""
        if self.step:
            return np.full(engine.shape, self.step * (0.5 + 1e-6))
        magnitude = np.absolute(engine)
        if gross is None:
            return _ALONE * self.u * (magnitude + magnitude.max(initial=0.0))
        return LIMIT * self.u * gross

    def agrees(self, hand: np.ndarray, engine: np.ndarray, gross: np.ndarray | None) -> bool:
        """Whether a gradient is right as far as such numbers can tell."""
        hand, engine = hand.astype(np.float64), engine.astype(np.float64)
        if not (np.absolute(hand - engine) <= self.due(engine, gross)).all():
            return False
        if self.step:
            return float(np.median(np.absolute(engine))) >= _VISIBLE * self.step
        return as_a_whole(hand, engine, np.absolute(engine) if gross is None else gross, self.u)


def coarseness(
    hand: np.ndarray, engine: np.ndarray, precision: str | None = None
) -> Coarseness | None:
    """What the numbers of ``hand`` were rounded to, where it is coarser than float32.

    ``precision`` is the type that they are known to have gone through; else it is read off the
    numbers.
    """
    if precision is not None:
        went = "was computed" if precision in PRECISIONS else "is stored"
        return Coarseness(f"{went} in {precision}", u=U[precision], name=precision)
    bits = effective_bits(hand, engine)
    if bits in (8, 11):
        name = "bfloat16" if bits == 8 else "float16"
        return Coarseness(f"is a {_BITS[bits]} ({bits} bits)", 2.0**-bits, bits=bits, name=name)
    return None if bits == 24 else _printed(hand, engine)


def stored_precision(array: object) -> str | None:
    """The type of an array of another library that NumPy has no name for, as ``U`` calls it."""
    text = str(getattr(array, "dtype", ""))
    return next((name for name in U if name not in ("tf32", "float16") and name in text), None)


def coarsest_of(result: Result) -> str:
    """The type that the numbers of a result went through, as far as its causes tell."""
    return next((c.evidence["type"] for c in result.causes if c.evidence.get("type")), "float32")


def as_a_whole(hand: np.ndarray, engine: np.ndarray, gross: np.ndarray, u: float) -> bool:
    """In half precision single elements certify nothing: the tensor as a whole must be near, and
    not be a multiple of the gradient.
    """
    hand, engine = hand.astype(np.float64), engine.astype(np.float64)
    if np.linalg.norm(hand - engine) > 16 * u * np.linalg.norm(gross):
        return False
    power = float((engine * engine).sum())
    if not power:
        return True
    slack = 16 * u * float(np.linalg.norm(gross * engine)) / power
    return abs(float((hand * engine).sum()) / power - 1) <= 0.05 + slack


def effective_bits(hand: np.ndarray, engine: np.ndarray) -> int | None:
    """How many bits the numbers of a gradient have, if they are fewer than its type holds and those
    of the engine's: 24, 11 or 8; else None.

    Numbers typed by hand have few bits, too; so half of them must use the last bits that there are.
    """
    own = np.finfo(hand.dtype).nmant + 1
    values, others = hand[hand != 0], engine[engine != 0]
    if values.size < 4 or not others.size or (values == np.round(values)).all():
        return None
    for bits in sorted(_BITS):
        if bits < own and _have(values, bits).all():
            full = np.count_nonzero(~_have(values, bits - 4)) >= values.size / 2
            others_too = np.count_nonzero(_have(others, bits)) > others.size / 2
            return bits if full and not others_too else None
    return None


def _have(values: np.ndarray, bits: int) -> np.ndarray:
    """Which numbers have no more bits than that."""
    significands = np.ldexp(np.frexp(values.astype(np.float64))[0], bits)
    return significands == np.round(significands)


def _printed(hand: np.ndarray, engine: np.ndarray) -> Coarseness | None:
    """The decimals that the numbers were printed with, as by ``%f``; half of them must use the
    last, and the engine's numbers must have more.
    """
    values = hand.astype(np.float64)[hand != 0]
    if values.size < 4:
        return None
    for decimals in _DECIMALS:
        if not _are_decimals(values, decimals, hand.dtype).all():
            continue
        ends = ~_are_decimals(values, decimals - 1, hand.dtype)
        own = _are_decimals(engine.astype(np.float64), decimals, np.dtype(np.float64))
        if np.count_nonzero(ends) < values.size / 2 or own.all():
            return None
        words = f"has {decimals} decimals, as it was printed"
        return Coarseness(words, step=10.0**-decimals)
    return None


def _are_decimals(values: np.ndarray, decimals: int, dtype: np.dtype) -> np.ndarray:
    """Which numbers are the nearest of their type to one with so many decimals."""
    return np.round(values, decimals).astype(dtype) == values.astype(dtype)
