"""Mathematical notation as a tree, and its three printers: Unicode text, LaTeX, MathML."""

import html
import re
from dataclasses import dataclass
from fractions import Fraction

SUM, BIG, TIMES, POWER, ATOM = 1, 2, 3, 4, 5  # how tightly a formula binds


@dataclass(frozen=True)
class Math:
    """One piece of notation: the name of the printer's method, its arguments, how tightly it binds, and how long it is."""

    kind: str
    arguments: tuple
    level: int = ATOM
    length: int = 1


def name(text):
    return Math("name", (text,))


def number(value):
    level = TIMES if isinstance(value, Fraction) and value.denominator != 1 else ATOM
    return Math("number", (value,), SUM if value < 0 else level)


def bracketed(math, level):
    return math if math.level >= level else Math("bracket", (math,), ATOM, math.length)


def made(kind, *arguments, level=ATOM):
    arguments = tuple(tuple(a) if isinstance(a, list) else a for a in arguments)
    parts = [x for a in arguments for x in (a if isinstance(a, (list, tuple)) else [a]) if isinstance(x, Math)]
    return Math(kind, arguments, level, 1 + sum(x.length for x in parts))


_FORBIDDEN = re.compile("[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
LONGEST_NAME = 40


def clean(text):
    """A user's name on one line: cut, without control characters and marks that turn the direction of writing."""
    text = _FORBIDDEN.sub("\ufffd", text)
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
GREEK_LETTERS = dict(zip(GREEK.split(), "αβγδεζηθικλμνξπρστυφχψω", strict=True))
_GREEK_NAMES = {letter: word for word, letter in GREEK_LETTERS.items()}
_PLURAL = re.compile(r"(.*?)\s*\((\d+)\)$")  # the second of a name


def stem_and_index(text):
    """W1 and x_hat as a letter with an index; other names as they are.

    >>> stem_and_index("W1"), stem_and_index("x_hat"), stem_and_index("a_b_c")
    (('W', '1'), ('x', 'hat'), ('a_b_c', ''))
    """
    found = re.fullmatch(r"([^\W\d_]+)(?:(\d+)|_([^\W_]+))", text, re.ASCII)
    return (found[1], found[2] or found[3]) if found else (text, "")


class Printer:
    """What the three have in common: a tree is printed by the methods named after its pieces."""

    def show(self, math):
        return getattr(self, math.kind)(*math.arguments)


class Line(Printer):
    """What the two that print characters in a row have in common, but for their signs."""

    _MINUS, _SIGNS, _RELATIONS = "-", {}, {}

    def product(self, parts, signs):
        text = self.show(parts[0])
        for sign, part in zip(signs, parts[1:], strict=True):
            text += f" {self._SIGNS.get(sign, sign)} {self.show(part)}"
        return text

    def terms(self, signs, parts):
        text = ""
        for i, (sign, part) in enumerate(zip(signs, parts, strict=True)):
            text += self._MINUS * (sign < 0) if i == 0 else f" {self._MINUS if sign < 0 else '+'} "
            text += self.show(part)
        return text

    def relation(self, operation, a, b):
        return f"{self.show(a)} {self._RELATIONS[operation]} {self.show(b)}"

    def chain(self, parts):
        return " = ".join(map(self.show, parts))

    def equation(self, left, right):
        return self.chain((left, right))


class Text(Line):
    """Unicode, on one line."""

    _MINUS = "−"

    _SUPERSCRIPTS = str.maketrans("0123456789-+()T", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵀ")
    _RELATIONS = {"equal": "=", "not_equal": "≠", "less": "<", "less_equal": "≤", "greater": ">", "greater_equal": "≥"}

    def name(self, text):
        plural = _PLURAL.match(clean(text))
        return f"{plural[1]}{f'({plural[2]})'.translate(self._SUPERSCRIPTS)}" if plural and plural[1] else clean(text)

    def number(self, value):
        return str(value).replace("-", "−") if isinstance(value, Fraction) else repr(float(value)).replace("-", "−")

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
        return f"{self.show(base)}{raised}" if set(text) <= set("0123456789-+T") else f"{self.show(base)}^{self.show(bracketed(exponent, ATOM))}"

    def call(self, function, axes, arguments):
        return f"{self.function(function)}{self.axes(axes)}({', '.join(map(self.show, arguments))})"

    def function(self, function):
        return {"sigmoid": "σ"}.get(function, clean(function))

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
        shown = [f"{self.name(token[0])}_{token[1]}" if isinstance(token, tuple) else token for token in tokens]
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


class Latex(Line):
    """LaTeX for a mathematical environment; needs amsmath."""

    _ESCAPES = {
        "\\": r"\textbackslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
        "^": r"\textasciicircum ", "~": r"\textasciitilde ", "<": r"\textless ", ">": r"\textgreater ", "…": r"\ldots ",
        "×": r"$\times$", "∂": r"$\partial$", "∇": r"$\nabla$", "→": r"$\to$", "−": r"$-$",
    }  # fmt: skip
    _RELATIONS = {"equal": "=", "not_equal": r"\ne", "less": "<", "less_equal": r"\le", "greater": ">", "greater_equal": r"\ge"}
    _SIGNS = {"⊙": r"\odot", "·": r"\cdot"}
    _FUNCTIONS = {"exp", "log", "sin", "cos", "tan", "tanh", "max", "min", "det"}

    def name(self, text):
        text = clean(text)
        plural = _PLURAL.match(text)
        if plural and plural[1]:
            return f"{{{self.name(plural[1])}}}^{{({plural[2]})}}"
        stem, index = stem_and_index(text)
        return self._stem(stem) + (f"_{{{self._stem(index) if not index.isdigit() else index}}}" if index else "")

    def _stem(self, text):
        text = _GREEK_NAMES.get(text, text)
        if text in GREEK_LETTERS:
            return f"\\{text}"
        if len(text) == 1 and text.isascii() and text.isalnum():
            return text
        if text.isascii() and text.isalnum():
            return rf"\mathrm{{{text}}}"
        return rf"\text{{{self.escaped(text)}}}"

    def escaped(self, text):
        return "".join(self._ESCAPES.get(c, c) for c in text)

    def number(self, value):
        if isinstance(value, Fraction):
            sign = "-" * (value < 0)
            return f"{value.numerator}" if value.denominator == 1 else rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
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
        raised = r"\top" if exponent == name("T") else r"-\top" if exponent == name("-T") else self.show(exponent)
        return f"{{{self.show(base)}}}^{{{raised}}}"

    def call(self, function, axes, arguments):
        return f"{self.function(function)}{self.axes(axes)}\\left({', '.join(map(self.show, arguments))}\\right)"

    def function(self, function):
        if function == "sigmoid":
            return r"\sigma"
        if function in self._FUNCTIONS:
            return f"\\{function}"
        plain = function.isascii() and function.isalnum()
        return rf"\operatorname{{{function}}}" if plain else rf"\text{{{self.escaped(clean(function))}}}"

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
        return rf"{{{shown}}}_{{{self.tokens(tokens)}}}" if not re.search(r"[_^]", shown) else rf"\left({shown}\right)_{{{self.tokens(tokens)}}}"

    def delta(self, tokens):
        return rf"\delta_{{{self.tokens(tokens)}}}"

    def tokens(self, tokens):
        shown = [f"{{{self.name(token[0])}}}_{{{token[1]}}}" if isinstance(token, tuple) else token for token in tokens]
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
        return rf"\begin{{cases}} {self.show(a)} & \text{{if }} {self.show(condition)} \\ {self.show(b)} & \text{{otherwise}} \end{{cases}}"

    def indexed(self, x, index):
        return rf"{self.show(x)}\left[\text{{{self.escaped(index)}}}\right]"

    def given(self, x):
        return rf"{self.show(x)} \text{{ is given}}"


class Mathml(Printer):
    """MathML, which browsers show without a script."""

    _RELATIONS = {"equal": "=", "not_equal": "≠", "less": "&lt;", "less_equal": "≤", "greater": "&gt;", "greater_equal": "≥"}

    def name(self, text):
        text = clean(text)
        plural = _PLURAL.match(text)
        if plural and plural[1]:
            return f"<msup>{self.name(plural[1])}<mrow>{_mo('(')}<mn>{plural[2]}</mn>{_mo(')')}</mrow></msup>"
        stem, index = stem_and_index(text)
        letter = f"<mi>{html.escape(GREEK_LETTERS.get(stem, stem))}</mi>"
        return f"<msub>{letter}<{'mn' if index.isdigit() else 'mi'}>{index}</{'mn' if index.isdigit() else 'mi'}></msub>" if index else letter

    def number(self, value):
        if isinstance(value, Fraction) and value.denominator != 1:
            sign = _mo("−") * (value < 0)
            return _row(f"{sign}<mfrac><mn>{abs(value.numerator)}</mn><mn>{value.denominator}</mn></mfrac>")
        text = Text().number(value)
        if "e" in text:
            mantissa, exponent = text.split("e")
            exponent = int(exponent.replace("−", "-"))
            power = f"<msup><mn>10</mn>{self.number(Fraction(exponent))}</msup>"
            return _row((_mo("−") if mantissa.startswith("−") else "") + f"<mn>{mantissa.lstrip('−')}</mn>" + _mo("·") + power)
        return _row(_mo("−") + f"<mn>{text[1:]}</mn>") if text.startswith("−") else f"<mn>{text}</mn>"

    def bracket(self, x):
        return _row(_mo("(") + self.show(x) + _mo(")"))

    def gradient(self, objective, x):
        return f"<mfrac>{_row(_mo('∂') + self.show(objective))}{_row(_mo('∂') + self.show(x))}</mfrac>"

    def nabla(self, objective, x):
        return _row(f'<msub>{_mo("∇")}{self.show(x)}</msub><mspace width="0.2em"/>{self.show(objective)}')

    def juxtaposed(self, parts):
        return _row('<mspace width="0.2em"/>'.join(map(self.show, parts)))

    def product(self, parts, signs):
        return _row(self.show(parts[0]) + "".join(_mo(sign) + self.show(part) for sign, part in zip(signs, parts[1:], strict=True)))

    def fraction(self, above, below):
        return f"<mfrac>{self.show(above)}{self.show(below)}</mfrac>"

    def terms(self, signs, parts):
        text = ""
        for i, (sign, part) in enumerate(zip(signs, parts, strict=True)):
            text += (_mo("−") if sign < 0 else _mo("+") * (i > 0)) + self.show(part)
        return _row(text)

    def superscript(self, base, exponent):
        raised = {"T": _mo("⊤"), "-T": _row(_mo("−") + _mo("⊤"))}.get(exponent.arguments[0] if exponent.kind == "name" else None)
        return f"<msup>{_row(self.show(base))}{raised or self.show(exponent)}</msup>"

    def call(self, function, axes, arguments):
        head = f"<mi>{'σ' if function == 'sigmoid' else html.escape(clean(function))}</mi>"
        return _row(self.axes(head, axes) + _mo("(") + _mo(",").join(map(self.show, arguments)) + _mo(")"))

    def axes(self, head, axes):
        return f"<msub>{head}<mtext>{html.escape(axes)}</mtext></msub>" if axes else head

    def big(self, axes, x):
        head = f"<munder>{_mo('∑')}<mtext>{html.escape(axes)}</mtext></munder>" if axes else _mo("∑")
        return _row(head + self.show(x))

    def index_sum(self, letters, x):
        return _row("".join(f"<munder>{_mo('∑')}<mi>{letter}</mi></munder>" for letter in letters) + self.show(x))

    def entry(self, x, tokens):
        shown = self.show(x)
        shown = _mo("(") + shown + _mo(")") if "<msu" in shown and x.kind == "name" else shown
        return f"<msub>{_row(shown)}{_row(self.tokens(tokens))}</msub>" if tokens else shown

    def delta(self, tokens):
        return f"<msub><mi>δ</mi>{_row(self.tokens(tokens))}</msub>"

    def tokens(self, tokens):
        shown = [f"<msub>{self.name(token[0])}<mi>{token[1]}</mi></msub>" if isinstance(token, tuple) else f"<mi>{token}</mi>" for token in tokens]
        return ("" if all(len(token) == 1 for token in tokens) else _mo(",")).join(shown)

    def partial(self, above, below):
        return f"<mfrac>{_row(_mo('∂') + self.show(above))}{_row(_mo('∂') + self.show(below))}</mfrac>"

    def condition(self, x):
        return _row(_mo("[") + self.show(x) + _mo("]"))

    def relation(self, operation, a, b):
        return _row(self.show(a) + f"<mo>{self._RELATIONS[operation]}</mo>" + self.show(b))

    def both(self, a, b):
        return _row(self.show(a) + _mo("∧") + self.show(b))

    def absolute(self, x):
        return _row(_mo("|") + self.show(x) + _mo("|"))

    def norm(self, axes, x):
        return self.axes(_row(_mo("‖") + self.show(x) + _mo("‖")), axes)

    def root(self, x):
        return f"<msqrt>{self.show(x)}</msqrt>"

    def cases(self, condition, a, b):
        rows = ((a, f"<mtext>\u00a0if\u00a0</mtext>{self.show(condition)}"), (b, "<mtext>\u00a0otherwise</mtext>"))
        table = "".join(f"<mtr><mtd>{self.show(x)}</mtd><mtd>{when}</mtd></mtr>" for x, when in rows)
        return _row(_mo("{") + f"<mtable>{table}</mtable>")

    def indexed(self, x, index):
        return _row(self.show(x) + _mo("[") + f"<mtext>{html.escape(index)}</mtext>" + _mo("]"))

    def chain(self, parts):
        return _row(_mo("=").join(map(self.show, parts)))

    def given(self, x):
        return _row(self.show(x) + "<mtext>\u00a0is given</mtext>")

    def equation(self, left, right):
        return _row(self.show(left) + _mo("=") + self.show(right))


def _mo(sign):
    return f"<mo>{html.escape(sign)}</mo>"


def _row(content):
    return f"<mrow>{content}</mrow>"
