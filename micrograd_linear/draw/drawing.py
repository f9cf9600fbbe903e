"""``draw``: the graph of a node as a picture."""

import os
import tempfile
from functools import cached_property
from pathlib import Path

from ..graph import is_node
from .dot import dot
from .render import FORMATS, render

MOST_NODES = 150  # beyond this a picture can no longer be read


def draw(node, *, max_nodes=MOST_NODES, check=None):
    """The graph that ``node``, a ``Value`` or a ``Tensor``, was computed from, as a ``Drawing``.

    One box per value, with its name, shape, data and gradient (small arrays in full, large ones as min, mean, max), one ellipse per
    operation, one edge per use of an operand. In a graph of more than ``max_nodes`` values those that play the same part, such as the samples of a
    batch, the neurons of a layer or the turns of a loop, are one box with their number, and sums of sums one sum; the caption says so. Numbers are
    read when ``draw`` is called.

    ``check``, a ``Comparison`` of hand-derived gradients with those of ``node``, writes its verdicts into the boxes and marks the wrong step.

    Raises ``TypeError`` for what is no node, or no comparison.

    >>> from micrograd_linear import Value
    >>> x = Value(3.0, "x"); y = x + x
    >>> drawing = draw(y)
    >>> drawing.dot.count("v0 -> v1_op")
    2
    """
    if not is_node(node):
        raise TypeError(f"draw: expected a Value or a Tensor, got {type(node).__name__}")
    if not isinstance(max_nodes, int) or max_nodes < 1:
        raise ValueError(f"draw: max_nodes: expected a positive integer, got {max_nodes!r}")
    if check is not None and not hasattr(check, "first_wrong"):
        raise TypeError(f"draw: check: expected a Comparison, as compare() returns it, got {type(check).__name__}")
    return Drawing(*dot(node, max_nodes, check))


class Drawing:
    """A picture, rendered when it is asked for: ``.svg`` (text), ``.dot`` (text), ``.save(path)``; a notebook shows it.

    ``folded`` says in words what was folded, "" if nothing was.
    """

    def __init__(self, source, folded=""):
        self.dot, self.folded = source, folded

    @cached_property
    def svg(self):
        """The picture as SVG text."""
        return render(self.dot, "svg").decode()

    def save(self, path):
        """Write svg, png, pdf or dot, by the ending of ``path``, and return the path. A file is written whole or not at all.

        Raises ``ValueError`` for another ending, ``FileNotFoundError`` for a folder that does not exist, ``RuntimeError`` where Graphviz fails.
        """
        path = Path(path)
        format = path.suffix[1:].lower()
        if format not in (*FORMATS, "dot"):
            raise ValueError(f"draw: cannot save as {path.name!r}; expected an ending out of .svg, .png, .pdf, .dot")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"draw: cannot save {path.name}: there is no folder {path.parent}")
        content = {"dot": self.dot.encode, "svg": self.svg.encode}[format]() if format in ("dot", "svg") else render(self.dot, format)
        _write_whole(path, content)
        return path

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/svg+xml": self.svg, "text/plain": repr(self)}

    def __repr__(self):
        return f"<Drawing: {self.folded or 'the whole graph'}; .svg, .dot, .save('graph.svg|png|pdf|dot')>"


def _write_whole(path, content):
    """Write beside the target and rename, so that no half file is left where the disk fills up or the program ends."""
    if path.is_dir():
        raise IsADirectoryError(f"draw: cannot save {path}: it is a folder")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
