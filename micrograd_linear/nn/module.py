"""``Module``: something with parameters."""

from ..graph import is_node


class Module:
    """Base of layers and models. Its parameters are the nodes that require a gradient among its attributes, in lists and submodules too.

    >>> from micrograd_linear import Value
    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Value(2.0, "factor")
    >>> Scale().parameters()
    [Value(data=2.0, grad=0.0, name='factor')]
    """

    def parameters(self):
        """All parameters, each once, in the order of definition."""
        found, pending = {}, [self]
        while pending:
            item = pending.pop()
            if is_node(item):
                if item.requires_grad:
                    found[item] = None
            elif isinstance(item, Module):
                pending.extend(reversed(vars(item).values()))
            elif isinstance(item, (list, tuple)):
                pending.extend(reversed(item))
            elif isinstance(item, dict):
                pending.extend(reversed(item.values()))
        return list(found)

    def zero_grad(self):
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.zero_grad()
