"""What the names of arguments and gradients mean, by the habits of the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_UPSTREAM = re.compile(
    r"(d|dl_?d|de_?d|d_)?(out(puts?)?|y|ys|values|next.*|scores|loss)"
    r"|d[_l]?[a-z]{1,2}\d?|d_?(prev|curr|next|h|hs|hn|probs?|logits|last).*"
    r"|d_?[cs](_?(next|t|last|n|out))?"
    r"|.*(grad|delta|upstream|error|err|adjoint).*|d[A-Z]\w*|dL_?\w+|g|gy|eta_out|top_diff|dEd\w+"
)
_NOT_UPSTREAM = {"y", "ys", "out", "output", "outputs", "values", "loss", "scores", "next"}
_CACHE = re.compile(
    r".*(cache|ctx|context|saved|memory|stash|intermediate|activations|history|residual).*|mem|tmp",
    re.I,
)
_RATE = re.compile(r"(lr|eta|alpha|learning_?rate|learn_?rate|step_?size|rate|l_?rate)$", re.I)
_LABELS = re.compile(
    r"(y|t|ys|ts|labels?|targets?|true|truth|gt|y_?true|true_?y|y_?label|y_?batch|t_?batch|classes"
    r"|target_?\w*|labels_?\w*|expected\w*|actual|ground_?truth|reference_?\w*|desired\w*|y_?train|answers?|true_?\w+)$",
    re.I,
)
_SURE_LABELS = re.compile(r".*(label|target|true|truth|expected|desired).*", re.I)
_OUTPUTS = re.compile(
    r"(out|outputs?|y|a|al|a\d|o|s|probs?|y_?hat|y_?pred|pred\w*|result|scores|h)$", re.I
)
_WEIGHT = re.compile(
    r"(w|u|v|theta|kernels?|filters?|weights?|embed\w*|coef\w*)|\w*(vectors|vecs|embeddings?)$",
    re.I,
)
_BIAS = re.compile(r"(b|bias\w*|beta|gamma|gain|scale|shift|offset)(_?[a-z0-9]{0,3})$", re.I)
_LOSS = re.compile(
    r"loss|cost|entropy|softmax|svm|hinge|mse|mae|criterion|nll|bce|error|objective|logistic"
    r"|rmse|propagate|gradient|huber",
    re.I,
)
_GRADIENT = re.compile(
    r"^(dl_?_?d|dj_?d|dc_?d|de_?d|dloss_?d?|dcost_?d?|partial_?|nabla_?|gradients?_?(of_)?(wrt_)?"
    r"|grads?_?(of_)?|delta_?|d_|d|g_|(?-i:g(?=[A-Z])))(?P<stem>.+)$|^(?P<head>.+?)_?(grads?|gradients?|deriv|delta)$",
    re.I,
)
_OF_SAMPLES = re.compile(
    r"(sample|case|obs\w*|instance|example|row)_?(weights?|wts?|w)|exposures?|counts?|rewards?"
    r"|returns|adv(antages?)?|importances?|actions?",
    re.I,
)
_OF_ALL = re.compile(
    r"(log_?|inv_?|logit_?)(scale|temp\w*|t|tau|sigma|noise|beta)|temp(erature)?|tau", re.I
)
# Names that mean the same argument.
_SYNONYMS = (
    {
        "x",
        "xs",
        "input",
        "inputs",
        "in",
        "prev",
        "aprev",
        "data",
        "z",
        "a",
        "h",
        "inp",
        "features",
        "xdata",
        "wrtinput",
        "inputdata",
        "ypred",
        "yhat",
        "pred",
        "logits",
        "scores",
        "predictions",
    },
    {"w", "weight", "weights", "kernel", "kernels", "filters", "filter", "ws", "theta"},
    {"b", "bias", "biases", "bs"},
)


def is_upstream(name: str) -> bool:
    """Whether an argument of backward is the gradient of forward's result."""
    return name not in _NOT_UPSTREAM and bool(_UPSTREAM.fullmatch(name))


def is_cache(name: str) -> bool:
    """Whether a name is that of what forward keeps for backward."""
    return bool(_CACHE.fullmatch(name))


def is_rate(name: str) -> bool:
    """Whether a name is that of a learning rate."""
    return bool(_RATE.fullmatch(name))


def may_be_labels(name: str) -> bool:
    """Whether a name may be that of a target: of labels or of values."""
    return bool(_LABELS.match(name))


def are_labels(name: str, where: str) -> bool:
    """Whether an argument is a target; a "y" is one in a loss alone."""
    sure = bool(_SURE_LABELS.fullmatch(name)) and not is_prediction(name)
    return sure or (may_be_labels(name) and is_loss(where))


