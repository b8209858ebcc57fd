"""The account's own API, called in the name of whoever asked for the stack."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.embedded.services.cloudformation.template_text import as_text
from helpers.embedded.wire import ApiRequest, ApiResponse

AGENT = "cloudformation.amazonaws.com"
"""Who sends these requests, as CloudTrail would have it."""

Send = Callable[[ApiRequest], ApiResponse]
"""Answers a request as the account's front door does."""


class AccountApi:
    """Clients of one caller in one Region.

    Args:
        credentials: access key id, secret and session token of the caller.
    """

    def __init__(
        self, send: Send, region: str, account_id: str, credentials: tuple[str, str, str | None]
    ) -> None:
        self.region = region
        self.account_id = account_id
        self._send = send
        self._credentials = credentials
        self._clients: dict[str, Any] = {}

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{name}"

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """What the service answers. Parameters that are None are left out; the others are
        brought into the form that the operation takes, as a template may write them otherwise.

        Args:
            service, operation: as boto3 names them: "sqs", "CreateQueue".

        Raises:
            ClientError: the service refuses.
            ParamValidationError: no service takes such parameters.
        """
        client = self._client(service)
        shape = client.meta.service_model.operation_model(operation).input_shape
        given = {name: value for name, value in parameters.items() if value is not None}
        method = getattr(client, botocore.xform_name(operation))
        return dict(method(**fitted(given, shape)))

    def succeeds(self, missing: str, service: str, operation: str, **parameters: Any) -> bool:
        """Whether the call succeeds; False: it says that something is `missing`, an error code."""
        try:
            self.call(service, operation, **parameters)
        except ClientError as error:
            if missing not in error.response["Error"]["Code"]:
                raise
            return False
        return True

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            key, secret, token = self._credentials
            client = _session().create_client(
                service,
                region_name=self.region,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(retries={"total_max_attempts": 1}, user_agent_extra=AGENT),
            )
            client.meta.events.register("before-send", self._answer)
            self._clients[service] = client
        return self._clients[service]

    def _answer(self, request: Any, **_: Any) -> Any:
        return self._send(ApiRequest.from_botocore(request)).to_botocore(request.url)


@lru_cache(maxsize=1)
def _session() -> Any:
    """One for all stacks: it remembers the models of the services."""
    return botocore.session.Session()


def fitted(value: Any, shape: Any) -> Any:
    """A value of a template as an operation takes it: numbers that are texts become numbers, and
    objects where the operation takes a text become JSON, such as policies."""
    kind = getattr(shape, "type_name", None)
    if kind == "structure" and isinstance(value, dict):
        return {name: fitted(each, shape.members.get(name)) for name, each in value.items()}
    if kind == "list" and isinstance(value, list):
        return [fitted(each, shape.member) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {name: fitted(each, shape.value) for name, each in value.items()}
    if kind == "string" and not isinstance(value, str):
        return as_text(value)
    if not isinstance(value, str):
        return value
    try:
        match kind:
            case "integer" | "long":
                return int(value)
            case "float" | "double":
                return float(value)
            case "boolean":
                return {"true": True, "false": False}[value.lower()]
    except (KeyError, ValueError):
        pass  # botocore says what is wrong with it
    return value
