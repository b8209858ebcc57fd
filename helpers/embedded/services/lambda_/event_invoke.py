"""What becomes of a function's Event invocations: attempts, age and destinations, by qualifier.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html; refusals as
recorded: test_lambda_eventinvokeconfig_exceptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, UnknownEventConfig

from helpers.embedded.service import NotInEmbeddedAccount

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
_DESTINATIONS = frozenset({"lambda", "sqs", "sns", "events", "s3"})
"""Services that can be told (LDG invocation-async-retain-records)."""
_NOT_HERE = ("events", "s3")

Config = dict[str, Any]
"""As the API answers it."""


DEFAULTS: Config = {
    "MaximumRetryAttempts": 2,
    "MaximumEventAgeInSeconds": 6 * 3600,
    "DestinationConfig": {"OnFailure": {}, "OnSuccess": {}},
}
"""What holds where nobody has configured anything."""


class EventInvokeConfigs:
    """The configurations of one Region's functions, by the qualified ARN that they are for."""

    def __init__(self) -> None:
        self._configs: dict[str, Config] = {}

    def put(self, arn: str, settings: Mapping[str, Any], now: float) -> Config:
        """Set what is given, and forget what is not. `now` in seconds since 1970."""
        given = {name: settings[name] for name in _SETTINGS if settings.get(name) is not None}
        if not given:
            raise InvalidParameterValueException(
                "You must specify at least one of error handling or destination setting."
            )
        destinations = given.pop("DestinationConfig", {})
        self._configs[arn] = {
            "FunctionArn": arn,
            "LastModified": now,
            "DestinationConfig": {"OnFailure": {}, "OnSuccess": {}} | destinations,
            **given,
        }
        return self._configs[arn]

    def update(self, arn: str, settings: Mapping[str, Any], now: float) -> Config:
        """Set what is given, and keep the rest."""
        return self.put(arn, {**self.get(arn), **settings}, now)

    def get(self, arn: str) -> Config:
        if arn not in self._configs:
            raise UnknownEventConfig(arn)
        return self._configs[arn]

    def find(self, arn: str) -> Config | None:
        """None: nobody has configured it, and AWS's defaults hold."""
        return self._configs.get(arn)

    def delete(self, arn: str) -> None:
        self.get(arn)
        del self._configs[arn]

    def of_function(self, arn: str) -> Iterator[Config]:
        """Those of a function, by its ARN without a qualifier."""
        return (config for each, config in self._configs.items() if each.startswith(f"{arn}:"))

    def forget(self, arn: str) -> None:
        """The function is gone."""
        for config in list(self.of_function(arn)):
            del self._configs[config["FunctionArn"]]


def destinations_of(settings: Mapping[str, Any]) -> list[str]:
    """The ARNs that a request names as destinations."""
    config = settings.get("DestinationConfig") or {}
    named = [(config.get(which) or {}).get("Destination") for which in ("OnSuccess", "OnFailure")]
    return [arn for arn in named if arn]


def check_services(settings: Mapping[str, Any]) -> None:
    """Refuse a destination that belongs to a service which cannot be told, on AWS or here."""
    for arn in destinations_of(settings):
        if arn.count(":") < 5 or arn.split(":")[2] not in _DESTINATIONS:
            shown = ", ".join(_show(settings["DestinationConfig"], which) for which in _SHOWN)
            raise InvalidParameterValueException(
                f"The provided destination config DestinationConfig({shown}) is invalid."
            )
        if arn.split(":")[2] in _NOT_HERE:
            raise NotInEmbeddedAccount(
                "Destinations are queues, topics and functions in the embedded account, not "
                f"{arn}; event buses and buckets need a real account."
            )


_SHOWN = ("onSuccess", "onFailure")


def _show(config: Mapping[str, Any], which: str) -> str:
    name = which[0].upper() + which[1:]
    destination = (config.get(name) or {}).get("Destination")
    return f"{which}={f'{name}(destination={destination})' if destination else 'null'}"
