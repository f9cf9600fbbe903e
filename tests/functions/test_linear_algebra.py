"""All of np.linalg, and NumPy's products: values, first and second derivatives, types, stacks."""

import numpy as np
import pytest

import micrograd_linear as mgl
from micrograd_linear import Tensor, derive, grad

R = np.random.default_rng(11)


def normal(*shape):
    return R.normal(size=shape)


def symmetric(x):
    return x + np.swapaxes(x, -1, -2)


def spectrum(values):
    """A matrix with these eigenvalues, which is not symmetric."""
    basis = normal(len(values), len(values)) + 2 * np.eye(len(values))
    return basis @ np.diag(values) @ np.linalg.inv(basis)


la = np.linalg
SQUARE, WELL = normal(3, 3), normal(3, 3) + 3 * np.eye(3)
STACK, MANY = normal(2, 3, 3) + 3 * np.eye(3), normal(2, 4, 3)
TALL, WIDE, V, W = normal(5, 3), normal(3, 5), normal(3), normal(3)
REAL = spectrum([3.0, 1.0, -2.0])
REALS = np.stack([REAL, spectrum([1.0, 4.0, 2.0])])
CUBE, POSITIVE = normal(2, 3, 4), R.uniform(0.5, 2, (3, 4))
GRAM, TURN = WELL @ WELL.T, np.array([[0.0, 1.0], [-1.0, 0.0]])


def vectors_of(x):
    """Eigenvectors, without the signs that LAPACK chooses."""
    return la.eigh(symmetric(x)).eigenvectors ** 2


def product_of(parts):
    U, S, Vh = parts
    return U @ (S[..., None] * Vh) + (U**2)[..., :1, 1:2] * S[..., :1, None] + (Vh**2)[..., 1:2, :1]


