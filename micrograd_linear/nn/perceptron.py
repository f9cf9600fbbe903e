"""A multilayer perceptron of ``Value``s.

Names, arguments and the order in which random numbers are drawn are those of micrograd's ``nn``.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from typing import Any

from ..engine.value import Value
from ..operations import SCALAR_RULES
from .module import Module

# The methods of a Value that take nothing beside it, and ``linear``, which gives the number itself.
_ACTIVATIONS = ("linear", "leaky_relu", *(n for n, r in SCALAR_RULES.items() if r.rule.is_function))


class Neuron(Module):
    """relu(w · x + b), or w · x + b with ``nonlin=False``.

    ``nonlin`` may be the name of another method of a ``Value``, or a function of one. The weights
    are drawn uniformly from ±1 by Python's ``random``, and b is 0.
    """

    def __init__(self, nin: int, nonlin: bool | str | Callable[[Any], Any] = True) -> None:
        if isinstance(nonlin, str) and nonlin not in _ACTIVATIONS:
            raise ValueError(
                f"Neuron: expected nonlin to be one of {', '.join(_ACTIVATIONS)}, a function of a "
                f"Value, True or False, got {nonlin!r}"
            )
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Any) -> Any:
        if len(x) != len(self.w):
            raise ValueError(f"{self!r}: expected {len(self.w)} inputs, got {len(x)}")
        activation = sum(map(operator.mul, self.w, x), self.b)
        if callable(self.nonlin):
            return self.nonlin(activation)
        if isinstance(self.nonlin, str):
            return getattr(activation, self.nonlin)()
        return activation.relu() if self.nonlin else activation

    def __repr__(self) -> str:
        name = getattr(self.nonlin, "__name__", self.nonlin)
        kind = name.capitalize() if isinstance(name, str) else "ReLU" if name else "Linear"
        return f"{'ReLU' if kind == 'Relu' else kind}Neuron({len(self.w)})"


class Layer(Module):
    """``nout`` neurons over the same ``nin`` inputs; one alone gives a value instead of a list."""

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Any) -> Any:
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """Layers of the given widths, relu or another ``nonlin`` between them and none after the last.

    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters())
    337
    >>> MLP(2, [3, 1], nonlin="tanh")
    MLP of [Layer of [TanhNeuron(2), TanhNeuron(2), TanhNeuron(2)], Layer of [LinearNeuron(3)]]
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        nonlin: bool | str | Callable[[Any], Any] = True,
    ) -> None:
        widths = [nin, *nouts]
        self.layers = [
            Layer(widths[i], widths[i + 1], nonlin=nonlin if i != len(nouts) - 1 else False)
            for i in range(len(nouts))
        ]

    def __call__(self, x: Any) -> Any:
        for i, layer in enumerate(self.layers):
            x = layer(x if i == 0 or isinstance(x, list) else [x])
        return x

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"
