"""Speed and memory as ratios, side by side in one run: ``python -m benchmarks``.

No test depends on a time. A workload is one computation and its contestants (``contest``), and
``workloads`` lists them all. ``measuring`` runs each contestant in a process of its own and writes
plain data. From these ``report`` makes tables, ``goals`` says which goals were reached, and
``plot`` draws a picture.
"""
