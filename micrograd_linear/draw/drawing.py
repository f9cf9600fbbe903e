"""``draw``: the graph of a node as a picture."""

import html
import os
import tempfile
from functools import cached_property, partial
from pathlib import Path

from ..graph import is_node
from ..printable import printable
from ..tensor import Tensor
from .build import picture, scalar_picture
from .dot import dot
from .names import variables
from .page import framed
from .plain import as_json, as_text, mermaid
from .play import page_of
from .render import FORMATS, render
from .theme import themed

WIDE = 8  # operations in a row that still fit beside each other on a screen
MOST_NODES = 150  # beyond this a picture can no longer be read


def draw(node, *, max_nodes=MOST_NODES, check=None, direction=None, level="auto", heat=True, backward=False):
    """The graph that ``node``, a ``Value`` or a ``Tensor``, was computed from, as a ``Drawing``.

    One box per value, with its name, shape, data and gradient (small arrays in full, large ones as min, mean, max), one ellipse per
    operation, one edge per use of an operand. In a graph of more than ``max_nodes`` values those that play the same part, such as the samples of a
    batch, the neurons of a layer or the turns of a loop, are one box with their number, and sums of sums one sum; the caption says so. Numbers are
    read when ``draw`` is called.

    ``check``      a ``Comparison`` of hand-derived gradients with those of ``node``: its verdicts stand in the boxes, the wrong step is marked
    ``direction``  "LR", from left to right, or "TB", from top to bottom, which is the default where more than 8 operations follow one another

    ``level``      "scalar" expands a small graph of Tensors into its numbers, with the tensors as frames, so that (xᵀ G)_hk is seen to be a sum

    Raises ``TypeError`` for what is no node, or no comparison, and ``ValueError`` for another ``max_nodes``, ``direction`` or ``level``, or numbers that
    are too many.

    >>> from micrograd_linear import Value
    >>> x = Value(3.0, "x"); y = x + x
    >>> drawing = draw(y)
    >>> drawing.dot.count("v0 -> v1_op")
    2
    >>> print(drawing.text, end="")
    x    leaf     data 3  grad 0
    y    +(x, x)  data 6  grad 0
    """
    if not is_node(node):
        raise TypeError(f"draw: expected a Value or a Tensor, got {type(node).__name__}")
    if not isinstance(max_nodes, int) or max_nodes < 1:
        raise ValueError(f"draw: max_nodes: expected a positive integer, got {max_nodes!r}")
    if check is not None and not hasattr(check, "first_wrong"):
        raise TypeError(f"draw: check: expected a Comparison, as compare() returns it, got {type(check).__name__}")
    if direction not in ("LR", "TB", None):
        raise ValueError(f"draw: direction: expected 'LR' or 'TB', got {direction!r}")
    if level not in ("auto", "scalar"):
        raise ValueError(f"draw: level: expected 'auto' or 'scalar', got {level!r}")
    if level == "scalar" and check is not None:
        raise ValueError("draw: level 'scalar' shows no comparison; leave out check")
    known = variables()
    if level == "scalar" and isinstance(node, Tensor):
        made = scalar_picture(node, max_nodes, backward=backward, variables=known)
    else:
        made = picture(node, max_nodes, check, backward=backward, variables=known)
    play = partial(page_of, node, check=check, direction=direction, level=level, most=max_nodes, variables=known)
    return Drawing(made, direction or ("TB" if made.depth > WIDE else "LR"), heat=heat, play=play)


class Drawing:
    """A picture, rendered when it is asked for: ``.svg``, ``.dot``, ``.mermaid``, ``.text``, ``.json``, all as text; ``.save(path)``; a notebook shows it.

    ``folded`` says in words what was folded, "" if nothing was.
    """

    def __init__(self, picture, direction="LR", *, heat=True, play=None):
        self.folded = picture.folded
        self._picture, self._direction, self._heat, self._play = picture, direction, heat, play

    @cached_property
    def dot(self):
        """The picture in Graphviz's language."""
        return dot(self._picture, self._direction, heat=self._heat)

    @cached_property
    def svg(self):
        """The picture as SVG text, dark where the reader's system is."""
        return themed(render(self.dot, "svg").decode())

    @cached_property
    def html(self):
        """The page that plays the run, forward and backward, step by step: one file that needs nothing else."""
        return self._play()

    @cached_property
    def mermaid(self):
        """The picture as a Mermaid flowchart, which GitHub draws in Markdown."""
        return mermaid(self._picture, self._direction)

    @cached_property
    def text(self):
        """A line for each value, for a terminal or a screen reader."""
        return as_text(self._picture)

    @cached_property
    def json(self):
        """The values, their operands and numbers, for a program."""
        return as_json(self._picture)

    def save(self, path):
        """Write svg, png, pdf, html (the page), dot, mmd (Mermaid), txt or json, by the ending of ``path``, and return the path. A file is written whole or not at all.

        Raises ``ValueError`` for another ending, ``FileNotFoundError`` for a folder that does not exist, ``RuntimeError`` where Graphviz fails.
        """
        path = Path(path)
        format = path.suffix[1:].lower()
        plain = {"dot": "dot", "svg": "svg", "mmd": "mermaid", "txt": "text", "json": "json", "html": "html"}
        if format not in (*FORMATS, *plain):
            raise ValueError(f"draw: cannot save as {path.name!r}; expected an ending out of .svg, .png, .pdf, .html, .dot, .mmd, .txt, .json")
        _check_folder(path)
        return write_whole(path, getattr(self, plain[format]).encode() if format in plain else render(self.dot, format))

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = {"image/svg+xml": self.svg, "text/plain": repr(self)}
        if len(self._picture.boxes) > MOST_NODES or self.folded:
            return shown  # .html plays it, but would be long in a notebook
        try:
            return {"text/html": framed(self.html), **shown}
        except RuntimeError as error:  # numbers were changed since: the picture is shown, and why it cannot be played
            return {"text/html": f"{self.svg[self.svg.index('<svg') :]}<p>{html.escape(printable(str(error), 1000))}</p>", **shown}

    def __repr__(self):
        return f"<Drawing: {self.folded or 'the whole graph'}; .svg, .dot, .mermaid, .text, .json, .save('graph.svg|png|pdf|dot|mmd|txt|json')>"


def _check_folder(path):
    if not path.parent.is_dir():
        raise FileNotFoundError(f"draw: cannot save {path.name}: there is no folder {path.parent}")


def write_whole(path, content):
    """Write beside the target and rename, so that no half file is left where the disk fills up or the program ends; returns the path."""
    _check_folder(path)
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
    return path


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
