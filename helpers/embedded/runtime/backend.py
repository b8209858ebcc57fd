"""The functions of one Region as moto keeps them, and what moto does not keep."""

from __future__ import annotations

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction

from helpers.embedded.runtime import environments
from helpers.embedded.runtime.event_invoke import EventInvokeConfigs
from helpers.embedded.runtime.function_names import parse_name
from helpers.embedded.runtime.function_versions import BadCodeArchive, check_code

ACCOUNT_CONCURRENCY = 1000
"""Invocations at once in an account and Region, if nobody asked AWS for more."""

UNRESERVED_AT_LEAST = 100
"""What functions cannot reserve, so that the others have something left."""


class FunctionBackend(LambdaBackend):
    """moto's Lambda state of one Region, with the code checked before it is taken."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.event_invoke_configs = EventInvokeConfigs()
        self.may_loop: set[str] = set()
        """Names of functions whose recursive loops are not stopped."""

    def unreserved_concurrency(self, besides: str | None = None) -> int:
        """What functions have not reserved, but for one of them."""
        return ACCOUNT_CONCURRENCY - sum(
            int(each.reserved_concurrency or 0)
            for each in self.list_functions()
            if each.function_name != besides
        )

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        named = parse_name(function_name)
        function = self.get_function(named.name)
        super().delete_function(function_name, qualifier)
        if not (qualifier or named.is_qualified):
            self.event_invoke_configs.forget(function.function_arn)
            self.may_loop.discard(named.name)

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        environments.prepare()
        function = super().create_function(spec)
        try:
            check_code(function.code_bytes)
        except BadCodeArchive as bad:
            self.delete_function(function.function_name)
            raise InvalidParameterValueException(str(bad)) from bad
        _keep_dead_letter_config(function, spec)
        return function

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        _keep_dead_letter_config(self.get_function(function_name, qualifier), body)
        return super().update_function_configuration(function_name, qualifier, body)

    def invoke(self, *_: Any, **__: Any) -> str:
        """moto would look for Docker; invocations are answered by `Invocations`."""
        raise NotImplementedError("invocations run in execution environments")

    def send_sqs_batch(self, *_: Any, **__: Any) -> bool:
        """moto's own event source, which runs inside SendMessage, is not this account's."""
        raise NotImplementedError("queues are read by the event source mappings' pollers")


def _keep_dead_letter_config(function: LambdaFunction, spec: dict[str, Any]) -> None:
    """moto forgets where a function's failed Event invocations go."""
    if (config := spec.get("DeadLetterConfig")) is not None:
        function.dead_letter_arn = config.get("TargetArn")  # type: ignore[attr-defined]
