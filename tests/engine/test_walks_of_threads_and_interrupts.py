"""Gradients are changed by one thread at a time, and all of them or none: see ``transaction``."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value
from micrograd_linear.engine import (
    graph,
    hand_written,
    recording,
    scalar_walk,
    tensor,
    transaction,
    value,
)


def leave_as_it_is(*_):
    """The broken twin of ``_take_back``: it forgets to put back, but not to let others go on."""
    if transaction.lock._is_owned():
        transaction.orders.clear()
        transaction.lock.release()


# --- interrupts ----------------------------------------------------------------------------------

MODULES = (scalar_walk, value, tensor, transaction, hand_written, graph, recording)
TRACED = {module.__file__ for module in MODULES} | {__file__}  # there, a derivative by hand


def interrupted_at(k, function, opcodes):
    """Run the function with a KeyboardInterrupt at the k-th line or instruction of the library's
    walks; returns whether there were that many."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename not in TRACED:
            return None
        frame.f_trace_opcodes = opcodes
        if event == ("opcode" if opcodes else "line"):
            count += 1
            if count == k:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def of_values():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    c = a * b + a.tanh()
    y = c * c - b / a
    y.backward()  # some gradients are there before
    return [a, b, c, y], [y.backward]


def of_one_value():
    a = Value(2.0)
    a.backward()
    return [a], [a.backward]


def of_one_step_by_hand():
    a, b = Value(2.0), Value(3.0)
    y = a / b
    y.backward()
    return [a, b, y], [y._backward]


def of_values_without_a_trace():
    nodes, _ = of_values()
    return nodes, [nodes[-1].gradients]


def of_a_hand_written_value():
    x = Value(2.0)
    out = Value(x.data**3, (x,), "cube")

    def _backward():
        x.grad += 3 * x.data**2 * out.grad

    out._backward = _backward
    y = out * x
    y.backward()
    return [x, out, y], [y.backward]


def of_a_hand_written_value_without_a_trace():
    nodes, _ = of_a_hand_written_value()
    return nodes, [nodes[-1].gradients, lambda: nodes[1].contributions(5.0)]


def of_values_in_debug():
    nodes, [backward] = of_a_hand_written_value()

    def debugged():
        with mgl.debug():
            backward()

    return nodes, [debugged]


def of_tensors():
    a, b = Tensor([1.0, 2.0], "a"), Tensor([3.0, 4.0], "b")
    c = a * b
    y = (c + a).sum()
    y.backward()
    return [a, b, c, y], [y.backward, lambda: y.backward(create_graph=True)]


def failing():
    """An interrupt comes while a walk that ended in a user's error is undone."""
    x, z = Value(2.0), Value(5.0)
    out = Value(4.0, (x,), "square")
    out._backward = lambda: 1 / 0
    y = out * z
    y.grad = x.grad = z.grad = 7.0

    def backward():
        with pytest.raises(ZeroDivisionError):
            y.backward()

    return [x, z, out, y], [backward]


GRAPHS = [
    failing,
    of_a_hand_written_value,
    of_a_hand_written_value_without_a_trace,
    of_values_in_debug,
    of_values,
    of_one_value,
    of_one_step_by_hand,
    of_values_without_a_trace,
    of_tensors,
]


def gradients_of(nodes):
    return [float(np.sum(getattr(node.grad, "current", node.grad))) for node in nodes]


def halves(graph, opcodes):
    """(at how many of all places an interrupt left gradients that are neither the old nor the
    new ones or kept others from walking, how many places there were)"""
    bad = places = 0
    for which in range(len(graph()[1])):
        nodes, functions = graph()
        old = gradients_of(nodes)
        functions[which]()
        new = gradients_of(nodes)
        for k in range(1, 100_000):
            nodes, functions = graph()
            if not interrupted_at(k, functions[which], opcodes):
                break
            places += 1
            others = threading.Thread(target=Value(1.0).backward, daemon=True)
            others.start()
            others.join(10)
            bad += gradients_of(nodes) not in (old, new) or others.is_alive()
            assert transaction.orders == [] and recording.current() is recording.DEFAULT
    return bad, places


