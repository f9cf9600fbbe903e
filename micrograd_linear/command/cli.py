"""The command ``micrograd-linear``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import numpy as np

from .. import Linear, Tensor, Value, compare, hand_derived
from ..comparison import UnusableLayer, run_forward
from ..foundations.files import write_whole
from ..foundations.place import message_of
from ..foundations.printable import printable
from . import iris
from .arguments import parser
from .checking import about, checked_pairs, found_pairs, remarks_on, summary, table
from .corrections import corrected, write
from .output import (
    colour,
    every_character,
    name_of_pictures,
    page_path,
    picture_paths,
    say,
)
from .user_file import running, source_of

AGREE, DIFFER, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
_TRACEBACK = "MICROGRAD_LINEAR_TRACEBACK"
_LONGEST = 2000  # characters of an error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    That is 0 where all gradients agree, 1 where not, 2 where there is no verdict or it could not be
    written in full, and 130 where the user interrupted.
    """
    options = parser().parse_args(arguments)
    with every_character():
        try:
            return _JOBS[options.command](options)
        except KeyboardInterrupt as error:
            return _no_verdict(options, "interrupted", error, INTERRUPTED)
        except UnusableLayer as error:
            return _no_verdict(options, message_of(error), error)
        except MemoryError as error:
            return _no_verdict(options, f"there is not enough memory: {message_of(error)}", error)
        except BaseException as error:
            what = f"{type(error).__name__}: {message_of(error)}"
            hint = f"{_TRACEBACK}=1 in the environment shows where"
            return _no_verdict(
                options, f"a fault of micrograd-linear itself: {what}; {hint}", error
            )


def run() -> int:
    """The command as a program of its own.

    What the file's threads and exit handlers print after the verdict is no part of the output.
    """
    try:
        status = main()
    except SystemExit:  # the arguments were wrong, or help was asked for
        raise
    except (
        BaseException
    ):  # not even the error could be said: Python's status for that means "differ"
        traceback.print_exc()
        status = UNUSABLE
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
        os.dup2(2, 1)
    return status


def _no_verdict(options, message, error, status=UNUSABLE):
    message = printable(message, _LONGEST)
    with contextlib.suppress(OSError, ValueError):  # standard error is closed: the status says it
        if os.environ.get(_TRACEBACK):
            traceback.print_exception(error)
        print(f"micrograd-linear: {message}", file=sys.stderr, flush=True)
    if options.json:
        with contextlib.suppress(UnusableLayer, ValueError):  # it is closed or full
            say(json.dumps({"ok": None, "error": message}, indent=2))
    return status


def main_job(options: argparse.Namespace) -> int:
    """Iris through a linear layer and a softmax cross-entropy: the engine against the formulas."""
    paths = picture_paths(options.output, "linear")
    measurements, species = iris.load()
    x = Tensor(measurements, "x")
    layer = Linear(4, 3, rng=0)
    y = layer(x)
    y.name = "y"
    loss = softmax_cross_entropy(y, species)
    loss.name = "L"
    loss.backward()
    say(
        "Iris (Fisher 1936): 150 flowers, x (150, 4); y = xW + b; "
        "L = softmax cross-entropy of y and the species\n"
        f"L = {loss.item():.6f}; from the same ∂L/∂y, "
        "the hand-derived ∇_W L, ∇_b L and ∂L/∂x against the engine's:\n"
    )
    hand = hand_derived.linear_backward(y.grad, measurements, layer.W.numpy())
    comparison = compare({layer.W: hand.W, layer.b: hand.b, x: hand.x}, loss)
    say(str(comparison))
    with _after(comparison):
        say(_drawn(loss, paths))
    say(
        "Next: micrograd-linear check FILE.py compares a backward pass of your own "
        "(micrograd-linear check -h)."
    )
    return _status(comparison)


