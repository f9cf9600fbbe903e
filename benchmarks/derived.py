"""Printed source against what somebody careful writes by hand; and how long the printing takes."""

import functools

import numpy as np

from .contest import Contestant, Workload


def _normal(*shapes):
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in shapes]


def _contestant(by_hand, root, arguments, derived):
    """(step, arrays); both contestants make both functions, so that memory is the same for both."""
    from micrograd_linear import derive

    names = {}
    exec(derive(root).source, names)
    function = names["value_and_gradients"] if derived else by_hand

    def arrays(result):
        value, gradients = result
        return [value, *(gradients[name] for name in sorted(gradients))]

    return lambda: function(*arguments), arrays


def linear(N, M_in, M_out, derived):
    from micrograd_linear import Tensor

    def by_hand(x, W, b, G):
        return x @ W + b, {"x": G @ W.T, "W": x.T @ G, "b": G.sum(axis=0, keepdims=True)}

    x, W, b, _ = arrays = _normal((N, M_in), (M_in, M_out), (1, M_out), (N, M_out))
    return _contestant(by_hand, Tensor(x, "x") @ Tensor(W, "W") + Tensor(b, "b"), arrays, derived)


def classifier(N, inputs, hidden, classes, derived):
    """Two layers, ReLU between them, softmax cross-entropy after them."""
    from micrograd_linear import Tensor

    rows, labels = np.arange(N), np.random.default_rng(1).integers(0, classes, N)

    def by_hand(X, W1, b1, W2, b2):
        h = np.maximum(X @ W1 + b1, 0)
        z = h @ W2 + b2
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(p[rows, labels]).mean()
        dz = p / len(X)
        dz[rows, labels] -= 1 / len(X)
        dh = dz @ W2.T
        dh[h <= 0] = 0
        return loss, {"W2": h.T @ dz, "b2": dz.sum(axis=0), "W1": X.T @ dh, "b1": dh.sum(axis=0)}

    X, W1, b1, W2, b2 = _normal(
        (N, inputs), (inputs, hidden), (hidden,), (hidden, classes), (classes,)
    )
    arrays = [X, 0.1 * W1, b1, 0.1 * W2, b2]
    X, W1, b1, W2, b2 = (
        Tensor(array, name)
        for array, name in zip(arrays, ("X", "W1", "b1", "W2", "b2"), strict=True)
    )
    X.requires_grad = False
    z = (X @ W1 + b1).relu() @ W2 + b2
    return _contestant(by_hand, (z.logsumexp(axis=1) - z[rows, labels]).mean(), arrays, derived)


def batch_norm(N, D, derived):
    from micrograd_linear import Tensor

    def by_hand(x, gamma, beta, G):
        """With the compact formula for dx, as it is derived on paper."""
        centred = x - x.mean(axis=0)
        scale = 1 / np.sqrt((centred * centred).mean(axis=0) + 1e-5)
        xhat = centred * scale
        dbeta, dgamma = G.sum(axis=0), (G * xhat).sum(axis=0)
        dx = gamma * scale / N * (N * G - dbeta - xhat * dgamma)
        return gamma * xhat + beta, {"x": dx, "gamma": dgamma, "beta": dbeta}

    x, gamma, beta, _ = arrays = _normal((N, D), (D,), (D,), (N, D))
    x, gamma, beta = Tensor(x, "x"), Tensor(gamma, "gamma"), Tensor(beta, "beta")
    return _contestant(
        by_hand,
        gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5) + beta,
        arrays,
        derived,
    )


def _chain(nodes):
    from micrograd_linear import Tensor

    x, a = Tensor(np.ones(3), "x"), Tensor(np.full(3, 0.5), "a")
    y = x
    for _ in range((nodes - 3) // 3):
        y = (y * a).tanh() + x
    return y.sum()


def text_of_a_graph(nodes, form):
    """A chain of operations, derived and written out.

    Nobody else does that, so the number to check is that the text is whole.
    """
    from micrograd_linear import derive

    root = _chain(nodes)
    return lambda: getattr(derive(root), form), lambda text: [
        float(text.count("tanh") >= nodes // 3 - 1)
    ]


def _against_numpy(name, network, sizes, small):
    return Workload(
        f"Printed source, {name} {sizes}",
        "Printed source",
        "The NumPy function that derive() prints, beside what somebody careful writes: the value "
        "and all gradients.",
        tuple(
            Contestant(who, functools.partial(network, derived=who.startswith("ours")))
            for who in ("ours, printed", "NumPy by hand")
        ),
        sizes,
        small,
    )


def _alone(form, nodes):
    return Workload(
        f"Derivation as {form}, {nodes:,} nodes",
        "Printed source",
        f"How long it takes to print a derivation as {form}.",
        (Contestant("ours", functools.partial(text_of_a_graph, form=form)),),
        (nodes,),
        (30,),
    )


WORKLOADS = (
    _against_numpy("linear layer", linear, (8, 4, 3), (3, 2, 4)),
    _against_numpy("linear layer", linear, (1024, 512, 512), (3, 2, 4)),
    _against_numpy("softmax classifier", classifier, (32, 16, 32, 10), (5, 2, 3, 4)),
    _against_numpy("softmax classifier", classifier, (512, 256, 128, 10), (5, 2, 3, 4)),
    _against_numpy("batch normalisation", batch_norm, (32, 16), (4, 3)),
    _against_numpy("batch normalisation", batch_norm, (512, 256), (4, 3)),
    _alone("text", 200),
    _alone("text", 3000),
    _alone("source", 3000),
)
