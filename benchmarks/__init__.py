"""Speed and memory as ratios, side by side in one run: ``python -m benchmarks``. Run by hand; no test depends on a time."""
