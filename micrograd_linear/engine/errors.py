"""Errors that more than one place raises: each sentence is written once.

A Tensor and a Value, an eager call and a compiled one meet the same faults. Each function here
returns the error, so that its caller raises it, and a traceback ends where the fault was found.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from micrograd_linear.engine.graph import Node


def stale(what: str) -> RuntimeError:
    """The error of a backward walk over numbers that are no longer those of the forward pass."""
    return RuntimeError(
        f"backward: {what}, so the recorded graph is stale; compute the result anew, then call "
        "backward"
    )


def not_a_leaf(described: str, operation: str) -> TypeError:
    """The error of copying or pickling a result, whose graph would be lost."""
    return TypeError(
        f"{described} is the result of {operation}: only leaves can be copied and pickled; copy "
        "its .data instead"
    )


def without_gradient(job: str, root: Node, consequence: str) -> ValueError:
    """The error of asking for gradients where no tensor requires one."""
    return ValueError(
        f"{job}: {root.describe()} depends on no tensor that requires a gradient{consequence}"
    )


def recording_is_off(job: str = "") -> RuntimeError:
    """The error of differentiating inside of ``no_grad()``; ``job`` begins the sentence."""
    return RuntimeError(
        f"{job}inside no_grad() nothing is recorded, so there is nothing to differentiate; leave "
        "the block first"
    )


def argument_twice(job: str, argnums: object) -> ValueError:
    """The error of ``argnums`` that names an argument twice."""
    return ValueError(f"{job}argnums: expected each argument once, got {argnums}")


def plain_call_only(name: str) -> str:
    """What is said of NumPy's keywords and methods of a ufunc where a single number is meant."""
    return f"{name}: keywords and methods such as .reduce are not supported for a Value"


def leave_out(call: str, kind: str, names: Iterable[str]) -> TypeError:
    """The error of keywords that ``call`` does not take; ``kind`` says keywords or arguments."""
    return TypeError(f"{call}: the {kind} {', '.join(names)} are not supported; leave them out")
