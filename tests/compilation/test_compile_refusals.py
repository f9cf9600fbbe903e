"""compile on functions of Values refuses what one trace cannot repeat for other inputs.

The error names the line and the way to write it. Nothing becomes a constant of the program by
mistake.
"""

import math
import random

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import TraceError, Value


@pytest.mark.parametrize(
    "f, message",
    [
        (lambda p, i: p if p > 0 else -p, "compared (>)"),
        (lambda p, i: p if p else -p, "branches"),
        (lambda p, i: max(p, p * 2), "maximum"),
        (lambda p, i: p * math.exp(p), "mgl.exp"),
        (lambda p, i: p * p.data, ".data"),
        (lambda p, i: p * int(p), "cut to an integer"),
        (lambda p, i: p * round(p), "cut to an integer"),
        (lambda p, i: p * float(f"{p:.3f}"), "formatted"),
        (lambda p, i: p if p == 1.0 else p * 2, "compared (==)"),
        (lambda p, i: p if p in {1.0} else -p, "key"),
        (lambda p, i: p.item() * p, "item()"),
        (lambda p, i: p.grad, ".grad"),
        (lambda p, i: p.backward(), "backward pass"),
        (lambda p, i: [1.0, 2.0][i] * p, "nn.pick"),
        (lambda p, i: sum(p for _ in range(i)), "length"),
        (lambda p, i: p if i == 2 else -p, "compared (==)"),
        (lambda p, i: {2: p}[i], "key"),
        (lambda p, i: p if i else -p, "branches"),
        (lambda p, i: p * divmod(i, 2)[0], "divmod"),
        (lambda p, i: p // 1, "//"),
        (lambda p, i: Value(p) * 2, "leave Value(...) out"),
        (lambda p, i: Value(i) * p, "float()"),
        (lambda p, i: p if np.greater(p, 0) else -p, "np.greater"),
        (lambda p, i: np.gcd(p, 2), "gcd is not supported"),
        (lambda p, i: sorted([p, p * 2])[0], "compared"),
        (lambda p, i: mgl.draw(p), "draw"),
        (lambda p, i: mgl.Tensor([1.0]) * p, "operands"),
        (lambda p, i: p * random.random(), "random"),
        (lambda p, i: mgl.compile(lambda x: x)(p)[0], "inside of another"),
        (lambda p, i: p.sqrt() if math.isnan(p) else p, "float()"),
        (lambda p, i: np.where(p > 0, p, 0), "compared"),
        (lambda p, i: p * complex(p), "complex"),
    ],
)
def test_what_cannot_be_traced_is_said(compiled, f, message):
    step = compiled(f)
    for _ in range(2):
        with pytest.raises(TraceError) as caught:
            step(1.5, 2)
        assert message in str(caught.value)
        if message != "random":
            assert f"test_compile_refusals.py:{f.__code__.co_firstlineno}" in str(caught.value)
    assert not step.programs


def test_what_is_no_number_is_refused_by_name(compiled):
    step = compiled(lambda p, x: p)
    for x, message in (
        (object(), "x: expected a number, .* got a object"),
        ({"a": [1.0, 1j]}, r"x\['a'\]\[1\]: .*complex"),
        (np.array([True]), "x is an array of bool"),
        (mgl.Tensor([1.0]), "x is a Tensor"),
        (np.ma.masked_array([1.0, 2.0], [0, 1]), "x is a masked array"),
    ):
        with pytest.raises(TypeError, match=message):
            step(1.0, x)
    for args, keywords, message in (
        ((1.0, 2.0, object()), {}, r"rest\[1\]: expected"),
        ((1.0,), {"k": [1.0, object()]}, r"k\[1\]: expected"),
        ((object(),), {}, "p: expected"),
    ):
        with pytest.raises(TypeError, match=message):
            compiled(lambda p, *rest, **others: p)(*args, **keywords)
    with pytest.raises(TypeError, match="one number, got a list"):
        compiled(lambda p: [p])(1.0)
    with pytest.raises(TypeError, match="expected a function, got int"):
        mgl.compile(3)
    for keyword, value in (("executor", "fast"), ("level", "array"), ("max_structures", 0)):
        with pytest.raises(ValueError, match=f"compile: {keyword}: expected"):
            mgl.compile(len, **{keyword: value})


def test_a_number_kept_from_a_trace_is_refused(compiled):
    kept = []
    compiled(lambda p: kept.append(p) or p)(1.0)
    with pytest.raises(TraceError, match="a trace that has ended"):
        kept[0] + 1
    with pytest.raises(TraceError, match="another trace"):
        compiled(lambda p: p + kept[0])(1.0)


def test_an_error_of_f_leaves_no_trace_behind(compiled):
    def f(p, n):
        if len(n) == 2:
            raise KeyError("mine")
        return p * len(n)

    step = compiled(f)
    with pytest.raises(KeyError, match="mine"):
        step(1.0, [1.0, 2.0])
    assert step(2.0, [1.0]) == (2.0, 1.0) and len(step.programs) == 1
