"""The benchmark command.

All contestants compute the same numbers, one that does not is rejected before anything is timed,
and reports show what was measured. No test here depends on a time.
"""

import contextlib
import importlib.util
import json
import re
import sys
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import (
    child,
    contest,
    figures,
    goals,
    growing,
    measuring,
    plain,
    plot,
    report,
    scalar,
)
from benchmarks.__main__ import different, main
from benchmarks.workloads import GROWTH, WORKLOADS, workload
from micrograd_linear import Value
from micrograd_linear.engine.graph import topological_order

DOCS = Path(__file__).parents[2] / "docs"
EVERY = (*WORKLOADS, GROWTH)
LAYER = workload("Linear layer (8, 4, 3)")
SURROUNDINGS = {
    "date": "2026-01-02",
    "python": "3.99.0",
    "system": "Linux x86_64",
    "processor": "Abacus",
    "processors": 2,
    "threads": 1,
    "blas": "blas 1",
    "kernel": "",
    "versions": {"numpy": "9.9", "torch": "8.8"},
}


def contestant(*seconds, processors=1.0):
    return {"seconds": list(seconds), "memory": 3 * 2**20, "processors": processors}


def made_up():
    """A result as --json saves it.

    Ours took 2 ms, one peer four times and one ten times as long; one is missing, and one failed.
    """
    layer = {
        "section": "Tensors",
        "about": "A layer.",
        "contestants": {
            "ours, eager": contestant(0.004, 0.002),
            "ours, compiled": contestant(0.001, 0.002),
            "NumPy by hand": contestant(0.0008, 0.001),
            "PyTorch": contestant(0.008, 0.009, processors=1.9),
            "JAX, jit": contestant(0.0002, 0.0003),
        },
        "missing": {"MyGrad": "mygrad is not installed (pip install mygrad)"},
        "failed": {"HIPS autograd": "ZeroDivisionError: oh | no"},
    }
    sizes = {str(n): {"seconds": n * 1e-6, "memory": n * 200} for n in growing.SIZES}
    steep = {str(n): {"seconds": n * n * 1e-9, "memory": n * 100} for n in growing.SIZES}
    growth = {
        "section": "Growth",
        "about": "A sum.",
        "contestants": {"eager": sizes, "drawing": steep},
        "missing": {},
        "failed": {},
    }
    return {
        "surroundings": SURROUNDINGS,
        "small": False,
        "rounds": 2,
        "seconds": 1.0,
        "load": 1.9,
        "workloads": {LAYER.name: layer},
        "growth": growth,
    }


