"""NumPy's functions that no Tensor goes through: why not, and what to write in their place.

It is read when one of them is called, and when the page of operations is written. A test follows
every advice.
"""

from typing import NamedTuple


class Refusal(NamedTuple):
    """``call`` is an example, of a Tensor t; ``write`` gives the same, and is what to write."""

    reason: str
    call: str
    write: str


_BITS = "it is of integers, and what has a gradient is no integer"
_SETS = "which numbers are left depends on all of them, and a set has no gradient"
_COUNTS = "its results are counts and the edges of bins, which have no gradient"
_FILES = "a file holds numbers, and no graph"
_BYTES = "it shows the bytes of the numbers, and no graph"
_MEMORY = "a Tensor looks after its own memory, so that what was recorded stays as it was"
_IN_PLACE = "in place it would write over numbers that were recorded"


def _of_integers(*names: str, others: str = "") -> dict[str, Refusal]:
    return {
        f"np.{name}": Refusal(
            _BITS, f"np.{name}(t{others})", f"np.{name}(t.data.astype(int){others})"
        )
        for name in names
    }


def _on_data(reason: str, *calls: str) -> dict[str, Refusal]:
    """Those that are right on the plain array: t is the first argument."""
    return {
        call.split("(")[0]: Refusal(reason, call, call.replace("(t", "(t.data", 1))
        for call in calls
    }


def _methods(reason: str, **calls: str) -> dict[str, Refusal]:
    return {
        f"ndarray.{name}": Refusal(reason, f"t.{name}{call}", f"t.data.{name}{call}")
        for name, call in calls.items()
    }


REFUSALS: dict[str, Refusal] = {
    **_of_integers("bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm", others=", 3"),
    **_of_integers("left_shift", "right_shift", others=", 1"),
    **_of_integers("invert", "bitwise_count"),
    "np.packbits": Refusal(_BITS, "np.packbits(t > 1)", "np.packbits(t.data > 1)"),
    "np.unpackbits": Refusal(
        _BITS, "np.unpackbits(t.astype(np.uint8))", "np.unpackbits(t.data.astype(np.uint8))"
    ),
    "np.unravel_index": Refusal(
        _BITS, "np.unravel_index(t, (4, 5))", "np.unravel_index(t.data.astype(int), (4, 5))"
    ),
    "np.ravel_multi_index": Refusal(
        _BITS,
        "np.ravel_multi_index([t, t], (9, 9))",
        "np.ravel_multi_index([t.data.astype(int)] * 2, (9, 9))",
    ),
    "np.ix_": Refusal(_BITS, "np.ix_(t)", "np.ix_(t.data.astype(int))"),
    "np.busday_offset": Refusal(
        _BITS,
        'np.busday_offset("2026-01-05", t)',
        'np.busday_offset("2026-01-05", t.data.astype(int))',
    ),
    **_on_data(
        _SETS,
        "np.union1d(t, [1.0, 9.0])",
        "np.intersect1d(t, [1.0, 9.0])",
        "np.setdiff1d(t, [1.0, 9.0])",
        "np.setxor1d(t, [1.0, 9.0])",
        "np.unique_all(t)",
        "np.unique_counts(t)",
        "np.unique_inverse(t)",
    ),
    "np.unique_values": Refusal(
        _SETS, "np.unique_values(t)", "t[np.unique(t.data, return_index=True)[1]]"
    ),
    **_on_data(
        _COUNTS,
        "np.histogram(t, bins=3)",
        "np.histogram2d(t, [1, 2, 3, 4, 5, 6], bins=2)",
        "np.histogramdd(t, bins=2)",
        "np.histogram_bin_edges(t, bins=3)",
    ),
    "np.sort_complex": Refusal(
        "its result is complex, and a Tensor is real",
        "np.sort_complex(t).real",
        "t[np.argsort(t.data)]",
    ),
    "np.roots": Refusal(
        "roots may be complex, and a Tensor is real; real ones are eigenvalues",
        "np.roots(t)",
        "np.linalg.eigvals(np.concatenate([-t[None, 1:] / t[0], np.eye(t.size - 2, t.size - 1)]))",
    ),
    "np.save": Refusal(_FILES, "np.save(file, t)", "np.save(file, t.data)"),
    "np.savetxt": Refusal(_FILES, "np.savetxt(file, t)", "np.savetxt(file, t.data)"),
    "np.savez": Refusal(_FILES, "np.savez(file, t=t)", "np.savez(file, t=t.data)"),
    "np.savez_compressed": Refusal(
        _FILES, "np.savez_compressed(file, t=t)", "np.savez_compressed(file, t=t.data)"
    ),
    **_methods(_BYTES, tobytes="()", dumps="()", byteswap="()", dump="(file)"),
    **_methods(_BYTES, getfield="(np.int32, 4)", ctypes=".data"),
    "ndarray.tofile": Refusal(_FILES, "t.tofile(path)", "t.data.tofile(path)"),
    **_methods(_MEMORY, base="", setflags="(write=True)", device="", to_device='("cpu")'),
    "ndarray.flat": Refusal(
        "its iterator hands out plain numbers", "np.array(list(t.flat))", "t.ravel()"
    ),
    "ndarray.resize": Refusal(_IN_PLACE, "np.resize(t, (2, 3))", "t.reshape(2, 3)"),
    "ndarray.setfield": Refusal(
        "it writes bytes into numbers that were recorded",
        "t.setfield(2.0, float)",
        "t.data.fill(2.0)",
    ),
}
