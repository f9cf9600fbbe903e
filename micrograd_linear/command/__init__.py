"""The parts of the command: its arguments, its output, and the user's file."""
