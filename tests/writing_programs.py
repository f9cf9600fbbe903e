"""Random programs that write into arrays: at indices, through views, in place."""

import numpy as np

from micrograd_linear import Tensor

SHAPE = (3, 4)
INDICES = (
    "0", "-1", "1, 2", ":, 1", "1:", ":2, 1:3", "::2", ":, ::-1", "..., 0", "[0, 2]", "[0, 0, 1]",
    "[0, 1], [2, 2]", "a > 0.6", "b < 0.5", "np.arange(3), [0, 3, 1]", "None, 1", ":",
)  # fmt: skip
BASIC = INDICES[:9] + INDICES[15:]
VIEWS = ("{}[{}]", "{}.T", "{}.reshape(4, 3)", "{}[{}].T", "{}.reshape(-1)")
OPERATORS = ("+=", "-=", "*=", "/=", "=")


class Program:
    """A function of a and b, as text; ``views`` may be written through, too."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.lines, self.arrays, self.views = [], ["a", "b"], []
        self.add("t = zeros((3, 4))" if self.coin() else "t = a * b")
        self.arrays.append("t")
        for _ in range(self.rng.integers(3, 9)):
            self.statement()
        names = " + ".join(f"(np.sin({name}) * c).sum()" for name in self.arrays[2:])
        views = "".join(f" + np.sum({name} * {name})" for name in self.views)
        self.add(f"return {names}{views}")

    def coin(self, p=0.5):
        return self.rng.random() < p

    def pick(self, things):
        return things[self.rng.integers(len(things))]

    def add(self, line):
        self.lines.append(f"    {line}")

    def value(self):
        name = self.pick(self.arrays)
        forms = (
            "{0}",
            "np.tanh({0})",
            "({0} * 0.5)",
            "{0}.sum()",
            "{0}[1, 2]",
            "0.7",
            "{0}.mean()",
        )
        return self.pick(forms).format(name)

    def statement(self):
        kind = self.rng.integers(8)
        written = self.pick([*self.arrays[2:], *self.views])
        if kind == 0:
            name = f"t{len(self.arrays)}"
            self.add(f"{name} = {self.pick(('zeros((3, 4))', 'np.exp(a) + t', 'a.copy()'))}")
            self.arrays.append(name)
        elif kind == 1:
            name = f"v{len(self.views)}"
            form, index = self.pick(VIEWS), self.pick(BASIC)
            self.add(f"{name} = {form.format(self.pick(self.arrays[2:]), index)}")
            self.views.append(name)
        elif kind == 2:
            self.add(
                f"{written} {self.pick(OPERATORS[:4])} {self.pick(('0.9', 'np.float64(1.3)'))}"
            )
        elif kind == 3 and written in self.arrays:
            self.add(f"np.add.at({written}, [0, 0, 2], {self.pick(('a[0]', '0.3', 'b'))})")
        elif kind == 4 and written in self.arrays:
            self.add(f"np.multiply({self.pick(self.arrays)}, 1.1, out={written})")
        elif written in self.views:
            self.add(f"{written}[...] {self.pick(OPERATORS)} {self.pick(('0.4', 'a.sum() * 0.1'))}")
        else:
            index, value = self.pick(INDICES), self.value()
            if self.coin(0.4) or any(value == x for x in (*self.arrays, f"np.tanh({value})")):
                value = self.pick(("a.sum()", "b[1, 2]", "0.7", "t.mean()"))
            # A mean may be 0 but for rounding, so that nothing is divided by it.
            operators = OPERATORS if "mean" not in value else ("+=", "-=", "*=", "=")
            self.add(f"{written}[{index}] {self.pick(operators)} {value}")

    @property
    def source(self):
        return "\n".join(["def f(a, b):", *self.lines])

    def function(self, zeros):
        names = {"np": np, "zeros": zeros, "c": np.linspace(0.5, 1.5, 12).reshape(SHAPE)}
        exec(self.source, names)
        return names["f"]


def check(seed):
    """ "right", "wrong" or the words of the refusal: values and gradients, beside NumPy's."""
    program = Program(seed)
    rng = np.random.default_rng(seed + 1)
    inputs = rng.uniform(0.2, 1.2, (2, *SHAPE))
    plain = program.function(np.zeros)
    try:
        with np.errstate(all="ignore"):
            wanted = plain(*inputs.copy())
    except (ValueError, IndexError, TypeError) as error:  # the program is none
        return f"no program: {type(error).__name__}"
    tensors = [Tensor(x, name) for x, name in zip(inputs, "ab")]
    recorded = program.function(lambda shape: Tensor(np.zeros(shape), requires_grad=False))
    try:
        y = recorded(*tensors)
    except TypeError as error:
        return f"refused: {error}"
    if not np.allclose(float(y.item()), wanted, rtol=1e-9, equal_nan=True):
        return "wrong: another value"
    if not np.isfinite(wanted) or not y.requires_grad:
        return "no program: nothing to differentiate"
    y.backward()
    h = 1e-6
    for k in range(2):
        direction = rng.normal(size=SHAPE)
        ends = []
        for s in (1, -1):
            moved = inputs.copy()
            moved[k] += s * h * direction
            ends.append(plain(*moved))
        slope = (ends[0] - ends[1]) / (2 * h)
        gradient = np.zeros(SHAPE) if tensors[k].grad is None else tensors[k].grad
        own = float((gradient * direction).sum())
        size = np.absolute(gradient * direction).sum() + abs(slope) + abs(wanted) + 1
        if abs(own - slope) > 1e-4 * size:
            return f"wrong: another gradient, {own} for {slope}"
    return "right"
