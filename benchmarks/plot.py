"""The measured data as one picture: bars for the ratios, lines for the growth.

It needs matplotlib, of the extra ``bench``.
"""

import importlib.util
import io
import re

from .figures import best, duration, is_ours, ratios, reference, significant

OURS, OTHERS, TEXT, LINES = (
    "#0072b2",
    "#e69f00",
    "#222222",
    "#8c8c8c",
)  # of Okabe and Ito's palette: told apart by all eyes, in grey too
GROWTH = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#8c8c8c")
DARK = {
    TEXT: "#e8e8e8",
    OURS: "#56a8e0",
}  # what gives way where the reader's system is dark; the ground is transparent
SECTIONS = ("Scalars", "Tensors", "Gradient checking", "Drawing")
ROW, WIDTH = 0.23, 9.5  # inches


class NoMatplotlib(ImportError):
    """matplotlib is not installed."""


class NothingToPlot(ValueError):
    """Neither two contestants of a workload nor growth was measured."""


def check_matplotlib():
    if importlib.util.find_spec("matplotlib") is None:
        raise NoMatplotlib(
            "the plot needs matplotlib, which is not installed: pip install matplotlib, or this "
            "project's extra: pip install -e '.[bench]'"
        )


def svg(data):
    """The picture as SVG text, readable on light and dark ground."""
    check_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    groups = [
        (name, w["contestants"])
        for name, w in data["workloads"].items()
        if w["section"] in SECTIONS and len(w["contestants"]) > 1
    ]
    growth = data["growth"].get("contestants", {})
    if not groups and not growth:
        raise NothingToPlot(
            "there is nothing to plot: no workload with a peer, and no growth, was measured"
        )
    rows = sum(len(contestants) + 1.6 for _, contestants in groups)
    heights = [rows * ROW + 0.9] * bool(groups) + [3.2] * bool(growth)
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "benchmarks",
        "font.size": 9,
        "font.family": ["sans-serif"],
        "text.color": TEXT,
        "axes.labelcolor": TEXT,
        "xtick.color": TEXT,
        "ytick.color": TEXT,
        "axes.edgecolor": LINES,
        "grid.color": LINES,
        "grid.alpha": 0.3,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        grid = figure.add_gridspec(len(heights), 2, height_ratios=heights)
        if groups:
            _bars(figure.add_subplot(grid[0, :]), groups)
        if growth:
            axes = [figure.add_subplot(grid[-1, i]) for i in range(2)]
            _lines(axes[0], growth, "seconds", 1e9, "nanoseconds per node")
            _lines(axes[1], growth, "memory", 1, "bytes per node")
            figure.legend(
                *axes[0].get_legend_handles_labels(),
                loc="outside lower center",
                ncols=3,
                frameon=False,
            )
        text = io.StringIO()
        figure.savefig(
            text,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Title": "Benchmarks of micrograd_linear"},
        )
    return _dark_where_the_reader_is(text.getvalue())


def _bars(axes, groups):
    """A bar for every contestant, from 1 to its ratio, in a group for every workload."""
    from matplotlib.patches import Patch
    from matplotlib.ticker import NullLocator

    y, all_ratios = 0.0, []
    for name, contestants in groups:
        axes.text(
            -0.005,
            y,
            name,
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontweight="bold",
        )
        for other, ratio in ratios(contestants).items():
            y += 1
            all_ratios.append(ratio)
            axes.text(
                -0.005, y, other, transform=axes.get_yaxis_transform(), ha="right", va="center"
            )
            if other == reference(contestants):
                axes.plot(1, y, "o", markersize=6, color=OURS if is_ours(other) else OTHERS)
                compared = ""
            else:
                axes.barh(
                    y, ratio - 1, left=1, height=0.66, color=OURS if is_ours(other) else OTHERS
                )
                compared = f"×{significant(ratio)}, "
            side = (
                {"ha": "left", "xytext": (5, 0)}
                if ratio >= 1
                else {"ha": "right", "xytext": (-5, 0)}
            )
            axes.annotate(
                f"{compared}{duration(best(contestants[other]))}",
                (ratio, y),
                textcoords="offset points",
                va="center",
                fontsize=8,
                **side,
            )
        y += 1.6
    axes.set(
        xscale="log",
        yticks=[],
        ylim=(y - 0.8, -0.8),
        xlim=(min(all_ratios) / 15, max(all_ratios) * 15),
    )
    axes.set_title(
        "Time, as a multiple of the first of each group: to the left is faster, to the right is "
        "slower",
        loc="left",
        fontsize=10,
    )
    axes.legend(
        handles=[Patch(color=OURS, label="this project"), Patch(color=OTHERS, label="others")],
        loc="upper right",
        frameon=False,
    )
    axes.xaxis.set(major_formatter=lambda ratio, _: f"×{ratio:g}", minor_locator=NullLocator())
    axes.axvline(1, color=LINES, linewidth=1, zorder=0)
    axes.grid(axis="x", which="major")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", top=True, labeltop=True)


def _lines(axes, growth, key, scale, label):
    least, most = float("inf"), 0.0
    for i, (name, sizes) in enumerate(growth.items()):
        nodes = sorted(map(int, sizes))
        marker = "osD^vP"[i % 6]
        per_node = [scale * sizes[str(n)][key] / n for n in nodes]
        least, most = min(least, *per_node), max(most, *per_node)
        axes.plot(nodes, per_node, marker=marker, markersize=5, color=GROWTH[i % 6], label=name)
    axes.set(xscale="log", yscale="log", xlabel="nodes", ylabel=label, ylim=(least / 3, most * 3))
    axes.grid(which="major")


def _dark_where_the_reader_is(text):
    """Rules with !important, since matplotlib writes colours into style attributes."""
    rules = "".join(
        f'[style*="fill: {light}"]{{fill:{dark}!important}}'
        f'[style*="stroke: {light}"]{{stroke:{dark}!important}}'
        for light, dark in DARK.items()
    )
    sheet = (
        "<style>svg{max-width:100%;height:auto}"
        f"@media (prefers-color-scheme: dark){{{rules}}}</style>"
    )
    return re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + sheet, text, count=1)
