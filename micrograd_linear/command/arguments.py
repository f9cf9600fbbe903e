"""The arguments of the command."""

import argparse
from importlib import metadata

_CHECK = """\
Check the backward passes in FILE.py, or in a notebook. All pairs that it defines are found:
functions forward and backward, X_forward and X_backward, f and f_prime, functions that return a
loss and its gradients, classes with both methods. If you like, the file defines inputs = {name:
array, shape or setting}, or {pair: {...}} for several. What the file prints goes to standard
error."""
_DERIVE = """\
Print the gradients of what FILE.py computes, as formulas. The file defines forward(...), NumPy
code that returns one array y, and, if you like, inputs = {name: array or shape}; or it builds a
graph of Tensors or Values at top level, whose last result is derived. What the file prints goes to
standard error."""
_STATUSES = """\
exit status: 0 all gradients agree, 1 some do not, 2 {unusable}, 130 interrupted. With
MICROGRAD_LINEAR_TRACEBACK=1 in the environment, an error is shown with its traceback."""
_FORMS = (
    ("latex", "LaTeX"),
    ("mathml", "HTML with MathML"),
    ("markdown", "Markdown"),
    ("source", "a Python function that needs NumPy alone"),
)


def parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments."""
    main = argparse.ArgumentParser(
        prog="micrograd-linear",
        description="Compare the gradients you derived by hand with those of an autograd engine. "
        "Without a command: the linear layer on Iris.",
        epilog=_STATUSES.format(unusable="something cannot be used"),
    )
    version = f"micrograd-linear {metadata.version('micrograd_linear')}"
    main.add_argument("--version", action="version", version=version)
    main.set_defaults(output=".", json=False)
    _add_output(main)
    commands = main.add_subparsers(dest="command", metavar="COMMAND")
    _add_check(commands)
    _add_derive(commands)
    return main


def _add_check(commands):
    check = commands.add_parser(
        "check",
        help="check forward and backward in a Python file",
        description=_CHECK,
        epilog=_STATUSES.format(
            unusable="the file cannot be used, or the output cannot be written"
        ),
    )
    _add_output(check, default=argparse.SUPPRESS)
    _add_file(check)
    check.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="the pairs to check: names of functions, a class, or Class.method (default: all)",
    )
    check.add_argument(
        "--fix",
        action="store_true",
        help="print the corrections that were verified as a unified diff",
    )
    check.add_argument(
        "--write",
        action="store_true",
        help="print that diff, and write the corrections into the file",
    )
    forms = check.add_mutually_exclusive_group()
    forms.add_argument(
        "--json",
        action="store_true",
        help="print the comparison as JSON and nothing else, and draw nothing; without a verdict, "
        '{"ok": null, "error": "why"}',
    )
    forms.add_argument(
        "--html",
        metavar="PAGE.html",
        help="write one page with the tables, causes, graphs and derivations of all pairs, instead "
        "of the picture; a relative path is one in DIR",
    )


def _add_derive(commands):
    derive = commands.add_parser(
        "derive",
        help="print the derivation of what a Python file computes",
        description=_DERIVE,
        epilog="exit status: 0 printed, 2 the file cannot be used, 130 interrupted",
    )
    _add_file(derive)
    derive.add_argument(
        "--form",
        choices=("matrix", "index"),
        default="matrix",
        help="one formula for each tensor, or entry by entry (default: matrix)",
    )
    derive.add_argument(
        "--wrt",
        metavar="NAME",
        action="append",
        help="only the gradient of this tensor; may be given several times",
    )
    forms = derive.add_mutually_exclusive_group()
    for form, words in _FORMS:
        forms.add_argument(
            f"--{form}",
            dest="output_form",
            action="store_const",
            const=form,
            default="text",
            help=f"as {words}",
        )


def _add_output(parser, **default):
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder for the pictures, made where it is missing (default: the current one)",
        **default,
    )


def _add_file(parser):
    parser.add_argument("file", metavar="FILE.py")
    parser.add_argument(
        "--seed", type=_seed, default=0, help="seed of the random numbers (default: 0)"
    )


def _seed(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected an integer from 0 upward, got {text!r}")
    return int(text)