@pytest.mark.parametrize("opcodes", [False, True], ids=["line", "instruction"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_an_interrupt_anywhere_leaves_all_gradients_old_or_all_new(graph, opcodes):
    bad, places = halves(graph, opcodes)
    assert bad == 0 and places > 8


@pytest.mark.parametrize("graph", [of_values, of_values_without_a_trace, of_tensors])
def test_the_check_sees_gradients_that_are_not_put_back(graph, monkeypatch):
    monkeypatch.setattr(transaction, "_take_back", leave_as_it_is)
    assert halves(graph, False)[0] > 0


def test_an_error_half_way_leaves_every_gradient_as_it_was():
    nodes, [backward] = failing()
    backward()
    assert [node.grad for node in nodes] == [7.0, 7.0, 0.0, 7.0]
    with pytest.raises(ZeroDivisionError):
        nodes[-1].gradients()
    assert [node.grad for node in nodes] == [7.0, 7.0, 0.0, 7.0]


# --- threads -------------------------------------------------------------------------------------


class NoLock:
    """The broken twin of the lock."""

    acquire = release = staticmethod(lambda: None)
    _is_owned = staticmethod(lambda: False)


@pytest.fixture(params=["lock", "none"])
def with_lock(request, monkeypatch):
    if request.param == "none":
        monkeypatch.setattr(transaction, "lock", NoLock)
        monkeypatch.setattr(scalar_walk, "refuse_shared", lambda order: None)
    return request.param == "lock"


@pytest.fixture
def impatient():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def by_threads(walks, threads=4):
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(walk) for walk in walks]:
            future.result()


def long_chains(shared, count):
    ends = []
    for i in range(count):
        y = shared * (1.0 + i)
        for _ in range(2_000):
            y = y * 1.0 + 0.0
        ends.append(y)
    return ends


def test_values_with_a_shared_part_have_right_gradients_in_all_threads(with_lock, impatient):
    def difference():
        x = Value(2.0)
        shared = x * 3.0
        for _ in range(500):
            shared = shared * 1.0
        by_threads([y.backward for y in long_chains(shared, 8)])
        return abs(x.grad - 3.0 * 36.0)

    if with_lock:
        assert difference() == 0.0
    else:
        assert any(difference() > 0.0 for _ in range(30))


class Yielding(Tensor):
    """A leaf that lets other threads run between the reading of its ``grad`` and its writing."""

    __slots__ = ("_held",)

    def _get(self):
        held = self._held
        if held is not None:
            threading.Event().wait(0.001)
        return held

    _grad = property(_get, lambda self, grad: object.__setattr__(self, "_held", grad))


def test_no_update_of_a_tensor_is_lost(with_lock):
    x = Yielding([1.0, 2.0])
    results = [(x * float(i)).sum() for i in range(1, 41)]
    results[0].backward()
    by_threads([y.backward for y in results[1:]], 8)
    assert (x.grad.tolist() == [820.0, 820.0]) == with_lock


def test_gradients_and_one_step_by_hand_do_not_disturb_the_walks_of_others(impatient):
    x = Value(2.0)
    shared = x * 3.0
    ends, found = long_chains(shared, 4), []
    by_threads(
        [walk for y in ends for walk in (y.backward, lambda y=y: found.append(y.gradients()[x]))]
    )
    assert x.grad == 30.0 and sorted(found) == [3.0, 6.0, 9.0, 12.0]


def test_debug_of_one_thread_walks_beside_others(impatient):
    x = Value(2.0)
    ends = long_chains(x * 3.0, 4)

    def debugged(y):
        with mgl.debug():
            y.backward()

    by_threads([walk for y in ends for walk in (y.backward, lambda y=y: debugged(y))])
    assert x.grad == 60.0


# --- a walk inside of a walk ---------------------------------------------------------------------


def hand_written(x, inside):
    out = Value(x.data**2, (x,), "square")

    def _backward():
        inside()
        x.grad += 2 * x.data * out.grad

    out._backward = _backward
    return out


def test_a_hand_written_derivative_may_walk_a_graph_of_its_own():
    x, other = Value(3.0), Value(5.0)
    y = hand_written(x, lambda: (other * other).backward()) * 2.0
    y.backward()
    assert (x.grad, other.grad) == (12.0, 10.0) and transaction.orders == []


def test_a_walk_inside_of_a_walk_of_the_same_results_is_refused_by_name():
    x = Value(3.0)
    middle = x * 2.0
    middle.name = "middle"
    y = hand_written(middle, lambda: middle.backward()) * 2.0
    x.grad = middle.grad = 7.0
    with pytest.raises(
        RuntimeError, match="inside of another backward.* Value 'middle'.*of its own"
    ):
        y.backward()
    assert (x.grad, middle.grad, y.grad) == (7.0, 7.0, 0.0) and transaction.orders == []
    (x * x).backward()
    assert x.grad == 13.0


@pytest.mark.skipif(not hasattr(sys.modules["os"], "fork"), reason="this system cannot fork")
def test_a_child_forked_while_a_thread_walks_can_walk():
    program = """
import os, threading
from micrograd_linear import Value
from micrograd_linear.engine import transaction
held, done = threading.Event(), threading.Event()
def other():
    with transaction.lock:
        held.set()
        done.wait()
threading.Thread(target=other).start()
held.wait()
child = os.fork()
if not child:
    x = Value(2.0); (x * x).backward(); os._exit(0 if x.grad == 4.0 else 1)
print(os.waitpid(child, 0)[1])
done.set()
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, text=True
    )
    assert run.stdout.strip() == "0", run.stderr
