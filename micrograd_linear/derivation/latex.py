"""Notation as LaTeX."""

import re
from fractions import Fraction

from ..operations import RULES
from .typeset import GREEK_LETTERS, PLURAL, Line, clean, name, stem_and_index

_GREEK_NAMES: dict[str, str] = {letter: word for word, letter in GREEK_LETTERS.items()}


class Latex(Line):
    """LaTeX for a mathematical environment; needs amsmath."""

    _ESCAPES = {
        "\\": r"\textbackslash ", "^": r"\textasciicircum ", "~": r"\textasciitilde ",
        "<": r"\textless ", ">": r"\textgreater ", "…": r"\ldots ", "{": r"\{", "}": r"\}",
        "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
        "×": r"$\times$", "∂": r"$\partial$", "∇": r"$\nabla$", "→": r"$\to$", "−": r"$-$",
    }  # fmt: skip
    _RELATIONS = {
        "equal": "=",
        "not_equal": r"\ne",
        "less": "<",
        "less_equal": r"\le",
        "greater": ">",
        "greater_equal": r"\ge",
    }
    _SIGNS = {"⊙": r"\odot", "·": r"\cdot"}

    def name(self, text):
        text = clean(text)
        plural = PLURAL.match(text)
        if plural and plural[1]:
            return f"{{{self.name(plural[1])}}}^{{({plural[2]})}}"
        stem, index = stem_and_index(text)
        return self._stem(stem) + (
            f"_{{{self._stem(index) if not index.isdigit() else index}}}" if index else ""
        )

    def _stem(self, text: str) -> str:
        text = _GREEK_NAMES.get(text, text)
        if text in GREEK_LETTERS:
            return f"\\{text}"
        if len(text) == 1 and text.isascii() and text.isalnum():
            return text
        if text.isascii() and text.isalnum():
            return rf"\mathrm{{{text}}}"
        return rf"\text{{{self.escaped(text)}}}"

    def escaped(self, text: str) -> str:
        return "".join(self._ESCAPES.get(c, c) for c in text)

    def number(self, value):
        if isinstance(value, Fraction):
            sign = "-" * (value < 0)
            return (
                f"{value.numerator}"
                if value.denominator == 1
                else rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
            )
        if value != value or value in (float("inf"), float("-inf")):
            return r"\mathrm{NaN}" if value != value else r"\infty" if value > 0 else r"-\infty"
        text = repr(float(value))
        if "e" in text:
            mantissa, exponent = text.split("e")
            return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return text

    def bracket(self, x):
        return rf"\left({self.show(x)}\right)"

    def gradient(self, objective, x):
        return rf"\frac{{\partial {self.show(objective)}}}{{\partial {self.show(x)}}}"

    def nabla(self, objective, x):
        return rf"\nabla_{{{self.show(x)}}} {self.show(objective)}"

    def juxtaposed(self, parts):
        return r" \, ".join(map(self.show, parts))

    def fraction(self, above, below):
        return rf"\frac{{{self.show(above)}}}{{{self.show(below)}}}"

    def superscript(self, base, exponent):
        raised = (
            r"\top"
            if exponent == name("T")
            else r"-\top"
            if exponent == name("-T")
            else self.show(exponent)
        )
        return f"{{{self.show(base)}}}^{{{raised}}}"

    def call(self, function, axes, arguments):
        shown = ", ".join(map(self.show, arguments))
        return rf"{self.function(function)}{self.axes(axes)}\left({shown}\right)"

    def function(self, function):
        rule = RULES.get(function)
        if rule is not None and rule.notation.latex:
            return rule.notation.latex
        plain = function.isascii() and function.isalnum()
        return (
            rf"\operatorname{{{function}}}"
            if plain
            else rf"\text{{{self.escaped(clean(function))}}}"
        )

    def axes(self, axes):
        return rf"_{{\text{{{self.escaped(axes)}}}}}" if axes else ""

    def big(self, axes, x):
        return rf"\sum{self.axes(axes)} {self.show(x)}"

    def index_sum(self, letters, x):
        return " ".join([*(rf"\sum_{{{letter}}}" for letter in letters), self.show(x)])

    def entry(self, x, tokens):
        shown = self.show(x)
        if not tokens:
            return shown
        return (
            rf"{{{shown}}}_{{{self.tokens(tokens)}}}"
            if not re.search(r"[_^]", shown)
            else rf"\left({shown}\right)_{{{self.tokens(tokens)}}}"
        )

    def delta(self, tokens):
        return rf"\delta_{{{self.tokens(tokens)}}}"

    def tokens(self, tokens):
        shown = [
            f"{{{self.name(token[0])}}}_{{{token[1]}}}" if isinstance(token, tuple) else token
            for token in tokens
        ]
        return " ".join(shown) if all(len(token) == 1 for token in shown) else ", ".join(shown)

    def partial(self, above, below):
        return rf"\frac{{\partial {self.show(above)}}}{{\partial {self.show(below)}}}"

    def condition(self, x):
        return rf"\left[{self.show(x)}\right]"

    def both(self, a, b):
        return rf"{self.show(a)} \wedge {self.show(b)}"

    def absolute(self, x):
        return rf"\left|{self.show(x)}\right|"

    def norm(self, axes, x):
        return rf"\left\|{self.show(x)}\right\|{self.axes(axes)}"

    def root(self, x):
        return rf"\sqrt{{{self.show(x)}}}"

    def cases(self, condition, a, b):
        first = rf"{self.show(a)} & \text{{if }} {self.show(condition)}"
        return rf"\begin{{cases}} {first} \\ {self.show(b)} & \text{{otherwise}} \end{{cases}}"

    def indexed(self, x, index):
        return rf"{self.show(x)}\left[\text{{{self.escaped(index)}}}\right]"

    def given(self, x):
        return rf"{self.show(x)} \text{{ is given}}"