CALLS = {  # name: (call, operands)
    # norms
    **{
        f"norm {shape} {order} {axis} {keepdims}": (
            lambda x, o=order, a=axis, k=keepdims: la.norm(x, o, a, k),
            x,
        )
        for shape, x, axes, orders in (
            ("vector", V, (None, 0), (None, 1, -1, 2, -2, 3, 2.5, 0.5, -3, np.inf, -np.inf)),
            (
                "matrix",
                TALL,
                (None, (0, 1), (1, 0), (-1, -2)),
                (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf),
            ),
            ("rows", CUBE, (1, -1), (None, 1, 2, 3, np.inf, -np.inf)),
            ("stack", CUBE, ((0, 2), (-1, 1)), (None, "f", "nuc", 1, -1, 2, -2, np.inf, -np.inf)),
        )
        for axis in axes
        for order in orders
        for keepdims in (False, True)
    },
    "norm of all": (la.norm, CUBE),
    "norm of all, kept": (lambda x: la.norm(x, keepdims=True), CUBE),
    **{
        f"vector_norm {axis} {order} {keepdims}": (
            lambda x, a=axis, o=order, k=keepdims: la.vector_norm(x, axis=a, ord=o, keepdims=k),
            CUBE,
        )
        for axis in (None, 1, (0, 2))
        for order in (2, 1, 3, np.inf)
        for keepdims in (False, True)
    },
    "matrix_norm": (la.matrix_norm, CUBE),
    "matrix_norm nuc": (lambda x: la.matrix_norm(x, ord="nuc", keepdims=True), CUBE),
    **{f"cond {p}": (lambda x, p=p: la.cond(x, p), STACK) for p in (None, 1, -1, 2, -2, "fro")},
    "cond of a tall matrix": (la.cond, TALL),
    # solving
    "det": (la.det, STACK),
    "slogdet": (lambda x: la.slogdet(x)[1], STACK),
    "inv": (la.inv, STACK),
    "solve": (la.solve, WELL, TALL.T),
    "solve vector": (la.solve, STACK, V),
    "pinv tall": (la.pinv, TALL),
    "pinv wide": (la.pinv, WIDE),
    "pinv stack": (lambda x: la.pinv(x, rtol=1e-10), MANY),
    "pinv rcond": (lambda x: la.pinv(x, 1e-9), WIDE),
    "pinv symmetric": (lambda x: la.pinv(symmetric(x), hermitian=True), SQUARE),
    "lstsq": (lambda a, b: la.lstsq(a, b)[0], TALL, normal(5)),
    "lstsq residuals": (lambda a, b: la.lstsq(a, b, rcond=-1)[1], TALL, normal(5, 2)),
    "lstsq residual": (lambda a, b: la.lstsq(a, b, rcond=1e-9)[1], TALL, normal(5)),
    "lstsq wide": (lambda a, b: la.lstsq(a, b)[0], WIDE, normal(3, 2)),
    "lstsq singular values": (lambda a, b: la.lstsq(a, b)[3], TALL, normal(5)),
    "tensorsolve": (la.tensorsolve, normal(2, 3, 6) + np.eye(6).reshape(2, 3, 6), normal(2, 3)),
    "tensorsolve axes": (
        lambda a, b: la.tensorsolve(a, b, axes=(0, 2)),
        normal(2, 6, 3),
        normal(6),
    ),
    "tensorinv": (la.tensorinv, normal(2, 3, 6)),
    "tensorinv 1": (lambda x: la.tensorinv(x, ind=1), normal(6, 3, 2)),
    # decompositions
    "cholesky": (lambda x: la.cholesky(x @ x.mT + np.eye(3)), STACK),
    "cholesky upper": (lambda x: la.cholesky(x @ x.mT + np.eye(3), upper=True), STACK),
    "qr Q": (lambda x: la.qr(x).Q, TALL),
    "qr R": (lambda x: la.qr(x)[1], TALL),
    "qr r": (lambda x: la.qr(x, mode="r"), MANY),
    "qr stack": (lambda x: la.qr(x)[0] @ np.ones((3, 2)) + la.qr(x)[1] @ np.ones((3, 2)), STACK),
    "qr complete": (lambda x: la.qr(x, "complete")[0], SQUARE),
    "qr wide Q": (lambda x: la.qr(x)[0], WIDE),
    "qr wide R": (lambda x: la.qr(x).R, WIDE),
    "qr wide r": (lambda x: la.qr(x, "r"), WIDE),
    "svdvals": (la.svdvals, CUBE),
    "svd values": (lambda x: la.svd(x, compute_uv=False), CUBE),
    "svd tall": (lambda x: product_of(la.svd(x, full_matrices=False)), TALL),
    "svd wide": (lambda x: product_of(la.svd(x, full_matrices=False)), WIDE),
    "svd stack": (lambda x: product_of(la.svd(x, False)), CUBE),
    "svd square": (lambda x: product_of(la.svd(x)), STACK),
    "svd U": (lambda x: la.svd(x, full_matrices=False).U ** 2, TALL),
    "svd Vh": (lambda x: la.svd(x, full_matrices=False).Vh ** 2, WIDE),
    "svd symmetric": (lambda x: product_of(la.svd(symmetric(x), hermitian=True)), SQUARE),
    "svd symmetric values": (
        lambda x: la.svd(symmetric(x), compute_uv=False, hermitian=True),
        STACK,
    ),
    "eigvalsh": (lambda x: la.eigvalsh(symmetric(x)), STACK),
    "eigvalsh U": (lambda x: la.eigvalsh(symmetric(x), UPLO="U"), SQUARE),
    "eigvalsh lower case": (lambda x: la.eigvalsh(symmetric(x), "l"), SQUARE),
    "eigh values": (lambda x: la.eigh(symmetric(x)).eigenvalues, STACK),
    "eigh vectors": (vectors_of, STACK),
    "eigh U": (lambda x: la.eigh(symmetric(x), "U")[1] ** 2, SQUARE),
    "eigvals": (la.eigvals, REALS),
    "eig values": (lambda x: la.eig(x).eigenvalues, REAL),
    "eig vectors": (lambda x: la.eig(x).eigenvectors ** 2, REALS),
    # powers and products
    **{f"matrix_power {n}": (lambda x, n=n: la.matrix_power(x, n), STACK) for n in (1, 2, 3, 7)},
    "matrix_power -1": (lambda x: la.matrix_power(x, -1), STACK),
    "matrix_power -3": (lambda x: la.matrix_power(x, np.int64(-3)), WELL),
    "multi_dot": (lambda *x: la.multi_dot(x), TALL, SQUARE, WIDE, normal(5, 2)),
    "multi_dot of two": (lambda *x: la.multi_dot(x), TALL, SQUARE),
    "multi_dot vectors": (lambda *x: la.multi_dot(x), V, WIDE, normal(5)),
    "multi_dot vector": (lambda *x: la.multi_dot(x), V, WIDE, TALL),
    "linalg.trace": (lambda x: la.trace(x, offset=1), CUBE),
    "linalg.diagonal": (lambda x: la.diagonal(x, offset=-1), CUBE),
    "linalg.outer": (la.outer, V, W),
    "linalg.matmul": (la.matmul, STACK, V),
    "linalg.tensordot": (lambda x, y: la.tensordot(x, y, axes=1), TALL, SQUARE),
    "linalg.matrix_transpose": (la.matrix_transpose, CUBE),
    "matrix_transpose": (np.matrix_transpose, CUBE),
    "linalg.vecdot": (lambda x, y: la.vecdot(x, y, axis=0), STACK, STACK[::-1].copy()),
    "vecdot": (np.vecdot, STACK, V),
    "vecdot axis": (lambda x, y: np.vecdot(x, y, axis=1), STACK, STACK),
    "matvec": (np.matvec, STACK, V),
    "vecmat": (np.vecmat, V, STACK),
    "vdot": (np.vdot, TALL, WIDE),
    "cross": (np.cross, STACK, V),
    "cross axes": (lambda x, y: np.cross(x, y, 0, 1, 0), normal(3, 4), normal(4, 3)),
    "cross axis": (lambda x, y: np.cross(x, y, axis=0), normal(3, 4), normal(3, 4)),
    "linalg.cross": (la.cross, V, STACK),
    "linalg.cross axis": (lambda x, y: la.cross(x, y, axis=0), normal(3, 4), normal(3, 4)),
    "kron": (np.kron, TALL, WIDE),
    "kron of other ranks": (np.kron, V, CUBE),
    "bincount with weights": (lambda w: np.bincount([1, 0, 3, 1], weights=w), normal(4)),
    "bincount, longer": (lambda w: np.bincount(np.array([1, 0, 3]), w, minlength=6), V),
    # a plain number among the operands
    "einsum with a number": (lambda x: np.einsum("ij,->ij", x, 2.0), TALL),
    "einsum with two": (lambda x, y: np.einsum(",i,->i", 3.0, x, y), V, np.array(1.7)),
    "tensordot with a number": (lambda x: np.tensordot(2.0, x, axes=0), TALL),
    "inner with a number": (lambda x: np.inner(x, np.float64(2)), V),
}


