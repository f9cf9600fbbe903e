import numpy as np

gamma = 0.9


def discount(r):
    out = np.zeros_like(r, dtype=float)
    running = 0.0
    for t in reversed(range(len(r))):
        running = running * gamma + r[t]
        out[t] = running
    return out


def policy_forward(model, x):
    h = np.dot(x, model['W1'].T)
    h[h < 0] = 0
    logit = np.dot(h, model['W2'])
    return 1.0 / (1.0 + np.exp(-logit)), h


def objective(model, epx, actions, rewards, entropy_coef=0.1):
    """Negative of (policy objective + entropy bonus)."""
    p, _ = policy_forward(model, epx)
    adv = discount(rewards)
    logp = np.where(actions == 1, np.log(p), np.log(1 - p))
    entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p))
    return -np.sum(adv * logp) - entropy_coef * np.sum(entropy)


def policy_backward(model, epx, actions, rewards, entropy_coef=0.1):
    p, eph = policy_forward(model, epx)
    adv = discount(rewards)
    dlogit = (p - actions) * adv
    dent = np.log(1 - p) - np.log(p)
    dlogit -= entropy_coef * dent * p * (1 - p)
    dW2 = np.dot(eph.T, dlogit)
    dh = np.outer(dlogit, model['W2'])
    dh[eph <= 0] = 0
    dW1 = np.dot(dh.T, epx)
    return {'W1': dW1, 'W2': dW2}
