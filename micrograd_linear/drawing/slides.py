"""A run as slides: a picture for each of its steps, as the pages of a PDF or as an SVG that plays
them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..foundations.printable import printable
from .dot import dot
from .heat import summary
from .labels import in_short, number, text
from .layout import Layout, layout
from .options import Style
from .page.formulas import FIRST, GRADIENT, RESULT, Formulas
from .page.svg import PLACE, label_of
from .picture import Box, Picture, Use
from .render import render_all, size_of
from .theme import FLOW, INK, LINE, themed

MOST_SLIDES = 200
SECONDS = 1.5  # that a slide of an SVG is seen
_CELL = re.compile(
    rf'<TD ALIGN="(LEFT|RIGHT)"><FONT COLOR="{PLACE}">(0([12])(\d{{4}})(\d{{2}})0*)</FONT></TD>'
)
_DIGIT, _LINE = 6.2, 15  # points that a digit and a line take
_CAPTION = 8.0  # points that a character of a caption takes
LONGEST_CAPTION = 120


@dataclass
class Step:
    """What happens: "forward", a box is computed; "seed"; "backward", it passes to an operand."""

    kind: str
    box: Box
    use: int = -1


@dataclass
class State:
    """What is known at a step: the ids that were computed, and the gradients so far."""

    made: set[str] = field(default_factory=set)
    gradients: dict[str, np.ndarray] = field(default_factory=dict)


def steps_of(picture: Picture) -> list[Step]:
    """The steps of a run, in the order of the engine's own passes."""
    steps = [Step("forward", box) for box in picture.boxes if box.symbol and box.operands]
    if not picture.seeds or not steps:
        return steps
    steps.append(Step("seed", picture.boxes[-1]))
    for box in reversed(picture.boxes):
        uses = (k for k, use in enumerate(box.operands) if use.contribution is not None)
        steps.extend(Step("backward", box, k) for k in uses)
    return steps


def played(picture: Picture) -> Iterator[tuple[int, Step, State]]:
    """(number, step, what is known then) of every step; one ``State`` goes through all of them."""
    state = State({box.id for box in picture.boxes if not box.symbol})
    left = _uses_left(picture)
    boxes = {box.id: box for box in picture.boxes}
    for k, step in enumerate(steps_of(picture)):
        if step.kind == "forward":
            state.made.add(step.box.id)
        elif step.kind == "seed":
            state.gradients.update(picture.seeds)
        else:
            use = step.box.operands[step.use]
            left[use.id] -= 1
            _arrive(state, picture, boxes[use.id], use, left[use.id] == 0)
        yield k, step, state


def _uses_left(picture: Picture) -> dict[str, int]:
    left: dict[str, int] = {}
    for box in picture.boxes:
        for use in box.operands:
            if use.contribution is not None:
                left[use.id] = left.get(use.id, 0) + 1
    return left


def _arrive(state: State, picture: Picture, box: Box, use: Use, is_last: bool) -> None:
    """One more contribution. Those of several values in one card have no sum but the last."""
    if is_last and box.grad is not None:
        state.gradients[box.id] = box.grad
    elif not picture.grouped and use.contribution is not None:
        before = state.gradients.get(box.id)
        part = use.contribution
        state.gradients[box.id] = part if before is None else before + part


class Slides:
    """The slides of a picture: DOT texts that differ in what is known and in what is marked, never
    in where things stand.
    """

    def __init__(self, picture: Picture, style: Style) -> None:
        self.picture, self.style = picture, style
        self.layout: Layout = layout(picture, style)
        self.words = _Words(picture)
        self.boxes = {box.id: i for i, box in enumerate(picture.boxes)}

    def sources(self) -> list[str]:
        """Raises ``ValueError`` where there are more steps than slides can be made for."""
        steps = steps_of(self.picture)
        if not steps or len(steps) > MOST_SLIDES:
            raise ValueError(
                f"draw: steps: expected a run of 1 to {MOST_SLIDES} steps, got {len(steps)}; "
                "draw a smaller part, with view='folded' or focus= and depth="
            )
        captions = [f"{k + 1} of {len(steps)} · {self.words.of(s)}" for k, s in enumerate(steps)]
        captions = [printable(caption, LONGEST_CAPTION) for caption in captions]
        width = _CAPTION * max(map(len, captions))
        return [
            self._source(step, state, _captioned(captions[k], width))
            for k, step, state in played(self.picture)
        ]

    def _source(self, step: Step, state: State, about: str) -> str:
        now, marks = self._marks(step)

        def card(box: Box) -> str:
            label = label_of(box, self.boxes[box.id], self.layout.brief, True, "")
            label = _CELL.sub(lambda cell: self._cell(cell, state), label)
            border = f'BORDER="2" COLOR="{FLOW if box.id in now else LINE}"'
            return label.replace(f'BORDER="1" COLOR="{LINE}"', border, 1)

        options = {"theme": self.style.theme, "card": card, "marks": marks, "about": about}
        return dot(self.picture, self.layout, **options)

    def _cell(self, cell: re.Match, state: State) -> str:
        """A cell as wide as the longest text that stands in it at any step."""
        side, word, kind, i, k = cell.groups()
        box = self.picture.boxes[int(i)]
        known = box.data if kind == "1" else state.gradients.get(box.id)
        if kind == "1" and box.id not in state.made:
            known = None
        shown = "" if known is None else _shown(known, int(k), len(word), self.layout.brief)
        size = f'FIXEDSIZE="TRUE" WIDTH="{_DIGIT * len(word):.0f}" HEIGHT="{_LINE}"'
        return f'<TD ALIGN="{side}" {size}><FONT COLOR="{INK}">{text(shown) or " "}</FONT></TD>'

    def _marks(self, step: Step) -> tuple[set[str], dict[str, dict[str, str]]]:
        """(the cards that are marked, {id of an operation or a line: how it is drawn})."""
        own = f"{step.box.id}_op"
        if step.kind != "backward":
            return {step.box.id}, {own: {"color": FLOW}} if step.kind == "forward" else {}
        line = {"color": FLOW, "style": "dashed", "dir": "back"}
        to = step.box.operands[step.use].id
        return {step.box.id, to}, {own: {"color": FLOW}, f"{own}-{step.use}": line}


