import numpy as np

DT = 0.05


def simulate(x0, v0, k, c, steps):
    """Damped nonlinear spring, semi-implicit Euler. Returns trajectories."""
    xs, vs = [x0], [v0]
    x, v = x0, v0
    for _ in range(steps):
        a = -k * x - c * v - 0.3 * x ** 3
        v = v + DT * a
        x = x + DT * v
        xs.append(x)
        vs.append(v)
    return np.array(xs), np.array(vs)


def loss(x0, v0, k, c, target):
    xs, _ = simulate(x0, v0, k, c, len(target) - 1)
    return 0.5 * np.sum((xs - target) ** 2)


def adjoint(x0, v0, k, c, target):
    """Gradient of loss wrt initial state and the constants k, c."""
    steps = len(target) - 1
    xs, vs = simulate(x0, v0, k, c, steps)
    gx = xs[steps] - target[steps]
    gv = np.zeros_like(v0)
    gk = 0.0
    gc = 0.0
    for t in range(steps - 1, -1, -1):
        # x_{t+1} = x_t + dt * v_{t+1}
        gv = gv + DT * gx
        # v_{t+1} = v_t + dt * a(x_t, v_t)
        ga = DT * gv
        gk += np.sum(-xs[t] * ga)
        gc += np.sum(-vs[t] * ga)
        gx = gx - (k + 0.9 * xs[t] ** 2) * ga
        gv = gv - c * ga
        gx = gx + (xs[t] - target[t])
    return gx, gv, gk, gc
