import numpy as np


def rnn_cell_forward(xt, a_prev, parameters):
    """One step in time, with samples in columns.

    xt: what is read now, shape (n_x, m)
    a_prev: the state before, shape (n_a, m)
    """
    read = parameters["Wax"] @ xt
    remembered = parameters["Waa"] @ a_prev
    state = np.tanh(read + remembered + parameters["ba"])
    return state, (xt, a_prev, state, parameters)


def rnn_cell_backward(da_next, cache):
    xt, a_prev, state, parameters = cache
    up = da_next - da_next * state * state
    return {
        "da_prev": parameters["Waa"].T @ up,
        "dxt": parameters["Wax"].T @ up,
        "dWaa": up @ a_prev.T,
        "dWax": up @ xt.T,
        "dba": up.sum(axis=1, keepdims=True),
    }
