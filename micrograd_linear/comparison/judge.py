"""One gradient against another: the status, and how many units of rounding they are apart."""

import numpy as np

from .causes import Cause
from .comparison import Result
from .rounding import LIMIT, allowed, unit_roundoff
from .tolerance import ROUNDING_ALONE

BLIND = 0.01  # A resolution above this is told in a note.
HALF = 1e-4  # a type whose unit roundoff is above this is half precision
BITS = {24: "float32", 11: "float16 or TF32", 8: "bfloat16"}  # of a significand


def judge(name, hand, engine, gross=None, errors=None, tolerance=ROUNDING_ALONE):
    """One gradient against the other.

    ``gross`` and ``errors`` (a function of the coarser type) say how much rounding is due: see
    ``rounding``.
    """
    if hand.shape != engine.shape:
        return _other_shape(name, hand, engine, gross, errors, tolerance)
    finite = np.isfinite(hand) & np.isfinite(engine)
    if not finite.all():
        return _not_finite(name, hand, engine, finite)
    if not engine.any() and not hand.any() and (gross is None or not gross.any()):
        note = "it has no elements"
        if engine.size:
            note = (
                "it is 0 throughout, and nothing was added up to make it: "
                "this cannot show a mistake"
            )
        return Result(name, "vacuous", engine, hand, 0.0, note=note)
    if np.array_equal(hand, engine):
        return Result(name, "identical", engine, hand, 0.0, rounding=0.0)
    return Difference(name, hand, engine, gross, errors).result(tolerance)


def _other_shape(name, hand, engine, gross, errors, tolerance):
    note = f"expected shape {engine.shape}, got {hand.shape}"
    if hand.shape == engine.shape[::-1]:
        turned = judge(name, hand.T, engine, gross, errors, tolerance)
        if turned.status in ("identical", "rounding", "close"):
            note += (
                "; its transpose agrees: this is the numerator layout, "
                "the engine's is that of the tensor"
            )
    return Result(name, "shape", engine, hand, note=note)


def _not_finite(name, hand, engine, finite):
    where = largest(~finite)
    if np.isfinite(engine).all():
        whose = "yours"
    else:
        whose = "the engine's" if np.isfinite(hand).all() else "both"
    note = f"{np.count_nonzero(~finite)} of {engine.size} elements are not finite, in {whose}"
    with np.errstate(all="ignore"):
        size = np.absolute(np.where(finite, engine, 0)).max(initial=0.0)
        far = finite & (np.absolute(hand - engine) > 1e-3 * size)
    note += f"; {np.count_nonzero(far)} others differ" if far.any() else ""
    difference = abs(float(hand[where]) - float(engine[where]))
    return Result(name, "non-finite", engine, hand, difference, where, note)


