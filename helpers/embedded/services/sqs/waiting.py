"""Receivers that wait at a queue, and the one alarm clock they share."""

from __future__ import annotations

from typing import Any

import simpy

from helpers.embedded.time.simulation import Simulation


class Bell:
    """Wakes everybody who waits, when it is rung or when its alarm goes off.

    All waiters share one alarm, so that a queue on which many wait keeps a handful of timers
    in the simulation and not one for each message and waiter. Who wakes looks again and goes
    back to waiting if there is nothing.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._rung: simpy.Event | None = None
        self._alarm: simpy.Event | None = None
        self._alarm_at = 0

    def wait(self, until: int | None) -> simpy.Event:
        """The next time the bell rings; at `until` microseconds of lab time at the latest."""
        if until is not None and (self._alarm is None or until < self._alarm_at):
            self._alarm_at = until
            self._alarm = self._simulation.timeout(until - self._simulation.now)
            self._alarm.callbacks.append(self._alarm_went_off)
        if self._rung is None:
            self._rung = self._simulation.event()
        return self._rung

    def ring(self) -> None:
        rung, self._rung = self._rung, None
        if rung is not None:
            rung.succeed()

    def _alarm_went_off(self, alarm: Any) -> None:
        if alarm is self._alarm:
            self._alarm = None
            self.ring()
