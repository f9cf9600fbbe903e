"""The parts of the command ``micrograd-linear``: its arguments, the user's file, and what that file may disturb."""