def _captioned(caption: str, width: float) -> str:
    """The caption in a cell that is as wide for all slides: the picture does not move."""
    size = f'FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="22"'
    cell = f'<TD {size}><FONT POINT-SIZE="14">{text(caption, LONGEST_CAPTION)}</FONT></TD>'
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0"><TR>{cell}</TR></TABLE>'


def _shown(array: np.ndarray, k: int, width: int, brief: bool) -> str:
    """One number of a small array, or the range of a large one."""
    array = np.asarray(array)
    if array.ndim and not brief and array.size > k and width < 12 and array.size <= 16:
        return number(array.flat[k])
    return in_short(summary(array))


class _Words:
    """What happens at a step, as a line of text."""

    def __init__(self, picture: Picture) -> None:
        self.picture, self.formulas = picture, Formulas()
        self.boxes = {box.id: box for box in picture.boxes}
        root = picture.boxes[-1]
        self.objective = (root.title or root.id) if root.data.size == 1 else "L"

    def of(self, step: Step) -> str:
        box = step.box
        if step.kind == "seed":
            return f"seed: {self._gradient(box)}"
        entry = self._entry(box)
        if step.kind == "forward":
            names = ", ".join(self._name(self.boxes[use.id]) for use in box.operands)
            right = f"{box.symbol}({names})" if entry is None else self._filled(box, entry["value"])
            return f"forward: {self._name(box)} = {right}"
        to = self.boxes[box.operands[step.use].id]
        part = None if entry is None else entry["parts"][step.use]
        right = f"through {box.symbol}" if part is None else self._filled(box, part)
        return f"backward: {self._gradient(to)} += {right}"

    def _entry(self, box: Box) -> Any:
        if box.node is None or box.is_composite or not box.symbol:
            return None
        found = self.formulas.number_of(box.node, box.made_of)
        return None if found is None else self.formulas.entries[found]

    def _filled(self, box: Box, formula: list[str]) -> str:
        def gap(found: re.Match) -> str:
            if found[0] == GRADIENT:
                return self._gradient(box)
            if found[0] == RESULT:
                return self._name(box)
            return self._name(self.boxes[box.operands[ord(found[0]) - ord(FIRST)].id])

        return re.sub("[\ue000-\uf8ff]", gap, formula[1])

    def _gradient(self, box: Box) -> str:
        return f"∂{self.objective}/∂{self._name(box)}"

    def _name(self, box: Box) -> str:
        if box.kind == "constant" and box.data.size == 1:
            return number(box.data.flat[0])
        return box.title or box.id


def as_pdf(picture: Picture, style: Style) -> bytes:
    """A PDF with a page for each step.

    Raises ``ImportError`` where pypdf is not installed, which puts the pages into one file.
    """
    try:
        import pypdf
    except ImportError as error:
        raise ImportError(
            "draw: steps as PDF: pypdf is not installed; "
            "`pip install 'micrograd_linear[slides]'` brings it along"
        ) from error
    whole = pypdf.PdfWriter()
    for page in render_all(Slides(picture, style).sources(), "pdf", deadline=style.budget):
        whole.append(io.BytesIO(page))
    written = io.BytesIO()
    whole.write(written)
    return written.getvalue()


def as_animation(picture: Picture, style: Style) -> str:
    """An SVG that shows one step after the other, again and again, without a script."""
    pages = render_all(Slides(picture, style).sources(), "svg", deadline=style.budget)
    frames = [page.decode() for page in pages]
    total = SECONDS * len(frames)
    share = 100 / len(frames)
    inner = "".join(
        f'<g class="slide" style="animation-delay:{SECONDS * k:.2f}s">{_inside(frame)}</g>'
        for k, frame in enumerate(frames)
    )
    hidden = f"{share:.4f}%,100%{{visibility:hidden}}"
    play = f"@keyframes slide{{0%{{visibility:visible}}{hidden}}}"
    rule = f".slide{{visibility:hidden;animation:slide {total:.2f}s steps(1) infinite}}"
    sizes = [size_of(frame) for frame in frames]
    width, height = (max(side) for side in zip(*sizes, strict=True))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}pt" height="{height:.2f}pt" '
        f'viewBox="0 0 {width:.2f} {height:.2f}">'
    )
    return themed(f"{head}<style>{play}{rule}</style>{inner}</svg>", style.theme)


def _inside(svg: str) -> str:
    """What stands in an SVG, with no ids: they would be there once for each slide."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->\n|<title>.*?</title>\n?", "", body, flags=re.S)
    return re.sub(r' id="[^"]*"', "", body)


# {ending of a file: how the steps are written}
STEPS: dict[str, Callable[[Picture, Style], str | bytes]] = {"pdf": as_pdf, "svg": as_animation}
