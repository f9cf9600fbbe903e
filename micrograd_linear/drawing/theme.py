"""The two themes: light, and dark, where an SVG's reader has it so by default, or where it is asked
for. Every colour of a picture stands here.
"""

import re

from .heat import NOT_FINITE, NOT_FINITE_DARK, STEPS, STEPS_DARK

# These are Okabe and Ito's palette, lightened: people who do not see red and green apart tell them
# apart, and dark text reads well on each.
FILLS = {
    "leaf": "#d9ebf7",
    "parameter": "#dcf0e4",
    "constant": "#eeeeee",
    "interior": "#ffffff",
    "root": "#fdebc8",
}
WRONG = "#b2182b"
PAGE = "white"
OPERATION = "#f7f7f7"
CLUSTER = "#f6f7f8"
INK, LINE, FAINT = "#111111", "#555555", "#b0b0b0"
FLOW = "#944300"  # what flows back, and what is odd about it
# {light: dark}, of the same lightness steps: dark text on light fills becomes light text on dark.
DARK = {
    "#d9ebf7": "#173f57", "#dcf0e4": "#1d4536", "#eeeeee": "#3a3a3a", "#ffffff": "#242424",
    "#fdebc8": "#51401a", "white": "#161616", "#f7f7f7": "#2e2e2e", "#111111": "#f0f0f0",
    "#555555": "#b8b8b8", "#b0b0b0": "#606060", "#b2182b": "#ff7b72", "#f6f7f8": "#1e1f21",
    "#944300": "#f2ac6e", "black": "#d8d8d8",
    **dict(zip(STEPS, STEPS_DARK, strict=True)), NOT_FINITE: NOT_FINITE_DARK,
}  # fmt: skip
FILLS_DARK = {kind: DARK[colour] for kind, colour in FILLS.items()}
THEMES = ("auto", "light", "dark")


def recoloured(source):
    """DOT in dark colours. Those of a picture stand between double quotes, where a user's text has
    none.
    """
    source = re.sub(r'"(#[0-9a-f]{6})"', lambda match: f'"{DARK.get(match[1], match[1])}"', source)
    return source.replace(f"bgcolor={PAGE}", f'bgcolor="{DARK[PAGE]}"', 1)


def themed(svg, theme="auto"):
    """The SVG with a style sheet: never wider than its page, and with "auto" dark where its reader
    is. Graphviz's attributes give way to it.
    """
    dark = f"svg:root{{background:{DARK[PAGE]}}}" if theme == "dark" else ""
    if theme == "auto":
        fills = "".join(
            f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}'
            for light, dark in DARK.items()
            if f'"{light}"' in svg
        )
        words = f"text:not([fill]){{fill:{DARK['black']}}}"
        ground = f"svg:root{{background:{DARK[PAGE]}}}"  # of all of a window, where it is opened
        dark = f"@media (prefers-color-scheme: dark){{{ground}{words}{fills}}}"
    return re.sub(
        r"(<svg\b[^>]*>)",
        lambda match: f"{match[1]}<style>svg{{max-width:100%;height:auto}}{dark}</style>",
        svg,
        count=1,
    )
