import numpy as np


def step(u, kappa, dt, dx):
    """Explicit step of u_t = (kappa u_x)_x with fixed ends; kappa on cell faces."""
    flux = kappa * (u[1:] - u[:-1]) / dx
    new = u.copy()
    new[1:-1] += dt / dx * (flux[1:] - flux[:-1])
    return new


def step_vjp(g, u, kappa, dt, dx):
    gu = g.copy()
    gflux = np.zeros_like(kappa)
    gflux[1:] += dt / dx * g[1:-1]
    gflux[:-1] -= dt / dx * g[1:-1]
    gkappa = gflux * (u[1:] - u[:-1]) / dx
    gdiff = gflux * kappa / dx
    gu[1:] += gdiff
    gu[:-1] -= gdiff
    return gu, gkappa


def misfit(u0, kappa, observed, nt, dt=0.1, dx=1.0):
    u = u0
    for _ in range(nt):
        u = step(u, kappa, dt, dx)
    return 0.5 * np.sum((u - observed) ** 2)


def misfit_gradient(u0, kappa, observed, nt, dt=0.1, dx=1.0):
    states = [u0]
    for _ in range(nt):
        states.append(step(states[-1], kappa, dt, dx))
    g = states[-1] - observed
    gkappa = np.zeros_like(kappa)
    for n in reversed(range(nt)):
        g, gk = step_vjp(g, states[n], kappa, dt, dx)
        gkappa += gk
    return g, gkappa
