"""A call of each function of PyTorch that has a counterpart here: arguments and keywords."""

import numpy as np


def constant(array):
    """An array that PyTorch takes no gradient of."""
    array = array.copy()
    array.setflags(write=False)
    return array


def has_gradient(x):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.flags.writeable


R = np.random.default_rng(11)
X, Y = R.normal(size=(4, 6)), R.normal(size=(4, 6))
POSITIVE, SHARE = np.abs(X) + 0.3, 1 / (1 + np.exp(-X))
CUBE, IMAGE = R.normal(size=(2, 3, 4)), R.normal(size=(2, 4, 6, 6))
MATRIX = R.normal(size=(4, 4)) + 4 * np.eye(4)
ROW, CHANNELS = R.normal(size=6), R.normal(size=4)
LABELS, MASK = np.array([1, 0, 5, 2]), X > 0.2
HEADS = [R.normal(size=(2, 2, 5, 4)) for _ in range(3)]
SIGNS = np.where(Y > 0, 1.0, -1.0)

UNARY = """
tanh sin cos tan exp exp2 expm1 sigmoid relu erf erfc silu gelu elu selu celu softplus abs
absolute neg negative square atan arctan sinh cosh asinh arcsinh logsigmoid hardswish
hardsigmoid mish softsign tanhshrink hardtanh relu6 leaky_relu frac
""".split()  # noqa: SIM905
OF_POSITIVE = """
log sqrt rsqrt reciprocal log1p log2 log10 lgamma digamma
""".split()  # noqa: SIM905
OF_SHARES = """
asin acos atanh arcsin arccos arctanh logit
""".split()  # noqa: SIM905
OF_LARGE = """
acosh arccosh
""".split()  # noqa: SIM905
BINARY = """
add sub subtract mul multiply div divide true_divide maximum minimum fmax fmin hypot atan2
arctan2 logaddexp logaddexp2
""".split()  # noqa: SIM905

