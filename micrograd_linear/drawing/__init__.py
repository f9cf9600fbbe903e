"""The graph as an image."""

from .drawing import Drawing, draw

__all__ = ["Drawing", "draw"]
