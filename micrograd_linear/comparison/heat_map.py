"""Where a gradient is wrong, as a picture: a cell for each element, or for the worst of a block
where there are too many.

One hue from white to dark, so that it reads without colour; where signs differ the cell is hatched,
where the engine's gradient is 0 it is framed.
"""

import html

import numpy as np

from ..foundations.printable import printable

CELLS = 64  # along each side, at most
_SIGN_PATTERN = (
    '<defs><pattern id="mgl-sign" width="4" height="4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="4" height="4" fill="none"/>'
    '<line x1="0" y1="0" x2="0" y2="4" stroke="#e69f00" stroke-width="1.6"/></pattern></defs>'
)
# These are ColorBrewer's Blues, whose lightness falls evenly.
_SHADES = (
    "#ffffff",
    "#c6dbef",
    "#9ecae1",
    "#6baed6",
    "#3182bd",
    "#08519c",
    "#08306b",
)
_BLOCKS = " ·:+*#@"
_LETTER = 6  # pixels of a letter of the title, and more
_TOP = 14.0  # decades above what is due to rounding, at most, in a picture


def blocks(result):
    """(worst, signs, zeros): 2-d arrays of what is shown; ``worst`` in decades above rounding, 0
    for what agrees. By maximum, so nothing is lost.

    An array of more than two axes is shown as a matrix with the last axis across.
    """
    hand, engine = (np.asarray(array, dtype=np.float64) for array in (result.hand, result.engine))
    columns = engine.shape[-1] if engine.ndim else 1
    due = np.broadcast_to(
        result.due if result.due is not None else 1e-10 * np.absolute(engine).max(initial=0.0),
        engine.shape,
    )
    with np.errstate(all="ignore"):
        ratio = np.absolute(hand - engine) / np.where(due > 0, due, np.finfo(np.float64).tiny)
        decades = np.where(ratio > 1, np.log10(np.maximum(ratio, 1)), 0.0)
    decades = np.where(
        np.isfinite(hand) & np.isfinite(engine),
        np.maximum(decades, np.where(ratio > 1, 0.1, 0.0)),
        _TOP,
    )
    wrong = decades > 0
    signs = ((hand < 0) != (engine < 0)) & (hand != 0) & (engine != 0) & wrong
    shown = [
        array.reshape(-1, columns)
        for array in (np.clip(decades, 0, _TOP), signs, (engine == 0) & wrong)
    ]
    return tuple(_pooled(array) for array in shown)


def _pooled(array):
    """At most ``CELLS`` by ``CELLS``, each the maximum of its block."""
    for axis in (0, 1):
        n = array.shape[axis]
        if n > CELLS:
            starts = np.unique(np.linspace(0, n, CELLS + 1).astype(int)[:-1])
            array = np.maximum.reduceat(array, starts, axis=axis)
    return array


def _level(decades, top=_TOP):
    return 0 if decades == 0 else 1 + min(int(decades / top * (len(_SHADES) - 1)), len(_SHADES) - 2)


def text_map(result):
    """The picture in characters, darker for worse; a minus where the signs differ."""
    worst, signs, _ = blocks(result)
    return "\n".join(
        "".join("-" if sign else _BLOCKS[_level(x)] for x, sign in zip(*row)).rstrip()
        for row in zip(worst, signs)
    )


def svg(result):
    """The picture as SVG, with its legend; text stays readable on any page, since it stands on
    white.
    """
    worst, signs, zeros = blocks(result)
    rows, columns = worst.shape
    side = max(4, min(24, 480 // max(rows, columns, 1)))
    left, top = 8, 26
    name = html.escape(printable(result.name))
    wrong, total = int(np.count_nonzero(worst)), result.engine.size
    pooled = worst.size < total
    cells = "the worst of each block" if pooled else "each element"
    title = f"{name} {result.engine.shape}: {cells}, in decades above rounding"
    # The darkest shade is the worst that there is, so that differences among the rest are seen.
    decades = max(1, int(np.ceil(worst.max(initial=0.0))))
    width = max(left * 2 + columns * side, 330, left * 2 + _LETTER * len(html.unescape(title)))
    height = top + rows * side + 46
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="11">',
        f"<title>{title}; {wrong} of {worst.size} cells differ</title>",
        _SIGN_PATTERN,
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
        f'<text x="{left}" y="17" fill="#111111">{title}</text>',
        f'<rect x="{left - 0.5}" y="{top - 0.5}" width="{columns * side + 1}" '
        f'height="{rows * side + 1}" fill="none" stroke="#888888"/>',
    ]
    for i, j in np.argwhere(worst > 0):
        x, y = left + j * side, top + i * side
        cell = f'<rect x="{x}" y="{y}" width="{side}" height="{side}"'
        parts.append(f'{cell} fill="{_SHADES[_level(worst[i, j], decades)]}"/>')
        if signs[i, j]:
            parts.append(f'{cell} fill="url(#mgl-sign)"/>')
        if zeros[i, j] and side > 6:
            parts.append(
                f'<rect x="{x + 1.5}" y="{y + 1.5}" width="{side - 3}" height="{side - 3}" '
                'fill="none" stroke="#d55e00"/>'
            )
    parts += _legend(left, top + rows * side + 12, decades)
    return "".join(parts) + "</svg>"


def _legend(left, y, decades):
    for k, shade in enumerate(_SHADES):
        yield (
            f'<rect x="{left + k * 16}" y="{y}" width="16" height="11" fill="{shade}" '
            'stroke="#888888" stroke-width="0.5"/>'
        )
    yield f'<text x="{left}" y="{y + 24}" fill="#111111">agrees</text>'
    yield f'<text x="{left + 78}" y="{y + 24}" fill="#111111">10^{decades}</text>'
    for fill in ("#c6dbef", "url(#mgl-sign)"):
        yield f'<rect x="{left + 132}" y="{y}" width="16" height="11" fill="{fill}"/>'
    yield f'<text x="{left + 152}" y="{y + 10}" fill="#111111">sign differs</text>'
    yield (
        f'<rect x="{left + 225.5}" y="{y + 0.5}" width="15" height="10" fill="#c6dbef" '
        'stroke="#d55e00"/>'
    )
    yield f'<text x="{left + 245}" y="{y + 10}" fill="#111111">gradient is 0</text>'
