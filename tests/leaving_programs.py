"""Random forward functions that leave the graph at random places, each with its twin that does not.

A program is a list of statements over two-dimensional arrays. A statement that leaves the graph has
a recorded form that computes the same. From this form the engine derives the right gradients, which
serve as the hand-derived ones. The wrong ones are those of a third form, in which what left the
graph is a constant.
"""

import math
from dataclasses import dataclass

import numpy as np

from micrograd_linear import Tensor

ORDINARY = [
    "np.tanh({u})",
    "np.sin({u})",
    "{u} * {u}",
    "np.exp(0.3 * np.tanh({u}))",
    "np.sqrt(1 + {u} * {u})",
    "{u} * 1.5 - 0.5",
    "np.maximum({u}, 0.1)",
    "{u} - {u}.mean(axis=0)",
    "{u} / (1 + {u} ** 2)",
    "{u}[::-1]",
    "np.abs({u}) + {u}",
]

# (what is written, what records, what is cut): each makes an array of the shape of u from u.
LEAVING = {
    "float": (
        "{u} * float(np.sum({u}))",
        "{u} * np.sum({u})",
        "{u} * cut(np.sum({u}))",
    ),
    "int": (
        "{u} * (1 + int(np.sum({u})))",
        "{u} * (1 + cut(np.trunc(plain(np.sum({u})))))",
        "{u} * (2 + cut(np.trunc(plain(np.sum({u})))))",
    ),
    "math": (
        "{u} + math.exp(0.1 * {u}[0, 0]) * {u}",
        "{u} + np.exp(0.1 * {u}[0, 0]) * {u}",
        "{u} + np.exp(0.1 * cut({u}[0, 0])) * {u}",
    ),
    "buffer": (
        "filled({u}) * {u}",
        "{u}.sum(axis=1, keepdims=True) * {u}",
        "cut({u}.sum(axis=1, keepdims=True)) * {u}",
    ),
    "buffer_element": (
        "copied({u}) * {u}",
        "{u} * {u}",
        "cut({u}) * {u}",
    ),
    "array": (
        "np.array([np.sum({u}), {u}[0, 0] * 2.0])[0] * {u}",
        "np.sum({u}) * {u}",
        "cut(np.sum({u})) * {u}",
    ),
    "array_of_rows": (
        "np.array([row * 2.0 for row in {u}]) + {u}",
        "{u} * 2.0 + {u}",
        "cut({u} * 2.0) + {u}",
    ),
    "fill": (
        "with_fill({u}) + {u}",
        "np.mean({u}) * np.ones({u}.shape) + {u}",
        "cut(np.mean({u})) * np.ones({u}.shape) + {u}",
    ),
    "full": (
        "np.full({u}.shape, np.mean({u})) + {u}",
        "np.mean({u}) * np.ones({u}.shape) + {u}",
        "cut(np.mean({u})) * np.ones({u}.shape) + {u}",
    ),
    "flat": (
        "flat({u}) - {u} * {u}",
        "np.sum({u}) * np.eye({u}.size)[0].reshape({u}.shape) - {u} * {u}",
        "cut(np.sum({u})) * np.eye({u}.size)[0].reshape({u}.shape) - {u} * {u}",
    ),
    "initial": (
        "np.sum({u} * {u}, axis=1, keepdims=True, initial=float({u}[0, 0])) * np.cos({u})",
        "(np.sum({u} * {u}, axis=1, keepdims=True) + {u}[0, 0]) * np.cos({u})",
        "(np.sum({u} * {u}, axis=1, keepdims=True) + cut({u}[0, 0])) * np.cos({u})",
    ),
    "item": (
        "{u} * np.sum({u}).item()",
        "{u} * np.sum({u})",
        "{u} * cut(np.sum({u}))",
    ),
}


def plain(x):
    return getattr(x, "current", x)


def cut(x):
    return np.array(plain(x))


def filled(u):
    out = np.zeros((u.shape[0], 1))
    for i in range(u.shape[0]):
        out[i, 0] = u[i].sum()
    return out


def copied(u):
    out = np.empty(u.shape)
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            out[i, j] = u[i, j]
    return out


def with_fill(u):
    out = np.empty(u.shape)
    out.fill(np.mean(u))
    return out


def flat(u):
    out = np.zeros(u.shape)
    out.flat[0] = np.sum(u)
    return out


@dataclass
class Program:
    """A forward function, its recorded twin, and right and wrong backward functions for it."""

    source: str
    forward: object
    recorded: object
    right: object
    wrong: object
    inputs: dict

    def wrong_differs(self):
        """Whether the wrong gradients are other than the right ones on these inputs."""
        dy = np.ones(np.shape(self.forward(**self.inputs)))
        right, wrong = self.right(dy, **self.inputs), self.wrong(dy, **self.inputs)
        return any(
            np.linalg.norm(right[k] - wrong[k]) > 1e-3 * np.linalg.norm(right[k]) + 1e-3
            for k in right
        )


def random_program(rng):
    """A program of a few statements whose numbers stay moderate; one or two leave the graph."""
    while True:
        program = _program(rng)
        with np.errstate(all="ignore"):
            y = _recorded_result(program)
        if np.isfinite(y).all() and np.max(np.absolute(y)) < 100:
            return program


def _recorded_result(program):
    return plain(program.recorded(**{name: Tensor(x) for name, x in program.inputs.items()}))


def _program(rng):
    n, m, k = (int(i) for i in rng.integers(1, 5, size=3))
    inputs = {"x": rng.normal(size=(n, m)), "w": rng.normal(size=(m, k)), "b": rng.normal(size=k)}
    steps = ["x @ w + b"]
    for _ in range(int(rng.integers(1, 4))):
        steps.append(ORDINARY[rng.integers(len(ORDINARY))])
    kinds = list(rng.choice(list(LEAVING), size=int(rng.integers(1, 3))))
    for kind in kinds:
        steps.insert(int(rng.integers(1, len(steps) + 1)), kind)
    sources = [_source(steps, form) for form in range(3)]
    written, recorded, cutting = (_function(source) for source in sources)
    return Program(sources[0], written, recorded, _backward(recorded), _backward(cutting), inputs)


def _source(steps, form):
    lines = ["def forward(x, w, b):"]
    for i, step in enumerate(steps):
        step = LEAVING[step][form] if step in LEAVING else step
        lines.append(f"    v{i} = {step.format(u=f'v{i - 1}')}")
    return "\n".join([*lines, f"    return v{len(steps) - 1} + 0.5 * v0", ""])


def _function(source):
    helpers = (plain, cut, filled, copied, with_fill, flat)
    names = {"np": np, "math": math, **{f.__name__: f for f in helpers}}
    exec(compile(source, "<a random program>", "exec"), names)
    return names["forward"]


def _backward(function):
    def backward(dy, x, w, b):
        tensors = {"x": Tensor(x, "x"), "w": Tensor(w, "w"), "b": Tensor(b, "b")}
        function(**tensors).backward(dy)
        return {name: tensor.grad for name, tensor in tensors.items()}

    return backward