def softmax_cross_entropy(logits: Tensor, classes: np.ndarray) -> Tensor:
    """The mean of -log softmax(logits)[class] over the rows, in recorded operations."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = shifted.exp().sum(axis=1).log()
    return (log_sum - shifted[np.arange(len(classes)), classes]).mean()


def check_file(options: argparse.Namespace) -> int:
    """The user's pairs: a table and a picture, one page, or JSON; a row each where there are
    several.
    """
    file, source, paths = options.file, source_of(options.file), []
    if options.html is not None:
        paths = [page_path(options.output, options.html)]
    elif not options.json:
        paths = picture_paths(options.output, name_of_pictures(file))
    if not options.json:
        _load("derivation", "drawing", "command.report")
    with running(file, source) as ran:
        pairs = found_pairs(ran.names, file, options.names)
        found, remarks = _checked(pairs, ran, options), []
        if not options.names:
            found, remarks = remarks_on(found, ran.names, file)
        ran.notes += remarks
        wanted = options.fix or options.write
        fixes = corrected([c.comparison for c in found]) if wanted else []
        printed = _printed(found, ran.notes, options, fixes)
    say(printed)
    if options.write:
        _write(fixes, options)
    if len(found) == 1:
        _show(found[0], paths, options)
    elif options.html is not None:
        _show_all(found, paths[0], options)
    return _status_of(found)


def _write(fixes, options):
    """Write the corrections into the files of the user."""
    for fix in fixes:
        path = write(fix)
        if not options.json:
            say(f"written: {path}")


def _checked(pairs, ran, options):
    try:
        return checked_pairs(pairs, ran.names, options.seed)
    except UnusableLayer as error:
        if not ran.notes:
            raise
        raise UnusableLayer(f"{' '.join(ran.notes)} {message_of(error)}") from error


def _printed(found, notes, options, fixes):
    """What is said of the pairs: of one, its own comparison; and the corrections asked for."""
    single = found[0].comparison if len(found) == 1 else None
    if options.json:
        pairs = [checked.to_dict(options.file) for checked in found]
        ok = {AGREE: True, DIFFER: False}.get(_status_of(found))
        whole = pairs[0] if len(found) == 1 else {"ok": ok, "file": options.file}
        fix = {"fix": "".join(f.diff for f in fixes)} if options.fix or options.write else {}
        return json.dumps({**whole, "notes": notes, "pairs": pairs, **fix}, indent=2)
    said = "".join(f"{note}\n" for note in notes) + ("\n" if notes else "")
    diffs = _diffs(fixes) if options.fix or options.write else ""
    if single is None:
        return f"{said}{table(found, options.file, options.seed, colour())}{diffs}"
    words = about(found[0], options.file, options.seed)
    return f"{said}{words}\n\n{single.text(colour())}{diffs}"


def _diffs(fixes):
    """The corrections as a diff, or that there are none."""
    if not fixes:
        return "\n\nNo correction was verified, so there is nothing to write."
    left_out = sum(fix.left_out for fix in fixes)
    more = f"{left_out} more may follow from these: check again after them.\n" if left_out else ""
    return "\n\n" + more + "".join(fix.diff for fix in fixes).rstrip("\n")


def _show(checked, paths, options):
    """The page or the pictures of one pair."""
    comparison = checked.comparison
    with _after(comparison):
        if options.html is not None:
            title = about(checked, options.file, options.seed)
            page = _load("command.report").page(comparison, title)
            say(f"\nThe report: {write_whole(paths[0], page.encode())}")
        elif paths:
            say(_drawn(comparison.root, paths, comparison))


def _show_all(found, path, options):
    """One page with all pairs."""
    pairs = [
        (c.pair.name, None, c.error)
        if c.comparison is None
        else (about(c, c.pair.name, options.seed), c.comparison, "")
        for c in found
    ]
    verdict = summary(found)
    try:
        page = _load("command.report").page_of_pairs(pairs, f"{options.file}: {verdict}")
        say(f"\nThe report: {write_whole(path, page.encode())}")
    except (OSError, RuntimeError, ValueError) as error:
        raise UnusableLayer(f"{message_of(error)}; the verdict stands: {verdict}") from error


def _status_of(found):
    """1 where a pair does not agree; else 2 where one has no verdict."""
    comparisons = [checked.comparison for checked in found]
    if any(c is not None and not c.ok for c in comparisons):
        return DIFFER
    return UNUSABLE if None in comparisons else AGREE


def derive_file(options: argparse.Namespace) -> int:
    """The derivation of the graph that a Python file builds."""
    derivations = _load("derivation")
    with running(options.file, source_of(options.file)) as ran:
        root = _root(ran.names, options)
        try:
            derivation = derivations.derive(root, options.wrt or None, form=options.form)
            printed = getattr(derivation, options.output_form).rstrip("\n")
        except (TypeError, ValueError) as error:
            raise UnusableLayer(f"{options.file}: {error}") from error
    say(printed)
    return AGREE


def _root(names, options):
    """The result of the file's ``forward``, or the last node it computed.

    Nodes without a name take those of the file's variables.
    """
    if callable(names.get("forward")):
        rng = np.random.default_rng(options.seed)
        return run_forward(names["forward"], names.get("inputs"), rng)[0]
    nodes = {
        name: value
        for name, value in names.items()
        if isinstance(value, (Tensor, Value)) and not name.startswith("_")
    }
    for name, node in nodes.items():
        if not node.name:
            node.name = name
    results = [node for node in nodes.values() if node.operands]
    if not results:
        raise UnusableLayer(
            f"{options.file} defines no function forward and computes no Tensor or Value; "
            "expected forward(...), or a graph at top level"
        )
    return max(results, key=lambda node: node.created)


def _drawn(node, paths, check=None):
    """Save the pictures of a graph; returns what there is to say."""
    if node is None:
        return "\nNo picture: there is no graph of forward."
    drawing = _load("drawing").draw(node, check=check)
    svg, png, html = paths
    drawing.save(svg)
    with ThreadPoolExecutor(1) as pool:  # a PNG takes longer than all the rest
        made = pool.submit(drawing.save, png)
        drawing.save(html)
        made.result()
    return f"\nThe graph: {svg} and {png}; step by step: {html}"


@contextlib.contextmanager
def _after(comparison):
    """What fails inside, after the verdict was printed, says that the verdict stands."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        stands = "all gradients agree" if comparison.ok else "not all gradients agree"
        raise UnusableLayer(f"{message_of(error)}; the verdict stands: {stands}") from error


def _load(*rooms):
    """The last of some rooms of the package, which not every job needs.

    They are loaded before the user's file is run: its folder may hold an ``html.py``.
    """
    return [import_module(f"..{room}", __package__) for room in rooms][-1]


def _status(comparison):
    return AGREE if comparison.ok else DIFFER


_JOBS = {None: main_job, "check": check_file, "derive": derive_file}


if __name__ == "__main__":
    sys.exit(run())
