"""The command ``micrograd-linear``."""

import argparse
import json
import os
import runpy
import sys
import traceback
from importlib import metadata
from pathlib import Path

import numpy as np

from . import Linear, Tensor, Value, compare, derive, draw, hand_derived, iris
from .compare import UnusableLayer, check_backward, run_forward
from .draw.files import write_whole
from .printable import finite
from .report import page

AGREE, DIFFER, UNUSABLE = 0, 1, 2


def main(arguments=None):
    """Run the command; returns its exit status: 0 where all gradients agree, 1 where not, 2 for what cannot be used."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without "∂" gets a "?"
    options = _parser().parse_args(arguments)
    try:
        if options.command == "check":
            return check_file(options)
        status = derive_file(options) if options.command == "derive" else main_job(options.output)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader of the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return AGREE
    except (OSError, RuntimeError, UnusableLayer) as error:
        print(f"micrograd-linear: {' '.join(str(error).split())}", file=sys.stderr)
        return UNUSABLE


def main_job(output):
    """Iris through a linear layer and a softmax cross-entropy: the engine's gradients against the hand-derived formulas."""
    measurements, species = iris.load()
    x = Tensor(measurements, "x")
    layer = Linear(4, 3, rng=0)
    y = layer(x)
    y.name = "y"
    loss = softmax_cross_entropy(y, species)
    loss.name = "L"
    loss.backward()
    print("Iris (Fisher 1936): 150 flowers, x (150, 4); y = xW + b; L = softmax cross-entropy of y and the species")
    print(f"L = {loss.item():.6f}; from the same ∂L/∂y, the hand-derived ∇_W L, ∇_b L and ∂L/∂x against the engine's:\n")
    hand = hand_derived.linear_backward(y.grad, measurements, layer.W.numpy())
    comparison = compare({layer.W: hand.W, layer.b: hand.b, x: hand.x}, loss)
    print(comparison)
    _save(loss, output, "linear")
    print("Next: micrograd-linear check FILE.py compares a backward pass of your own (micrograd-linear check -h).")
    return AGREE if comparison.ok else DIFFER


def softmax_cross_entropy(logits, classes):
    """The mean of -log softmax(logits)[class] over the rows, in recorded operations."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = shifted.exp().sum(axis=1).log()
    return (log_sum - shifted[np.arange(len(classes)), classes]).mean()


def check_file(options):
    """The user's forward and backward against the engine, as a table and a picture, as one page, or as JSON."""
    names, file = _load(Path(options.file)), options.file
    for name in ("forward", "backward"):
        if not callable(names.get(name)):
            raise UnusableLayer(f"{file} defines no function {name}; expected forward(...) and backward(dy, ...)")
    comparison = check_backward(names["forward"], names["backward"], names.get("inputs"), seed=options.seed)
    if options.json:
        print(json.dumps(finite(comparison.to_dict()), indent=2))
        return AGREE if comparison.ok else DIFFER
    given = "the inputs of the file" if names.get("inputs") is not None else "drawn at random, in the first shapes that fit"
    shapes = ", ".join(f"{name} {shape}" for name, shape in comparison.inputs.items())
    about = f"{file}: {comparison.root.name} {comparison.root.shape} from {shapes} ({given}); dy drawn at random (seed {options.seed})"
    print(f"{about}\n\n{comparison}")
    if options.html is None:
        _save(comparison.root, options.output, Path(file).stem, comparison)
    else:
        print(f"\nThe report: {write_whole(Path(options.html), page(comparison, about).encode())}")
    return AGREE if comparison.ok else DIFFER


def derive_file(options):
    """The derivation of the graph that a Python file builds."""
    names = _load(Path(options.file))
    root = _root(names, options)
    try:
        derivation = derive(root, options.wrt or None, form=options.form)
        print(getattr(derivation, options.output_form).rstrip("\n"))
    except (TypeError, ValueError) as error:
        raise UnusableLayer(f"{options.file}: {error}") from error
    return AGREE


