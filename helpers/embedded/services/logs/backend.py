"""What is kept of CloudWatch Logs: moto's groups and streams, whose events end as they should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from moto.logs import models
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogStream

from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.logs.filter_conditions import BadPattern
from helpers.embedded.services.logs.log_metrics import MetricFilter
from helpers.embedded.uuids import new_request_id

if TYPE_CHECKING:
    from helpers.embedded.services.logs.service import LogsService

_HOUR = 3_600_000
_DAY = 24 * _HOUR
"""Milliseconds."""
_OLDEST, _NEWEST = 14 * _DAY, 2 * _HOUR
"""How old an event may be, and how far in the future (API PutLogEvents)."""
RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
"""Days for which a group can keep its events (API PutRetentionPolicy)."""
NO_STREAM = "The specified log stream does not exist."


class LogsBackend(models.LogsBackend):
    """moto's state of one Region, whose log events expire and can become metrics."""

    service: ClassVar[LogsService]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.asked: dict[str, Query] = {}
        """Queries that have run, by id."""

    # Groups

    def group(self, name_or_arn: str) -> LogGroup:
        """The group, without the events that are older than it keeps them."""
        name = name_or_arn.partition(":log-group:")[2] or name_or_arn
        group = self.groups.get(name.removesuffix(":*"))
        if group is None:
            raise ResourceNotFoundException()
        self.expire(group)
        return group

    def expire(self, group: LogGroup) -> None:
        """Modelled: on AWS the events of a day are over some time, up to 72 hours, later."""
        if group.retention_in_days is not None:
            oldest = self.service.clock.unix_milliseconds() - int(group.retention_in_days) * _DAY
            for stream in group.streams.values():
                stream.events = [event for event in stream.events if event.timestamp >= oldest]

    def put_retention_policy(self, log_group_name: str, retention_in_days: Any) -> None:
        if retention_in_days not in RETENTIONS:
            raise InvalidParameterException(
                constraint=f"Member must satisfy enum value set: {list(RETENTIONS)}",
                parameter="retentionInDays",
                value=retention_in_days,
            )
        super().put_retention_policy(log_group_name, retention_in_days)

    def delete_log_group(self, log_group_name: str) -> None:
        super().delete_log_group(log_group_name)
        for each in self.filters.get_matching_filters(log_group_name=log_group_name):
            self.delete_metric_filter(each["filterName"], log_group_name)

    # Events

    def put_log_events(
        self, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        group = self.group(log_group_name)
        if log_stream_name not in group.streams:
            raise ResourceNotFoundException(NO_STREAM)
        moments = [event["timestamp"] for event in log_events]
        if moments != sorted(moments):
            raise InvalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        accepted, rejected = self._accept(group, log_events)
        token, _ = super().put_log_events(log_group_name, log_stream_name, accepted)
        noted = [(event["timestamp"], event["message"]) for event in accepted]
        self.service.metrics.note(self.region_name, log_group_name, noted)
        return token, rejected

    def _accept(
        self, group: LogGroup, events: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], dict[str, int]]:
        """The events that are neither too old nor too new, and RejectedLogEventsInfo."""
        now, days = self.service.clock.unix_milliseconds(), group.retention_in_days
        moments = [event["timestamp"] for event in events]
        expired = 0 if days is None else sum(at < now - int(days) * _DAY for at in moments)
        too_old = sum(at < now - _OLDEST for at in moments)
        too_new = sum(at <= now + _NEWEST for at in moments)
        rejected = {"expiredLogEventEndIndex": expired, "tooOldLogEventEndIndex": too_old}
        rejected = {name: index for name, index in rejected.items() if index}
        if too_new < len(events):
            rejected["tooNewLogEventStartIndex"] = too_new
        return events[max(expired, too_old) : too_new], rejected

    def take_in(self, group: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
        """Keep events of a function, which have been looked at for metrics already."""
        self.ensure_log_group(group)
        if stream not in self.groups[group].streams:
            self.create_log_stream(group, stream)
        kept: LogStream = self.groups[group].streams[stream]
        first = len(kept.events)
        kept.put_log_events([{"timestamp": at, "message": text} for at, text in events])
        for event in kept.events[first:]:
            event.ingestion_time = event.timestamp

    # Metric filters

    def put_metric_filter(
        self,
        filter_name: str,
        filter_pattern: str,
        log_group_name: str,
        metric_transformations: Any,
    ) -> None:
        self.group(log_group_name)
        try:
            made = MetricFilter(filter_pattern, metric_transformations[0])
        except BadPattern as error:
            raise InvalidParameterException(str(error)) from None
        self.filters.delete_filter(filter_name, log_group_name)
        super().put_metric_filter(
            filter_name, filter_pattern, log_group_name, metric_transformations
        )
        self.filters.metric_filters[-1] |= {
            "creationTime": self.service.clock.unix_milliseconds(),
            "applyOnTransformedLogs": False,
        }
        self.service.metrics.put_filter(self.region_name, log_group_name, filter_name, made)

    def delete_metric_filter(
        self, filter_name: str | None = None, log_group_name: str | None = None
    ) -> None:
        if not any(
            each["filterName"] == filter_name
            for each in self.filters.get_matching_filters(filter_name, log_group_name)
        ):
            raise ResourceNotFoundException("The specified metric filter does not exist.")
        super().delete_metric_filter(filter_name, log_group_name)
        self.service.metrics.delete_filter(self.region_name, str(log_group_name), str(filter_name))

    def put_subscription_filter(
        self,
        log_group_name: str,
        filter_name: str,
        filter_pattern: str,
        destination_arn: str,
        role_arn: str,
    ) -> None:
        """moto would look for Docker at the first event."""
        if destination_arn.split(":")[2:3] == ["lambda"]:
            raise NotInEmbeddedAccount(
                "In the embedded account no log group sends its events to a function. A real "
                "account can do that."
            )
        super().put_subscription_filter(
            log_group_name, filter_name, filter_pattern, destination_arn, role_arn
        )


class Query:
    """A query that has run. On AWS it takes some seconds; here it is complete at once.

    It only looks, so its id is drawn as those of requests are.
    """

    status = "Complete"

    def __init__(self, text: str, groups: list[str], created: int, answer: dict[str, Any]) -> None:
        self.id = new_request_id()
        self.groups = groups
        self.answer = answer
        self._text = text
        self._created = created

    def describe(self) -> dict[str, Any]:
        """As DescribeQueries shows it."""
        return {
            "queryId": self.id,
            "queryLanguage": "CWLI",
            "queryString": self._text,
            "status": self.status,
            "createTime": self._created,
            "logGroupName": self.groups[0],
        }
