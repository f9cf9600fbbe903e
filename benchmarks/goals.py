"""The ratios that the project wants to reach, each beside what a run measured."""

from dataclasses import dataclass

from .figures import best, ours_and_others, per_node

MLP, TRACING, TRANSFORMER = (
    "Scalar MLP, 65,000 nodes",
    "Scalar MLP, tracing and compiling",
    "Scalar transformer, a training step",
)
SMALL, LARGE = "Linear layer (8, 4, 3)", "Linear layer (1024, 512, 512)"
FLAT = 1.5  # what still counts as flat: a million nodes leave every cache, a thousand fit into one


@dataclass(frozen=True)
class Goal:
    """``time of slow / time of fast``, which is to be ``at_least`` or at most the bound."""

    workload: str
    slow: str
    fast: str
    bound: float
    at_least: bool = True


GOALS = (
    Goal(MLP, "micrograd", "ours, eager", 7.5),
    Goal(MLP, "ours, eager", "XAD", 1.5, at_least=False),
    Goal(MLP, "micrograd", "ours, compiled, Numba", 1000),
    Goal(MLP, "CasADi SX", "ours, compiled, Numba", 1.5),
    Goal(MLP, "micrograd", "ours, compiled, NumPy", 40),
    Goal(TRACING, "ours, trace to first result, Numba", "ours, one eager pass", 3, at_least=False),
    Goal(TRACING, "ours, trace to first result, NumPy", "ours, one eager pass", 3, at_least=False),
    Goal(TRANSFORMER, "plain scalar class", "ours, compiled, Numba", 200),
    Goal(SMALL, "ours, compiled", "NumPy by hand", 1.15, at_least=False),
    Goal(LARGE, "ours, compiled", "NumPy by hand", 1.03, at_least=False),
)
FASTER_THAN_ANY_PEER = (
    (SMALL, "ours, compiled"),
    (LARGE, "ours, compiled"),
)  # NumPy by hand is no peer


def judged(data):
    """[(what is compared, the goal, the ratio, whether it was reached)] of ``data``.

    The ratio is None where it was not measured.
    """
    found = []
    for goal in GOALS:
        if goal.workload in data["workloads"]:
            contestants = data["workloads"][goal.workload]["contestants"]
            measured = goal.slow in contestants and goal.fast in contestants
            ratio = (
                best(contestants[goal.slow]) / best(contestants[goal.fast]) if measured else None
            )
            found.append(
                _line(
                    f"{goal.workload}: {goal.slow} / {goal.fast}", goal.bound, goal.at_least, ratio
                )
            )
    for name, one in FASTER_THAN_ANY_PEER:
        if name in data["workloads"]:
            contestants = data["workloads"][name]["contestants"]
            peers = [peer for peer in ours_and_others(contestants)[1] if peer != "NumPy by hand"]
            ratio = (
                best(contestants[one]) / min(best(contestants[peer]) for peer in peers)
                if one in contestants and peers
                else None
            )
            found.append(_line(f"{name}: {one} / the fastest peer", 1, False, ratio))
    for name, sizes in data["growth"].get("contestants", {}).items():
        found.append(
            _line(
                f"Growth, {name}: time per node, 1,000,000 / 1,000 nodes",
                FLAT,
                False,
                per_node(sizes, "seconds", 1_000_000, 1_000),
            )
        )
    return found


def _line(what, bound, at_least, ratio):
    reached = None if ratio is None else ratio >= bound if at_least else ratio <= bound
    return what, f"{'at least' if at_least else 'at most'} {bound:,g}", ratio, reached