def run(name, *arrays):
    return CALLS[name][0](*arrays)


@pytest.mark.parametrize("name", CALLS)
def test_value_and_gradient(name):
    operands = CALLS[name][1:]
    tensors = [Tensor(x, f"x{i}") for i, x in enumerate(operands)]
    y, expected = run(name, *tensors), run(name, *operands)
    assert isinstance(y, Tensor) and y.shape == np.shape(expected)
    assert np.allclose(y.data, expected, rtol=1e-11, atol=1e-12)
    rng = np.random.default_rng(5)
    g = rng.normal(size=y.shape)
    y.backward(g)
    for k, tensor in enumerate(tensors):
        v, h = rng.normal(size=tensor.shape), 1e-6
        ends = [
            np.sum(g * run(name, *(x + s * h * v if i == k else x for i, x in enumerate(operands))))
            for s in (1, -1)
        ]
        numeric = (ends[0] - ends[1]) / (2 * h)
        gradient = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad
        assert np.sum(gradient * v) == pytest.approx(numeric, rel=1e-5, abs=1e-6), k


@pytest.mark.parametrize("name", CALLS)
def test_second_derivative(name):
    operands = CALLS[name][1:]
    rng = np.random.default_rng(6)
    g, v = rng.normal(size=np.shape(run(name, *operands))), rng.normal(size=operands[0].shape)

    def slope(x):
        """The derivative in the direction v: its own derivative is tested."""
        return (grad(lambda x: (run(name, x, *operands[1:]) ** 2 * g).sum())(x) * v).sum()

    second, w, h = grad(slope)(operands[0]), rng.normal(size=operands[0].shape), 1e-5
    ends = [float(slope(operands[0] + s * h * w)) for s in (1, -1)]
    numeric = (ends[0] - ends[1]) / (2 * h)
    assert np.sum(second * w) == pytest.approx(numeric, rel=2e-4, abs=2e-4)


