"""Checkers of gradients, each given the same hand-written pair: y = tanh(xW + b) and its gradients.

They do not do the same work. Ours compares every element with the engine's gradient. ``gradcheck``
and the finite differences by hand take differences of the forward pass for every element, and
``check_grads`` takes them in one random direction. Each has to accept the right pair and to reject
its twin, in which the bias gradient is averaged over the rows.
"""

import numpy as np

from .contest import THREADS, Contestant, Workload


def forward(x, W, b, tanh=np.tanh):
    return tanh(x @ W + b)


def backward(dy, x, W, b, tanh=np.tanh):
    dz = dy * (1 - tanh(x @ W + b) ** 2)
    return {"x": dz @ W.T, "W": x.T @ dz, "b": dz.sum(0, keepdims=True)}


def twin(dy, x, W, b, tanh=np.tanh):
    """Wrong: averaged where it must be summed."""
    return {
        **backward(dy, x, W, b, tanh),
        "b": (dy * (1 - tanh(x @ W + b) ** 2)).mean(0, keepdims=True),
    }


def inputs(N, width, outputs):
    rng = np.random.default_rng(0)
    return {
        "x": rng.normal(size=(N, width)),
        "W": rng.normal(size=(width, outputs)) * 0.3,
        "b": rng.normal(size=(1, outputs)),
    }


def verdicts(check):
    """A contestant from ``check(backward)``, which says whether the backward pass is right.

    The right pair is timed. The wrong twin is tried once before.
    """
    wrong = check(twin)
    return lambda: check(backward), lambda right: [float(right), float(wrong)]


def ours(*sizes):
    from micrograd_linear import check_backward

    arrays = inputs(*sizes)
    return verdicts(lambda backward: check_backward(forward, backward, arrays).ok)


def by_hand(*sizes):
    """Central differences in every element, of the sum of y * dy."""
    arrays = inputs(*sizes)
    dy = np.random.default_rng(1).normal(size=forward(**arrays).shape)
    step = np.finfo(float).eps ** (1 / 3)

    def check(backward):
        gradients = backward(dy, **arrays)
        for name, array in arrays.items():
            flat, differences = array.reshape(-1), np.empty(array.size)
            for i in range(array.size):
                before = flat[i]
                flat[i] = before + step
                above = (forward(**arrays) * dy).sum()
                flat[i] = before - step
                differences[i] = (above - (forward(**arrays) * dy).sum()) / (2 * step)
                flat[i] = before
            if not np.allclose(gradients[name].reshape(-1), differences, rtol=1e-6, atol=1e-6):
                return False
        return True

    return verdicts(check)


def autograd(*sizes):
    """``autograd.test_util.check_grads`` on a primitive, in reverse mode and to first order."""
    from autograd.extend import defvjp_argnums, primitive
    from autograd.test_util import check_grads

    arrays = inputs(*sizes)

    def check(backward):
        layer = primitive(lambda x, W, b: forward(x, W, b))
        defvjp_argnums(
            layer,
            lambda argnums, y, args, _: (
                lambda dy: tuple(backward(dy, *args)["xWb"[i]] for i in argnums)
            ),
        )
        try:
            check_grads(layer, (0, 1, 2), modes=["rev"], order=1)(*arrays.values())
        except AssertionError:
            return False
        return True

    return verdicts(check)


def torch(*sizes):
    """``torch.autograd.gradcheck`` on a Function."""
    import torch

    torch.set_num_threads(THREADS)
    tensors = [torch.tensor(array, requires_grad=True) for array in inputs(*sizes).values()]

    def check(pair):
        class Layer(torch.autograd.Function):
            @staticmethod
            def forward(context, *tensors):
                context.save_for_backward(*tensors)
                return forward(*tensors, tanh=torch.tanh)

            @staticmethod
            def backward(context, dy):
                return tuple(pair(dy, *context.saved_tensors, tanh=torch.tanh).values())

        return torch.autograd.gradcheck(Layer.apply, tensors, raise_exception=False)

    return verdicts(check)


WORKLOADS = (
    Workload(
        "Gradient check, layer (16, 8, 4)",
        "Gradient checking",
        "A hand-written pair, y = tanh(xW + b) and its gradients: ours compares all 164 numbers "
        "with the engine's; gradcheck and the loop by hand take differences "
        "for each of them, check_grads along one random direction. All accept the right pair and "
        "reject one whose bias gradient is averaged.",
        (
            Contestant("ours, check_backward", ours),
            Contestant("finite differences by hand", by_hand),
            Contestant("autograd, check_grads", autograd, ("autograd",)),
            Contestant("PyTorch, gradcheck", torch, ("torch",)),
        ),
        (16, 8, 4),
        (3, 2, 4),
    ),
)
