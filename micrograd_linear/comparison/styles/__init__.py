"""Every style of a hand-written backward pass, brought to one: functions of plain arrays."""
