"""What a function may be configured to be (API CreateFunction, UpdateFunctionConfiguration).

Refusals as recorded: test_create_lambda_exceptions, test_update_lambda_exceptions and
TestLambdaSizeLimits. Of reserved variables AWS's user guide has the list:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError

from helpers.embedded.door.constraints import find_complaint
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.lambda_.logging_config import JSON

_BY_THE_MODEL = ("Description", "Handler", "LoggingConfig", "MemorySize", "Timeout")
"""What is refused by the API's model alone."""

_LONGEST = 900
"""Seconds of a function's timeout (LDG gettingstarted-limits); the model does not say it."""

_RUNTIMES = (
    *("nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x"),
    *("nodejs22.x", "java25", "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4"),
    *("ruby3.2", "python3.8", "python3.9", "java17", "nodejs16.x", "dotnet10", "dotnet8"),
    *("java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2"),
)
"""In the order in which AWS lists them."""

_RESERVED = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION"),
        *("AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        *("AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE"),
        *("AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
    }
)

_MOST_VARIABLES = 4096
"""Bytes of all environment variables together, as JSON."""

_UNABLE = (
    "Lambda was unable to configure your environment variables because the environment variables "
    "you have provided "
)


def check_settings(settings: Mapping[str, Any], log_format: str = "Text") -> None:
    """Raise moto's LambdaClientError, in AWS's words, for the first setting that AWS refuses.

    `log_format` is the one that the function has so far.
    """
    given = {name: settings[name] for name in _BY_THE_MODEL if name in settings}
    if complaint := find_complaint("lambda", "UpdateFunctionConfiguration", given):
        raise LambdaClientError("ValidationException", complaint)
    timeout = given.get("Timeout") or 0
    if timeout > _LONGEST:
        raise LambdaClientError(
            "ValidationException",
            f"1 validation error detected: Value '{timeout}' at 'timeout' failed to satisfy "
            f"constraint: Member must have value less than or equal to {_LONGEST}",
        )
    runtime = settings.get("Runtime")
    if runtime is not None and runtime not in _RUNTIMES:
        raise InvalidParameterValueException(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
            f"value set: [{', '.join(_RUNTIMES)}] or be a valid ARN"
        )
    if runtime is not None and not runtime.startswith("python"):
        raise NotInEmbeddedAccount(
            f"The embedded account runs functions in Python only, not in {runtime}. Give the "
            'function Runtime="python3.13", or use a real account.'
        )
    _check_dead_letter_target((settings.get("DeadLetterConfig") or {}).get("TargetArn"))
    _check_logging(settings.get("LoggingConfig") or {}, log_format)
    _check_variables((settings.get("Environment") or {}).get("Variables") or {})


def _check_dead_letter_target(arn: str | None) -> None:
    """A standard queue or topic (LDG invocation-async-retain-records); the words are modelled."""
    if arn and (arn.split(":")[2:3] not in (["sqs"], ["sns"]) or arn.endswith(".fifo")):
        raise InvalidParameterValueException(
            f"The provided dead letter target {arn} is not a standard SQS queue or SNS topic."
        )


def _check_logging(config: Mapping[str, Any], before: str) -> None:
    """Levels go with JSON alone (LDG monitoring-cloudwatchlogs-log-level). The words are those
    quoted in https://github.com/aws/aws-cdk/pull/28045, but for "Json", which the API calls JSON.
    """
    log_format = config.get("LogFormat") or before
    if log_format == JSON:
        return
    if config.get("ApplicationLogLevel") or config.get("SystemLogLevel"):
        raise InvalidParameterValueException(
            f'LogLevel is not supported when LogFormat is set to "{log_format}". Remove LogLevel '
            'from your request or change the LogFormat to "JSON" and try again.'
        )


def _check_variables(variables: Mapping[str, str]) -> None:
    if reserved := [name for name in variables if name in _RESERVED]:
        raise InvalidParameterValueException(
            f"{_UNABLE}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    text = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) > _MOST_VARIABLES:
        raise InvalidParameterValueException(
            f"{_UNABLE}exceeded the 4KB limit. String measured: {text}"
        )
