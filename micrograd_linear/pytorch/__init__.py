"""PyTorch's functions on Tensors, so that a forward pass that is written in them is recorded.

PyTorch is never imported here: it calls what it finds in an argument, by its protocol
``__torch_function__``, with one of its own functions. What has no rule here is refused by name.
"""

from .array import TorchArray
from .calls import called

__all__ = ["TorchArray", "called"]