class Difference:
    """Two gradients of one shape, all finite, that differ, and how much rounding is due to them."""

    def __init__(self, name, hand, engine, gross, errors):
        self.name, self.hand, self.engine, self.gross = name, hand, engine, gross
        with np.errstate(over="ignore"):  # An overflow is a difference, too.
            self.difference = np.absolute(hand.astype(np.float64) - engine.astype(np.float64))
        self.bits = effective_bits(hand, engine)
        seen = hand.astype(np.float32) if self.bits == 24 else hand
        self.magnitude = np.absolute(engine)
        coarser = min(seen.dtype, engine.dtype, key=lambda dtype: dtype.itemsize)
        own = errors and errors(coarser)
        self.within = allowed(seen, engine, gross, own)
        self.u = own.u if own else unit_roundoff(coarser)
        self.units = _units(self.difference, gross, self.u)
        self.resolution = _resolution(self.within, self.magnitude)

    def result(self, tolerance):
        """The result: rounding, close by the tolerances that were given, or wrong."""
        note, causes = "", ()
        if self._is_rounding():
            status, (note, causes) = "rounding", self._of_rounding()
        elif tolerance.allows(self.difference, self.magnitude).all():
            status = "close"
        else:
            status, causes = "wrong", self._of_coarse_type()
        where = largest(self.difference)
        return Result(
            self.name,
            status,
            self.engine,
            self.hand,
            float(self.difference[where]),
            where,
            note,
            causes,
            rounding=self.units,
            resolution=self.resolution,
            due=self.within,
        )

    def _is_rounding(self):
        if not (self.difference <= self.within).all():
            return False
        if self.u < HALF or self.gross is None:
            return True
        return _half_agrees(self.hand, self.engine, self.gross, self.u)

    def _of_rounding(self):
        """(note, causes): that a coarser type was used, or that errors would be invisible."""
        if self.bits == 24:
            note = (
                "equal to float32 rounding: each of its numbers is a float32, "
                "so it was computed or stored in that type"
            )
            evidence = {"bits": 24, "units": self.units}
            return note, (Cause("precision", (self.name,), note, evidence),)
        if self.u <= HALF and (self.resolution or 0) <= BLIND:
            return "", ()
        invisible = "all errors are"
        if self.resolution is not None and self.resolution <= 1:
            invisible = f"errors below about {self.resolution:.1%} of the gradient are"
        conditioned = "half precision" if self.u > HALF else "ill-conditioned"
        return f"{conditioned}: {invisible} invisible here", ()

    def _of_coarse_type(self):
        """The cause, where a gradient agrees to the rounding of a type that it went through."""
        bits, gross = self.bits, self.gross
        if bits not in (8, 11) or gross is None:
            return ()
        u = 2.0**-bits
        if not (self.difference <= LIMIT * u * gross).all():
            return ()
        if not _half_agrees(self.hand, self.engine, gross, u):
            return ()
        words = (
            f"each of its numbers is a {BITS[bits]} ({bits} bits), so it went through that type; "
            "it agrees to its rounding"
        )
        return (Cause("precision", (self.name,), words, {"bits": bits}, 1),)


def _units(difference, gross, u):
    """max |R| / (u S); None where only the two arrays are known."""
    if gross is None or not gross.any():
        return None
    with np.errstate(all="ignore"):
        return float(np.max(np.where(gross > 0, difference / np.where(gross > 0, u * gross, 1), 0)))


def _resolution(within, magnitude):
    """The smallest error, relative to the gradient, that would have been seen; None where the
    gradient is 0.
    """
    with np.errstate(over="ignore"):
        sizes = (
            float(np.linalg.norm(np.broadcast_to(within, magnitude.shape).astype(np.float64))),
            float(np.linalg.norm(magnitude.astype(np.float64))),
        )
    return sizes[0] / sizes[1] if sizes[1] and np.isfinite(sizes).all() else None


def _half_agrees(hand, engine, gross, u):
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


def effective_bits(hand, engine):
    """How many bits the numbers of a gradient have, if they are fewer than its type holds and those
    of the engine's: 24, 11 or 8; else None.

    Numbers typed by hand have few bits, too; so half of them must use the last bits that there are.
    """
    own = np.finfo(hand.dtype).nmant + 1
    values, others = hand[hand != 0], engine[engine != 0]
    if values.size < 4 or not others.size:
        return None
    for bits in (8, 11, 24):
        if bits < own and _have(values, bits).all():
            full = np.count_nonzero(~_have(values, bits - 4)) >= values.size / 2
            return (
                bits if full and np.count_nonzero(_have(others, bits)) <= others.size / 2 else None
            )
    return None


def _have(values, bits):
    """Which numbers have no more bits than that."""
    significands = np.ldexp(np.frexp(values.astype(np.float64))[0], bits)
    return significands == np.round(significands)


def largest(array):
    """The index of the first of the largest elements, of a mask the first True, as a tuple."""
    return tuple(int(i) for i in np.unravel_index(np.argmax(array), array.shape))
