"""How long things take inside a function. Modelled, never measured, so that runs repeat.

A handler's duration is `handler`, plus what it sleeps, plus `api_call` for each AWS request it
makes. Real durations depend on code, memory and weather; these are round figures of the order
that a small Python function shows.
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.embedded.time.clock import MILLISECOND, SECOND


class Durations(NamedTuple):
    """Microseconds of lab time."""

    init: int = 250 * MILLISECOND
    """A cold start: a new environment imports the handler's module."""
    handler: int = 2 * MILLISECOND
    """The handler's own computing."""
    api_call: int = 5 * MILLISECOND
    """One AWS request made by the handler."""
    idle: int = 600 * SECOND
    """How long a warm environment without work is kept."""
    lifetime: int = 2 * 3600 * SECOND
    """After which an environment is not used again, however busy. AWS ends them every few hours
    (LDG lambda-runtime-environment), so none outlives the credentials of its role."""
