"""What a node costs as graphs grow: the same computation with a hundred to a million nodes."""

import functools

from .contest import Contestant, Workload

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)


def total(parameters, inputs):
    """c + Σ v tanh(w x + b): six nodes for each x, and the four parameters."""
    w, b, v, c = parameters
    for x in inputs:
        c = c + v * (w * x + b).tanh()
    return c


def data(nodes):
    """Numbers with which the graph has exactly so many nodes, for 100, 1,000 and so on."""
    count = (nodes - 4) // 6
    return [0.3, 0.2, 0.1, 0.5], [i / count for i in range(count)]


def eager(nodes):
    from micrograd_linear import Value

    parameters, inputs = data(nodes)

    def step():
        leaves = [Value(number) for number in parameters]
        result = total(leaves, [Value(x) for x in inputs])
        result.backward()
        return result, leaves

    return step, lambda found: [found[0].data, [leaf.grad for leaf in found[1]]]


def without_collector(nodes):
    """The same with Python's garbage collector off.

    While a graph grows, the collector looks at every node again and again and frees nothing.
    """
    import gc

    gc.disable()
    return eager(nodes)


def compiled(executor, nodes):
    import micrograd_linear as mgl

    return functools.partial(mgl.compile(total, executor=executor), *data(nodes)), list


def tracing(executor, nodes):
    import micrograd_linear as mgl

    parameters, inputs = data(nodes)
    return lambda: mgl.compile(total, executor=executor)(parameters, inputs), list


def drawing(nodes):
    from micrograd_linear import draw

    step, arrays = eager(nodes)
    found = step()

    def picture():
        svg = draw(found[0]).svg
        if "<svg" not in svg:
            raise RuntimeError("no picture was made")
        return found

    return picture, arrays


WORKLOAD = Workload(
    "Growth",
    "Growth",
    "c + Σ v tanh(w x + b), six nodes for each x: time and memory divided by the number of nodes. "
    "Memory is the peak of what Python and NumPy allocated for the set-up and the first step.",
    (
        Contestant("eager, forward and backward", eager),
        Contestant("the same, collector off", without_collector),
        Contestant("compiled, Numba, a run", functools.partial(compiled, "numba"), ("numba",)),
        Contestant("compiled, NumPy, a run", functools.partial(compiled, "numpy")),
        Contestant("trace to first result, Numba", functools.partial(tracing, "numba"), ("numba",)),
        Contestant("trace to first result, NumPy", functools.partial(tracing, "numpy")),
        Contestant("drawing, folded, to SVG", drawing),
    ),
    small=(100,),
)
