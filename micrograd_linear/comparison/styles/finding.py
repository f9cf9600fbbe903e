"""The pairs that a file defines, by the names that people give them."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ...foundations.place import Statement
from ..statement import code_of
from . import naming
from .arguments import Binding
from .closures import Closures, inner_of
from .cost_pairs import cost_of, own_cost
from .derivatives import Derivative
from .functions import Functions
from .losses import LossAndGradient
from .module_arrays import names_in
from .objects import Objects
from .pairing import Pair
from .pytorch_functions import on_arrays
from .returning import returns_gradients, returns_own_gradients
from .slopes import SLOPES
from .source import returned_names, tree_of

# A word in the name of a backward function, and those that stand in its place in forward's.
_TURNED = (
    ("backward_propagation", ("forward_propagation", "forward_prop")),
    ("back_propagation", ("forward_propagation", "feed_forward", "forward")),
    ("backpropagation", ("forwardpropagation", "feedforward", "forward", "forward_propagation")),
    ("backward_prop", ("forward_prop",)),
    ("back_propagate", ("feed_forward", "forward_propagate", "forward")),
    ("backpropagate", ("feedforward", "forward", "propagate", "forwardpropagate")),
    ("backward_pass", ("forward_pass", "forward")),
    ("back_prop", ("forward_prop", "feed_forward", "forward", "for_prop")),
    ("backprop", ("feedforward", "forwardprop", "forward_prop", "fprop", "forward")),
    ("bprop", ("fprop",)),
    ("backward", ("forward", "forwards")),
    ("Backward", ("Forward",)),
    ("BACKWARD", ("FORWARD",)),
    ("backwards", ("forwards",)),
    ("bwd", ("fwd",)),
    ("back", ("forward", "for", "fwd", "front")),
    ("vjp", ("jvp", "")),
    ("pullback", ("forward", "pushforward")),
    ("adjoint", ("forward",)),
)
_DERIVATIVE = re.compile(
    r"^(?:(?:d_|d|grad_|deriv_|derivative_|derivative_of_|gradient_|der_)(?P<tail>\w+)"
    r"|(?P<head>\w+?)_?(?:grad|gradient|prime|derivative|deriv|der|_d|_dx|_output_to_derivative"
    r"|Derivative|Prime|Grad|_backward_local))$"
)
NO_PAIR = re.compile(r"numeric|check|test_|_test|plot|rel_error|eval_", re.I)
# An argument of a function that trains, and hands out the last gradients.
_STEPS = re.compile(r"((n|num|max)_?)?(iter\w*|epochs?)|mini_?batches|n_steps|num_steps", re.I)
_FORWARD = (
    "forward",
    "__call__",
    "forward_pass",
    "fprop",
    "feedforward",
    "feed_forward",
    "call",
    "forward_prop",
    "forward_propagation",
    "fwd",
    "forwardprop",
    "forward_propagate",
    "propagate",
    "predict",
)
_BACKWARD = (
    "backward",
    "backward_pass",
    "bprop",
    "backprop",
    "back_prop",
    "backpropagation",
    "back_propagation",
    "backward_prop",
    "backward_propagation",
    "bwd",
    "backpropagate",
    "back_propagate",
    "backwards",
    "backward_propagate",
)
_FUNCTION = (
    "loss",
    "cost",
    "compute_loss",
    "compute_cost",
    "calculate_loss",
    "cost_function",
    "loss_function",
    "objective",
    "error",
    "calculate_total_loss",
    "total_loss",
    "__call__",
    "fn",
    "function",
    "activate",
    "activation",
    "f",
    "forward",
    "func",
    "calculate",
    "compute",
    "activation_function",
    "apply",
)
_WHOLE = ("loss", "cost", "compute_loss", "loss_and_grad", "compute_cost", "cost_function")


def pairs_of(module: Mapping[str, object], file: str) -> list[Pair]:
    """The pairs among the names of a module, in the order of its text."""
    functions = {n: f for n, f in module.items() if inspect.isfunction(f) and is_own(f, file)}
    classes = {
        n: c
        for n, c in module.items()
        if inspect.isclass(c) and c.__module__ == module.get("__name__", c.__module__)
    }
    found = list(_function_pairs(functions))
    taken = {id(pair.functions[-1]) for pair in found}
    found += [p for n, f in functions.items() if id(f) not in taken for p in _closures(n, f)]
    taken |= {id(pair.functions[-1]) for pair in found if isinstance(pair.style, Closures)}
    taken |= {id(pair.style.function) for pair in found if isinstance(pair.style, Closures)}
    found += _loss_functions({n: f for n, f in functions.items() if id(f) not in taken})
    for cls in dict.fromkeys(classes.values()):
        found += pairs_of_class(cls, module)
    unique = list({pair.functions: pair for pair in reversed(found)}.values())
    return _named_apart(sorted(unique, key=lambda pair: (pair.place.file, pair.place.line)))


def _named_apart(pairs: list[Pair]) -> list[Pair]:
    """The pairs; those of one name are told apart by their backward function."""
    names = [pair.name for pair in pairs]
    return [
        pair
        if names.count(pair.name) == 1
        else replace(pair, name=f"{pair.name} ({pair.words.split(', ')[-1]})")
        for pair in pairs
    ]


def is_own(function: Callable, file: str) -> bool:
    """Whether a function stands in the file itself."""
    code = code_of(function)
    if code is None:
        return False
    return code.co_filename == file or code.co_filename.startswith(f"{file} cell ")


def place_of(function: Callable) -> Statement:
    """Where a function begins."""
    code = code_of(function)
    return Statement(code.co_filename, code.co_firstlineno) if code else Statement("", 0)


def _function_pairs(functions) -> Iterator[Pair]:
    costs = [f for n, f in functions.items() if _is_cost(n, f)]
    for name, backward in functions.items():
        if NO_PAIR.search(name) or _is_empty(backward):
            continue
        forward = _forward_of(name, functions)
        if forward is not None and not _is_empty(functions[forward]):
            own = own_cost(functions[forward], backward, costs)
            if own is not None:
                yield _derivative(_name(own), own, backward, of_cost=True)
            else:
                yield pair_of(functions[forward], backward, costs)
            continue
        plain = _function_of(name, functions)
        if plain is not None:
            yield _derivative(plain, functions[plain], backward)
            continue
        cost = cost_of(name, functions)
        if cost is not None and not _is_empty(functions[cost]):
            yield _derivative(cost, functions[cost], backward, of_cost=True)
            continue
        whole = re.fullmatch(r"(?P<head>\w+?)_?(grads|gradients|derivatives)", name)
        if whole and whole["head"] in functions and _takes_flow(backward):
            yield _derivative(whole["head"], functions[whole["head"]], backward)


def _takes_flow(backward):
    return any(map(naming.is_upstream, inspect.signature(backward).parameters))


def _is_cost(name, function):
    said = returned_names(function)
    cost = re.search(r"cost|loss|error|entropy|mse|^J$|objective", name, re.I)
    turned = re.search(r"back|grad|prime|deriv|^d_", name, re.I)
    return bool(cost) and not turned and len(said) == 1 and not NO_PAIR.search(name)


def pair_of(forward: Callable, backward: Callable, costs: list[Callable] | None = None) -> Pair:
    """The pair of two functions."""
    one, two = _name(forward), _name(backward)
    name = re.sub(r"_?(forward|fwd|fprop|feed_?forward)(_?(prop\w*|pass))?_?", "_", one).strip("_")
    style = Functions(name or one, forward, backward, list(costs or ()))
    return Pair(name or one, place_of(backward), style, (forward, backward), f"{one}, {two}")


def _name(function):
    return getattr(function, "__name__", type(function).__name__)


def _forward_of(name, functions):
    for word, others in _TURNED:
        if word not in name:
            continue
        for other in others:
            candidate = name.replace(word, other)
            if candidate in functions and candidate != name:
                return candidate
        bare = re.sub("__+", "_", name.replace(word, "")).strip("_")
        if bare in functions:
            return bare
        # Another way back from the same function: batchnorm_backward_alt.
        first, _, rest = name.partition(word)
        return _forward_of(first + word, functions) if rest else None
    return None


def _function_of(name, functions):
    match = _DERIVATIVE.match(name)
    if match is None:
        return None
    plain = match["tail"] or match["head"]
    candidates = (plain, f"{plain}_function", f"{plain}_forward", f"{plain}_activation")
    return next((c for c in candidates if c in functions and c != name), None)


def _derivative(name, function, derivative, of_cost=False) -> Pair:
    """A derivative of one's own style: with an upstream gradient it is a backward function."""
    known = list(inspect.signature(function).parameters)
    binding = Binding(derivative, known)
    more = len(binding.parameters) > len(known)
    words = f"{_name(function)}, {_name(derivative)}"
    upstream = [n for n in binding.upstream if naming.is_upstream(n)]
    if (
        upstream
        and (more or binding.parameters[0].name in upstream)
        and len(binding.parameters) > 1
    ):
        style = Functions(name, function, derivative)
    else:
        style = Derivative(name, function, derivative, of_cost)
    return Pair(name, place_of(derivative), style, (function, derivative), words)


