import numpy as np


def ridge_objective(w, X, y, alpha):
    r = X @ w - y
    return r @ r / len(y) + alpha * w @ w


def ridge_gradient(w, X, y, alpha):
    r = X @ w - y
    g = 2 * X.T @ r / len(y)
    g += 2 * alpha * w
    return g


def quadratic_form(A, x):
    return x @ A @ x


def quadratic_form_grads(A, x):
    dA = np.outer(x, x)
    dx = (A + A.T) @ x
    return dA, dx


def mvn_nll(mu, L, X):
    """Negative log likelihood of rows of X under N(mu, (L L^T)^-1), L = precision factor."""
    Z = (X - mu) @ L
    _, logdet = np.linalg.slogdet(L)
    return 0.5 * np.sum(Z ** 2) - len(X) * logdet


def mvn_nll_grads(mu, L, X):
    C = X - mu
    Z = C @ L
    dC = Z @ L.T
    dmu = -dC.sum(axis=0)
    dL = C.T @ Z
    dL -= len(X) * np.linalg.inv(L).T
    return dmu, dL


def bilinear_score(x, M, y):
    return np.einsum('ni,ij,nj->n', x, M, y)


def bilinear_score_grads(g, x, M, y):
    dx = g[:, None] * (y @ M.T)
    dM = np.einsum('n,ni,nj->ij', g, x, y)
    dy = g[:, None] * (x @ M)
    return dx, dM, dy
