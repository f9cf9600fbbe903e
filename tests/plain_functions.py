"""Functions that run on plain arrays and on Tensors alike, and whether they mean the same there."""

import numpy as np

from micrograd_linear import Tensor

START, OTHER = np.array([[0.7, 1.2], [1.9, 0.4]]), np.array([[1.5, 0.3], [0.8, 1.1]])


def differences(f, *arrays):
    """The gradients of the plain function by central differences."""
    found = []
    for k, array in enumerate(arrays):
        gradient = np.empty_like(array)
        for index in np.ndindex(array.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [a.copy() for a in arrays]
                moved[k][index] += step
                ends.append(f(*moved))
            gradient[index] = (ends[0] - ends[1]) / 2e-6
        found.append(gradient)
    return found


def agree(f, *arrays):
    """Whether the engine's gradients of f are those of f as NumPy runs it."""
    tensors = [Tensor(a) for a in arrays]
    y = f(*tensors)
    y.backward()
    return np.allclose(y.data, f(*arrays)) and all(
        np.allclose(np.zeros_like(d) if t.grad is None else t.grad, d, atol=1e-7)
        for t, d in zip(tensors, differences(f, *arrays), strict=True)
    )
