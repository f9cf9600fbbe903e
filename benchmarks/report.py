"""The measured data as tables, for the terminal and as Markdown.

No number is written by hand: the page in docs has them between two markers.
"""

import textwrap

from .figures import (
    duration,
    faster_than_ours,
    mebibytes,
    per_node,
    ratios,
    reference,
    significant,
    spread,
)
from .goals import judged

BEGIN, END = (
    "<!-- benchmarks: begin (written by python -m benchmarks --markdown) -->",
    "<!-- benchmarks: end -->",
)
TITLE = "# Benchmarks of one run\n"
QUICK = (
    "This was a quick run, on small sizes: it shows that everything runs, and its numbers say "
    "nothing."
)


class Table:
    """A heading, a paragraph, a table of text, and remarks below.

    The first ``words`` columns are aligned to the left, and the numbers to the right.
    """

    def __init__(self, section, title, about, columns, rows, remarks=(), words=1):
        self.section, self.title, self.about, self.columns, self.rows, self.remarks, self.words = (
            section,
            title,
            about,
            columns,
            rows,
            list(remarks),
            words,
        )

    def text(self):
        widths = (
            [max(map(len, column)) for column in zip(self.columns, *self.rows)] if self.rows else []
        )
        lines = [
            self.title,
            *(
                ["  ".join(self._cells(row, widths)).rstrip() for row in (self.columns, *self.rows)]
                if self.rows
                else []
            ),
        ]
        return "\n".join([*lines, *(f"  {remark}" for remark in self.remarks)])

    def _cells(self, row, widths):
        return [
            f"{cell:{'<' if i < self.words else '>'}{width}}"
            for i, (cell, width) in enumerate(zip(row, widths))
        ]

    def markdown(self):
        lines = []
        if self.rows:
            rows = [[cell.replace("|", "\\|") for cell in row] for row in self.rows]
            lines = [
                f"| {' | '.join(row)} |"
                for row in (
                    self.columns,
                    ["---" if i < self.words else "---:" for i in range(len(self.columns))],
                    *rows,
                )
            ]
        return "\n\n".join(
            part
            for part in (
                _wrapped(f"**{self.title}.** {self.about}"),
                "\n".join(lines),
                "\n".join(_wrapped(f"- {remark}", "  ") for remark in self.remarks),
            )
            if part
        )


def tables(data):
    """Every table of the report, in order."""
    found = (
        []
        if data["small"]
        else [table for table in (_goals(data), _faster(data)) if table.rows or table.remarks]
    )
    found += [
        _workload(name, workload, data["surroundings"]["threads"])
        for name, workload in data["workloads"].items()
    ]
    return found + (_growth(data["growth"]) if data["growth"] else [])


def _wrapped(text, indent=""):
    """The text in lines of 100 columns, as the other pages of docs have them."""
    return textwrap.fill(
        text.strip(),
        100,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_text(data):
    return "\n\n".join([_surroundings(data), *(table.text() for table in tables(data))])


def as_markdown(data):
    """The report without a title, so that it can stand in a page; every section has a heading."""
    parts, section = [_wrapped(_surroundings(data))], None
    for table in tables(data):
        if table.section != section:
            section = table.section
            parts.append(f"## {section}")
        parts.append(table.markdown())
    return "\n\n".join(parts) + "\n"


def into_page(page, data):
    """The page with the report between its two markers.

    Where there is no page, it is the report alone, under a title.
    """
    check_page(page)
    if page is None:
        return f"{TITLE}\n{as_markdown(data)}"
    return f"{page[: page.index(BEGIN)]}{BEGIN}\n\n{as_markdown(data)}\n{page[page.index(END) :]}"


def check_page(page):
    """ValueError unless a report can be put into the page, and nothing else in it be lost."""
    if page is not None and (
        page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END)
    ):
        raise ValueError(
            f"the file exists and has not the two lines {BEGIN} and {END}, between which the "
            "report would go; name another file"
        )


