"""The course's helpers. `open_lab` gives you an AWS account to experiment in."""

from helpers.lab import Lab, open_lab

__all__ = ["Lab", "open_lab"]
