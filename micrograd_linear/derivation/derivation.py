"""``Derivation``: what ``derive`` returns, in all its forms of output."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .latex import Latex
from .mathml import Mathml
from .text import Text
from .typeset import made

LONGEST_IN_A_NOTEBOOK = 20_000
MOST_MATHML = 200_000  # characters, beyond which a notebook shows text
_MATHML = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'


class Formula:
    """One equation: ``text`` (Unicode), ``latex`` (for a mathematical environment), ``mathml``, and
    the ``shape`` of its two sides.

    In a notebook it shows itself.
    """

    def __init__(
        self,
        left: Any,
        right: Any,
        shape: tuple[int, ...] | None,
        numerator: Formula | None = None,
    ) -> None:
        self.shape = shape
        # In numerator layout it is a Formula too, where all operands have at most two axes.
        self.numerator = numerator
        self._left, self._right = left, right  # a right side of None: the left side is given

    def _shown(self, printer):
        return printer.show(
            made("given", self._left)
            if self._right is None
            else made("equation", self._left, self._right)
        )

    def _aligned(self):
        left = Latex().show(self._left)
        right = r" \text{ is given}" if self._right is None else f"= {Latex().show(self._right)}"
        return rf"{left} &{right}{f' && {self.shape}' if self.shape is not None else ''} \\"

    def _row(self):
        """The same as a row of a MathML table."""
        right = (
            "<mtext>\u00a0is given</mtext>"
            if self._right is None
            else f"<mo>=</mo>{Mathml().show(self._right)}"
        )
        shape = "" if self.shape is None else f"<mtext>{self.shape}</mtext>"
        cells = zip(
            ("right", "left", "left"),
            (Mathml().show(self._left), right, shape),
            ("0", "0.2em", "2em"),
        )
        columns = (
            f'<mtd style="text-align:{side};padding:0.4em 0 0.4em {space}">{cell}</mtd>'
            for side, cell, space in cells
        )
        return f"<mtr>{''.join(columns)}</mtr>"

    @property
    def text(self) -> str:
        """The equation on one line of Unicode text."""
        return self._shown(Text())

    @property
    def latex(self) -> str:
        """The equation in LaTeX, without dollar signs."""
        return self._shown(Latex())

    @property
    def mathml(self) -> str:
        """The equation as a ``<math>`` element."""
        return f"{_MATHML}{self._shown(Mathml())}</math>"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Formula {self.text}{f'  {self.shape}' if self.shape is not None else ''}>"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


class Derivation(Mapping[Any, Formula]):
    """The gradients of a graph: a mapping from the name of a tensor, or the tensor, to a Formula.

    ``text``      everything, in Unicode; ``print(derivation)`` shows it
    ``latex``     an ``aligned`` environment, for LaTeX with amsmath and for MathJax and KaTeX
    ``mathml``    HTML with ``<math>`` elements, which browsers show without a script
    ``markdown``  headings and formulas, as GitHub and notebooks show them
    ``source``    Python that computes the value and the gradients with NumPy alone
    """

    def __init__(
        self,
        title: str,
        sections: list,
        formulas: dict[Any, Formula],
        notes: list[str],
        source: Callable[[], str],
    ) -> None:
        self.title = title
        self._sections = sections  # [(heading, [Formula, or a line of text])]
        self._formulas = formulas  # {name or node: Formula}
        self._names = [key for key in formulas if isinstance(key, str)]
        self._notes = notes
        self._write_source = source

    def __getitem__(self, key: Any) -> Formula:
        try:
            return self._formulas[key]
        except (KeyError, TypeError):
            asked = key if isinstance(key, str) else getattr(key, "name", "") or type(key).__name__
            raise KeyError(
                f"{asked!r} is not among the derived gradients: {', '.join(self._names)}"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def source(self) -> str:
        """A Python module without any import but numpy that defines ``value_and_gradients(...)``:
        the named leaves are its arguments (and ``gradient``, last, where the result is no scalar);
        it returns the value and a dict of gradients by name.
        """
        return self._write_source()

    @property
    def text(self) -> str:
        """The derivation in Unicode, the shapes in a column of their own."""
        rows = []
        for heading, lines in self._sections:
            rows.append(("", ""))
            if heading:
                rows.append((heading, ""))
            rows.extend(
                (line.text, "" if line.shape is None else str(line.shape)) for line in lines
            )
        rows = rows[1:] if rows and rows[0] == ("", "") else rows
        widths = [_width(left) for left, shape in rows if shape]
        column = min(max(widths, default=0), 100) + 3
        text = [
            left + " " * max(2, column - _width(left)) + shape if shape else left
            for left, shape in rows
        ]
        return "\n".join([*text, *([""] if self._notes else []), *self._notes])

    @property
    def latex(self) -> str:
        """All equations in one ``aligned`` environment."""
        return _aligned(
            [
                row
                for heading, lines in self._sections
                for row in ([heading] if heading else []) + lines
            ]
        )

    @property
    def mathml(self) -> str:
        """Headings, equations and notes as HTML."""
        parts = []
        for heading, lines in self._sections:
            if heading:
                parts.append(f"<h4>{html.escape(heading)}</h4>")
            rows = "".join(line._row() for line in lines)
            parts.append(
                f'{_MATHML}<mtable displaystyle="true" style="math-depth:0">{rows}</mtable></math>'
            )
        parts.extend(f"<p><small>{html.escape(note)}</small></p>" for note in self._notes)
        return f"<div>{''.join(parts)}</div>"

    @property
    def markdown(self) -> str:
        """Headings, equations between dollar signs, and notes."""
        parts = [f"## {_markdown(self.title)}"]
        for heading, lines in self._sections:
            if heading:
                parts.append(f"### {_markdown(heading)}")
            parts.append(f"$$\n{_aligned(lines)}\n$$")
        parts.extend(f"*{_markdown(note)}*" for note in self._notes)
        return "\n\n".join(parts) + "\n"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Derivation of {self.title}: {', '.join(self._names)}>"

    def _repr_latex_(self) -> str | None:
        latex = self.latex
        return f"$$\n{latex}\n$$" if len(latex) <= LONGEST_IN_A_NOTEBOOK else None

    def _repr_html_(self) -> str:  # MathML needs no network, and a browser prefers it to LaTeX
        written = self.mathml
        short = len(written) <= MOST_MATHML
        return written if short else f"<pre>{html.escape(self.text)}</pre>"


def _aligned(lines):
    rows = [
        rf"&\text{{{Latex().escaped(line)}}} \\" if isinstance(line, str) else line._aligned()
        for line in lines
    ]
    return "\\begin{aligned}\n" + "\n".join(rows) + "\n\\end{aligned}"


def _markdown(text):
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#$|" else c for c in text)


def _width(text):
    """How many columns a terminal gives the text."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
