"""Times this project beside its peers, as ratios in one run.

Every contestant of a workload runs in a process of its own, in turn, in several rounds. Before the
first of them is timed all have to have computed the same numbers. Peers that are not installed are
named and left out; pip install -e '.[bench]' brings them all.

A full run prints its tables and writes benchmarks.md, benchmarks.svg and benchmarks.json to the
current folder, or only those files that --markdown, --plot and --json name. A quick run, and a
report made --from an earlier run, write only what is named. Exit status: 0; 1 if a contestant
failed or computed something else; 2 if the command cannot be used.
"""

import argparse
import json
import sys
from pathlib import Path

from . import growing, plot, report
from .measuring import growth, load, measured, surroundings
from .workloads import GROWTH, WORKLOADS


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one short round on small sizes, to see that everything runs; its numbers say nothing",
    )
    parser.add_argument(
        "--only",
        metavar="TEXT",
        default="",
        help=(
            "only the workloads with this in their names or sections, for example Scalar or Growth"
        ),
    )
    parser.add_argument(
        "--list",
        action="store_true",
        help="the workloads and their contestants, and which are not installed; measures nothing",
    )
    parser.add_argument(
        "--rounds",
        type=_positive(int),
        default=5,
        help="the best time of so many counts (%(default)s)",
    )
    parser.add_argument(
        "--seconds",
        type=_positive(float),
        default=1.0,
        help="how long each contestant is timed in each round, at least (%(default)s)",
    )
    parser.add_argument(
        "--threads",
        type=_positive(int),
        default=1,
        help="for every contestant that has threads, NumPy's BLAS too (%(default)s)",
    )
    parser.add_argument(
        "--markdown",
        metavar="FILE",
        type=Path,
        help=(
            "write the tables; in a page that has the two markers of docs/benchmarks.md, between "
            "them"
        ),
    )
    parser.add_argument(
        "--plot",
        metavar="FILE.svg",
        type=Path,
        help="draw the ratios and the growth; needs matplotlib",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="save all samples")
    parser.add_argument(
        "--from",
        metavar="FILE",
        type=Path,
        dest="source",
        help="measure nothing: make the report again from a file saved by --json",
    )
    options = parser.parse_args(arguments)
    if options.source and (options.quick or options.only):
        parser.error("--from measures nothing, so that it goes with neither --quick nor --only")
    workloads = [
        workload
        for workload in (*WORKLOADS, GROWTH)
        if options.only.lower() in f"{workload.name}\n{workload.section}".lower()
    ]
    if not workloads:
        parser.error(
            f"--only: nothing has {options.only!r} in its name; there are "
            f"{', '.join(workload.name for workload in (*WORKLOADS, GROWTH))}"
        )
    if options.list:
        print("\n".join(line for workload in workloads for line in _listed(workload)))
        return 0
    if not (options.quick or options.source or options.markdown or options.plot or options.json):
        options.markdown, options.plot, options.json = (
            Path("benchmarks.md"),
            Path("benchmarks.svg"),
            Path("benchmarks.json"),
        )
        try:
            plot.check_matplotlib()
        except plot.NoMatplotlib as error:
            print(f"{error}; benchmarks.svg will be left out", file=sys.stderr)
            options.plot = None
    _check_files(parser, options)
    data = _read(parser, options.source) if options.source else _measure(workloads, options)
    print(report.as_text(data))
    if options.json:
        _save(data, options.json)
    if options.markdown:
        options.markdown.write_text(
            report.into_page(_page(options.markdown), data), encoding="utf-8"
        )
    if options.plot:
        try:
            options.plot.write_text(plot.svg(data), encoding="utf-8")
        except plot.NothingToPlot as error:
            print(f"{options.plot} was not written: {error}", file=sys.stderr)
    return int(
        any(workload.get("failed") for workload in (*data["workloads"].values(), data["growth"]))
    )


def different(workloads):
    """The workloads, each once.

    At small sizes some workloads become equal, and the first of them stands for all.
    """
    first = {}
    for workload in workloads:
        first.setdefault((workload.about, workload.small), workload)
    return first.values()


def _measure(workloads, options):
    """Runs everything, and saves what is measured after every workload, since a run takes long."""
    rounds, seconds = (1, 0.0) if options.quick else (options.rounds, options.seconds)
    data = {
        "surroundings": surroundings(options.threads),
        "small": options.quick,
        "rounds": rounds,
        "seconds": seconds,
        "load": load(),
        "workloads": {},
        "growth": {},
    }
    for workload in different(workloads) if options.quick else workloads:
        if workload is GROWTH:
            data["growth"] = growth(
                workload,
                growing.SIZES[:1] if options.quick else growing.SIZES,
                seconds,
                options.threads,
                _say,
            )
        else:
            data["workloads"][workload.name] = measured(
                workload, rounds, seconds, options.threads, options.quick, _say
            )
        data["load"] = max(data["load"], load())
        if options.json:
            _save(data, options.json)
    _say("")
    return data


def _check_files(parser, options):
    """Ends the program where what is asked for could not be written in the end."""
    for path in (options.markdown, options.plot, options.json):
        if path and not path.absolute().parent.is_dir():
            parser.error(f"{path}: there is no folder {path.absolute().parent}")
    if options.plot:
        if options.plot.suffix != ".svg":
            parser.error(f"--plot: expected a name that ends in .svg, got {options.plot}")
        try:
            plot.check_matplotlib()
        except plot.NoMatplotlib as error:
            parser.error(str(error))
    if options.markdown:
        try:
            report.check_page(_page(options.markdown))
        except ValueError as error:
            parser.error(f"--markdown {options.markdown}: {error}")


def _page(path):
    """The page that the report goes into, or None if it holds nothing but a report."""
    page = path.read_text(encoding="utf-8") if path.exists() else None
    return None if page is None or page.startswith(report.TITLE) else page


def _read(parser, path):
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["surroundings"], data["workloads"], data["growth"], data["load"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.error(f"--from {path}: not a file that --json saved: {error}")
    return data


def _save(data, path):
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _listed(workload):
    yield f"{workload.name} ({workload.section})"
    for contestant in workload.contestants:
        yield "  ".join(["", contestant.name, *contestant.missing()])


def _positive(kind):
    def convert(text):
        number = kind(text)
        if not 0 < number < float("inf"):
            raise argparse.ArgumentTypeError(f"expected a positive number, got {text}")
        return number

    convert.__name__ = kind.__name__
    return convert


def _say(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
