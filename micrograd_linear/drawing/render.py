"""DOT to svg, png and pdf, in a child process with a deadline.

The wheel of pygraphviz bundles Graphviz, so no system program is needed. In this process, its C
code could crash Python or hold it for minutes, where no thread, alarm or Ctrl-C could stop it; a
child can be stopped, and costs a tenth of a second.
"""

import json
import re
import shutil
import subprocess
import sys

RENDERED = ("svg", "png", "pdf")

_NOT_INSTALLED = 77
_GRAPHVIZ = f"""
import sys
# A module of the current folder, a json.py say, is not meant.
sys.path[:] = [folder for folder in sys.path if folder]
try:
    import pygraphviz
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit({_NOT_INSTALLED})
"""
_CHILD = f"""{_GRAPHVIZ}
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""
_SEVERAL = f"""{_GRAPHVIZ}
import json
for source in json.loads(sys.stdin.buffer.read()):
    drawn = pygraphviz.AGraph(string=source).draw(format=sys.argv[1], prog="dot")
    sys.stdout.buffer.write(len(drawn).to_bytes(8, "big") + drawn)
"""


class LayoutTimeout(RuntimeError):
    """Graphviz did not finish in time."""


def render(source, format, *, deadline=20.0):
    """The picture of a DOT text, as bytes.

    ``format`` is one of ``RENDERED``, and the ``deadline`` is in seconds. Raises ``ValueError`` for
    another format and ``RuntimeError`` where there is no Graphviz, it fails, or the deadline
    passes.

    >>> render("digraph { a -> b }", "svg")[:5]
    b'<?xml'
    """
    if format not in RENDERED:
        raise ValueError(f"draw: unknown format {format!r}; expected one of {', '.join(RENDERED)}")
    commands = [[sys.executable, "-c", _CHILD, format]]
    if shutil.which("dot"):
        commands.append(["dot", f"-T{format}"])
    # nslimit bounds the layout's slowest phase; a graph that a person can read looks the same.
    source = source.replace("{", "{\n\tgraph [nslimit=0.1 nslimit1=0.1 mclimit=0.1]", 1)
    reasons = []
    for command in commands:
        try:
            done = subprocess.run(
                command, input=source.encode(), capture_output=True, timeout=deadline, check=False
            )
        except subprocess.TimeoutExpired:
            raise LayoutTimeout(
                f"draw: Graphviz did not finish within {deadline:g} s; "
                "draw a smaller part of the graph"
            ) from None
        if done.returncode == 0 and done.stdout:
            return done.stdout
        reasons.append(
            "pygraphviz is not installed" if done.returncode == _NOT_INSTALLED else _last_line(done)
        )
    raise RuntimeError(
        f"draw: no picture ({'; '.join(reasons)}); `pip install pygraphviz` brings Graphviz along; "
        ".dot and save('x.dot') need none"
    )


def render_all(sources, format, *, deadline=20.0):
    """The pictures of several DOT texts, made in one child process, each within the deadline.

    Raises as ``render`` does.
    """
    command = [sys.executable, "-c", _SEVERAL, format]
    given = json.dumps(list(sources)).encode()
    limit = deadline * len(sources)
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        raise LayoutTimeout(
            f"draw: Graphviz did not finish {len(sources)} pictures within {limit:g} s; "
            "draw a smaller part of the graph"
        ) from None
    if done.returncode == _NOT_INSTALLED:  # one by one, by the program
        return [render(source, format, deadline=deadline) for source in sources]
    if done.returncode:
        raise RuntimeError(f"draw: no picture ({_last_line(done)}); .dot needs no Graphviz")
    drawn, at = [], 0
    while at < len(done.stdout):
        size = int.from_bytes(done.stdout[at : at + 8], "big")
        drawn.append(done.stdout[at + 8 : at + 8 + size])
        at += 8 + size
    return drawn


def size_of(svg: str) -> tuple[float, float]:
    """The width and the height of an SVG by Graphviz, in points."""
    size = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    assert size is not None, "Graphviz writes the size of every SVG"
    return float(size[1]), float(size[2])


def _last_line(done):
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"Graphviz ended with status {done.returncode}"