def _root(names, options):
    """The result to derive: that of the file's ``forward``, or the last node it computed, named after the variables of the file."""
    if callable(names.get("forward")):
        return run_forward(names["forward"], names.get("inputs"), np.random.default_rng(options.seed))[0]
    nodes = {name: value for name, value in names.items() if isinstance(value, (Tensor, Value)) and not name.startswith("_")}
    for name, node in nodes.items():
        if not node.name:
            node.name = name
    results = [node for node in nodes.values() if node.operands]
    if not results:
        raise UnusableLayer(f"{options.file} defines no function forward and computes no Tensor or Value; expected forward(...), or a graph at top level")
    return max(results, key=lambda node: node.created)


def _load(path):
    if not path.is_file():
        raise UnusableLayer(f"{path} is a folder; expected a Python file" if path.is_dir() else f"{path}: no such file")
    sys.path.insert(0, str(path.resolve().parent))
    try:
        return runpy.run_path(str(path), run_name=f"<{path.stem}>")
    except SyntaxError as error:
        raise UnusableLayer(f"{path}: {f'line {error.lineno}: ' if error.lineno else ''}{error.msg}") from error
    except (Exception, SystemExit) as error:
        lines = [step.lineno for step in traceback.extract_tb(error.__traceback__) if step.filename == str(path)]
        where = f" (line {lines[-1]})" if lines else ""
        raise UnusableLayer(f"{path} failed when it was run: {type(error).__name__}: {error}{where}") from error
    finally:
        del sys.path[0]


def _seed(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected an integer from 0 upward, got {text!r}")
    return int(text)


def _save(node, output, stem, check=None):
    drawing = draw(node, check=check)
    svg, png, page = (drawing.save(Path(output) / f"{stem}.{ending}") for ending in ("svg", "png", "html"))
    print(f"\nThe graph: {svg} and {png}; step by step: {page}")


def _parser():
    parser = argparse.ArgumentParser(
        prog="micrograd-linear",
        description="Compare the gradients you derived by hand with those of an autograd engine. Without a command: the linear layer on Iris.",
        epilog="exit status: 0 all gradients agree, 1 some do not, 2 something cannot be used",
    )
    parser.add_argument("--version", action="version", version=f"micrograd-linear {metadata.version('micrograd_linear')}")
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("-o", "--output", metavar="DIR", default=argparse.SUPPRESS, help="folder for the pictures (default: the current one)")
    parser.set_defaults(output=".")
    parser.add_argument("-o", "--output", metavar="DIR", help="folder for the pictures (default: the current one)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    check = commands.add_parser(
        "check",
        parents=[output],
        help="check forward and backward in a Python file",
        description="Check the backward pass in FILE.py. The file defines forward(...), NumPy code that returns one array y; backward(dy, ...), "
        "which returns dL/d(argument) as a dict by argument name or a tuple in argument order; and, if you like, inputs = {name: array or shape}.",
        epilog="exit status: 0 all gradients agree, 1 some do not, 2 the file cannot be used",
    )
    check.add_argument("file", metavar="FILE.py")
    check.add_argument("--seed", type=_seed, default=0, help="seed of the random numbers (default: 0)")
    forms = check.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print the comparison as JSON, and draw nothing")
    forms.add_argument("--html", metavar="PAGE.html", help="write one page with the table, the causes, the graph and the derivation, instead of the picture")
    derivation = commands.add_parser(
        "derive",
        help="print the derivation of what a Python file computes",
        description="Print the gradients of what FILE.py computes, as formulas. The file defines forward(...), NumPy code that returns one array y, and, if you "
        "like, inputs = {name: array or shape}; or it builds a graph of Tensors or Values at top level, whose last result is derived.",
        epilog="exit status: 0 printed, 2 the file cannot be used",
    )
    derivation.add_argument("file", metavar="FILE.py")
    derivation.add_argument("--form", choices=("matrix", "index"), default="matrix", help="one formula for each tensor, or entry by entry (default: matrix)")
    derivation.add_argument("--wrt", metavar="NAME", action="append", help="only the gradient of this tensor; may be given several times")
    forms = derivation.add_mutually_exclusive_group()
    for form, words in (("latex", "LaTeX"), ("mathml", "HTML with MathML"), ("markdown", "Markdown"), ("source", "a Python function that needs NumPy alone")):
        forms.add_argument(f"--{form}", dest="output_form", action="store_const", const=form, default="text", help=f"as {words}")
    derivation.add_argument("--seed", type=_seed, default=0, help="seed of the random numbers (default: 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
