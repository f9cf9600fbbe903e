"""The colours of a page, as variables of its style, and the theme that they are shown in."""

from __future__ import annotations

from collections.abc import Iterable

from ..heat import NOT_FINITE, NOT_FINITE_DARK, STEPS, STEPS_DARK
from ..theme import FILLS, FILLS_DARK


def shades() -> str:
    """The colours of numbers, as variables of the style."""

    def listed(steps: Iterable[str], odd: str) -> str:
        return ";".join(
            [*(f"--shade-{i}:{colour}" for i, colour in enumerate(steps)), f"--odd:{odd}"]
        )

    light, dark = listed(STEPS, NOT_FINITE), listed(STEPS_DARK, NOT_FINITE_DARK)
    light += "".join(f";--kind-{kind}:{colour}" for kind, colour in FILLS.items())
    dark += "".join(f";--kind-{kind}:{colour}" for kind, colour in FILLS_DARK.items())
    return f":root{{{light}}}\n@media (prefers-color-scheme: dark) {{ :root{{{dark}}} }}\n"


def in_theme(style: str, theme: str) -> str:
    """The style as it is, which is dark where the reader's system is, or always in one theme."""
    if theme == "auto":
        return style
    style = style.replace("color-scheme: light dark", f"color-scheme: {theme}", 1)
    return style.replace(
        "@media (prefers-color-scheme: dark)", "@media all" if theme == "dark" else "@media not all"
    )
