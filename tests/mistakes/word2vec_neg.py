import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def neg_sampling_loss(center, outside, neg_idx, center_vecs, outside_vecs):
    """
    Skip-gram negative sampling for one (center, outside) pair.
    neg_idx may contain the same word more than once.
    Returns loss, gradient for the center word and for all outside vectors.
    """
    v_c = center_vecs[center]
    u_o = outside_vecs[outside]
    u_k = outside_vecs[neg_idx]

    pos = sigmoid(u_o @ v_c)
    neg = sigmoid(-u_k @ v_c)
    loss = -np.log(pos) - np.sum(np.log(neg))

    grad_center = (pos - 1) * u_o
    grad_center += (1 - neg) @ u_k
    grad_outside = np.zeros_like(outside_vecs)
    grad_outside[outside] += (pos - 1) * v_c
    for k, idx in enumerate(neg_idx):
        grad_outside[idx] += (1 - neg[k]) * v_c
    return loss, grad_center, grad_outside


def skipgram(center, context, negs, center_vecs, outside_vecs):
    loss = 0.0
    d_center = np.zeros_like(center_vecs)
    d_outside = np.zeros_like(outside_vecs)
    for o, neg_idx in zip(context, negs):
        l, gc, go = neg_sampling_loss(center, o, neg_idx, center_vecs, outside_vecs)
        loss += l
        d_center[center] += gc
        d_outside += go
    return loss, d_center, d_outside
