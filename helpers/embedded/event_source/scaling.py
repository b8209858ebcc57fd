"""How many batches of a mapping may be in progress at once.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from helpers.embedded.clock import SECOND

_MINUTE = 60 * SECOND


class Scaling(NamedTuple):
    """Starts with `initial`; while there is more than enough to do, grows to `maximum`."""

    initial: int = 5
    per_minute: int = 300
    maximum: int = 1250

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Scaling:
        """The scaling that a mapping's settings ask for."""
        if pollers := settings.get("ProvisionedPollerConfig"):
            least = int(pollers.get("MinimumPollers") or 2)
            most = int(pollers.get("MaximumPollers") or 200)
            return cls(10 * least, 1000, 10 * most)
        limit = (settings.get("ScalingConfig") or {}).get("MaximumConcurrency")
        most = min(cls().maximum, int(limit)) if limit else cls().maximum
        return cls(min(5, most), 300, most)

    def concurrency(self, crowded: int) -> int:
        """Batches at once after `crowded` microseconds of having had too few of them."""
        return min(self.initial + crowded * self.per_minute // _MINUTE, self.maximum)

    @property
    def step(self) -> int:
        """Microseconds until one batch more is allowed."""
        return _MINUTE // self.per_minute
