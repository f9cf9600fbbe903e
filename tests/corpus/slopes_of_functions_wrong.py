import numpy as np

A = np.array([[3.0, 0.5], [0.5, 1.0]])
b = np.array([1.0, -2.0])


def f(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def df(x):
    one = 2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2)
    return np.array([one, 200 * (x[1] - x[0] ** 2)])


def g(x):
    return 0.5 * x @ A @ x - b @ x


def gprime(x):
    return A @ x


def neg_log_likelihood(theta, x):
    mu, log_sigma = theta
    return np.sum(log_sigma + 0.5 * ((x - mu) / np.exp(log_sigma)) ** 2)


def grad_neg_log_likelihood(theta, x):
    mu, log_sigma = theta
    s2 = np.exp(2 * log_sigma)
    return np.array([np.sum(x - mu) / s2, np.sum(1 - (x - mu) ** 2 / s2)])


def objective(w, X, y):
    margin = y * (X @ w)
    return np.log1p(np.exp(-margin)).sum()


def objective_gradient(w, X, y):
    margin = y * (X @ w)
    return -X.T @ (y / (1 + np.exp(margin)))


def logistic_loss(w, X, y):
    return np.log1p(np.exp(-y * (X @ w))).mean()


def logistic_grad(w, X, y):
    s = 1 / (1 + np.exp(y * (X @ w)))
    return -(X.T @ (y * s)) / len(y)