def hide(monkeypatch, packages):
    """As on a machine that has not these packages, in this process."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name in packages else find(name, *more),
    )


@pytest.fixture
def nothing_installed(monkeypatch):
    """As on a machine that has none of the peers."""
    hide(monkeypatch, contest.INSTALL)


# --- what is compared -----------------------------------------------------------------------------


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_all_contestants_that_are_installed_compute_the_same(one):
    present = [contestant for contestant in one.contestants if not contestant.missing()]
    summaries = {}
    for contestant in present:
        with warnings.catch_warnings():
            if contestant.needs:
                warnings.simplefilter("ignore")  # what a peer warns of is its own affair
            step, arrays = contestant.make(*one.small)
            summaries[contestant.name] = contest.summary(arrays(step()))
    first = next(iter(summaries), None)
    for name, found in summaries.items():
        contest.check_the_same(one, first, summaries[first], name, found)
    assert list(summaries) == [
        c.name for c in one.contestants if all(map(contest.installed, c.needs))
    ]
    assert first == one.contestants[0].name or one.contestants[0].missing()


def test_names_are_taken_once_and_ours_comes_first():
    assert len({one.name for one in EVERY}) == len(EVERY)
    for one in EVERY:
        names = [contestant.name for contestant in one.contestants]
        assert len(set(names)) == len(names)
        assert figures.is_ours(names[0]) or one is GROWTH


def test_what_a_contestant_needs_can_be_installed_by_what_is_said(nothing_installed):
    assert {
        need for one in EVERY for contestant in one.contestants for need in contestant.needs
    } == set(contest.INSTALL)
    torch = LAYER.contestant("PyTorch")
    assert torch.missing() == ["torch is not installed (pip install torch)"]
    assert LAYER.contestant("NumPy by hand").missing() == []


BROKEN = {
    "a value off by a millionth": lambda value, a, b: [value * (1 + 1e-6), a, b],
    "the sign of the value": lambda value, a, b: [-value, a, b],
    "one element": lambda value, a, b: [value, a + np.eye(*a.shape) * [1e-6, 0, 0], b],
    "transposed": lambda value, a, b: [value, np.ascontiguousarray(a.T), b],
    "two elements swapped": lambda value, a, b: [value, a, b[::-1]],
    "another shape": lambda value, a, b: [value, a, np.append(b, 0.0)],
    "a gradient missing": lambda value, a, b: [value, a],
    "not a number": lambda value, a, b: [value, a, b * np.nan],
    "infinite": lambda value, a, b: [np.inf, a, b],
    "all zero": lambda value, a, b: [value, a * 0, b],
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_contestant_that_computes_something_else_is_rejected(change):
    numbers = 1.5, np.arange(12.0).reshape(4, 3) + 1, np.array([1.0, 2.0])
    right = contest.summary(numbers)
    contest.check_the_same(
        LAYER, "ours", right, "twin", contest.summary([numbers[0] * (1 + 1e-14), *numbers[1:]])
    )
    with pytest.raises(contest.DifferentNumbers, match="Linear layer .*twin"):
        contest.check_the_same(LAYER, "ours", right, "twin", contest.summary(change(*numbers)))


def test_numbers_that_are_not_finite_are_rejected_in_the_reference_too():
    wrong = contest.summary([np.nan])
    with pytest.raises(contest.DifferentNumbers, match="not finite"):
        contest.check_the_same(LAYER, "ours", wrong, "ours", wrong)


@pytest.mark.parametrize("nodes", growing.SIZES[:4])
def test_growing_graphs_have_as_many_nodes_as_is_said(nodes):
    parameters, inputs = growing.data(nodes)
    assert (
        len(
            topological_order(
                growing.total([Value(p) for p in parameters], [Value(x) for x in inputs])
            )
        )
        == nodes
    )


def test_the_scalar_mlp_has_65_000_nodes():
    parameters, inputs, labels = scalar.data(100)
    loss = scalar.hinge_loss(scalar.each(Value, parameters), scalar.each(Value, inputs), labels)
    assert 64_500 < len(topological_order(loss)) < 65_500
    assert len(scalar.flat(parameters)) == 337


def test_the_plain_scalar_class_differentiates_as_ours_does():
    def f(a, b, c):
        return (
            (a * b + 2 * c - 1) / (b - a)
            + (3 - a) * (1 / c)
            + (a * a).exp()
            - (b * b + 1).log()
            + (-c).relu()
            + c.relu() * a.maximum(b)
            + c**-0.5
            + a.maximum(a)
        )

    def run(make):
        leaves = [make(0.7), make(-1.3), make(2.1)]
        result = f(*leaves)
        result.backward()
        return [result.data, *(leaf.grad for leaf in leaves)]

    assert run(plain.Value) == pytest.approx(run(Value), rel=1e-14)


# --- measuring ------------------------------------------------------------------------------------


class Fake:
    """A process that computes and dies as it is told, and writes down when it was timed."""

    numbers, dies, log = {}, {}, []

    def __init__(self, workload, contestant, sizes, threads, memory="resident"):
        if self.dies.get(contestant) == "at once":
            raise measuring.Failed("RuntimeError: out of order")
        self.name, self.memory = contestant, 1
        self.summary = contest.summary([self.numbers.get(contestant, 1.0)])
        self.log.append(f"{contestant} sets up")

    def time(self, seconds):
        if self.dies.get(self.name) == "timed":
            raise measuring.Failed("KeyError: 'x'")
        self.log.append(f"{self.name} timed")
        return {"seconds": 0.5, "processors": 1.0}

    def close(self):
        self.log.append(f"{self.name} closed")


@pytest.fixture
def three(monkeypatch):
    """Three contestants that need nothing, run by Fake; gives the workload."""
    monkeypatch.setattr(measuring, "Process", Fake)
    for name, empty in (("numbers", {}), ("dies", {}), ("log", [])):
        monkeypatch.setattr(Fake, name, empty)
    return contest.Workload(
        "three", "Tensors", "", tuple(contest.Contestant(name, None) for name in "abc")
    )


def test_all_set_up_and_are_checked_before_the_first_is_timed_and_take_turns_in_being_first(three):
    found = measuring.measured(three, 2, 0.0, 1)
    setup, closed = [f"{name} sets up" for name in "abc"], [f"{name} closed" for name in "cba"]
    assert Fake.log == [
        *setup,
        *(f"{name} timed" for name in "abc"),
        *closed,
        *setup,
        *(f"{name} timed" for name in "bca"),
        *closed,
    ]
    assert {name: one["seconds"] for name, one in found["contestants"].items()} == {
        "a": [0.5, 0.5],
        "b": [0.5, 0.5],
        "c": [0.5, 0.5],
    }


def test_a_contestant_with_another_result_is_never_timed_and_the_others_are(three):
    Fake.numbers["b"] = 2.0
    found = measuring.measured(three, 2, 0.0, 1)
    assert "b timed" not in Fake.log and list(found["contestants"]) == ["a", "c"]
    assert found["failed"] == {"b": "three: the value of b is 2, that of a 1"}


@pytest.mark.parametrize("when", ["at once", "timed"])
def test_a_contestant_that_ends_with_an_error_is_left_out_with_the_reason(three, when):
    Fake.dies["c"] = when
    found = measuring.measured(three, 2, 0.0, 1)
    assert list(found["contestants"]) == ["a", "b"] and list(found["failed"]) == ["c"]
    assert found["failed"]["c"] in ("RuntimeError: out of order", "KeyError: 'x'")
    assert Fake.log.count("c sets up") == (when == "timed"), (
        "it is not tried again in the second round"
    )
    assert Fake.log.count("c closed") == Fake.log.count("c sets up")


def test_growth_measures_every_size_and_checks_each(three):
    Fake.numbers["b"] = 2.0
    found = measuring.growth(three, (100, 1000), 0.0, 1)
    assert found["contestants"] == {
        name: {size: {"seconds": 0.5, "memory": 1} for size in ("100", "1000")} for name in "ac"
    }
    assert list(found["failed"]) == ["b"] and Fake.log.count("b timed") == 0


def test_those_that_are_not_installed_are_named_and_left_out(nothing_installed):
    found = measuring.measured(LAYER, 1, 0.0, 1, small=True)
    assert (
        list(found["contestants"]) == [c.name for c in LAYER.contestants if not c.needs]
        and not found["failed"]
    )
    assert found["missing"]["MyGrad"] == "mygrad is not installed (pip install mygrad)"
    assert set(found["missing"]) == {c.name for c in LAYER.contestants if c.needs}
    assert all(one["seconds"][0] > 0 for one in found["contestants"].values())


def test_a_process_that_fails_says_why():
    with pytest.raises(measuring.Failed, match="Error"):
        measuring.Process(LAYER, "NumPy by hand", ("many",), 1)


@pytest.mark.skipif(
    sys.platform != "linux", reason="the environment of another process is read from /proc"
)
def test_the_threads_of_all_libraries_are_as_many_as_asked_for():
    with contextlib.closing(measuring.Process(LAYER, "NumPy by hand", LAYER.small, 1)) as process:
        environment = dict(
            line.split("=", 1)
            for line in Path(f"/proc/{process.process.pid}/environ").read_text().split("\0")
            if "=" in line
        )
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        assert environment[name] == "1"
    assert "--xla_cpu_multi_thread_eigen=false" in environment["XLA_FLAGS"]
    assert (
        "XLA_FLAGS" not in measuring.threads_of_libraries(2)
        and measuring.threads_of_libraries(2)["OMP_NUM_THREADS"] == "2"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
def test_the_memory_meters_see_what_is_allocated():
    # So large an array gets pages of its own; a small one may get those that another one left.
    for meter, low, high in ((child.traced, 64e6, 65e6), (child.resident, 50e6, 100e6)):
        running = meter()
        next(running)
        array = np.ones(8_000_000)
        assert low < next(running) < high, meter.__name__
        assert array.nbytes == 64_000_000


def test_a_step_is_timed_at_least_once():
    calls = []
    found = child.best_time(lambda: calls.append(1), 0.0)
    assert len(calls) == 1 and found["seconds"] > 0


# --- goals ----------------------------------------------------------------------------------------


def test_goals_name_contestants_that_there_are():
    for goal in goals.GOALS:
        assert workload(goal.workload).contestant(goal.slow) is not workload(
            goal.workload
        ).contestant(goal.fast)
    for name, one in goals.FASTER_THAN_ANY_PEER:
        assert workload(name).contestant(one)


def test_goals_are_judged_by_the_best_times():
    found = {what: (goal, ratio, reached) for what, goal, ratio, reached in goals.judged(made_up())}
    assert found["Linear layer (8, 4, 3): ours, compiled / NumPy by hand"] == (
        "at most 1.15",
        pytest.approx(1.25),
        False,
    )
    assert found["Linear layer (8, 4, 3): ours, compiled / the fastest peer"] == (
        "at most 1",
        pytest.approx(5),
        False,
    )
    assert found["Growth, eager: time per node, 1,000,000 / 1,000 nodes"] == (
        "at most 1.5",
        pytest.approx(1),
        True,
    )
    assert found["Growth, drawing: time per node, 1,000,000 / 1,000 nodes"][1:] == (
        pytest.approx(1000),
        False,
    )
    assert not any("MLP" in what for what in found), "what was not measured at all is not judged"


@pytest.mark.parametrize("peer, reached", [(0.9, False), (1.0, True), (1.1, True)])
def test_a_goal_of_at_least_is_reached_from_its_bound_on(peer, reached):
    mlp = {
        "contestants": {"ours, compiled, Numba": contestant(0.001), "micrograd": contestant(peer)}
    }
    found = {
        what: rest for what, *rest in goals.judged({"workloads": {goals.MLP: mlp}, "growth": {}})
    }
    assert found[f"{goals.MLP}: micrograd / ours, compiled, Numba"] == [
        "at least 1,000",
        pytest.approx(peer * 1000),
        reached,
    ]
    assert found[f"{goals.MLP}: CasADi SX / ours, compiled, Numba"] == ["at least 1.5", None, None]


# --- reports --------------------------------------------------------------------------------------


def rows(markdown):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in markdown.splitlines()
        if line.startswith("| ")
    ]


def test_the_markdown_shows_times_ratios_spread_and_memory():
    found = rows(report.as_markdown(made_up()))
    assert ["", "time", "time / ours, eager", "in each round", "memory"] in found
    assert ["ours, eager", "2.00 ms", "1", "", "3.0 MiB"] in found
    assert ["PyTorch", "8.00 ms", "4.00", "2.00 to 4.50", "3.0 MiB"] in found
    assert ["JAX, jit", "200 µs", "0.100", "0.0500 to 0.150", "3.0 MiB"] in found
    assert (
        [LAYER.name, "JAX, jit", "5.00"] in found
        and [LAYER.name, "NumPy by hand", "1.25"] in found
        and [LAYER.name, "PyTorch", "0.125"] not in found
    )
    assert ["eager", *["1.00 µs"] * 5, "1.00"] in found and [
        "eager",
        *["200 B"] * 5,
        "1.00",
    ] in found


def test_the_report_says_what_is_missing_what_failed_who_used_more_processors_and_what_it_ran_on():
    for text in (report.as_markdown(made_up()), report.as_text(made_up())):
        assert "MyGrad: left out, mygrad is not installed (pip install mygrad)" in text
        assert "HIPS autograd: FAILED and left out: ZeroDivisionError: oh | no" in text
        assert "PyTorch kept 1.9 processors busy" in text and "NumPy by hand kept" not in text
        assert (
            "2026-01-02" in text
            and "Python 3.99.0" in text
            and "torch 8.8" in text
            and "one thread for every contestant" in text
            and "2 processors" in text
        )


def test_a_busy_machine_is_said():
    assert "The machine was busy" not in report.as_markdown(made_up())
    assert "a load of up to 7.3" in report.as_markdown({**made_up(), "load": 7.3})


def test_a_quick_run_says_that_its_numbers_say_nothing_and_judges_no_goal():
    quick = {**made_up(), "small": True}
    assert report.QUICK in report.as_markdown(quick) and "at most" not in report.as_markdown(quick)
    assert report.QUICK not in report.as_markdown(made_up())


def test_a_workload_in_which_nobody_ran_is_still_reported():
    data = made_up()
    data["workloads"][LAYER.name]["contestants"] = {}
    assert "HIPS autograd: FAILED" in report.as_text(
        data
    ) and "HIPS autograd: FAILED" in report.as_markdown(data)


def test_numbers_are_written_with_three_digits():
    assert [
        figures.significant(x)
        for x in (0, 0.00381, 0.09999, 0.9996, 1.02, 64.46, 999.6, 1184.2, 2.5e-7)
    ] == [
        "0",
        "0.00381",
        "0.100",
        "1.00",
        "1.02",
        "64.5",
        "1,000",
        "1,180",
        "2.5e-07",
    ]
    assert [figures.duration(x) for x in (2, 0.0123, 4.5e-6, 3e-9)] == [
        "2.00 s",
        "12.3 ms",
        "4.50 µs",
        "3.00 ns",
    ]


def test_a_page_keeps_everything_outside_of_the_markers():
    page = f"# Mine\n\nbefore\n\n{report.BEGIN}\n\nold numbers\n\n{report.END}\n\nafter\n"
    once = report.into_page(page, made_up())
    assert (
        once.startswith("# Mine\n\nbefore\n\n")
        and once.endswith(f"{report.END}\n\nafter\n")
        and "old numbers" not in once
        and "| PyTorch |" in once
    )
    assert report.into_page(once, made_up()) == once
    for broken in (
        "# Mine\n",
        page.replace(report.END, ""),
        page + report.BEGIN,
        f"{report.END}{report.BEGIN}",
    ):
        with pytest.raises(ValueError, match="two lines"):
            report.into_page(broken, made_up())


# --- the plot -------------------------------------------------------------------------------------


def shown(svg):
    return [
        element.text
        for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
        if element.text and element.text.strip()
    ]


def test_the_plot_shows_every_contestant_its_ratio_and_the_growth_and_is_dark_where_the_reader_is():
    svg = plot.svg(made_up())
    text = shown(svg)
    assert {
        LAYER.name,
        "ours, eager",
        "PyTorch",
        "JAX, jit",
        "eager",
        "drawing",
        "nodes",
        "×4.00, 8.00 ms",
        "×0.100, 200 µs",
        "2.00 ms",
    } <= set(text)
    assert "MyGrad" not in text and "HIPS autograd" not in text
    assert "prefers-color-scheme: dark" in svg
    for colour in plot.DARK:  # what is to give way in the dark is there
        assert re.search(rf'style="[^"]*(fill|stroke): {colour}', svg), colour
    assert svg == plot.svg(made_up())


def test_only_growth_or_only_ratios_can_be_plotted_but_not_nothing():
    data = made_up()
    assert "PyTorch" not in shown(plot.svg({**data, "workloads": {}})) and "drawing" not in shown(
        plot.svg({**data, "growth": {}})
    )
    with pytest.raises(plot.NothingToPlot, match="nothing to plot"):
        plot.svg({**data, "workloads": {}, "growth": {}})


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    hide(monkeypatch, {"matplotlib"})
    with pytest.raises(plot.NoMatplotlib, match=r"'\.\[bench\]'"):
        plot.svg(made_up())


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """The command in an empty folder: command(*arguments) gives exit status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as error:
            status = error.code
        out = capsys.readouterr()
        return SimpleNamespace(
            status=status,
            out=out.out,
            err=out.err,
            files=sorted(path.name for path in tmp_path.iterdir()),
        )

    return command