def is_prediction(name: str) -> bool:
    """Whether a name is that of what a loss judges."""
    return bool(re.search(r"pred|hat|logit|score|prob|output|^al$|^p$|^a\d?$", name, re.I))


def is_output(name: str) -> bool:
    """Whether an argument of backward may be forward's result."""
    return bool(_OUTPUTS.fullmatch(name))


def is_state(name: str) -> bool:
    """Whether a result beside gradients is a state, or what a network predicts."""
    return bool(
        re.fullmatch(r"(h|c|s)s?(_?(last|next|t|final))?|probs?|scores|logits|acc\w*", name)
    )


def is_weight(name: str) -> bool:
    """Whether a name is that of a weight matrix."""
    return bool(_WEIGHT.match(last_part(name))) and not is_bias(name)


def is_bias(name: str) -> bool:
    """Whether a name is that of a bias, or of the scale of a normalisation."""
    name = last_part(name)
    return bool(_BIAS.fullmatch(name)) and not name.lower().startswith("batch")


def is_bias_beside(name: str, names: Iterable[str]) -> bool:
    """Whether a name is that of a bias among others: a "b" beside an "a" is one of two operands."""
    names = {last_part(other) for other in names}
    operand = last_part(name) == "b" and "a" in names and not any(map(is_weight, names))
    return is_bias(name) and not operand


def is_loss(name: str) -> bool:
    """Whether the name of a function, or of its class, is that of a loss."""
    return bool(_LOSS.search(name))


def are_of_samples(name: str) -> bool:
    """Whether an argument's name is that of one number for each sample, as of its weight."""
    return bool(_OF_SAMPLES.fullmatch(name))


def is_of_all(name: str) -> bool:
    """Whether a name is that of one number for all elements, as a temperature."""
    return bool(_OF_ALL.fullmatch(last_part(name)))


def is_recurrent(name: str) -> bool:
    """Whether a name is that of a weight from one step of time to the next."""
    return bool(
        re.fullmatch(r"w_?(h|hh|aa|rec|r|ss)|[wu]_?h?[fiocugz]|whx|u", last_part(name).lower())
    )


def last_part(name: str) -> str:
    """``W1`` of ``params['W1']``, ``W`` of ``layers[0].W``."""
    words = re.findall(r"[A-Za-z_]\w*", name)
    return words[-1] if words else name


def layer_of(name: str) -> int | None:
    """The number in a name, as 2 in ``W2``."""
    digits = re.findall(r"\d+", last_part(name))
    return int(digits[-1]) if digits else None


def stem_of(gradient: str) -> str | None:
    """``W1`` of ``dW1``, ``grad_W1``, ``W1_grad``, ``dL_dW1``; None where it is no gradient."""
    match = _GRADIENT.match(gradient)
    return (match["stem"] or match["head"]) if match else None


def plain(name: str) -> str:
    """A name without its case and its underscores."""
    return name.lower().replace("_", "")


def named_by(gradient: str, names: Sequence[str], *, bare: bool = True) -> str | None:
    """The argument that a gradient is of, by name; ``bare``: it may be called as the argument."""
    marked = [name for name in names if gradient in (f"g{name}", f"g_{name}")]
    if len(marked) == 1:
        return marked[0]
    stems = [stem_of(gradient), *([gradient] if bare else [])]
    for alike in (_same, _same_plain, _synonym, _of_a_step, _ends):
        for stem in stems:
            found = [name for name in names if stem and alike(stem, last_part(name))]
            if len(found) == 1:
                return found[0]
    return None


def _same(a: str, b: str) -> bool:
    return a == b


def _same_plain(a: str, b: str) -> bool:
    return plain(a) == plain(b)


def _ends(a: str, b: str) -> bool:
    """``logvar`` and ``t_log_var``"""
    a, b = plain(a), plain(b)
    return len(a) > 3 and b.endswith(a)


def _of_a_step(a: str, b: str) -> bool:
    """``h_prev`` and ``h``"""
    step = re.compile(r"prev(ious)?|last|old|^next")
    return step.sub("", plain(a)) == step.sub("", plain(b))


def _synonym(a: str, b: str) -> bool:
    a, b = plain(a), plain(b)
    number = re.compile(r"\d+$")
    if (number.findall(a) or [""]) != (number.findall(b) or [""]):
        return False
    a, b = number.sub("", a), number.sub("", b)
    return any(a in group and b in group for group in _SYNONYMS)


def listed(names: Iterable[str]) -> str:
    """Names, for a sentence."""
    return ", ".join(names) or "none"
