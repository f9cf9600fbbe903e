"""The code of each operation, by which tapes and schedules hold it in an array of bytes.

The first codes belong to what a schedule does itself; then come the operations on single numbers,
each as it is first met, so that one of the user's own has a code as well.
"""

from __future__ import annotations

from ..operations import SCALAR_RULES, ScalarRule
from ..operations import names as op

# What a schedule does beside the operations of numbers, each with its code.
STRUCTURE = ("select", "detach", "sum", "dot", "dot_left", "power_of_constant", "nothing")
SELECT, DETACH, SUM, DOT, DOT_LEFT, POWER_OF_CONSTANT, NOTHING = range(len(STRUCTURE))
MOST = 255  # codes are bytes


class Codes:
    """Names and codes, both ways; ``rules[code]`` is None for what is no operation of numbers."""

    def __init__(self) -> None:
        self.names: list[str] = [*STRUCTURE]
        self.rules: list[ScalarRule | None] = [None] * len(STRUCTURE)
        self.of_name = {name: code for code, name in enumerate(STRUCTURE)}
        self.unary = {DETACH}
        for rule in SCALAR_RULES.values():
            self.add(rule)
        # The codes of operations that are not seldom used stand before all others.
        self.everyday = len(STRUCTURE) + sum(not x.rule.seldom for x in SCALAR_RULES.values())

    def add(self, rule: ScalarRule) -> int:
        """A code for an operation that has none yet."""
        code = len(self.names)
        if code > MOST:
            raise OverflowError(f"compile: there are codes for {MOST} operations, and no more")
        self.names.append(rule.name)
        self.rules.append(rule)
        self.of_name[rule.name] = code
        if rule.operand_count == 1:
            self.unary.add(code)
        return code

    def of(self, rule: ScalarRule) -> int:
        """The code of an operation."""
        code = self.of_name.get(rule.name)
        return self.add(rule) if code is None or self.rules[code] is not rule else code


CODES = Codes()
CODE = CODES.of_name
UNARY = CODES.unary
ADD, MULTIPLY, POWER = (CODE[name] for name in (op.ADD, op.MULTIPLY, op.POWER))


def unknown_operation(executor: str, code: int) -> NotImplementedError:
    """The error for an operation that an executor does not compute: it must not make up a number.

    A mistake of whoever added the operation, not of the user, who can choose another executor.
    """
    names = CODES.names
    name = f"the operation {names[code]!r}" if code < len(names) else "an operation"
    return NotImplementedError(
        f"compile: {name} (code {code}) has no value or no derivative in the executor "
        f"{executor!r}; choose another executor"
    )