def test_a_quick_run_measures_and_its_report_can_be_made_again(command):
    ran = command(
        "--quick", "--only", "Compare, right, 37", "--json", "a.json", "--markdown", "a.md"
    )
    assert ran.status == 0 and ran.files == ["a.json", "a.md"]
    assert (
        "ours, compare" in ran.out
        and "ours, the gradients alone" in ran.out
        and report.QUICK in ran.out
    )
    again = command("--from", "a.json", "--markdown", "b.md")
    assert (
        again.status == 0
        and again.out == ran.out
        and Path("a.md").read_text() == Path("b.md").read_text()
    )


@pytest.fixture
def measures_nothing(monkeypatch):
    """The command gets the made-up result for every workload."""
    monkeypatch.setattr(
        sys.modules["benchmarks.__main__"],
        "measured",
        lambda *_: made_up()["workloads"][LAYER.name],
    )
    monkeypatch.setattr(
        sys.modules["benchmarks.__main__"], "growth", lambda *_: made_up()["growth"]
    )


def test_a_quick_run_leaves_out_only_what_is_the_same_on_small_sizes():
    kept = list(different(EVERY))
    assert [one for one in EVERY if one in kept] == kept and kept[-1] is GROWTH
    for one in EVERY:
        same = [
            other
            for other in kept
            if other.small == one.small
            and [c.name for c in other.contestants] == [c.name for c in one.contestants]
        ]
        assert same and {other.section for other in same} >= {one.section}


