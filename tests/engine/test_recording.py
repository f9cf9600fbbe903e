"""Recording is a state of its context: what one thread, task or block changes stays in others."""

import asyncio
import contextvars
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value
from micrograd_linear.engine import recording


class OneForTheProcess:
    """A state like that of a module's global: the fault that these tests are for."""

    def __init__(self):
        self.get, self.set = lambda: self.state, lambda state: setattr(self, "state", state)
        self.state = recording.DEFAULT


@pytest.fixture(params=["context", "process"])
def state(request, monkeypatch):
    """Every check runs twice; with one state for the process it has to fail."""
    if request.param == "process":
        monkeypatch.setattr(recording, "_state", OneForTheProcess())
    return request.param


def gradients_of_two_terms(between):
    """d(5a)/da and d(7b)/db of Tensors and of Values, where b's term is made in ``between``."""
    found = []
    for a, b in ((Tensor(2.0), Tensor(3.0)), (Value(2.0), Value(3.0))):
        first = a * 5
        second = between(lambda b=b: b * 7)
        (first + second).backward()
        found += [a.grad, b.grad]
    return [None if g is None else float(g) for g in found]


def while_another_thread_is_in(block):
    def between(compute):
        entered, leave = threading.Event(), threading.Event()

        def other():
            with block():
                entered.set()
                leave.wait()

        thread = threading.Thread(target=other)
        thread.start()
        entered.wait()
        try:
            return compute()
        finally:
            leave.set()
            thread.join()

    return between


