"""The second argument of every handler."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from helpers.embedded.time.clock import unix_milliseconds_at


class LambdaContext:
    """What AWS's Python runtime passes as `context`.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    __module__ = "awslambdaric.lambda_context"
    client_context: Any = None
    tenant_id: Any = None

    def __init__(
        self,
        request_id: str,
        function_arn: str,
        deadline: int,
        variables: Mapping[str, str],
        log: Callable[[str], None],
    ) -> None:
        """`deadline` in microseconds of lab time; `variables` as the environment began."""
        self.aws_request_id = request_id
        self.identity = CognitoIdentity()
        self._log = log
        self.invoked_function_arn = function_arn
        self.function_name = variables["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = variables["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = variables["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = variables["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline_ms = unix_milliseconds_at(deadline)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds of lab time until the function's timeout."""
        now = round(time.time() * 1_000_000) // 1000  # 2.002 s as a float is a little less
        return max(0, self._deadline_ms - now)

    def log(self, message: object) -> None:
        """One log entry, whatever it contains."""
        self._log(str(message))

    def w3c(self) -> dict[str, str]:
        """The W3C trace context of the caller; nobody sends one here."""
        return {}

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={getattr(self, name)}" for name in _SHOWN)
        return f"{type(self).__name__}([{shown}])"


_SHOWN = (
    *("aws_request_id", "log_group_name", "log_stream_name", "function_name"),
    *("memory_limit_in_mb", "function_version", "invoked_function_arn", "client_context"),
    *("identity", "tenant_id"),
)


class CognitoIdentity:
    """Who called, if a mobile application did by Amazon Cognito; nobody does here."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self) -> None:
        self.cognito_identity_id = self.cognito_identity_pool_id = None

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}([cognito_identity_id={self.cognito_identity_id},"
            f"cognito_identity_pool_id={self.cognito_identity_pool_id}])"
        )
