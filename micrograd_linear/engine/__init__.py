"""What records, and what walks back: ``Value``, ``Tensor``, the backward walk, recording, transforms."""