def test_the_default_files_are_those_of_the_help(command, measures_nothing):
    assert command("--quick").files == []
    ran = command("--only", LAYER.name)
    assert (
        ran.files == ["benchmarks.json", "benchmarks.md", "benchmarks.svg"] and ran.status == 1
    ), "a contestant failed"
    assert command("--only", LAYER.name).files == ran.files, (
        "a report of an earlier run is written over"
    )
    assert json.loads(Path("benchmarks.json").read_text())["rounds"] == 5
    text = command("--help").out
    assert all(name in text for name in ran.files)


def test_without_matplotlib_the_picture_is_left_out_and_a_run_that_asks_for_it_does_not_begin(
    command, measures_nothing, monkeypatch
):
    hide(monkeypatch, {"matplotlib"})
    ran = command("--only", LAYER.name)
    assert (
        ran.files == ["benchmarks.json", "benchmarks.md"]
        and "'.[bench]'" in ran.err
        and "left out" in ran.err
    )
    asked = command("--only", LAYER.name, "--plot", "a.svg")
    assert asked.status == 2 and "'.[bench]'" in asked.err and asked.files == ran.files


def test_what_has_no_peer_is_not_plotted_and_that_is_said(command, measures_nothing, monkeypatch):
    monkeypatch.setattr(plot, "SECTIONS", ())
    ran = command("--only", LAYER.name)
    assert (
        ran.files == ["benchmarks.json", "benchmarks.md"]
        and "benchmarks.svg was not written: there is nothing to plot" in ran.err
    )


