"""The turns of this process's threads, once it is an execution environment."""

from __future__ import annotations

from helpers.embedded.services.lambda_.process.turns import Turns

turns: Turns | None = None
"""None: not yet, or not any more: in a process that a handler has forked."""