# {name: calls, each (arguments, keywords)}
CALLS = {
    **{name: [((X,), {})] for name in UNARY},
    **{name: [((POSITIVE,), {})] for name in OF_POSITIVE},
    **{name: [((SHARE * 0.9,), {})] for name in OF_SHARES},
    **{name: [((POSITIVE + 1,), {})] for name in OF_LARGE},
    **{name: [((X, Y), {}), ((X, ROW), {})] for name in BINARY},
    "pow": [((POSITIVE, ROW), {}), ((X, 3), {})],
    "rsub": [((X, Y), {})],
    "remainder": [((X, POSITIVE), {})],
    "fmod": [((X, POSITIVE), {})],
    "xlogy": [((X, POSITIVE), {})],
    "lerp": [((X, Y, 0.3), {})],
    "addcmul": [((X, Y, POSITIVE), {"value": 2.0})],
    "addcdiv": [((X, Y, POSITIVE), {"value": 2.0})],
    "clamp": [((X,), {"min": -0.5, "max": 0.5}), ((X,), {"min": 0.1})],
    "clip": [((X, -0.5, 0.5), {})],
    "clamp_min": [((X, 0.1), {})],
    "clamp_max": [((X, 0.1), {})],
    "view": [((X, 2, -1), {}), ((X, (3, 8)), {})],
    "reshape": [((X, (2, 12)), {})],
    "ravel": [((X,), {})],
    "flatten": [((CUBE, 1), {}), ((CUBE,), {})],
    "unflatten": [((X, 1, (2, 3)), {})],
    **{name: [((CUBE, 1, 2), {})] for name in ("transpose", "swapaxes", "swapdims")},
    **{name: [((CUBE, 0, 2), {})] for name in ("movedim", "moveaxis")},
    "permute": [((CUBE, (2, 0, 1)), {})],
    "t": [((X,), {})],
    "unsqueeze": [((X, 1), {}), ((X, -1), {})],
    "squeeze": [((X[:, None],), {}), ((X[:, None], 1), {}), ((X, 0), {})],
    "expand": [((ROW, 3, -1), {}), ((X[:, None], (-1, 2, -1)), {})],
    "expand_as": [((ROW, X), {})],
    "broadcast_to": [((ROW, (4, 6)), {})],
    "view_as": [((X, CUBE), {})],
    "reshape_as": [((X, CUBE), {})],
    **{name: [(([X, Y],), {"dim": 1})] for name in ("cat", "concat", "concatenate", "stack")},
    "split": [((X, 4), {"dim": 1}), ((X, [1, 3, 2]), {"dim": 1})],
    "chunk": [((X, 4), {"dim": 1})],
    "unbind": [((X, 1), {})],
    "masked_fill": [((X, MASK, -3.0), {})],
    "gather": [((X, 1, LABELS[:, None]), {})],
    "take_along_dim": [((X, LABELS[:, None], 1), {})],
    "index_select": [((X, 1, np.array([0, 0, 3])), {})],
    "select": [((X, 1, 2), {})],
    "narrow": [((X, 1, 2, 3), {})],
    "flip": [((X, (1,)), {})],
    "roll": [((X, 2, 1), {})],
    "repeat": [((X, 2, 1), {})],
    "tile": [((X, (2, 1)), {})],
    "repeat_interleave": [((X, 2), {"dim": 1})],
    "tril": [((MATRIX,), {}), ((MATRIX, 1), {})],
    "triu": [((MATRIX, -1), {})],
    "trace": [((MATRIX,), {})],
    "diagonal": [((MATRIX,), {}), ((CUBE, 0, 1, 2), {})],
    "diag": [((MATRIX,), {}), ((ROW,), {})],
    **{name: [((X,), {}), ((X,), {"dim": 1, "keepdim": True})] for name in ("sum", "mean")},
    "prod": [((X,), {"dim": 1})],
    "amax": [((X,), {"dim": 1, "keepdim": True})],
    "amin": [((X,), {"dim": (0, 1)})],
    "max": [((X,), {}), ((X, 1), {}), ((X, Y), {})],
    "min": [((X,), {}), ((X, 1), {}), ((X, Y), {})],
    "logsumexp": [((X, 1), {}), ((X, (0, 1)), {"keepdim": True})],
    "var": [((X,), {}), ((X, 1), {}), ((X, 1), {"correction": 0, "keepdim": True})],
    "std": [((X,), {}), ((X, 0), {"unbiased": False})],
    "norm": [((X,), {}), ((X, 1, 0), {}), ((X,), {"dim": 1, "keepdim": True})],
    "vector_norm": [((X, 1, 0), {})],
    "cumsum": [((X,), {"dim": 1})],
    "cumprod": [((X,), {"dim": 1})],
    "softmax": [((X, 1), {}), ((X,), {"dim": 0})],
    "log_softmax": [((X, 1), {})],
    "matmul": [((X, Y.T), {}), ((CUBE, CUBE[0].T), {})],
    "mm": [((X, Y.T), {})],
    "bmm": [((CUBE, CUBE.swapaxes(1, 2)), {})],
    "mv": [((X, ROW), {})],
    "dot": [((ROW, X[0]), {})],
    "inner": [((ROW, X[0]), {})],
    "outer": [((ROW, CHANNELS), {})],
    "ger": [((ROW, CHANNELS), {})],
    "einsum": [(("ij,kj->ik", X, Y), {})],
    "addmm": [((CHANNELS, X, Y.T), {"beta": 2.0})],
    "baddbmm": [((MATRIX[:3, :3], CUBE, CUBE.swapaxes(1, 2)), {})],
    "where": [((MASK, X, Y), {})],
    "clone": [((X,), {})],
    "inverse": [((MATRIX,), {})],
    "inv": [((MATRIX,), {})],
    "det": [((MATRIX,), {})],
    "slogdet": [((MATRIX,), {})],
    "cholesky": [((MATRIX @ MATRIX.T,), {})],
    "solve": [((MATRIX, X), {})],
    "kron": [((X[:2, :2], Y[:2, :2]), {})],
    "cross": [((X[:, :3], Y[:, :3]), {"dim": 1})],
    "getitem": [((X, (np.arange(4), LABELS)), {}), ((X, (slice(None), [1, 2])), {})],
    "linear": [((X, Y, CHANNELS), {}), ((X, Y), {})],
    "bilinear": [((X, Y, R.normal(size=(3, 6, 6)), R.normal(size=3)), {})],
    "embedding": [((LABELS[:3] % 4, X), {})],
    "dropout": [((X,), {"training": False})],
    "conv2d": [
        ((IMAGE, R.normal(size=(3, 4, 3, 3)), R.normal(size=3)), {"stride": 2, "padding": 1}),
        ((IMAGE, R.normal(size=(4, 2, 2, 3))), {"groups": 2, "dilation": 2}),
        ((IMAGE, R.normal(size=(2, 4, 3, 3))), {"padding": "same"}),
    ],
    "conv1d": [((CUBE, R.normal(size=(2, 3, 3)), R.normal(size=2)), {"padding": 1, "stride": 2})],
    "max_pool2d": [((IMAGE, 2), {}), ((IMAGE, 3), {"stride": 2, "padding": 1})],
    "avg_pool2d": [((IMAGE, 2), {"stride": 1})],
    "adaptive_avg_pool2d": [((IMAGE, 1), {}), ((IMAGE, (2, 3)), {})],
    "layer_norm": [((X, (6,), ROW, Y[0]), {}), ((X, (4, 6)), {"eps": 1e-3})],
    "rms_norm": [((X, (6,), ROW), {})],
    "group_norm": [((IMAGE, 2, CHANNELS, CHANNELS), {})],
    "batch_norm": [
        ((X, constant(Y[0]), constant(POSITIVE[0]), ROW, Y[1]), {}),
        ((IMAGE, None, None, CHANNELS, CHANNELS), {"training": True}),
    ],
    "normalize": [((X,), {"dim": 1})],
    "cosine_similarity": [((X, Y), {"dim": 1})],
    "scaled_dot_product_attention": [
        (tuple(HEADS), {"is_causal": True}),
        (tuple(HEADS), {"attn_mask": R.normal(size=(5, 5))}),
        (tuple(HEADS), {"attn_mask": np.tri(5, dtype=bool), "scale": 0.3}),
    ],
    "pad": [((X, (1, 2, 0, 1)), {}), ((CUBE, (1, 2)), {"mode": "reflect"})],
    "mse_loss": [((X, Y), {}), ((X, Y), {"reduction": "sum"})],
    "l1_loss": [((X, Y), {})],
    "huber_loss": [((X, Y), {"delta": 0.7})],
    "smooth_l1_loss": [((X, Y), {"beta": 0.5})],
    "cross_entropy": [
        ((X, LABELS), {}),
        ((X, LABELS), {"label_smoothing": 0.1}),
        ((X, LABELS), {"weight": POSITIVE[0]}),
        ((X, np.array([1, -100, 5, 2])), {}),
        ((X, SHARE / SHARE.sum(1, keepdims=True)), {"reduction": "sum"}),
        ((CUBE, np.array([[0, 2, 1, 0], [1, 1, 0, 2]])), {}),
        ((ROW, np.array(2)), {}),
    ],
    "nll_loss": [((np.log(SHARE), LABELS), {}), ((X, LABELS), {"reduction": "none"})],
    "binary_cross_entropy": [((SHARE, SHARE[::-1].copy()), {})],
    "binary_cross_entropy_with_logits": [((X, SHARE), {"pos_weight": POSITIVE[0]})],
    "kl_div": [
        ((X, SHARE), {"reduction": "batchmean"}),
        ((X, Y), {"log_target": True, "reduction": "sum"}),
    ],
    "hinge_embedding_loss": [((X, SIGNS), {"margin": 0.8})],
}
# Functions whose result has no gradient, or is no array: they are called in the programs.
PLAIN = """
sign trunc floor ceil rint round floor_divide any all isnan isfinite argmax argmin size
numel dim zeros_like ones_like full_like logical_not detach to type type_as contiguous float
double half bfloat16 cuda cpu requires_grad
""".split()  # noqa: SIM905
# Other names of a function that is called above.
ALIASES = """
log_sigmoid boolean_dispatch dropout1d dropout2d alpha_dropout
special_expit expit special_erf sgn fix truediv floordiv mod lt le gt ge eq ne bitwise_not
and or
""".split()  # noqa: SIM905
