# One tanh layer and one output unit; parameters, cache and gradients travel in dicts.
import numpy as np


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


def start(features, units, scale=0.3):
    rng = np.random.default_rng(5)
    return {
        "W1": scale * rng.standard_normal((units, features)),
        "W2": scale * rng.standard_normal((1, units)),
        "b1": np.zeros((units, 1)),
        "b2": np.zeros((1, 1)),
    }


def forward_propagation(X, parameters):
    """X holds one sample a column."""
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    A2 = sigmoid(parameters["W2"] @ A1 + parameters["b2"])
    assert len(A2) == 1, "one output unit"
    return A2, {"A1": A1, "A2": A2}


def compute_cost(A2, Y):
    of_the_right_class = Y * A2 + (1 - Y) * (1 - A2)
    return -np.mean(np.log(of_the_right_class))


def backward_propagation(parameters, cache, X, Y):
    samples = X.shape[1]
    hidden = cache["A1"]
    late = (cache["A2"] - Y) / samples
    early = parameters["W2"].T @ late
    early *= 1 - hidden * hidden
    grads = {}
    for layer, delta, source in ((1, early, X), (2, late, hidden)):
        grads["dW%d" % layer] = delta @ source.T
        grads["db%d" % layer] = delta.sum(axis=1, keepdims=True)
    return grads
