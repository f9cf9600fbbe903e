"""What report, goals and plot read off the measured data: best times, ratios, numbers as text."""


def best(contestant):
    return min(contestant["seconds"])


def reference(contestants):
    """The contestant that the others are compared with: the first of those that ran."""
    return next(iter(contestants))


def ratios(contestants):
    """{name: its best time / that of the reference}"""
    one = best(contestants[reference(contestants)])
    return {name: best(contestant) / one for name, contestant in contestants.items()}


def spread(contestants, name):
    """The least and the greatest ratio to the reference in one and the same round."""
    per_round = [
        a / b
        for a, b in zip(
            contestants[name]["seconds"], contestants[reference(contestants)]["seconds"]
        )
    ]
    return min(per_round), max(per_round)


def is_ours(name):
    return name.split(",")[0] == "ours"


def ours_and_others(contestants):
    """(the names of this project's contestants, those of all others)"""
    return [name for name in contestants if is_ours(name)], [
        name for name in contestants if not is_ours(name)
    ]


TIE = 1.02  # what is no faster than that is as fast


def faster_than_ours(contestants):
    """{name: our best time / its own} of those that beat even our fastest, by more than a tie."""
    ours, others = ours_and_others(contestants)
    if not ours:
        return {}
    fastest = min(best(contestants[name]) for name in ours)
    return {
        name: fastest / best(contestants[name])
        for name in others
        if best(contestants[name]) * TIE < fastest
    }


def per_node(sizes, what, large, small):
    """How much more a node costs in the larger graph; None where either was not measured."""
    if str(large) not in sizes or str(small) not in sizes:
        return None
    return (sizes[str(large)][what] / large) / (sizes[str(small)][what] / small)


def significant(number):
    """Three digits: 0.00381, 1.02, 64.5, 1,180."""
    if number == 0:
        return "0"
    text = f"{number:.3g}"
    return (
        f"{float(text):,.0f}"
        if abs(float(text)) >= 100
        else f"{float(text):#.3g}"
        if abs(number) >= 1e-4
        else text
    )


def duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{significant(seconds / size)} {unit}"
    return f"{significant(seconds / 1e-9)} ns"


def mebibytes(size):
    return "" if size is None else f"{size / 2**20:,.1f} MiB"
