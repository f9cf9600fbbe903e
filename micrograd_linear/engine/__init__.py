"""The graph and its gradients: ``Value``, ``Tensor``, recording, the backward walk, transforms."""