def _closures(name, function) -> Iterator[Pair]:
    inner = None if NO_PAIR.search(name) else inner_of(function)
    if inner is not None:
        functions = (inner.forward or function, inner.back)
        words = f"{name}, {_name(inner.back)}"
        yield Pair(name, place_of(inner.back), Closures(name, function, inner), functions, words)


def _loss_functions(functions) -> Iterator[Pair]:
    for name, function in functions.items():
        sure = returns_gradients(name, function)
        takes_steps = any(map(_STEPS.fullmatch, inspect.signature(function).parameters))
        if takes_steps or NO_PAIR.search(name):
            continue
        if sure or returns_own_gradients(function):
            style = LossAndGradient(name, function)
            yield Pair(name, place_of(function), style, (function,), name, sure)


def pairs_of_class(cls: type, module: Mapping[str, object], made: object = None) -> list[Pair]:
    """The pairs of methods of a class."""
    cls = on_arrays(cls)
    found = []
    forward = _method(cls, _FORWARD)
    backward = _method(cls, _BACKWARD)
    if backward and not forward:
        forward = _method(cls, _WHOLE)  # loss(x, target), and backward()
    if forward and backward:
        found.append(_of_methods(cls, forward, backward, module, made))
    slope, function = _method(cls, SLOPES), _method(cls, _FUNCTION)
    if slope and function and not (backward and slope != "gradient"):
        found.append(_of_methods(cls, function, slope, module, made))
    for whole in _WHOLE:
        method = vars(cls).get(whole)
        if not inspect.isfunction(method):
            continue
        of_result = bool(forward and backward) and "grads" not in returned_names(method)
        if of_result and _calls(method, forward):
            continue  # its gradient is of forward's result, which backward takes
        if returns_gradients(whole, method):
            style = Objects(f"{cls.__name__}.{whole}", cls, whole, None, module, made)
            pair = Pair(style.name, place_of(method), style, (method,), style.name)
            found.append(pair)
    return found


