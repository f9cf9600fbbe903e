"""One contestant in a process of its own: it computes once, and is then told to measure its time.

    python -m benchmarks.child WORKLOAD CONTESTANT SIZES resident|traced

It prints one line of JSON with the summary of its numbers and the memory, waits for a line with a
number of seconds, and prints a line with the best time.
"""

import gc
import json
import os
import sys
import time
import tracemalloc

from .contest import summary
from .workloads import workload

SAMPLE = 0.01  # seconds; short steps are repeated for so long that the clock's cost is small


def main(name, contestant, sizes, memory):
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints goes to the errors
    make = workload(name).contestant(contestant).make
    step, _ = make(
        *workload(name).small
    )  # what is imported, compiled and kept once and for all is no part of what follows
    step()
    del step
    meter = {"resident": resident, "traced": traced}[memory]()
    next(meter)
    step, arrays = make(*sizes)
    result = step()
    peak = next(meter)
    print(
        json.dumps({"summary": summary(arrays(result)), "memory": peak}), file=channel, flush=True
    )
    del result
    seconds = sys.stdin.readline()
    if seconds:
        print(json.dumps(best_time(step, float(seconds))), file=channel, flush=True)


def best_time(step, seconds):
    """The best time of one step within ``seconds``, and how many processors it kept busy."""
    gc.collect()
    start, cpu = time.perf_counter(), time.process_time()
    step()
    best = time.perf_counter() - start
    while time.perf_counter() < start + seconds:
        steps = max(1, int(SAMPLE / max(best, 1e-7)))
        before = time.perf_counter()
        for _ in range(steps):
            step()
        best = min(best, (time.perf_counter() - before) / steps)
    return {
        "seconds": best,
        "processors": (time.process_time() - cpu) / (time.perf_counter() - start),
    }


def resident():
    """Yields; then yields by how many bytes the resident memory of the process rose, at its peak.

    It is None where the system does not say.
    """
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")  # the peak is from now on
    except OSError:
        pass
    before = _status("VmRSS")
    yield
    yield max(0, _status("VmHWM") - before) if before is not None else None


def _status(key):
    try:
        with open("/proc/self/status") as file:
            return next(1024 * int(line.split()[1]) for line in file if line.startswith(key))
    except (OSError, StopIteration):
        return None


def traced():
    """Yields; then yields the peak of what Python and NumPy allocated since, in bytes.

    This is exact for small graphs, too, but slow.
    """
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    yield peak


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4])
