"""Losses of single rows of tables of vectors, whose gradients are of these rows."""

import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


def meeting_loss(i, j, word_vecs, near_vecs):
    """How unlikely it is by their vectors that two words meet."""
    a = word_vecs[i]
    b = near_vecs[j]
    p = squash(a @ b)
    loss = -np.log(p)
    grad_word = (p - 1) * b
    grad_near = np.zeros_like(near_vecs)
    grad_near[j] += (p - 1) * a
    return loss, grad_word, grad_near


def noise_loss(center, noise_ids, center_vecs, other_vecs):
    """Pushes a word away from words that were drawn, some of them twice."""
    v = center_vecs[center]
    drawn = other_vecs[noise_ids]
    p = squash(drawn @ v)
    loss = -np.sum(np.log(1 - p))
    grad_center = p @ drawn
    grad_other = np.zeros_like(other_vecs)
    for place, row in enumerate(noise_ids):
        grad_other[row] += p[place] * v
    return loss, grad_center, grad_other