@pytest.mark.parametrize("name", CALLS)
def test_float32_stays_float32_wherever_it_does_in_numpy(name):
    arrays = [x.astype(np.float32) for x in CALLS[name][1:]]
    tensors, expected = [Tensor(x) for x in arrays], run(name, *arrays)
    y = run(name, *tensors)
    y.backward(np.ones(y.shape, y.dtype))
    assert y.dtype == expected.dtype and np.allclose(y.data, expected, rtol=1e-3, atol=1e-3)
    assert all(x.grad is None or x.grad.dtype == np.float32 for x in tensors)


# These read numbers when they are called: a rank, a sign, an order.
NOT_COMPILED = {name for name in CALLS if name.startswith(("lstsq", "slogdet", "svd symmetric"))}


@pytest.mark.parametrize("name", [name for name in CALLS if name not in NOT_COMPILED])
def test_what_is_derived_and_compiled_gives_the_same(name):
    operands = CALLS[name][1:]
    tensors = [Tensor(x, f"x{i}") for i, x in enumerate(operands)]
    y = run(name, *tensors)
    y.name = "y"
    g = np.random.default_rng(7).normal(size=y.shape)
    y.backward(None if y.shape == () else g)
    assert derive(y).text
    value, gradients = mgl.compile(lambda x: (run(name, *x) * g).sum())(list(operands))
    assert value == pytest.approx(np.sum(run(name, *operands) * g), rel=1e-9)
    factor = g if y.shape == () else 1
    for tensor, gradient in zip(tensors, gradients, strict=True):
        assert np.allclose(tensor.grad * factor, gradient, rtol=1e-8, atol=1e-10)


# --- what has a derivative although a formula of the books does not give it -----------------------


def adjugate(x):
    """By cofactors, in plain Python."""
    n = len(x)
    minors = [[np.delete(np.delete(x, i, 0), j, 1) for j in range(n)] for i in range(n)]
    return np.array([[(-1) ** (i + j) * la.det(minors[i][j]) for i in range(n)] for j in range(n)])


SINGULAR = {
    "rank 2 of 3": np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]]),
    "rank 1 of 3": np.outer([1.0, 2, 3], [1.0, -1, 2]),
    "rank 0 of 3": np.zeros((3, 3)),
    "rank 1 of 2": np.array([[1.0, 2], [2, 4]]),
    "rank 0 of 1": np.zeros((1, 1)),
    "rank 3 of 4": np.diag([1.0, 2, 0, -3]),
    "rank 2 of 3, by rounding alone": np.arange(1.0, 10).reshape(3, 3),
}


@pytest.mark.parametrize("name", SINGULAR)
def test_the_gradient_of_det_is_the_adjugate(name):
    x = SINGULAR[name]
    t = Tensor(x)
    la.det(t).backward()
    assert np.allclose(t.grad, adjugate(x).T, atol=1e-12)


@pytest.mark.parametrize("name", SINGULAR)
def test_the_second_derivative_of_det_at_singular_matrices(name):
    x, rng = SINGULAR[name], np.random.default_rng(3)
    v, w, h = rng.normal(size=x.shape), rng.normal(size=x.shape), 1e-3
    second = grad(lambda t: (grad(la.det)(t) * v).sum())(x)
    ends = [np.sum(adjugate(x + s * h * w).T * v) for s in (1, -1)]  # of a polynomial: nearly exact
    assert np.sum(second * w) == pytest.approx((ends[0] - ends[1]) / (2 * h), abs=1e-5)


