"""What ``compile`` is told so that a text is read as it was the first time."""

import __future__

FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
