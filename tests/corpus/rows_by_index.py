import numpy as np


def squash(s):
    return 1.0 / (1.0 + np.exp(-s))


def neighbour_loss(word, near, far, word_vecs, near_vecs):
    """One word, one that stands near it, and some that do not."""
    v, u, noise = word_vecs[word], near_vecs[near], near_vecs[far]
    hit, miss = squash(u @ v), squash(noise @ v)
    loss = -np.log(hit) - np.log(1 - miss).sum()
    d_word = (hit - 1) * u + miss @ noise
    d_near_vecs = np.zeros_like(near_vecs)
    d_near_vecs[near] += (hit - 1) * v
    np.add.at(d_near_vecs, far, miss[:, None] * v)
    return loss, d_word, d_near_vecs


def text_loss(word, nears, fars, word_vecs, near_vecs):
    loss, d_word_vecs, d_near_vecs = 0.0, np.zeros_like(word_vecs), np.zeros_like(near_vecs)
    for near, far in zip(nears, fars):
        one, d_word, d_near = neighbour_loss(word, near, far, word_vecs, near_vecs)
        loss = loss + one
        d_word_vecs[word] += d_word
        d_near_vecs += d_near
    return loss, d_word_vecs, d_near_vecs


def chain_loss(scores, moves, path):
    """The log-probability of a path through steps, by sums over all paths."""
    steps, states = scores.shape
    reach = [scores[0]]
    for t in range(1, steps):
        reach.append(np.log(np.exp(reach[-1][:, None] + moves).sum(axis=0)) + scores[t])
    total = np.log(np.exp(reach[-1]).sum())
    taken = scores[np.arange(steps), path].sum() + moves[path[:-1], path[1:]].sum()

    after = [np.zeros(states)]
    for t in range(steps - 1, 0, -1):
        after.insert(0, np.log(np.exp(moves + scores[t] + after[0]).sum(axis=1)))
    dscores = np.exp(np.array(reach) + np.array(after) - total)
    dscores[np.arange(steps), path] -= 1
    dmoves = np.zeros_like(moves)
    for t in range(1, steps):
        dmoves += np.exp(reach[t - 1][:, None] + moves + scores[t] + after[t] - total)
        dmoves[path[t - 1], path[t]] -= 1
    return total - taken, dscores, dmoves
