"""The arguments of the command."""

import argparse
import math
import re
from collections.abc import Iterator, Sequence
from importlib import metadata

from ..foundations.near import did_you_mean
from ..foundations.precisions import PRECISIONS

_CHECK = """\
Check the backward passes in a Python file, in a notebook, or, for "-", in what comes in through
standard input. All pairs that it defines are found: functions forward and backward, X_forward and
X_backward, f and f_prime, functions that return a loss and its gradients, classes with both
methods. If you like, the file defines inputs = {name: array, shape or setting}, or {pair: {...}}
for several. Of several files, or of a folder, a table has a row for each; the exit status is then
the highest of theirs. What the files print goes to standard error."""
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


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of the command; what is wrong with them ends the program with status 2."""
    options = parser().parse_args(arguments)
    if options.command == "check":
        _settle(options)
    return options


def _settle(options):
    """Bring the options of check that say the same to one form, and refuse those that do not go
    together.
    """
    options.json = options.json or options.format == "json"
    fault = parser().error
    if options.hint and (options.fix or options.write):
        fault("--hint says where, not what: it does not go with --fix and --write")
    if options.gradients and (options.fix or options.write):
        fault("--gradients are arrays, not code: --fix and --write have nothing to correct")
    if options.write and "-" in options.words:
        fault("--write: standard input cannot be written to; give the file its name")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors name what was probably meant."""

    def error(self, message):
        super().error(f"{message}{self._meant(message)}")

    def _meant(self, message):
        unknown = re.search(r"unrecognized arguments: (.*)", message)
        if unknown:
            words = [word.partition("=")[0] for word in unknown[1].split()]
            return did_you_mean([w for w in words if w.startswith("-")], _options_of(self))
        choice = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if not choice:
            return ""
        names = re.findall(r"[\w-]+", choice[2])
        if choice[1].endswith((".py", ".ipynb")):
            return f"; did you mean micrograd-linear check {choice[1]}?"
        return did_you_mean(choice[1], names)


def _options_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The options of a parser, and of the commands below it."""
    for action in parser._actions:
        yield from (option for option in action.option_strings if option.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _options_of(command)


def parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments."""
    main = _Parser(
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
    check.add_argument(
        "words",
        metavar="FILE|NAME",
        nargs="+",
        help="files, folders or -, and then the pairs to check: names of functions, a class, or "
        "Class.method (default: all)",
    )
    _add_seed(check)
    _add_judgement(check)
    _add_corrections(check)
    _add_forms(check)


def _add_judgement(check):
    for option, words in (("--rtol", "times |engine|"), ("--atol", "as it is")):
        check.add_argument(
            option,
            type=_tolerance,
            metavar="X",
            help=f"let |hand - engine| <= atol + rtol * |engine| pass as well: this much, {words} "
            "(default: only rounding passes)",
        )
    check.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="the type that backward computes in: agreement to its rounding passes",
    )
    check.add_argument(
        "--gradients",
        action="append",
        metavar="[NAME=]FILE",
        help="judge the gradients in a .npz file, by its keys, or in a .npy file, which another "
        "program wrote; FILE.py has forward, inputs = {name: array} and dy, its dL/dy; may be "
        "given several times",
    )


def _add_corrections(check):
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
    check.add_argument(
        "--hint",
        action="store_true",
        help="say where it is wrong, not what is wrong or what is right: for homework",
    )


def _add_forms(check):
    forms = check.add_mutually_exclusive_group()
    forms.add_argument(
        "--json",
        action="store_true",
        help="print the comparison as JSON and nothing else, and draw nothing; without a verdict, "
        '{"ok": null, "error": "why"}',
    )
    forms.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="text for a person, json as --json, or github: an annotation of GitHub Actions for "
        "each mistake, and the verdict; text has these, too, in a workflow (default: text)",
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
    derive.add_argument("file", metavar="FILE.py")
    _add_seed(derive)
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


def _add_seed(parser):
    parser.add_argument(
        "--seed", type=_seed, default=0, help="seed of the random numbers (default: 0)"
    )


def _tolerance(text):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number from 0 upward, got {text!r}")
    return number


def _seed(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected an integer from 0 upward, got {text!r}")
    return int(text)
