"""Runs the contestants of a workload, checks that they computed the same, and times them in turn.

Each has a process of its own, since in one process the garbage of one would be collected in the
time of another. They are timed in turn, since a machine is not equally fast all the time. In every
round all are started, set up and compute once, one after the other. Only when their numbers agree
is the first of them timed, while the others wait.
"""

import contextlib
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from .contest import DifferentNumbers, check_the_same

PACKAGES = (
    "micrograd_linear",
    "numpy",
    "numba",
    "micrograd",
    "xad",
    "casadi",
    "torch",
    "jax",
    "mygrad",
    "autograd",
    "torchviz",
)


class Failed(Exception):
    """A contestant ended with an error."""


class Process:
    """A contestant that has computed once and waits.

    ``summary`` and ``memory`` are known, and ``time`` starts the measurement.
    """

    def __init__(self, workload, contestant, sizes, threads, memory="resident"):
        command = [
            sys.executable,
            "-m",
            "benchmarks.child",
            workload.name,
            contestant,
            json.dumps(sizes),
            memory,
        ]
        path = os.pathsep.join(
            filter(None, (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH")))
        )
        environment = {**os.environ, **threads_of_libraries(threads), "PYTHONPATH": path}
        # A pipe could fill up and block the contestant. close() closes this file.
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )
        self.name = contestant
        try:
            found = self._answer()
        except BaseException:
            self.close()
            raise
        self.summary, self.memory = found["summary"], found["memory"]

    def time(self, seconds):
        """{"seconds": best time of a step, "processors": how many were busy}"""
        with contextlib.suppress(BrokenPipeError):  # it has ended already: its answer says how
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        status = self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        raise Failed(lines[-1] if lines else f"ended with status {status}")

    def close(self):
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            with contextlib.suppress(OSError):
                stream.close()
        self.process.kill()
        self.process.wait()


def measured(workload, rounds, seconds, threads, small=False, say=lambda text: None):
    """What the contestants of a workload took, as plain data.

    A contestant that is not installed, fails or computes something else is left out, with the
    reason.

    {"section", "about", "contestants": {name: {"seconds": [best of each round], "memory": bytes,
    "processors": number}}, "missing": {name: reason}, "failed": {name: reason}}
    """
    sizes = workload.small if small else workload.sizes
    missing = {
        contestant.name: "; ".join(contestant.missing())
        for contestant in workload.contestants
        if contestant.missing()
    }
    names = [
        contestant.name for contestant in workload.contestants if contestant.name not in missing
    ]
    failed, found = {}, {}
    for k in range(rounds):
        names = [name for name in names if name not in failed]
        with contextlib.ExitStack() as stack:
            running = {}
            for name in names:
                say(f"{workload.name}, round {k + 1} of {rounds}: {name} sets up")
                try:
                    process = stack.enter_context(
                        contextlib.closing(Process(workload, name, sizes, threads))
                    )
                    reference = next(iter(running.values()), process)
                    check_the_same(
                        workload, reference.name, reference.summary, name, process.summary
                    )
                    running[name] = process
                except (Failed, DifferentNumbers) as error:
                    failed[name] = str(error)
            turn = k % max(1, len(running))
            for name in [*running][turn:] + [*running][:turn]:
                say(f"{workload.name}, round {k + 1} of {rounds}: {name}")
                try:
                    sample = running[name].time(seconds)
                except Failed as error:
                    failed[name] = str(error)
                    continue
                one = found.setdefault(
                    name, {"seconds": [], "memory": running[name].memory, "processors": 0.0}
                )
                one["seconds"].append(sample["seconds"])
                one["processors"] = max(one["processors"], sample["processors"])
    contestants = {
        contestant.name: found[contestant.name]
        for contestant in workload.contestants
        if contestant.name in found and contestant.name not in failed
    }
    return {
        "section": workload.section,
        "about": workload.about,
        "contestants": contestants,
        "missing": missing,
        "failed": failed,
    }


def growth(workload, sizes, seconds, threads, say=lambda text: None):
    """The same for graphs that grow, once for each size.

    "contestants" is {name: {number of nodes: {"seconds", "memory"}}}.
    """
    missing = {
        contestant.name: "; ".join(contestant.missing())
        for contestant in workload.contestants
        if contestant.missing()
    }
    failed, found = {}, {}
    for nodes in sizes:
        reference = None
        for contestant in workload.contestants:
            name = contestant.name
            if name in missing or name in failed:
                continue
            say(f"{workload.name}: {name}, {nodes:,} nodes")
            try:
                with contextlib.closing(
                    Process(workload, name, (nodes,), threads, memory="traced")
                ) as process:
                    reference = reference or process
                    check_the_same(
                        workload, reference.name, reference.summary, name, process.summary
                    )
                    found.setdefault(name, {})[str(nodes)] = {
                        "seconds": process.time(seconds)["seconds"],
                        "memory": process.memory,
                    }
            except (Failed, DifferentNumbers) as error:
                failed[name] = str(error)
    return {
        "section": workload.section,
        "about": workload.about,
        "contestants": found,
        "missing": missing,
        "failed": failed,
    }


def threads_of_libraries(threads):
    """The environment in which BLAS, OpenMP, Numba and XLA use so many threads."""
    variables = dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
        str(threads),
    )
    flags = (
        f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
    )  # XLA has no other number than one and all
    return {**variables, "XLA_FLAGS": flags} if threads == 1 else variables


def surroundings(threads):
    """What the numbers depend on, as plain data."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    versions = {}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "threads": threads,
        "blas": f"{blas['name']} {blas['version']}",
        "kernel": os.environ.get("OPENBLAS_CORETYPE", ""),
        "versions": versions,
    }


def load():
    """How many programs wanted to run at once, in the last minute, this run included.

    It is 0.0 where the system does not say.
    """
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(
                line.split(":")[1].strip() for line in file if line.startswith("model name")
            )
    except (OSError, StopIteration):
        return platform.processor()
