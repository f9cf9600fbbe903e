"""Notation as MathML."""

import html
from fractions import Fraction

from .text import Text
from .typeset import GREEK_LETTERS, PLURAL, Printer, clean, function_name, stem_and_index


class Mathml(Printer):
    """MathML, which browsers show without a script."""

    _RELATIONS = {
        "equal": "=",
        "not_equal": "≠",
        "less": "&lt;",
        "less_equal": "≤",
        "greater": "&gt;",
        "greater_equal": "≥",
    }

    def name(self, text):
        text = clean(text)
        plural = PLURAL.match(text)
        if plural and plural[1]:
            count = _row(_mo("(") + f"<mn>{plural[2]}</mn>" + _mo(")"))
            return f"<msup>{self.name(plural[1])}{count}</msup>"
        stem, index = stem_and_index(text)
        letter = f"<mi>{html.escape(GREEK_LETTERS.get(stem, stem))}</mi>"
        tag = "mn" if index.isdigit() else "mi"
        return f"<msub>{letter}<{tag}>{index}</{tag}></msub>" if index else letter

    def number(self, value):
        if isinstance(value, Fraction) and value.denominator != 1:
            sign = _mo("−") * (value < 0)
            return _row(
                f"{sign}<mfrac><mn>{abs(value.numerator)}</mn><mn>{value.denominator}</mn></mfrac>"
            )
        text = Text().number(value)
        if "e" in text:
            mantissa, exponent = text.split("e")
            exponent = int(exponent.replace("−", "-"))
            power = f"<msup><mn>10</mn>{self.number(Fraction(exponent))}</msup>"
            return _row(
                (_mo("−") if mantissa.startswith("−") else "")
                + f"<mn>{mantissa.lstrip('−')}</mn>"
                + _mo("·")
                + power
            )
        return (
            _row(_mo("−") + f"<mn>{text[1:]}</mn>") if text.startswith("−") else f"<mn>{text}</mn>"
        )

    def bracket(self, x):
        return _row(_mo("(") + self.show(x) + _mo(")"))

    def gradient(self, objective, x):
        return (
            f"<mfrac>{_row(_mo('∂') + self.show(objective))}{_row(_mo('∂') + self.show(x))}</mfrac>"
        )

    def nabla(self, objective, x):
        return _row(
            f'<msub>{_mo("∇")}{self.show(x)}</msub><mspace width="0.2em"/>{self.show(objective)}'
        )

    def juxtaposed(self, parts):
        return _row('<mspace width="0.2em"/>'.join(map(self.show, parts)))

    def product(self, parts, signs):
        return _row(
            self.show(parts[0])
            + "".join(
                _mo(sign) + self.show(part) for sign, part in zip(signs, parts[1:], strict=True)
            )
        )

    def fraction(self, above, below):
        return f"<mfrac>{self.show(above)}{self.show(below)}</mfrac>"

    def terms(self, signs, parts):
        text = ""
        for i, (sign, part) in enumerate(zip(signs, parts, strict=True)):
            text += (_mo("−") if sign < 0 else _mo("+") * (i > 0)) + self.show(part)
        return _row(text)

    def superscript(self, base, exponent):
        transposes = {"T": _mo("⊤"), "-T": _row(_mo("−") + _mo("⊤"))}
        raised = transposes.get(exponent.arguments[0]) if exponent.kind == "name" else None
        return f"<msup>{_row(self.show(base))}{raised or self.show(exponent)}</msup>"

    def call(self, function, axes, arguments):
        head = f"<mi>{html.escape(function_name(function))}</mi>"
        return _row(
            self.axes(head, axes) + _mo("(") + _mo(",").join(map(self.show, arguments)) + _mo(")")
        )

    def axes(self, head, axes):
        return f"<msub>{head}<mtext>{html.escape(axes)}</mtext></msub>" if axes else head

    def big(self, axes, x):
        head = (
            f"<munder>{_mo('∑')}<mtext>{html.escape(axes)}</mtext></munder>" if axes else _mo("∑")
        )
        return _row(head + self.show(x))

    def index_sum(self, letters, x):
        return _row(
            "".join(f"<munder>{_mo('∑')}<mi>{letter}</mi></munder>" for letter in letters)
            + self.show(x)
        )

    def entry(self, x, tokens):
        shown = self.show(x)
        shown = _mo("(") + shown + _mo(")") if "<msu" in shown and x.kind == "name" else shown
        return f"<msub>{_row(shown)}{_row(self.tokens(tokens))}</msub>" if tokens else shown

    def delta(self, tokens):
        return f"<msub><mi>δ</mi>{_row(self.tokens(tokens))}</msub>"

    def tokens(self, tokens):
        shown = [
            f"<msub>{self.name(token[0])}<mi>{token[1]}</mi></msub>"
            if isinstance(token, tuple)
            else f"<mi>{token}</mi>"
            for token in tokens
        ]
        return ("" if all(len(token) == 1 for token in tokens) else _mo(",")).join(shown)

    def partial(self, above, below):
        return (
            f"<mfrac>{_row(_mo('∂') + self.show(above))}{_row(_mo('∂') + self.show(below))}</mfrac>"
        )

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
        rows = (
            (a, f"<mtext>\u00a0if\u00a0</mtext>{self.show(condition)}"),
            (b, "<mtext>\u00a0otherwise</mtext>"),
        )
        table = "".join(
            f"<mtr><mtd>{self.show(x)}</mtd><mtd>{when}</mtd></mtr>" for x, when in rows
        )
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
