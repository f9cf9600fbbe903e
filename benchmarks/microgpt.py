"""A transformer in scalars, of the architecture of Karpathy's microgpt.

It has token and position embedding, RMS norm, causal attention and a ReLU MLP. Numbers may be of
any class with ``+ * / **``, ``exp``, ``log`` and ``relu``: floats made into nodes for an eager run,
or the arguments of a compiled function. A class that is not this project's needs a ``largest`` of
its own, which returns the largest number as a constant.
"""

import random

from micrograd_linear import nn

WIDTH, HEADS, BLOCK = 16, 4, 16


def parameters(vocabulary, seed=0, width=WIDTH, block=BLOCK):
    """{name: rows of floats}: drawn small, as microgpt's are."""
    rng = random.Random(seed)
    shapes = {
        "wte": (vocabulary, width),
        "wpe": (block, width),
        "wq": (width, width),
        "wk": (width, width),
        "wv": (width, width),
        "wo": (width, width),
        "fc1": (4 * width, width),
        "fc2": (width, 4 * width),
        "head": (vocabulary, width),
    }
    return {
        name: [[rng.gauss(0, 0.08) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in shapes.items()
    }


def nodes(params, Value):
    """The parameters with every float made a node."""
    return {name: [[Value(x) for x in row] for row in rows] for name, rows in params.items()}


def encoded(word, alphabet):
    """(tokens, targets) of a word: each token is read, and its target comes next.

    The last token of the vocabulary begins and ends a word.
    """
    end = len(alphabet)
    tokens = [end, *(alphabet.index(letter) for letter in word), end][: BLOCK + 1]
    return tokens[:-1], tokens[1:]


def loss(params, tokens, targets, heads=HEADS, largest=nn.largest):
    """The mean cross-entropy of the targets; tokens and targets may be compiled functions' data."""
    keys, values, losses = [], [], []
    for position, (token, target) in enumerate(zip(tokens, targets)):
        x = [a + b for a, b in zip(params["wte"][token], params["wpe"][position])]
        x = nn.rmsnorm(x)
        normed = nn.rmsnorm(x)
        keys.append(nn.linear(normed, params["wk"]))
        values.append(nn.linear(normed, params["wv"]))
        attended = _attention(nn.linear(normed, params["wq"]), keys, values, heads, largest)
        x = [a + b for a, b in zip(nn.linear(attended, params["wo"]), x)]
        hidden = [h.relu() for h in nn.linear(nn.rmsnorm(x), params["fc1"])]
        x = [a + b for a, b in zip(nn.linear(hidden, params["fc2"]), x)]
        logits = nn.linear(x, params["head"])
        shift = largest(logits)
        exponentials = [(logit - shift).exp() for logit in logits]
        losses.append(sum(exponentials).log() - (nn.pick(logits, target) - shift))
    return sum(losses) * (1.0 / len(losses))


def _attention(query, keys, values, heads, largest):
    """Each head's values, weighted by the softmax of its keys' products with the query."""
    size = len(query) // heads
    attended = []
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        scores = [sum(q * k for q, k in zip(query[part], key[part])) / size**0.5 for key in keys]
        shift = largest(scores)
        exponentials = [(score - shift).exp() for score in scores]
        total = sum(exponentials)
        weights = [e / total for e in exponentials]
        attended += [
            sum(w * value[j] for w, value in zip(weights, values))
            for j in range(part.start, part.stop)
        ]
    return attended


def descended(params, gradients, rate):
    """The parameters after a step of gradient descent."""
    return {
        name: [
            [x - rate * g for x, g in zip(row, row_g)] for row, row_g in zip(rows, gradients[name])
        ]
        for name, rows in params.items()
    }