def _surroundings(data):
    where, versions = data["surroundings"], {**data["surroundings"]["versions"]}
    versions.pop("micrograd_linear", None)
    threads = "one thread" if where["threads"] == 1 else f"{where['threads']} threads"
    kernel = f", OPENBLAS_CORETYPE={where['kernel']}" if where["kernel"] else ""
    lines = [
        f"Measured on {where['date']} ({where['system']}, {where['processor']}, "
        f"{where['processors']} processors), with {threads} for every contestant: "
        f"the best of {data['rounds']} rounds of {data['seconds']:g} s, every contestant in a "
        "process of its own, in turn.",
        f"Python {where['python']}, BLAS: {where['blas']}{kernel}; "
        f"{', '.join(f'{name} {version}' for name, version in versions.items())}.",
    ]
    if data["load"] > where["threads"] + 1:  # one more than the run itself
        lines.append(
            f"The machine was busy with other work as well (a load of up to {data['load']:.1f}): "
            "times and ratios are uncertain."
        )
    return "\n".join([QUICK, *lines] if data["small"] else lines)


def _goals(data):
    rows = [
        [
            what,
            goal,
            "not measured" if ratio is None else significant(ratio),
            {None: "", True: "yes", False: "NO"}[reached],
        ]
        for what, goal, ratio, reached in judged(data)
    ]
    return Table(
        "Figures to reach",
        "Ratios of best times",
        "What the project wants to reach, and what this run measured.",
        ["ratio of times", "wanted", "measured", "reached"],
        rows,
    )


def _faster(data):
    rows = [
        [name, other, significant(ratio)]
        for name, workload in data["workloads"].items()
        for other, ratio in faster_than_ours(workload["contestants"]).items()
    ]
    remarks = [] if rows else ["Nobody, in this run."]
    about = "By more than 2 %, and how many times as fast."
    return Table(
        "Where others are faster",
        "Faster than the fastest of ours",
        about,
        ["workload", "who", "times as fast"],
        rows,
        remarks,
        words=2,
    )


def _workload(name, workload, threads):
    contestants, rows = workload["contestants"], []
    remarks = [f"{other}: left out, {reason}" for other, reason in workload["missing"].items()]
    remarks += [
        f"{other}: FAILED and left out: {reason}" for other, reason in workload["failed"].items()
    ]
    for other, ratio in ratios(contestants).items() if contestants else ():
        contestant = contestants[other]
        least, most = spread(contestants, other)
        compared = (
            ["1", ""]
            if other == reference(contestants)
            else [significant(ratio), f"{significant(least)} to {significant(most)}"]
        )
        rows.append(
            [
                other,
                duration(min(contestant["seconds"])),
                *compared,
                mebibytes(contestant["memory"]),
            ]
        )
        if contestant["processors"] > threads + 0.25:
            remarks.append(f"{other} kept {contestant['processors']:.1f} processors busy.")
    first = reference(contestants) if contestants else "the first"
    return Table(
        workload["section"],
        name,
        workload["about"],
        ["", "time", f"time / {first}", "in each round", "memory"],
        rows,
        remarks,
    )


def _growth(growth):
    sizes = sorted({int(size) for sizes in growth["contestants"].values() for size in sizes})
    remarks = [f"{other}: left out, {reason}" for other, reason in growth["missing"].items()]
    remarks += [
        f"{other}: FAILED and left out: {reason}" for other, reason in growth["failed"].items()
    ]
    found = []
    for what, key, unit in (
        ("Time", "seconds", duration),
        ("Memory", "memory", lambda size: f"{significant(size)} B"),
    ):
        rows = []
        for name, measured in growth["contestants"].items():
            per_size = [
                unit(measured[str(size)][key] / size) if str(size) in measured else ""
                for size in sizes
            ]
            flat = per_node(measured, key, 1_000_000, 1_000)
            rows.append([name, *per_size, "" if flat is None else significant(flat)])
        columns = ["", *(f"{size:,} nodes" for size in sizes), "1,000,000 / 1,000"]
        found.append(
            Table(
                "Growth",
                f"{what} per node",
                growth["about"] if key == "seconds" else "",
                columns,
                rows,
                remarks if key == "seconds" else (),
            )
        )
    return found