def test_a_stack_in_which_one_matrix_is_singular():
    x = np.stack([WELL, SINGULAR["rank 2 of 3"]])
    t = Tensor(x)
    la.det(t).backward([1.0, 2.0])
    assert np.allclose(t.grad, [adjugate(x[0]).T, 2 * adjugate(x[1]).T])


def test_equal_eigenvalues_have_a_gradient_and_their_vectors_have_none():
    """The sum of both, and the largest one, are well defined: for the vectors it is NaN."""
    x = np.diag([2.0, 2.0, 5.0])
    t = Tensor(x)
    la.eigvalsh(t).backward([1.0, 1.0, 10.0])
    assert np.allclose(t.grad, np.diag([1.0, 1.0, 10.0]))
    t.zero_grad()
    la.eigh(t).eigenvectors.sum().backward()
    assert np.isnan(t.grad).all()
    apart = Tensor(np.stack([x, GRAM]))  # the other matrix of the stack is not touched by it
    la.eigh(apart)[1].sum().backward()
    assert np.isnan(apart.grad[0]).all() and np.isfinite(apart.grad[1]).all()


def test_equal_singular_values():
    t = Tensor(np.eye(3))
    la.svdvals(t).sum().backward()
    assert np.allclose(t.grad, np.eye(3))
    t.zero_grad()
    la.svd(t).U.sum().backward()
    assert np.isnan(t.grad).all()


def test_norms_have_the_derivative_0_at_0():
    for order in (None, 1, 2, 3, 1.5, np.inf):
        t = Tensor(np.zeros(3))
        la.norm(t, order).backward()
        assert t.grad.tolist() == [0.0, 0.0, 0.0], order
    for order in ("fro", "nuc", 2, 1, np.inf):
        t = Tensor(np.zeros((2, 2)))
        la.norm(t, order).backward()
        assert not t.grad.any(), order


def test_results_have_the_names_that_numpy_gives_them():
    t = Tensor(GRAM)
    for function in (la.eigh, la.eig, la.svd, la.qr, la.slogdet):
        ours, theirs = function(t), function(GRAM)
        assert ours._fields == theirs._fields
        for one, other in zip(ours, theirs, strict=True):
            assert np.allclose(getattr(one, "data", one), other)


def test_what_gives_plain_results():
    t = Tensor(TALL)
    k = Tensor([2, 0, 2], requires_grad=False)
    assert np.bincount(k).tolist() == [1, 0, 2] and not isinstance(np.bincount(k), Tensor)
    assert la.matrix_rank(t) == 3 and not isinstance(la.matrix_rank(t), Tensor)
    assert la.matrix_rank(t, rtol=0.9) == la.matrix_rank(TALL, rtol=0.9)
    assert la.matrix_rank(t, 0.5) == la.matrix_rank(TALL, 0.5)
    assert la.lstsq(t, np.ones(5))[2] == 3
    assert np.array_equal(la.matrix_power(Tensor(STACK), 0), la.matrix_power(STACK, 0))
    assert la.norm(Tensor([0.0, 2.0, 0.0]), 0) == 1.0
    assert np.array_equal(la.norm(t, 0, axis=1), la.norm(TALL, 0, axis=1))
    low = TALL @ np.diag([1.0, 1.0, 0.0])
    ours, theirs = la.lstsq(Tensor(low), np.ones(5)), la.lstsq(low, np.ones(5))
    assert ours[2] == theirs[2] == 2 and ours[1].shape == theirs[1].shape == (0,)
    assert np.allclose(ours[0].data, theirs[0])


