"""What AWS refuses when a mapping is created or changed.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html; the words are recorded
where a test of the recorded answers is named, else those of the documentation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError

from helpers.embedded.services.lambda_.event_source import filters
from helpers.embedded.services.sqs.queue import Queue

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

FIFO_BATCH = 10
STANDARD_BATCH = 10_000
LONGEST_WINDOW = 300
CONCURRENCY = range(2, 1001)
POLLERS = {"MinimumPollers": range(2, 201), "MaximumPollers": range(2, 2001)}
"""Of an SQS queue (LDG services-sqs-scaling)."""
DEFAULT_POLLERS = 2, 200
"""MinimumPollers, MaximumPollers."""
MOST_FILTERS = 5
_FOR_OTHERS = (
    *("BisectBatchOnFunctionError", "DestinationConfig", "LoggingConfig"),
    *("MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "ParallelizationFactor"),
    *("Queues", "SelfManagedEventSource", "SourceAccessConfigurations"),
    *("StartingPositionTimestamp", "Topics", "TumblingWindowInSeconds"),
    *("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig"),
    "DocumentDBEventSourceConfig",
)
"""Settings of other event sources than queues."""


_TAGGED = (
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|"
    r"code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-"
    r"[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)"
)
"""What can have tags (recorded: TestLambdaTag, test_tag_exceptions)."""


class InvalidValue(LambdaClientError):
    """A value that the API's first check refuses."""

    def __init__(self, value: Any, name: str, constraint: str) -> None:
        super().__init__(
            "ValidationException",
            f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy "
            f"constraint: Member must {constraint}",
        )


def check_tagged(arn: str) -> None:
    """An ARN that tags are asked for."""
    if not re.fullmatch(_TAGGED, arn):
        raise InvalidValue(arn, "resource", f"satisfy regular expression pattern: {_TAGGED}")


def check_ranges(settings: dict[str, Any]) -> None:
    """Numbers that are wrong for every queue."""
    size = settings.get("BatchSize")
    if size is not None and size < 1:
        raise InvalidValue(size, "batchSize", "have value greater than or equal to 1")
    if size is not None and size > STANDARD_BATCH:
        raise InvalidValue(size, "batchSize", f"have value less than or equal to {STANDARD_BATCH}")
    window = settings.get("MaximumBatchingWindowInSeconds")
    if window is not None and not 0 <= window <= LONGEST_WINDOW:
        bound = "less than or equal to 300" if window > 0 else "greater than or equal to 0"
        raise InvalidValue(window, "maximumBatchingWindowInSeconds", f"have value {bound}")
    limit = (settings.get("ScalingConfig") or {}).get("MaximumConcurrency")
    _check_range(limit, "scalingConfig.maximumConcurrency", CONCURRENCY)
    for name, allowed in POLLERS.items():
        value = (settings.get("ProvisionedPollerConfig") or {}).get(name)
        where = f"provisionedPollerConfig.{name[0].lower()}{name[1:]}"
        _check_range(value, where, allowed)


def _check_range(value: int | None, where: str, allowed: range) -> None:
    if value is None or value in allowed:
        return
    least, most = allowed[0], allowed[-1]
    bound = (
        f"greater than or equal to {least}" if value < least else f"less than or equal to {most}"
    )
    raise InvalidValue(value, where, f"have value {bound}")


def check_kind(request: dict[str, Any]) -> None:
    """Refuse what is for streams, Kafka and MQ, and for no queue (API CreateEventSourceMapping).

    The words are recorded of DestinationConfig (test_event_source_mapping_exceptions) and reported
    of StartingPosition (https://github.com/boto/boto3/issues/1613); those of the others follow.
    """
    if request.get("StartingPosition") is not None:
        raise InvalidParameterValueException("StartingPosition is not valid for SQS event sources.")
    for name in _FOR_OTHERS:
        if request.get(name) not in (None, {}):
            raise InvalidParameterValueException(
                f"Unsupported {name} parameter for given event source mapping type."
            )


def _check_pollers(settings: dict[str, Any]) -> None:
    """Provisioned mode and MaximumConcurrency exclude each other (LDG services-sqs-scaling); the
    words are ours."""
    pollers = settings.get("ProvisionedPollerConfig")
    if not pollers:
        return
    if settings.get("ScalingConfig"):
        raise InvalidParameterValueException(
            "ScalingConfig cannot be used with ProvisionedPollerConfig"
        )
    if pollers.get("PollerGroupName"):
        raise InvalidParameterValueException(
            "Unsupported PollerGroupName parameter for given event source mapping type."
        )
    least = pollers.get("MinimumPollers") or DEFAULT_POLLERS[0]
    most = pollers.get("MaximumPollers") or max(DEFAULT_POLLERS[1], least)
    if least > most:
        raise InvalidParameterValueException(
            "MinimumPollers must be less than or equal to MaximumPollers"
        )


def check_for_queue(settings: dict[str, Any], queue: Queue, function: LambdaFunction) -> None:
    """`settings` are complete: what the mapping will have."""
    size, window = settings["BatchSize"], settings["MaximumBatchingWindowInSeconds"]
    if queue.fifo_queue:
        if size > FIFO_BATCH:
            raise InvalidValue(size, "batchSize", f"have value less than or equal to {FIFO_BATCH}")
        if window:
            raise InvalidParameterValueException("Batching window is not supported for FIFO queues")
    elif size > 10 and not window:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )
    _check_pollers(settings)
    if queue.visibility_timeout < function.timeout:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than "
            f"Function timeout: {function.timeout} seconds"
        )
    if len((settings.get("FilterCriteria") or {}).get("Filters") or ()) > MOST_FILTERS:
        raise InvalidParameterValueException(  # our words: no record of AWS's is known
            f"An event source mapping can have at most {MOST_FILTERS} filters."
        )
    try:
        filters.check(settings.get("FilterCriteria"))
    except filters.InvalidFilter as invalid:
        raise InvalidParameterValueException(str(invalid)) from None