def run_alone(main):
    """``asyncio.run`` in a thread of its own: other tests may keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(main())).result()


def while_another_task_is_in(block):
    def between(compute):
        async def other(entered, leave):
            with block():
                entered.set()
                await leave.wait()

        async def both():
            entered, leave = asyncio.Event(), asyncio.Event()
            task = asyncio.create_task(other(entered, leave))
            await entered.wait()
            try:
                return compute()
            finally:
                leave.set()
                await task

        return run_alone(both)

    return between


def in_a_worker_while_the_caller_is_in(block):
    def between(compute):
        with ThreadPoolExecutor(1) as pool, block():
            return pool.submit(compute).result()

    return between


@pytest.mark.parametrize("other", [
    while_another_thread_is_in, while_another_task_is_in, in_a_worker_while_the_caller_is_in,
])  # fmt: skip
def test_no_grad_of_another_thread_or_task_loses_no_gradient(state, other):
    found = gradients_of_two_terms(other(mgl.no_grad))
    assert (found == [5.0, 7.0, 5.0, 7.0]) == (state == "context")


@pytest.mark.parametrize("other", [while_another_thread_is_in, while_another_task_is_in])
def test_debug_of_another_thread_or_task_raises_nothing_here(state, other):
    def logarithms():
        with np.errstate(all="ignore"):
            return Tensor([-1.0]).log(), Value(-1.0).log()

    if state == "context":
        assert not any(hasattr(y, "line") for y in other(mgl.debug)(logarithms))
    else:
        with pytest.raises(FloatingPointError):
            other(mgl.debug)(logarithms)


def test_many_threads_in_and_out_of_blocks_each_record_what_they_say():
    before = set(recording.changed)

    def work(number):
        found = []
        for i in range(300):
            x, t = Value(3.0), Tensor(3.0)
            if (i + number) % 2:
                with mgl.no_grad():
                    found.append(not (x * 2).operands and not (t * 2).operands)
            else:
                found.append(len((x * 2).operands) == len((t * 2).operands) == 2)
        return all(found)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    gc.collect()  # of the contexts of tasks that have ended
    assert recording.changed <= before


def test_a_task_made_inside_of_a_block_keeps_its_state_after_the_block_has_ended():
    async def product():
        return (Value(3.0) * 2).operands, (Tensor(3.0) * 2).operands

    async def main():
        with mgl.no_grad():
            task = asyncio.create_task(product())
        after = await asyncio.create_task(product())
        return await task, after

    inside, after = run_alone(main)
    assert inside == ((), ()) and [len(operands) for operands in after] == [2, 2]
    with mgl.no_grad():
        context = contextvars.copy_context()
    assert not context.run(recording.current).on and recording.current().on


def test_blocks_of_suspended_generators_end_in_any_order():
    def generator():
        with mgl.no_grad():
            yield

    suspended = generator()
    next(suspended)
    with mgl.debug():
        suspended.close()  # its block ends first
        assert recording.current().on
        with pytest.raises(FloatingPointError):
            Value(-1.0).log()
    assert recording.current() is recording.DEFAULT and (Value(2.0) * 3).operands


def test_a_block_that_ends_in_another_context_changes_nothing_there():
    block = mgl.no_grad()
    contextvars.copy_context().run(block.__enter__)
    with mgl.debug():
        block.__exit__(None, None, None)
        assert recording.current().on and recording.current().looks


def test_an_error_ends_a_block_and_blocks_nest():
    with pytest.raises(ZeroDivisionError), mgl.no_grad():
        with mgl.debug(), mgl.no_grad():
            assert not recording.current().on and recording.current().looks
        assert not recording.current().looks
        raise ZeroDivisionError
    assert recording.current() is recording.DEFAULT


def test_whoever_reads_a_number_is_heard_by_the_innermost_block_of_the_same_context():
    heard, inner = [], []
    x = Value(2.0, "x")
    recording.note_left(x, "float")
    with recording.leaving(lambda node, how: heard.append((node.name, how))):
        recording.note_left(x, "float")
        thread = threading.Thread(target=recording.note_left, args=(x, "in another thread"))
        thread.start()
        thread.join()
        with recording.leaving(lambda node, how: inner.append(how)):
            recording.note_left(x, "item")
        with mgl.no_grad():
            recording.note_left(x, "data")
    recording.note_left(x, "float")
    assert heard == [("x", "float"), ("x", "data")] and inner == ["item"]


def test_two_functions_are_traced_at_the_same_time():
    """Each thread waits inside of its trace until the other is inside of its own."""
    barrier = threading.Barrier(2, timeout=20)

    def traced(factor):
        def f(x):
            if barrier.n_waiting < 2 and not barrier.broken:
                barrier.wait()
            return (x * x * factor).sum()

        return mgl.compile(f)(np.array([1.0, 2.0]))

    with ThreadPoolExecutor(2) as pool:
        (a, da), (b, db) = pool.map(traced, (1.0, 10.0))
    assert (a, b) == (5.0, 50.0) and da.tolist() == [2.0, 4.0] and db.tolist() == [20.0, 40.0]


def test_debug_inside_of_a_traced_function_leaves_its_results_traced():
    @mgl.compile
    def f(x):
        with mgl.debug():
            y = x * 2
        return y.sum() * float(y.data[0])

    with pytest.raises(mgl.TraceError, match=r"\.data of a traced Tensor"):
        f(np.array([1.0, 2.0]))


def in_a_thread(compute, context=None):
    """The result of a computation in a thread of its own, in a context of its own or in this."""
    with ThreadPoolExecutor(1) as pool:
        run = (context.run, compute) if context else (compute,)
        return pool.submit(*run).result()


@pytest.mark.parametrize("compute", [
    lambda x: float((x * 2).data[0]),
    lambda x: (x * 2).sum().item(),
    lambda x: np.sum(x),
    lambda x: Tensor([1.0, 2.0]) * x,
    lambda x: x[0],
])  # fmt: skip
def test_a_thread_started_inside_of_a_traced_function_reads_no_number_out_of_it(compute):
    """Its context knows of no trace; its results would be those of one run in all others."""
    f = mgl.compile(lambda x: (x * in_a_thread(lambda: compute(x))).sum())
    with pytest.raises(mgl.TraceError, match="in a thread that was started by f.*copy_context"):
        f(np.array([1.0, 2.0]))


def test_a_thread_that_runs_in_the_context_of_a_trace_is_traced():
    def doubled(x):
        return in_a_thread(lambda: x * 2, contextvars.copy_context())

    f = mgl.compile(lambda x: (x * doubled(x)).sum())
    assert f(np.array([1.0, 2.0]))[0] == 10.0
    value, gradient = f(np.array([5.0, 2.0]))
    assert value == 58.0 and gradient.tolist() == [20.0, 8.0]
    reading = mgl.compile(lambda x: (x * float(doubled(x).data[0])).sum())
    with pytest.raises(mgl.TraceError, match=r"\.data of a traced Tensor"):
        reading(np.array([1.0, 2.0]))
