"""All workloads, in the order of the report."""

from . import checking, comparing, derived, drawing, growing, scalar, tensors, transformer

_MODULES = (scalar, transformer, tensors, checking, drawing, derived, comparing)
WORKLOADS = tuple(workload for module in _MODULES for workload in module.WORKLOADS)
GROWTH = growing.WORKLOAD


def workload(name):
    return next(each for each in (*WORKLOADS, GROWTH) if each.name == name)
