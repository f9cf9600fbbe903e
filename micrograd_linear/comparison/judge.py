"""One gradient against another: the status, and how many units of rounding they are apart."""

import numpy as np

from .causes import Cause
from .coarse import as_a_whole, coarseness, effective_bits
from .comparison import Result
from .rounding import allowed, unit_roundoff
from .tolerance import ROUNDING_ALONE

BLIND = 0.01  # A resolution above this is told in a note.
HALF = 1e-4  # a type whose unit roundoff is above this is half precision


def judge(name, hand, engine, gross=None, errors=None, tolerance=ROUNDING_ALONE):
    """One gradient against the other.

    ``gross`` and ``errors`` (a function of the coarser type) say how much rounding is due: see
    ``rounding``; ``tolerance`` what the user lets pass beside that.
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
    return Difference(name, hand, engine, gross, errors, tolerance.precision).result(tolerance)


def _other_shape(name, hand, engine, *rest):
    note = f"expected shape {engine.shape}, got {hand.shape}"
    if hand.shape == engine.shape[::-1]:
        turned = judge(name, hand.T, engine, *rest)
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

    def __init__(self, name, hand, engine, gross, errors, precision=None):
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
        self.coarse = None
        if not (self.difference <= self.within).all() or precision:
            self.coarse = coarseness(hand, engine, precision)

    def result(self, tolerance):
        """The result: rounding, close by the tolerances that were given, or wrong."""
        note, causes = "", ()
        if self._is_rounding():
            status, (note, causes) = "rounding", self._of_rounding()
        elif self.coarse is not None and self.coarse.agrees(self.hand, self.engine, self.gross):
            status, (note, causes) = "rounding", self._of_coarse_numbers(self.coarse)
        elif tolerance.allows(self.difference, self.magnitude).all():
            status = "close"
        else:
            status = "wrong"
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
        return as_a_whole(self.hand, self.engine, self.gross, self.u)

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

    def _of_coarse_numbers(self, coarse):
        """(note, causes): that it agrees as closely as its numbers can, and what cannot be seen."""
        self.within = np.maximum(self.within, coarse.due(self.engine, self.gross))
        self.resolution = _resolution(self.within, self.magnitude)
        note = f"equal to {coarse.rounding}: each of its numbers {coarse.words}"
        if self.resolution is not None and self.resolution > 1:
            note += "; single elements show nothing here, the gradient was judged as a whole"
        elif self.resolution is not None and self.resolution > BLIND:
            note += f"; errors below about {self.resolution:.1%} of the gradient are invisible here"
        evidence = {"bits": coarse.bits, "step": coarse.step or None, "units": self.units}
        evidence["type"] = coarse.name
        return note, (Cause("precision", (self.name,), note, evidence),)


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


def largest(array):
    """The index of the first of the largest elements, of a mask the first True, as a tuple."""
    return tuple(int(i) for i in np.unravel_index(np.argmax(array), array.shape))
