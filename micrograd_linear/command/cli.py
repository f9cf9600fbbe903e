"""The command ``micrograd-linear``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Sequence

import numpy as np

from .. import Linear, Tensor, compare, hand_derived
from ..comparison import UnusableLayer, details, run_forward
from ..foundations.place import message_of
from ..foundations.printable import printable
from . import iris
from .arguments import parsed
from .check_job import check_files, drawn, load, verdict_stands
from .file_report import AGREE, DIFFER, UNUSABLE
from .graphs import root_of
from .output import colour, every_character, picture_paths, say
from .person import verdict_line
from .user_file import running, source_of

INTERRUPTED = 130
_TRACEBACK = "MICROGRAD_LINEAR_TRACEBACK"
_LONGEST = 2000  # characters of an error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    That is 0 where all gradients agree, 1 where not, 2 where there is no verdict or it could not be
    written in full, and 130 where the user interrupted.
    """
    options = parsed(arguments)
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
    hand = hand_derived.linear_backward(y.grad, measurements, layer.W.numpy())
    comparison = compare({layer.W: hand.W, layer.b: hand.b, x: hand.x}, loss)
    say(verdict_line(comparison.ok, comparison.summary, colour()))
    say(
        "Iris (Fisher 1936): 150 flowers, x (150, 4); y = xW + b; "
        "L = softmax cross-entropy of y and the species\n"
        f"L = {loss.item():.6f}; from the same ∂L/∂y, "
        "the hand-derived ∇_W L, ∇_b L and ∂L/∂x against the engine's:\n"
    )
    say("\n".join(details(comparison)))
    with verdict_stands(comparison):
        say(drawn(loss, paths))
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


def derive_file(options: argparse.Namespace) -> int:
    """The derivation of the graph that a Python file builds."""
    derivations = load("derivation")
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
    """The result of the file's ``forward``, or the last node it computed."""
    if callable(names.get("forward")):
        rng = np.random.default_rng(options.seed)
        return run_forward(names["forward"], names.get("inputs"), rng)[0]
    return root_of(names, options.file)


def _status(comparison):
    return AGREE if comparison.ok else DIFFER


_JOBS = {None: main_job, "check": check_files, "derive": derive_file}


if __name__ == "__main__":
    sys.exit(run())
