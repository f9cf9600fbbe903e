"""Speed and memory as ratios, side by side in one run: ``python -m benchmarks``. No test depends on a time.

A workload is one computation and its contestants (``contest``); ``workloads`` lists them all. ``measuring`` runs each contestant in a process of
its own and writes plain data, which ``report`` makes into tables, ``goals`` into what was reached and what was not, and ``plot`` into a picture.
"""
