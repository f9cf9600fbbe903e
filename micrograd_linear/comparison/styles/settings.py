"""Arguments that are no arrays, by their names: sizes, words, switches, rates, dicts of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...operations import names as op
from . import naming
from .source import Hints

EMPTY = inspect.Parameter.empty

# The first pattern that a name matches says what may stand there.
_KNOWN: tuple[tuple[str, Sequence[object]], ...] = (
    (r"mode|phase", ("train", "training")),
    (r"(is_?)?(train|training)(_?(fl(a)?g|mode|phase))?|train_?mode", (True,)),
    (r".*seed", (1,)),
    (r"reg\w*|lam\w*|lm(bd|d|b)a\w*|l2\w*|weight_?decay\w*|wd", (0.1,)),
    (r"stride\w*|strides|step|s", (1, 2, (1, 1), (2, 2))),
    (r"pad\w*|padding|p_size", (0, 1, (0, 0), "same", "valid")),
    (r"window_?size", (2,)),
    (r"pool_?(h\w*|w\w*|size)|f|window\w*", (2, (2, 2))),
    (r"pool_?param\w*", ({"pool_height": 2, "pool_width": 2, "stride": 2},)),
    (r"conv_?param\w*", ({"stride": 1, "pad": 1},)),
    (r"dropout_?param\w*", ({"p": 0.5, "mode": "train", "seed": 1},)),
    (r"(bn|ln|gn|norm)_?param\w*", ({"mode": "train"},)),
    (r"(kernel|filter|pool)_?shape", ((3, 3), (2, 2))),
    (
        r"taps|(kernel|filter|ksize|k_size|k)_?(size|shape|h\w*|w\w*|dim)?",
        (3, 2, (3, 3), (2, 2), (2, 2, 3, 4)),
    ),
    (r"hparam\w*|hyper_?param\w*|config\w*", ({"stride": 1, "pad": 1, "f": 2},)),
    (r"p|drop\w*|keep\w*|prob\w*|.*ratio|rate", (0.5,)),
    (r"eps\w*|epsilon", (1e-5,)),
    (r"momentum|decay\w*|beta_?\d|rho", (0.9,)),
    (r"lr|learning_?rate|eta|step_?size", (1.0,)),
    (r"alpha|negative_?slope|leak\w*|slope|a", (0.1,)),
    (r"delta|margin|temp\w*|gain|k|c|scale\w*|std|sigma|weight_?scale\w*", (1.0,)),
    (r"G|groups?|num_?groups|n_?groups", (3, 2)),
    (r"axis|axes", (1, 0, -1)),
    (r"shape|new_?shape|target_?shape|output_?shape", ((-1,),)),
    (r"input_?dims?|dim|x_?dims?", (7, (3, 5, 5), (7,))),
    (r"input_?shape|in_?shape|image_?shape|img_?shape", ((3, 5, 5), (7,), (7, 5), 7, (2, 5, 5, 3))),
    (r"(in|input)_?ch\w*|n?_?c_?in|channels?(_?in)?|num_?channels|C|in_?depth|input_?depth", (3,)),
    (r"out_?ch\w*|n?_?c_?out|(n|num)_?(filters?|kernels?)|filters|depth|channels_?out|F", (4,)),
    (r"(n|num)?_?(class\w*)|C", (3,)),
    (r"(hidden|h)_?(dims|sizes|layers|units)|hidden", ([4], [4, 6], 4)),
    (r"((n|num)_?)?heads?|nhead|h", (2,)),
    (r"d_?(model|emb\w*)|model_?(dim|size)", (8,)),
    (r"hidden\w*|(n|num)_?h\w*|n_?a|H|hid\w*|units_?h|rnn_?\w*|h_?size", (4, [4])),
    (
        r"(layers?|sizes?|dims?|layers?_?(sizes?|dims?|structure|units)|architecture|topology"
        r"|(n|num)_?(units|neurons|nodes)_?list|structure)",
        ([7, 4, 3], (7, 4, 3)),
    ),
    (
        r"(n|num|number)?_?(of)?_?(in\w*|feat\w*|x|visible)|in\w*|D|fan_?in|feat\w*|d_?in|nin"
        r"|(dim|size|n|num)_?(in\w*|features|x)|prev\w*|.*_in|.*inputs?|n_?x|x_?dim",
        (7,),
    ),
    (
        r"(n|num|number)?_?(of)?_?(out\w*|neurons?|units?|nodes|y)|out\w*|M|fan_?out|d_?out|nout|n"
        r"|(dim|size|n|num)_?(out\w*|y)|.*_out|.*outputs?|n_?y|y_?dim|units|neurons|size",
        (3,),
    ),
    (r"corpus|word_?ids?|tokens", ([0, 1, 2, 3, 4, 5, 6, 0, 2, 4],)),
    (r"power", (0.75,)),
    (r"vocab\w*|V|word\w*|num_?emb\w*", (8,)),
    (r"(wordvec|embed\w*|emb)_?(dim|size)?|E", (6,)),
    (r"(batch|seq|time)\w*|T|N|m|H_?out|length", (5,)),
    (r"(use_?)?bias|.*_?flag|use_?\w+|with_?\w+|affine|verbose|debug|print\w*|stateful", (True,)),
    (r"name|label", ("layer", "relu", "tanh")),
    (r"dtype", (float,)),
    (r"init\w*|weight_?init\w*|initiali[sz]er", ("random", None)),
    (r"optim\w*|opt", (None,)),
)
_GENERATOR = re.compile(
    r"_?(rng|prng|rs|random_?state|(np_?)?random|(rand\w*_?)?gen(erator)?)_?", re.I
)
_INPUT_SHAPE = re.compile(r"in(put)?_?shape")
_SURE = re.compile(
    r"(is_?)?training|is_?train|train_?(fl(a)?g|mode)|stride|strides|pad|padding|reg|lam|lambd?a?_?|lamda|lmb?da|mode|lr|learning_rate|eps|epsilon"
    r"|axis|seed"
)
_ACTIVATIONS = (op.RELU, op.SIGMOID, op.TANH, "linear")
_LARGEST = 16  # a size that is a default and larger is made smaller


def is_input_shape(name: str) -> bool:
    """Whether a name is that of the shape that a layer is told before its first run."""
    return bool(_INPUT_SHAPE.fullmatch(name))


def words(hints: Hints) -> list[object]:
    """The words that the text compares an argument with; those of training first."""
    return sorted(hints.words, key=lambda word: not re.match(r"train", str(word)))


def settings_of(name: str, hints: Hints, default: object = EMPTY) -> list[object]:
    """What may be passed for an argument that is no array, the likeliest first."""
    if hints.words:
        return words(hints)
    if hints.keys and not _are_arrays(hints):
        pools = any("pool" in str(key) for key in hints.keys)  # windows side by side come first
        order = (1, 0) if pools else (0, 1)
        return [{key: _one(str(key), i) for key in hints.keys} for i in order]
    if default is not EMPTY and default is not None:
        return _of_default(name, default)
    if default is None and is_input_shape(name):
        return [*_matching(name), None]
    if _GENERATOR.fullmatch(name):
        old = {"randn", "rand", "randint", "random_sample"} & set(hints.attributes)
        return [np.random.RandomState(1) if old else np.random.default_rng(1)]
    if re.search(r"activation|nonlin|act_?f", name, re.I):
        return list(_ACTIVATIONS)
    return list(_matching(name))


def _are_arrays(hints):
    return any(naming.is_weight(str(key)) or naming.is_bias(str(key)) for key in hints.keys)


def _of_default(name: str, default: Any) -> list[Any]:
    """The default, made smaller where it is a large size, and switched on where it is training, or
    where it lets forward keep what backward needs.
    """
    if isinstance(default, bool):
        on = bool(re.search(r"train|cache|save|store|keep|remember", name))  # backward needs it
        return [default or on]
    if default == 1 and re.match(r"dilat", name):
        return [2, 1]  # at 1 it would not be seen where it is left out
    if isinstance(default, int) and default > _LARGEST:
        return [*(x for x in _matching(name) if isinstance(x, int)), default]
    if isinstance(default, tuple) and len(default) == 3 and max(map(_size, default)) > _LARGEST:
        channels_last = default[0] > _LARGEST
        c = default[-1] if channels_last else default[0]
        small = [(n, n, c) if channels_last else (c, n, n) for n in (8, 16)]
        return [*small, default]
    if (
        isinstance(default, float)
        and not default
        and re.match(r"reg|lam|l2|weight_?decay|wd", name)
    ):
        return [0.1, default]  # of no weight, its gradient would not be looked at
    return [default]


def _size(x):
    return x if isinstance(x, int) else 0


def _matching(name):
    bare = name.strip("_")
    for pattern, values in _KNOWN:
        if re.fullmatch(pattern, bare) or re.fullmatch(pattern, bare.lower()):
            return values
    return ()


def _one(name, i):
    """The i-th thing that may stand at a key; of a padding, first one that is not 0."""
    found = _matching(name)
    if re.match(r"pad", name):
        return 1 - i
    if re.search(r"pool|^f$|size", name):
        i = 0
    return found[min(i, len(found) - 1)] if found else 1


def is_setting(name: str, default: object, hints: Hints) -> bool:
    """Whether an argument is no array: by its default, by the text, or by a name that is sure."""
    if default is not EMPTY and default is not None:
        return True
    if hints.words or (hints.keys and not _are_arrays(hints) and not hints.prefixes):
        return True
    if hints.axes:
        return False
    if _GENERATOR.fullmatch(name):
        return True
    return bool(_SURE.fullmatch(name) or re.search(r"param$|_rate$|size$|_prob$|hparam", name))
