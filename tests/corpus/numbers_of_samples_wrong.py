"""Losses with one number for each sample beside data and targets."""

import numpy as np


def softplus(z):
    return np.log1p(np.exp(z))


def weighted_loss(theta, X, y, sample_weight):
    """Weighted logistic loss of labels 1 and -1."""
    score = X @ theta
    share = sample_weight / np.sum(sample_weight)
    loss = np.sum(share * softplus(-y * score))
    slope = -y * sample_weight / (1 + np.exp(y * score))
    grad = X.T @ slope
    return loss, grad


def event_rates(beta, X, counts, exposure, prior=0.2):
    """Negative log-likelihood of counts whose rate is exposure * exp(X beta)."""
    expected = exposure * np.exp(X @ beta)
    loss = np.sum(expected - counts * np.log(expected)) + prior * np.sum(beta**2)
    grad = X.T @ (expected - counts) + prior * beta
    return loss, grad


def chances_forward(params, states):
    inner = np.tanh(states @ params["W1"].T)
    return 1 / (1 + np.exp(-inner @ params["W2"])), inner


def reward_loss(params, states, actions, rewards):
    """The log-probability of what was done, weighted by what came of it."""
    p, _ = chances_forward(params, states)
    done = np.where(actions == 1, np.log(p), np.log(1 - p))
    return -np.sum(done * rewards)


def chances_backward(params, states, actions, rewards):
    p, inner = chances_forward(params, states)
    dscore = p - actions
    dW2 = inner.T @ dscore
    dinner = np.outer(dscore, params["W2"]) * (1 - inner**2)
    return {"W1": dinner.T @ states, "W2": dW2}
