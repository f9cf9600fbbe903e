"""The graph as an image."""

from .dot import dot
from .drawing import Drawing, draw
from .render import FORMATS, render

__all__ = ["FORMATS", "Drawing", "dot", "draw", "render"]
