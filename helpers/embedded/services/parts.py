"""What a service finds in the account that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.gateway import Gateway
from helpers.embedded.door.reading import complain_about_region
from helpers.embedded.service import Service
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.time.simulation import Simulation
from helpers.embedded.time.trace import Trace
from helpers.weather import Weather

S = TypeVar("S", bound=Service)


@dataclass(frozen=True)
class Settings:
    """How the account was asked to be: see `EmbeddedAccount`."""

    account_id: str
    region: str
    seed: int
    standard_order: str
    duplicates: float
    spin_limit: float
    network: bool
    weather: Weather | None = None
    environments: str = "processes"

    def check(self) -> None:
        """ValueError: no account can be so."""
        if complaint := complain_about_region(self.region):
            raise ValueError(complaint)
        if self.standard_order not in ("best-effort", "shuffled"):
            raise ValueError(
                f'standard_order must be "best-effort" or "shuffled", not {self.standard_order!r}'
            )
        if self.environments not in ("processes", "in-process"):
            raise ValueError(
                f'environments must be "processes" or "in-process", not {self.environments!r}'
            )
        if not 0 <= self.duplicates <= 1:
            raise ValueError(f"duplicates must be between 0 and 1, not {self.duplicates!r}")


@dataclass(frozen=True)
class Parts:
    """The account's parts, for its services."""

    settings: Settings
    simulation: Simulation
    trace: Trace
    telemetry: Telemetry
    access: Access
    gateway: Gateway
    load: Callable[[str], Service]

    def service(self, kind: type[S]) -> S:
        """Another service of the account, made now if nobody has asked for it yet."""
        return cast(S, self.load(kind.name))