def _calls(method, forward):
    """Whether a method runs another one of its object, and hands out one gradient."""
    return forward in names_in(method.__code__) and len(returned_names(method)) == 2


def _of_methods(cls, forward, backward, module, made):
    style = Objects(cls.__name__, cls, forward, backward, module, made)
    methods = (getattr(cls, forward), getattr(cls, backward))
    words = f"{cls.__name__}.{forward}, {cls.__name__}.{backward}"
    return Pair(cls.__name__, place_of(methods[1]), style, methods, words)


def _method(cls, names):
    for name in names:
        method = inspect.getattr_static(cls, name, None)
        function = getattr(method, "__func__", method)
        if inspect.isfunction(function) and not _is_empty(function):
            return name
    return None


def _is_empty(function):
    """Whether a function only says that it is to be written: pass, a docstring, or an error."""
    tree = tree_of(function)
    if tree is None:
        return False
    for statement in tree.body:
        text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        nothing = isinstance(statement, ast.Return) and (
            statement.value is None
            or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
        )
        unwritten = isinstance(statement, ast.Raise) and "NotImplemented" in ast.unparse(statement)
        if not (text or nothing or unwritten or isinstance(statement, ast.Pass)):
            return False
    return True


def single(function: Callable) -> Pair:
    """A function that returns a loss and its gradients."""
    name = _name(function)
    style = LossAndGradient(name, function)
    return Pair(name, place_of(function), style, (function,), name)


def arguments_of(pair: Pair) -> set[str]:
    """The names of all that a pair takes: of its functions, and of the class of its methods."""
    taken = list(pair.functions)
    if isinstance(pair.style, Objects):
        taken.append(pair.style.cls)
    found: set[str] = set()
    for function in taken:
        try:
            found |= set(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            continue
    return found - {"self"}
