"""Runs every contestant of a workload in a process of its own, in turn, several times, and prints the ratios of their best times.

In one process the garbage of one would be collected in the other's time; in turn, because a machine is not equally fast all the time.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import time
import tracemalloc

from .workloads import PEERS, WORKLOADS


def measure(workload, contestant, seconds):
    """The best time of one step, the number it computed, and the peak of traced memory, inputs included."""
    contestants, sizes, steps = WORKLOADS[workload]
    importlib.import_module("micrograd_linear")
    tracemalloc.start()
    step = contestants[contestant](*sizes)
    result = step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        for _ in range(steps):
            step()
        times.append((time.perf_counter() - start) / steps)
    return {"seconds": min(times), "result": float(result), "peak": peak}


def in_its_own_process(workload, contestant, seconds):
    command = [sys.executable, "-m", "benchmarks", "--measure", workload, contestant, "--seconds", str(seconds)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, to see that everything runs")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", metavar="TEXT", default="", help="only the workloads with this in their names")
    parser.add_argument("--seconds", type=float, default=1.5, help="per contestant and round")
    parser.add_argument("--measure", nargs=2, metavar=("WORKLOAD", "CONTESTANT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure, options.seconds)))
        return
    rounds, seconds = (1, 0.1) if options.quick else (options.rounds, options.seconds)
    for workload, (contestants, _, _) in WORKLOADS.items():
        if options.only not in workload:
            continue
        missing = [PEERS[name] for name in contestants if name in PEERS and importlib.util.find_spec(PEERS[name]) is None]
        if missing:
            print(f"{workload}: {missing[0]} is not installed (pip install {missing[0]}); left out\n")
            continue
        samples = {name: [] for name in contestants}
        for _ in range(rounds):
            for name in contestants:
                samples[name].append(in_its_own_process(workload, name, seconds))
        results = {round(sample["result"], 9) for all_of_one in samples.values() for sample in all_of_one}
        if len(results) != 1:
            sys.exit(f"{workload}: the contestants computed different numbers: {results}")
        report(workload, samples)


def report(workload, samples):
    best = {}
    for name, all_of_one in samples.items():
        best[name] = min(sample["seconds"] for sample in all_of_one)
        print(f"{workload}: {name}: {best[name] * 1e3:.4g} ms, peak {all_of_one[0]['peak'] / 2**20:.1f} MiB")
    if len(samples) == 1:
        print()
        return
    first, second = samples
    per_round = sorted(a["seconds"] / b["seconds"] for a, b in zip(samples[first], samples[second]))
    memory = samples[first][0]["peak"] / samples[second][0]["peak"]
    spread = f"per round {per_round[0]:.2f} to {per_round[-1]:.2f}, median {per_round[len(per_round) // 2]:.2f}"
    print(f"{workload}: {first} / {second}: time {best[first] / best[second]:.2f} ({spread}), peak memory {memory:.2f}\n")


if __name__ == "__main__":
    main()
