import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost_function(w, X, y):
    m = len(y)
    h = sigmoid(X @ w)
    J = -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / m
    return J


def gradient(w, X, y):
    m = len(y)
    grad = X.T @ (sigmoid(X @ w) - y) / m
    return grad


def costFunctionReg(theta, X, y, lmbda):
    m = y.size
    h = sigmoid(X.dot(theta))
    J = np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h)) / m
    J = J + lmbda / (2 * m) * np.sum(theta[1:] ** 2)
    grad = (1 / m) * X.T.dot(h - y)
    grad[1:] = grad[1:] + (lmbda / m) * theta[1:]
    return J, grad


def computeCost(X, y, theta):
    m = len(y)
    return np.sum((X.dot(theta) - y) ** 2) / (2 * m)


def computeGradient(X, y, theta):
    m = len(y)
    return X.T.dot(X.dot(theta) - y) / m
