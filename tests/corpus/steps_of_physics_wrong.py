import numpy as np

H = 0.1


def swing(q0, p0, g, drag, steps):
    """A pendulum that is slowed down, by half-explicit steps."""
    qs, ps = [q0], [p0]
    for _ in range(steps):
        ps.append(ps[-1] - H * (g * np.sin(qs[-1]) + drag * ps[-1]))
        qs.append(qs[-1] + H * ps[-1])
    return np.array(qs), np.array(ps)


def misfit(q0, p0, g, drag, seen):
    qs, _ = swing(q0, p0, g, drag, len(seen) - 1)
    return 0.5 * np.sum((qs - seen) ** 2)


def adjoint(q0, p0, g, drag, seen):
    n = len(seen) - 1
    qs, ps = swing(q0, p0, g, drag, n)
    gq, gp, gg, gdrag = qs[n] - seen[n], np.zeros_like(p0), 0.0, 0.0
    for t in range(n - 1, -1, -1):
        gp = gp + H * gq
        gg = gg - H * np.sum(gp * np.sin(qs[t]))
        gdrag = gdrag - H * np.sum(gp * ps[t + 1])
        gq = gq - H * g * np.cos(qs[t]) * gp + (qs[t] - seen[t])
        gp = gp - H * drag * gp
    return gq, gp, gg, gdrag


def flow(u, mobility, dt):
    """Between cells, as much as they differ; nothing through the ends."""
    between = mobility * np.diff(u)
    return u + dt * (np.append(between, 0.0) - np.append(0.0, between))


def flow_vjp(g, u, mobility, dt):
    gbetween = dt * (g[:-1] - g[1:])
    gmobility = gbetween * np.diff(u)
    gstep = gbetween * mobility
    gu = g.copy()
    gu[1:] += gstep
    gu[:-1] += gstep
    return gu, gmobility
