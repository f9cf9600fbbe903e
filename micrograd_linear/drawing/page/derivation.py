"""The derivation of a run, from the formulas of its steps: what is computed forward, and for every
leaf the gradient as a formula of what flows back.

Values without a name that are used once are written out where they are used, and a gradient that
is passed on as it is goes by the name that it came with. So the linear layer reads y = x W + b and
∂L/∂W = xᵀ ∂L/∂y.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .formulas import FIRST, GRADIENT, RESULT

MOST = 24  # equations; of a longer calculation the steps themselves are the derivation
_GAP = re.compile("<mi>([\ue000-\uf8ff])</mi>")
_BARE = re.compile("[\ue000-\uf8ff]")
_SUM = re.compile(r" [+−-] ")

Shown = tuple[str, str]  # as MathML, as text


class Equations:
    """The equations of the values of a run, as ``run`` has them."""

    def __init__(
        self,
        values: list[dict[str, Any]],
        entries: list[Any],
        objective: Sequence[Any],
        is_of_itself: bool = False,
    ) -> None:
        """``is_of_itself``: the pass starts from ∂L/∂L, which is 1."""
        self.is_of_itself = is_of_itself
        self.values, self.entries, self.objective = values, entries, objective
        self.incoming: list[list[tuple[int, int]]] = [[] for _ in values]
        uses = [0] * len(values)
        for i in range(len(values) - 1, -1, -1):
            for k, use in enumerate(values[i]["uses"]):
                uses[use["of"]] += 1
                if "part" in use:
                    self.incoming[use["of"]].append((i, k))
        self.inlined = {i for i, v in enumerate(values) if self._is_inlined(v, uses[i])}

    def _is_inlined(self, value: dict[str, Any], uses: int) -> bool:
        unnamed = value["kind"] == "interior" and value["name"] == value["id"]
        return unnamed and uses == 1 and self._entry(value) is not None

    def _entry(self, value: dict[str, Any]) -> Any:
        return None if "formula" not in value else self.entries[value["formula"]]

    def forward(self) -> list[dict[str, Any]]:
        """What is computed, but for what is written out elsewhere."""
        found = []
        for i, value in enumerate(self.values):
            if value["uses"] and i not in self.inlined:
                right = self._made(i)
                left = symbol(value), value["name"]
                found.append(self._equation(i, left, right))
        return found

    def backward(self) -> list[dict[str, Any]]:
        """The gradient of every value that has one of its own, the leaves last."""
        order = [i for i in range(len(self.values) - 1, -1, -1) if self.incoming[i]]
        inner = [i for i in order if self.values[i]["uses"] and not self._is_passed_on(i)]
        leaves = [i for i in reversed(order) if not self.values[i]["uses"]]
        found = []
        for i in [*inner, *leaves]:
            terms = [self._part(j, k) for j, k in self.incoming[i]]
            left = self._own_gradient(i)
            parts = [term for term in terms if term is not None]
            if len(parts) < len(terms):
                names = dict.fromkeys(self.values[j]["symbol"] for j, _ in self.incoming[i])
                words = f" flows back through {', '.join(names)}"
                markup = f"<mrow>{left[0]}<mtext>\u00a0{_escaped(words.strip())}</mtext></mrow>"
                found.append({"of": i, "markup": markup, "text": left[1] + words})
                continue
            right = "<mo>+</mo>".join(p[0] for p in parts), " + ".join(p[1] for p in parts)
            entry = self._equation(i, left, right)
            if not self.values[i]["uses"]:
                entry["leaf"] = True
            found.append(entry)
        return found

    def _equation(self, i: int, left: Shown, right: Shown) -> dict[str, Any]:
        return {
            "of": i,
            "markup": f"<mrow>{left[0]}<mo>=</mo>{right[0]}</mrow>",
            "text": f"{left[1]} = {right[1]}",
        }

    def _made(self, i: int) -> Shown:
        """How a value is computed."""
        value, entry = self.values[i], self._entry(self.values[i])
        if entry is not None:
            return self._filled(i, entry["value"])
        if "meaning" in value:
            return f"<mtext>{_escaped(value['meaning'])}</mtext>", value["meaning"]
        names = [self._named(use["of"]) for use in value["uses"]]
        markup = "<mo>,</mo>".join(name[0] for name in names)
        called = f"<mtext>{_escaped(value['symbol'])}</mtext><mo>(</mo>{markup}<mo>)</mo>"
        return called, f"{value['symbol']}({', '.join(name[1] for name in names)})"

    def _part(self, j: int, k: int) -> Shown | None:
        """What a value adds to the gradient of one of its operands; None without a formula."""
        entry = self._entry(self.values[j])
        part = None if entry is None else entry["parts"][k]
        return None if part is None else self._filled(j, part)

    def _is_passed_on(self, i: int) -> bool:
        """Whether the gradient of a value without a name is that of what it is used in."""
        if i not in self.inlined or len(self.incoming[i]) != 1:
            return False
        j, k = self.incoming[i][0]
        entry = self._entry(self.values[j])
        return (
            entry is not None
            and entry["parts"][k] is not None
            and (entry["parts"][k][1] == GRADIENT)
        )

    def _own_gradient(self, i: int) -> Shown:
        value = self.values[i]
        above = f"<mrow><mo>∂</mo>{self.objective[0]}</mrow>"
        below = f"<mrow><mo>∂</mo>{symbol(value)}</mrow>"
        return f"<mfrac>{above}{below}</mfrac>", f"∂{self.objective[1]}/∂{value['name']}"

    def _gradient(self, i: int) -> Shown:
        while self._is_passed_on(i):
            i = self.incoming[i][0][0]
        if self.is_of_itself and i == len(self.values) - 1:
            return "<mn>1</mn>", "1"
        return self._own_gradient(i)

    def _named(self, i: int, in_a_sum: bool = True) -> Shown:
        """A value by its name, its number, or what it is made of."""
        value = self.values[i]
        if value["kind"] == "constant" and not isinstance(value["data"], dict):
            number = _number(value["data"])
            return f"<mn>{number}</mn>", number
        if i not in self.inlined:
            return symbol(value), value["name"]
        markup, text = self._made(i)
        if in_a_sum or not _SUM.search(text):
            return f"<mrow>{markup}</mrow>", text
        return f"<mrow><mo>(</mo>{markup}<mo>)</mo></mrow>", f"({text})"

    def _filled(self, i: int, formula: Shown) -> Shown:
        value = self.values[i]
        is_sum = value.get("symbol") == "+"

        def gap(character: str) -> Shown:
            if character == GRADIENT:
                return self._gradient(i)
            if character == RESULT:
                return self._named(i, False)
            return self._named(value["uses"][ord(character) - ord(FIRST)]["of"], is_sum)

        markup = _GAP.sub(lambda match: gap(match[1])[0], formula[0])
        return markup, _BARE.sub(lambda match: gap(match[0])[1], formula[1])


def derivation(
    values: list[dict[str, Any]],
    entries: list[Any],
    objective: Sequence[Any],
    is_of_itself: bool = False,
) -> Any:
    """{"forward", "backward"}: lists of {"of": the place of the value, "markup", "text", "leaf"};
    None where there would be more equations than can be read.
    """
    equations = Equations(values, entries, objective, is_of_itself)
    if any("count" in value for value in values):  # their gradients are sums over all of a card
        return None
    computed = sum(bool(v["uses"]) for v in values) - len(equations.inlined)
    if computed + sum(map(bool, equations.incoming)) > MOST:
        return None
    return {"forward": equations.forward(), "backward": equations.backward()}


def symbol(value: dict[str, Any]) -> str:
    """The name of a value in a formula, with the id by which its card is found."""
    return f'<mrow data-value="{value["id"]}">{value["math"]}</mrow>'


def _number(x: Any) -> str:
    return f"{float(x):.6g}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
