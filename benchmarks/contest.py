"""What is compared: a workload, its contestants, and when two of them computed the same.

A contestant's ``make(*sizes)`` sets up and returns ``(step, arrays)``. ``step()`` is timed, and
``arrays(step())`` is the list of its numbers as arrays: the value first and then the gradients, in
the order of the workload's first contestant.
"""

import importlib.util
import os
import shutil
from dataclasses import dataclass

import numpy as np

# What the project does not install: {the name to import or run: how to install it}.
INSTALL = {
    "autograd": "pip install autograd",
    "casadi": "pip install casadi",
    "dot": "the program dot of Graphviz, for example apt-get install graphviz",
    "jax": "pip install jax",
    "micrograd": "pip install micrograd==0.1.0",
    "mygrad": "pip install mygrad",
    "numba": "pip install numba, or this project's extra: pip install -e '.[fast]'",
    "torch": "pip install torch",
    "torchviz": "pip install torchviz",
    "xad": "pip install xad",
}
PROGRAMS = {"dot"}
# measuring.py sets the number of threads for the processes that it starts.
THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))


@dataclass(frozen=True)
class Contestant:
    """One way to do the work: its name, ``make``, and the packages and programs that it needs."""

    name: str
    make: object
    needs: tuple = ()

    def missing(self):
        """What it needs and this machine lacks, as sentences that say how to install it."""
        return [
            f"{need} is not installed ({INSTALL[need]})"
            for need in self.needs
            if not installed(need)
        ]


@dataclass(frozen=True)
class Workload:
    """One computation, whose ratios are to the first contestant.

    ``small`` are sizes for a test, and ``rtol`` is the largest allowed difference of two results.
    """

    name: str
    section: str
    about: str
    contestants: tuple
    sizes: tuple = ()
    small: tuple = ()
    rtol: float = 1e-9

    def contestant(self, name):
        return next(contestant for contestant in self.contestants if contestant.name == name)


class DifferentNumbers(Exception):
    """Two contestants computed different numbers, so that their times cannot be compared."""


def installed(need):
    return (
        bool(shutil.which(need)) if need in PROGRAMS else importlib.util.find_spec(need) is not None
    )


def summary(arrays):
    """A few numbers for each array, in which any difference between two arrays shows.

    They are [size, norm, and two projections on fixed random arrays].
    """
    found = []
    for array in arrays:
        array = np.asarray(array, dtype=np.float64).reshape(-1)
        directions = np.random.default_rng(array.size).choice((-1.0, 1.0), size=(2, array.size))
        directions[:, :1] = 1.0  # so that a single number is itself
        found.append(
            [float(array.size), float(np.linalg.norm(array)), *map(float, directions @ array)]
        )
    return found


def check_the_same(workload, reference, expected, name, found):
    """Raise DifferentNumbers unless the summary is finite and equals that of the reference."""
    if not all(np.isfinite(numbers).all() for numbers in found):
        raise DifferentNumbers(f"{workload.name}: {name} computed numbers that are not finite")
    if len(found) != len(expected):
        raise DifferentNumbers(
            f"{workload.name}: {name} computed {len(found)} arrays, {reference} {len(expected)}"
        )
    for i, (a, b) in enumerate(zip(expected, found, strict=True)):
        if a[0] != b[0] or np.max(np.abs(np.subtract(a, b))) > workload.rtol * a[1]:
            what = "value" if i == 0 else f"gradient {i}"
            raise DifferentNumbers(
                f"{workload.name}: the {what} of {name} is {_shown(b)}, that of {reference} "
                f"{_shown(a)}"
            )


def _shown(numbers):
    size, norm, one, other = numbers
    return (
        f"{one:.12g}"
        if size == 1
        else f"{size:.0f} numbers of norm {norm:.12g} and projections {one:.12g} and {other:.12g}"
    )
