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


def weighted_line_loss(w, b, x, y, weights):
    """Of a line through points that count differently."""
    miss = w * x + b - y
    total = weights.sum()
    loss = (weights * miss**2).sum() / total
    dw = 2 * (weights * miss * x).sum() / total
    db = 2 * miss.sum() / total
    return loss, dw, db


def nearness_loss(z1, z2, same, room=1.0):
    """Pulls pairs that are the same together, and pushes others apart."""
    away = z1 - z2
    d = np.sqrt((away**2).sum(axis=1) + 1e-9)
    short = np.maximum(0, room - d)
    loss = np.mean(same * d**2 + (1 - same) * short**2)
    slope = 2 * (same * d - (1 - same) * short) / len(d)
    dz1 = slope[:, None] * away
    dz2 = -dz1
    return loss, dz1, dz2


def matching_loss(images, texts, log_scale):
    """How well each image is told from all texts, at a sharpness that is learned."""
    scores = np.exp(log_scale) * images @ texts.T
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    n = len(scores)
    loss = -np.mean(np.log(np.diag(chances)))
    dscores = (chances - np.eye(n)) / n
    dimages = np.exp(log_scale) * dscores @ texts
    dtexts = np.exp(log_scale) * dscores.T @ images
    dlog_scale = np.sum(dscores)
    return loss, dimages, dtexts, dlog_scale
