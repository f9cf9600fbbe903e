"""``compile``: a function that gives value and gradients without Python in the inner loop."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..drawing import draw
from ..engine.errors import argument_twice
from ..engine.graph import is_node
from ..engine.tensor import Tensor
from ..foundations.nested import flatten
from . import tensors, values
from .arguments import Layout, count_of, names_of
from .tensors import TensorProgram
from .values import EXECUTORS, ValueProgram, collect


def compile(
    f: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    executor: str | None = None,
    level: str = "auto",
    max_structures: int = 8,
    reuse: bool = False,
) -> Compiled:
    """The function that computes (value, gradients) of the scalar ``f``, traced once for every
    structure of its arguments.

    ``f``               a function of numbers (``Value``s) or arrays (``Tensor``s) to one number
    ``argnums``         the argument whose gradients are wanted, or a tuple of them. Gradients have
                        its structure: nested lists, tuples and dicts of numbers, or of arrays
    ``executor``        what replays a function of Values: "numba" (the extra ``fast``), "numpy",
                        or None for Numba where it is installed
    ``level``           "scalar" for a function of Values, "tensor" for one of Tensors; "auto": of
                        Tensors where a differentiated argument holds arrays
    ``max_structures``  how many traces are kept; the one that was not used for longest is dropped
    ``reuse``           True lets a function of Tensors overwrite the large gradients that its last
                        call returned, instead of making new arrays

    Numbers and arrays in the other arguments are data, and may change from call to call; strings,
    bools and None, lengths and keys are part of the structure. A new structure is traced anew.
    Whatever else ``f`` reads, its closure's numbers for example, is a constant of the trace.

    Raises ``TraceError`` (a ``TypeError``), with the line in the user's file, for what a trace
    cannot represent: branching on a number, ``float``, ``.data``, random numbers, nodes that are no
    arguments. Raises ``IndexError`` at run time for an integer of the data that selects no item.

    >>> step = compile(lambda w, x, y: (w[0] * x + w[1] - y) ** 2)
    >>> step([2.0, 1.0], 3.0, 5.0)
    (4.0, [12.0, 4.0])
    >>> step([2.0, 1.0], 4.0, 5.0)
    (16.0, [32.0, 8.0])
    """
    return Compiled(
        f, argnums, executor=executor, level=level, max_structures=max_structures, reuse=reuse
    )


class Compiled:
    """What ``compile`` returns: ``step(*args)``, ``step.batch(*args)``, ``step.explain()``."""

    def __init__(
        self,
        f: Callable[..., Any],
        argnums: int | Sequence[int] = 0,
        *,
        executor: str | None = None,
        level: str = "auto",
        max_structures: int = 8,
        reuse: bool = False,
    ) -> None:
        _check_options(f, executor, level, max_structures)
        self.single = isinstance(argnums, (int, np.integer))
        self.argnums = _argument_numbers(argnums)
        self.f, self.executor, self.level = f, executor, level
        self.max_structures, self.reuse = max_structures, reuse
        self.programs = []  # the one used last at the end
        self.traced = 0
        self._fast, self._last_call = _nothing_yet, None
        self._lock = threading.RLock()  # f may call compiled functions while it is traced
        functools.update_wrapper(self, f, updated=())

    def __reduce__(self):
        """As a copy that traces anew."""
        options = {
            "executor": self.executor,
            "level": self.level,
            "max_structures": self.max_structures,
            "reuse": self.reuse,
        }
        argnums = self.argnums[0] if self.single else self.argnums
        return functools.partial(Compiled, **options), (self.f, argnums)

    def __call__(self, *args: Any, **keywords: Any) -> tuple[Any, Any]:
        self._last_call = args, keywords
        result = self._fast(args, keywords)
        if result is None:
            result = self._by_another(args, keywords)
        if result is not None:
            return result
        program, leaves = self._program(args, keywords)
        return program.slow(leaves)

    def batch(self, *args: Any, **keywords: Any) -> tuple[Any, Any]:
        """One run for each sample, at once: every argument that is not differentiated is a list or
        an array of samples; keywords are the same for all.

        Returns (values, gradients) of all runs, stacked: ``values`` is an array with an entry for
        each sample, every gradient has a first axis for the samples.

        >>> step = compile(lambda w, x: w * x * x)
        >>> step.batch(2.0, [1.0, 2.0, 3.0])
        (array([ 2.,  8., 18.]), array([1., 4., 9.]))
        """
        samples = self._samples(args)
        program, leaves = self._program(next(samples), keywords)
        if not isinstance(program, ValueProgram):
            raise TypeError(
                "batch: is for functions of Values; a function of Tensors takes a batch as an axis "
                "of its arrays"
            )
        rows = [collect(leaves, program.layout)]
        for b, sample in enumerate(samples, 1):
            row = program.unpacked(sample, keywords)
            rows.append(self._row(program, b, sample, keywords) if row is None else row)
        return program.batch(rows)

    def _samples(self, args):
        """The arguments of each run of a batch."""
        chosen = self._chosen(len(args))
        sampled = [i for i in range(len(args)) if i not in chosen]
        lengths = {i: len(args[i]) for i in sampled if hasattr(args[i], "__len__")}
        single = [i for i in sampled if i not in lengths]
        if single:
            raise ValueError(
                f"batch: argument {single[0]} is one {type(args[single[0]]).__name__}; expected a "
                "list or an array with an entry for each sample"
            )
        counts = set(lengths.values())
        if len(counts) != 1 or 0 in counts:
            raise ValueError(
                "batch: expected data arguments that are sequences of equally many samples, at "
                f"least one, got lengths {list(lengths.values())}"
            )
        for b in range(lengths[sampled[0]]):
            yield tuple([x if i in chosen else x[b] for i, x in enumerate(args)])

    def _row(self, program, b, sample, keywords):
        """The numbers of a sample that the written code does not take apart."""
        layout = self._layout(sample, keywords)
        if layout.key != program.layout.key:
            raise ValueError(
                f"batch: sample {b} has another structure than sample 0; all samples of a batch "
                "are of one structure"
            )
        return collect(layout.forget_leaves(), layout)

    def explain(self) -> Explanation:
        """What was traced for the last call, how many nodes it has, what runs it; ``print`` it, or
        see its ``drawing``.
        """
        if self._last_call is None:
            return Explanation("not called yet: nothing is traced", None)
        args, keywords = self._last_call
        program, leaves = self._program(args, keywords)
        name = getattr(self.f, "__name__", "f")
        lines = [f"{name}: a function of {program.level}s, for {_shown(program.layout)}"]
        lines += [f"  {line}" for line in program.describe()]
        lines.append(
            f"  traced for {self.traced} structures so far, {len(self.programs)} of at most "
            f"{self.max_structures} are kept"
        )
        return Explanation("\n".join(lines), lambda: self._drawn(program, leaves))

    def _drawn(self, program, leaves):
        args, keywords = program.as_nodes(leaves)
        root = self.f(*args, **keywords)
        if not is_node(root):
            return None
        root.name = root.name or "value"
        return draw(root)

    def _chosen(self, count):
        if any(not -count <= i < count for i in self.argnums):
            raise ValueError(
                f"compile: argnums: expected numbers of the {count} arguments that were passed by "
                f"position, got {self.argnums}; what is differentiated cannot be passed by keyword"
            )
        chosen = [i % count for i in self.argnums]
        if len(set(chosen)) < len(chosen):
            raise argument_twice("compile: ", self.argnums)
        return chosen

    def _layout(self, args, keywords):
        chosen = self._chosen(len(args))
        names = names_of(self.f, args, keywords)
        if self.level == "tensor" or (
            self.level == "auto" and any(map(_is_array, flatten([args[i] for i in chosen])[0]))
        ):
            return Layout(args, keywords, set(chosen), tensors.kind_of, names, "Tensor")
        return Layout(args, keywords, set(chosen), values.kind_of, names, "Value")

    def _by_another(self, args, keywords):
        """The result by another trace that is kept, or None."""
        for program in reversed(self.programs[:-1]):
            result = program.fast(args, keywords)
            if result is not None:
                with self._lock:
                    self._use(program)
                return result
        return None

    def _use(self, program):
        """Make it the one that is tried first."""
        if program in self.programs:
            self.programs.remove(program)
        self.programs.append(program)
        del self.programs[: -self.max_structures]
        self._fast = program.fast

    def _program(self, args, keywords):
        """(the program for the structure of this call, traced now if there is none; the leaves of
        the call)
        """
        with self._lock:
            layout = self._layout(args, keywords)
            leaves = layout.forget_leaves()
            alike = (program for program in self.programs if program.layout.key == layout.key)
            program = next(alike, None)
            if program is None:
                self.traced += 1
                chosen = self._chosen(len(args))
                if layout.level == "Tensor":
                    program = TensorProgram(self.f, layout, leaves, chosen, self.single, self.reuse)
                else:
                    program = ValueProgram(
                        self.f, layout, leaves, chosen, self.single, self.executor
                    )
            self._use(program)
            return program, leaves


def _check_options(f, executor, level, max_structures):
    """Raise for what is no function, and for options that do not exist."""
    if not callable(f):
        raise TypeError(f"compile: expected a function, got {type(f).__name__}")
    if executor not in (None, *EXECUTORS):
        raise ValueError(
            f"compile: executor: expected one of {', '.join(map(repr, EXECUTORS))} or None, "
            f"got {executor!r}"
        )
    if level not in ("auto", "scalar", "tensor"):
        raise ValueError(f"compile: level: expected 'auto', 'scalar' or 'tensor', got {level!r}")
    if not isinstance(max_structures, int) or max_structures < 1:
        raise ValueError(
            f"compile: max_structures: expected a positive integer, got {max_structures!r}"
        )


def _argument_numbers(argnums: Any) -> tuple[int, ...]:
    """The numbers of the differentiated arguments."""
    if isinstance(argnums, (int, np.integer)):
        return (int(argnums),)
    if not isinstance(argnums, (tuple, list)) or not all(
        isinstance(i, (int, np.integer)) for i in argnums
    ):
        raise TypeError(
            "compile: argnums: expected the number of an argument, or a tuple of such, got "
            f"{argnums!r}"
        )
    if not argnums:
        raise ValueError(
            "compile: argnums is empty; there is nothing to differentiate with respect to"
        )
    return tuple(map(int, argnums))


def _is_array(x):
    return isinstance(x, Tensor) or (isinstance(x, np.ndarray) and x.ndim > 0 and x.dtype != object)


def _nothing_yet(args, keywords):
    return None


def _shown(layout):
    """The arguments with what they hold: "params (337 numbers), points (300 numbers)"."""
    texts, start = [], 0
    for name, structure in zip(layout.names, layout.structures):
        leaves = layout.leaves[start : start + count_of(structure)]
        start += len(leaves)
        kinds = Counter(
            " ".join(map(str, leaf.kind[:1] if leaf.kind[0] == "static" else leaf.kind))
            for leaf in leaves
        )
        held = ", ".join(f"{n} {kind}" if n > 1 else kind for kind, n in kinds.items())
        texts.append(f"{name} ({held or 'empty'})")
    return ", ".join(texts)


class Explanation:
    """What ``explain`` says: ``str()`` of it, and ``drawing``, the graph of the last call as
    ``draw`` shows it.
    """

    def __init__(self, text, draw):
        self.text, self._draw = text, draw

    @functools.cached_property
    def drawing(self):
        """The graph of the plain function on the arguments of the last call, or None before the
        first, and where f returns a constant.
        """
        return self._draw() if self._draw else None

    def __str__(self):
        return self.text

    __repr__ = __str__
