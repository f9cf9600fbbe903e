"""Notation as Unicode text, on one line."""

from fractions import Fraction

from .typeset import ATOM, PLURAL, POWER, TIMES, Line, bracketed, clean, function_name


class Text(Line):
    """Unicode, on one line."""

    _MINUS = "−"

    _SUPERSCRIPTS = str.maketrans("0123456789-+()T", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵀ")
    _RELATIONS = {
        "equal": "=",
        "not_equal": "≠",
        "less": "<",
        "less_equal": "≤",
        "greater": ">",
        "greater_equal": "≥",
    }

    def name(self, text):
        plural = PLURAL.match(clean(text))
        return (
            f"{plural[1]}{f'({plural[2]})'.translate(self._SUPERSCRIPTS)}"
            if plural and plural[1]
            else clean(text)
        )

    def number(self, value):
        return (
            str(value).replace("-", "−")
            if isinstance(value, Fraction)
            else repr(float(value)).replace("-", "−")
        )

    def bracket(self, x):
        return f"({self.show(x)})"

    def gradient(self, objective, x):
        return f"∂{self.show(objective)}/∂{self.show(x)}"

    def nabla(self, objective, x):
        return f"∇_{self.show(x)} {self.show(objective)}"

    def juxtaposed(self, parts):
        return " ".join(map(self.show, parts))

    def fraction(self, above, below):
        return f"{self.show(bracketed(above, TIMES))} / {self.show(bracketed(below, POWER))}"

    def superscript(self, base, exponent):
        text = self.show(exponent).replace("−", "-")
        raised = text.translate(self._SUPERSCRIPTS)
        return (
            f"{self.show(base)}{raised}"
            if set(text) <= set("0123456789-+T")
            else f"{self.show(base)}^{self.show(bracketed(exponent, ATOM))}"
        )

    def call(self, function, axes, arguments):
        return f"{self.function(function)}{self.axes(axes)}({', '.join(map(self.show, arguments))})"

    def function(self, function):
        return function_name(function)

    def axes(self, axes):
        return f"_{axes}" if axes and " " not in axes else f"_({axes})" if axes else ""

    def big(self, axes, x):
        return f"Σ{self.axes(axes)} {self.show(x)}"

    def index_sum(self, letters, x):
        return " ".join([*(f"Σ_{letter}" for letter in letters), self.show(x)])

    def entry(self, x, tokens):
        shown = self.show(x)
        shown = f"({shown})" if x.kind == "name" and not shown.isalnum() else shown
        return f"{shown}_{self.tokens(tokens)}" if tokens else shown

    def delta(self, tokens):
        return f"δ_{self.tokens(tokens)}"

    def tokens(self, tokens):
        shown = [
            f"{self.name(token[0])}_{token[1]}" if isinstance(token, tuple) else token
            for token in tokens
        ]
        return "".join(shown) if all(len(token) == 1 for token in shown) else f"({','.join(shown)})"

    def partial(self, above, below):
        return f"∂{self.show(above)}/∂{self.show(below)}"

    def condition(self, x):
        return f"[{self.show(x)}]"

    def both(self, a, b):
        return f"{self.show(a)} ∧ {self.show(b)}"

    def absolute(self, x):
        return f"|{self.show(x)}|"

    def norm(self, axes, x):
        return f"‖{self.show(x)}‖{self.axes(axes)}"

    def root(self, x):
        return f"√{self.show(bracketed(x, ATOM))}"

    def cases(self, condition, a, b):
        return f"({self.show(a)} if {self.show(condition)} else {self.show(b)})"

    def indexed(self, x, index):
        return f"{self.show(x)}[{index}]"

    def given(self, x):
        return f"{self.show(x)} is given"
