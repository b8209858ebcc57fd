"""One function, or one version of it: what moto keeps, and what AWS shows of it besides.

The fields and their changes are recorded in TestLambdaVersions and TestLambdaRevisions of
LocalStack's test_lambda_api.snapshot.json.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaFunction

from helpers.embedded.services.lambda_.logging_config import LoggingConfig
from helpers.embedded.services.lambda_.resource_policy import ResourcePolicy
from helpers.embedded.services.lambda_.revisions import Revise

Configuration = dict[str, Any]
"""As the API answers it."""

_CHANGING = "The function is being created."
_CREATING = {"State": "Pending", "StateReason": _CHANGING, "StateReasonCode": "Creating"}
_UPDATING = {
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": _CHANGING,
    "LastUpdateStatusReasonCode": "Creating",
}
_NOT_LISTED = ("State", "LastUpdateStatus", "RuntimeVersionConfig")
_OF_ONE_STATE = ("FunctionArn", "LastModified", "RevisionId", "Version")
"""What may differ between $LATEST and the version that was published from it."""


class Function(LambdaFunction):
    """moto's function, with its revision, its own policy and the settings that moto forgets.

    `revise` makes the ids of revisions.
    """

    policy: ResourcePolicy  # type: ignore[assignment]

    def __init__(self, revise: Revise, **moto_s: Any) -> None:
        self._shared: dict[str, Any] = {}
        """By the function and its versions."""
        super().__init__(**moto_s)
        self._revise = revise
        self.policy = ResourcePolicy(revise)
        self.dead_letter_arn: str | None = None
        self.layer_archives: list[bytes] = []
        """Zip files of its layers, which it keeps when they are deleted."""
        self.last_published = 0
        """The number of the newest version, even if it has been deleted."""
        self._published_as: Configuration | None = None
        self._shows_environment = False
        self.logging = LoggingConfig(self.logs_group_name)
        self.keep(moto_s["spec"])
        self.renew_revision()

    @property
    def reserved_concurrency(self) -> Any:
        """Of the function with all its versions (LDG configuration-concurrency)."""
        return self._shared.get("reserved_concurrency")

    @reserved_concurrency.setter
    def reserved_concurrency(self, reserved: Any) -> None:
        self._shared["reserved_concurrency"] = reserved

    def renew_revision(self) -> None:
        self.revision_id = self._revise()

    def keep(self, settings: Mapping[str, Any]) -> None:
        """Note what a request configures and moto forgets; it makes another deployment."""
        self.deployment = self._revise()
        if (config := settings.get("DeadLetterConfig")) is not None:
            self.dead_letter_arn = config.get("TargetArn")
        if (config := settings.get("LoggingConfig")) is not None:
            self.logging = self.logging.changed(config)
            self.logs_group_name = self.logging.group
        if (key := settings.get("KMSKeyArn")) is not None:
            self.kms_key_arn = key or None
        if config := settings.get("TracingConfig"):
            self.tracing_config = config
        if config := settings.get("EphemeralStorage"):
            self.ephemeral_storage = config["Size"]
        if architectures := settings.get("Architectures"):
            self.architectures = architectures
        if settings.get("Environment") is not None:
            self._shows_environment = True

    @property
    def has_changed(self) -> bool:
        """Whether code or settings are not those of the newest version any more."""
        return self._published_as != self._state()

    def next_version(self, description: str | None) -> Function:
        """The next version. It has nobody's permissions, whatever $LATEST has."""
        self.last_published += 1
        self._published_as = self._state()
        version = copy.copy(self)
        version.set_version(self.last_published)
        version.policy = ResourcePolicy(self._revise)
        version.renew_revision()
        if description:
            version.description = description
        self.renew_revision()
        return version

    def _state(self) -> Configuration:
        configuration = self.get_configuration()
        return {name: configuration[name] for name in configuration if name not in _OF_ONE_STATE}

    def get_configuration(self, on_create: bool = False) -> Configuration:
        """With the fields of AWS that moto has not, and without those that AWS leaves out."""
        configuration = super().get_configuration(on_create)
        if not configuration["Layers"]:
            del configuration["Layers"]
        if self._shows_environment:
            configuration["Environment"] = {"Variables": self.environment_vars}
        if self.dead_letter_arn:
            configuration["DeadLetterConfig"] = {"TargetArn": self.dead_letter_arn}
        if vpc := configuration.get("VpcConfig"):
            vpc.pop("VpcId", None)  # which moto makes up; here is no network to look it up in
        configuration["LoggingConfig"] = self.logging.describe()
        configuration["RevisionId"] = self.revision_id
        if self.run_time:
            runtime = hashlib.sha256(self.run_time.encode()).hexdigest()
            arn = f"arn:{self.partition}:lambda:{self.region}::runtime:{runtime}"
            configuration["RuntimeVersionConfig"] = {"RuntimeVersionArn": arn}
        return configuration


def as_created(configuration: Configuration) -> Configuration:
    """As the answer to the request that makes it: nothing has been prepared yet."""
    settled = {name: value for name, value in configuration.items() if name != "LastUpdateStatus"}
    return settled | _CREATING


def as_updated(configuration: Configuration) -> Configuration:
    """As the answer to the request that changes it."""
    return configuration | _UPDATING


def as_listed(configuration: Configuration) -> Configuration:
    """As in a list of functions or versions, which tells less (API ListFunctions)."""
    return {name: value for name, value in configuration.items() if name not in _NOT_LISTED}