def test_the_list_names_all_and_how_to_install_what_is_missing(command, nothing_installed):
    listed = command("--list").out
    assert all(
        one.name in listed and all(c.name in listed for c in one.contestants) for one in EVERY
    )
    assert "pip install casadi" in listed


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("--only", "quantum"), "nothing has 'quantum' in its name; there are Scalar MLP"),
        (("--plot", "a.png"), "ends in .svg"),
        (("--json", "nowhere/a.json"), "there is no folder"),
        (("--from", "none.json"), "none.json"),
        (("--rounds", "0"), "positive"),
        (("--from", "none.json", "--only", "Scalar"), "--only"),
        (("--from", "none.json", "--quick"), "--quick"),
        (("--seconds", "nan"), "positive"),
        (("--markdown", "mine.md"), "two lines"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_measured(
    command, arguments, said, monkeypatch
):
    monkeypatch.setattr(sys.modules["benchmarks.__main__"], "measured", None)
    Path("mine.md").write_text("# Mine\n")
    ran = command(*arguments)
    assert (
        ran.status == 2
        and said in ran.err
        and Path("mine.md").read_text() == "# Mine\n"
        and ran.files == ["mine.md"]
    )


def test_a_file_that_is_no_result_is_refused(command):
    for text in ("", "[]", "{}", '{"surroundings": 1}'):
        Path("bad.json").write_text(text)
        assert command("--from", "bad.json").status == 2


# --- the page -------------------------------------------------------------------------------------


def test_the_page_is_what_the_command_makes_of_the_saved_samples():
    page, data = (
        (DOCS / "benchmarks.md").read_text(),
        json.loads((DOCS / "benchmarks.json").read_text()),
    )
    assert report.into_page(page, data) == page
    assert not data["small"]


def test_the_page_has_the_workloads_of_the_command():
    page = (DOCS / "benchmarks.md").read_text()
    assert re.findall(
        r"^\*\*(.+?)\.\*\* .*", page.split("## Scalars")[1].split("## Growth")[0], re.M
    ) == [one.name for one in WORKLOADS]
    data = json.loads((DOCS / "benchmarks.json").read_text())
    for one in EVERY:
        saved = data["growth"] if one is GROWTH else data["workloads"][one.name]
        named = {*saved["contestants"], *saved["missing"], *saved["failed"]}
        assert (
            named == {contestant.name for contestant in one.contestants}
            and saved["about"] == one.about
        )


def test_the_picture_of_the_page_shows_its_samples():
    text, data = (
        shown((DOCS / "benchmarks.svg").read_text()),
        json.loads((DOCS / "benchmarks.json").read_text()),
    )
    assert text == shown(plot.svg(data))