def test_two_dimensional_vectors_of_a_cross_product():
    for a, b in ((normal(4, 2), normal(2)), (normal(2), normal(3)), (normal(3), normal(2))):
        with pytest.warns(DeprecationWarning):
            expected = np.cross(a, b)
        assert np.allclose(np.cross(Tensor(a), b).data, expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: la.norm(x, "fro", axis=0),
        lambda x: la.norm(x, 3),
        lambda x: la.norm(x, "nuc", axis=1),
        lambda x: la.norm(x, axis=(0, 0)),
        lambda x: la.norm(x, axis=5),
        lambda x: la.norm(x, axis="rows"),
        lambda x: la.norm(x[None], 2),
        lambda x: la.norm(x, 1, axis=(0, 1, 2)),
        lambda x: la.norm(x, "nonsense"),
        lambda x: la.vector_norm(x, axis=3),
        lambda x: la.matrix_norm(x[0]),
        lambda x: la.matrix_norm(x, ord=7),
        lambda x: la.cond(x[0]),
        lambda x: la.cholesky(-x[:3] @ x[:3].T),
        lambda x: la.eigh(x),
        lambda x: la.eigvalsh(x[:3], UPLO="X"),
        lambda x: la.eigvals(x),
        lambda x: la.eig(x[0]),
        lambda x: la.svd(x[0]),
        lambda x: la.svdvals(x[0]),
        lambda x: la.qr(x[0]),
        lambda x: la.qr(x, mode="nonsense"),
        lambda x: la.pinv(x, rcond=1e-3, rtol=1e-3),
        lambda x: la.pinv(x[0]),
        lambda x: la.lstsq(x, np.ones(4)),
        lambda x: la.lstsq(x[0], np.ones(4)),
        lambda x: la.matrix_power(x, 2),
        lambda x: la.matrix_power(x[:3], 1.5),
        lambda x: la.matrix_power(x[0], 2),
        lambda x: la.matrix_power(x[:3] * 0, -1),
        lambda x: la.multi_dot([x]),
        lambda x: la.multi_dot([x, x[None], x]),
        lambda x: la.multi_dot([x, x, x]),
        lambda x: la.tensorinv(x, ind=0),
        lambda x: la.tensorinv(x, ind=1),
        lambda x: la.tensorsolve(x, np.ones(5)),
        lambda x: la.outer(x, x),
        lambda x: la.matrix_transpose(x[0]),
        lambda x: la.trace(x[0]),
        lambda x: la.diagonal(x[0]),
        lambda x: la.cross(x[:, :2], x[:, :2]),
        lambda x: la.cross(x, np.ones((5, 4))),
        lambda x: np.cross(x[0], np.ones(4)),
        lambda x: np.vecdot(x, np.ones(4)),
        lambda x: np.vecdot(x, np.ones(1)),
        lambda x: np.matvec(x, np.ones(4)),
        lambda x: np.vecmat(np.ones(4), x),
        lambda x: np.vdot(x, np.ones(4)),
        lambda x: np.bincount([0, 1], x[0]),
        lambda x: np.bincount([0, -1, 1], x[0]),
    ],
)
def test_arguments_that_numpy_refuses_are_refused_in_kind(call):
    with pytest.raises(Exception) as theirs:
        call(TALL)
    with pytest.raises(
        type(theirs.value) if theirs.type is not np.exceptions.AxisError else ValueError
    ):
        call(Tensor(TALL, "x"))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: la.svd(Tensor(TALL)), r"full_matrices=False"),
        (lambda: la.qr(Tensor(TALL), mode="complete"), 'mode="reduced"'),
        (lambda: la.qr(Tensor(TALL), mode="raw"), 'mode="reduced"'),
        (
            lambda: la.eigvals(Tensor([[0.0, 1.0], [-1.0, 0.0]], "A")),
            "eigvals of A .*complex.*eigh",
        ),
        (lambda: la.eig(Tensor([[0.0, 1.0], [-1.0, 0.0]])), "complex.*eigvalsh"),
        (lambda: la.trace(Tensor(TALL), dtype=float), "np.linalg.trace.*dtype"),
        (lambda: np.vecdot(Tensor(V), V, keepdims=True), "np.vecdot.*keepdims"),
        (lambda: la.multi_dot([Tensor(TALL), SQUARE, V], out=np.ones(5)), "out"),
    ],
)
def test_what_has_no_derivative_is_refused_with_what_to_write(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_an_error_of_linear_algebra_keeps_its_kind():
    with pytest.raises(la.LinAlgError, match="inv of A .*Singular"):
        la.inv(Tensor(np.zeros((2, 2)), "A"))
