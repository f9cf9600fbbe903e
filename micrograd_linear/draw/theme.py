"""The two themes of an SVG: light, as Graphviz drew it, and dark where the reader's system or browser asks for it; never wider than its page."""

import re

# light: dark, of the same lightness steps; dark text on light fills becomes light text on dark ones
_DARK = {
    "#cfe6f5": "#1f4e6b", "#eeeeee": "#3a3a3a", "#ffffff": "#242424", "white": "#161616", "#fbe3b5": "#6b4e12", "#f7f7f7": "#2e2e2e",
    "#111111": "#f0f0f0", "#555555": "#b0b0b0", "#b0b0b0": "#606060", "#b2182b": "#ff7b72", "black": "#d8d8d8",
}  # fmt: skip


def themed(svg):
    """The SVG with a style sheet: attributes of Graphviz's elements give way to it."""
    fills = "".join(f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in _DARK.items())
    sheet = f"<style>svg{{max-width:100%;height:auto}}@media (prefers-color-scheme: dark){{text:not([fill]){{fill:{_DARK['black']}}}{fills}}}</style>"
    return re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + sheet, svg, count=1)
