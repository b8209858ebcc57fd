"""CloudWatch Logs as this account answers it: moto's groups and streams, our searches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogEvent, LogGroup, LogsBackend, LogStream, logs_backends
from moto.logs.responses import LogsResponse
from moto.moto_api._internal import mock_random

from helpers.embedded.clock import Clock
from helpers.embedded.moto_seams import replace_backend, restore_backend
from helpers.embedded.telemetry.logs.conditions import BadPattern
from helpers.embedded.telemetry.logs.insights.query import run_query
from helpers.embedded.telemetry.logs.insights.rows import Record
from helpers.embedded.telemetry.logs.insights.syntax import Malformed
from helpers.embedded.telemetry.logs.log_metrics import LogMetrics, MetricFilter
from helpers.embedded.telemetry.logs.patterns import Match, compile_pattern

_MOST_EVENTS = 10_000
"""In one answer of FilterLogEvents."""


class Backend(LogsBackend):
    """moto's state of one Region, whose log events can become metrics."""

    log_metrics: ClassVar[LogMetrics]
    clock: ClassVar[Clock]

    def put_log_events(
        self, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        group = self.groups.get(log_group_name)
        stream = group.streams.get(log_stream_name) if group else None
        before = len(stream.events) if stream else 0
        answer = super().put_log_events(log_group_name, log_stream_name, log_events)
        if stream is not None:
            accepted = [(event.timestamp, event.message) for event in stream.events[before:]]
            self.log_metrics.note(self.region_name, log_group_name, accepted)
        return answer

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

    def put_metric_filter(
        self,
        filter_name: str,
        filter_pattern: str,
        log_group_name: str,
        metric_transformations: Any,
    ) -> None:
        self.group(log_group_name)
        with_pattern = _refusing(MetricFilter, filter_pattern, metric_transformations[0])
        self.filters.delete_filter(filter_name, log_group_name)
        super().put_metric_filter(
            filter_name, filter_pattern, log_group_name, metric_transformations
        )
        self.log_metrics.put_filter(self.region_name, log_group_name, filter_name, with_pattern)

    def delete_metric_filter(
        self, filter_name: str | None = None, log_group_name: str | None = None
    ) -> None:
        if not self.filters.get_matching_filters(filter_name, log_group_name):
            raise ResourceNotFoundException("The specified metric filter does not exist.")
        super().delete_metric_filter(filter_name, log_group_name)
        self.log_metrics.delete_filter(self.region_name, str(log_group_name), str(filter_name))

    def group(self, name_or_arn: str) -> LogGroup:
        name = name_or_arn.partition(":log-group:")[2] or name_or_arn
        group = self.groups.get(name.removesuffix(":*"))
        if group is None:
            raise ResourceNotFoundException()
        return group


class Query:
    """A query that has run. On AWS it takes some seconds; here it is complete at once."""

    status = "Complete"

    def __init__(self, text: str, groups: list[str], created: int, answer: dict[str, Any]) -> None:
        self.query_id = str(mock_random.uuid4())
        self.log_group_names = groups
        self.answer = answer
        self._text = text
        self._created = created

    def to_json(self, log_group_name: str) -> dict[str, Any]:
        """As DescribeQueries shows it."""
        return {
            "queryId": self.query_id,
            "queryString": self._text,
            "status": self.status,
            "createTime": self._created,
            "logGroupName": log_group_name,
        }


class LogsApi(LogsResponse):
    """One request to CloudWatch Logs. What moto answers rightly is left to moto."""

    @property
    def _backend(self) -> Backend:
        backend = self.logs_backend
        assert isinstance(backend, Backend)
        return backend

    def filter_log_events(self) -> str:
        given = self._parameters()
        limit = int(given.get("limit") or _MOST_EVENTS)
        if not 1 <= limit <= _MOST_EVENTS:
            raise InvalidParameterException(
                constraint="Member must have value less than or equal to 10000",
                parameter="limit",
                value=limit,
            )
        group = self._backend.group(given.get("logGroupIdentifier") or given["logGroupName"])
        match = _refusing(compile_pattern, given.get("filterPattern") or "")
        found = sorted(_search(group, given, match), key=lambda each: each["timestamp"])
        start = int(given.get("nextToken") or 0)
        answer: dict[str, Any] = {
            "events": found[start : start + limit],
            "searchedLogStreams": [],
        }
        if start + limit < len(found):
            answer["nextToken"] = f"{start + limit:056d}"
        return json.dumps(answer)

    def test_metric_filter(self) -> str:
        """moto has no such operation."""
        given = self._parameters()
        match = _refusing(compile_pattern, given["filterPattern"])
        matches = []
        for number, message in enumerate(given["logEventMessages"], start=1):
            extracted = match(message)
            if extracted is not None:
                texts = {name: str(value) for name, value in extracted.items()}
                matches.append(
                    {"eventNumber": number, "eventMessage": message, "extractedValues": texts}
                )
        return json.dumps({"matches": matches})

    def start_query(self) -> str:
        given = self._parameters()
        if given.get("queryLanguage", "CWLI") != "CWLI":
            raise InvalidParameterException("The embedded account knows the query language CWLI.")
        one = given.get("logGroupName")
        names = given.get("logGroupNames") or given.get("logGroupIdentifiers") or [one]
        groups = [self._backend.group(str(name)) for name in names]
        start, end = int(given["startTime"]), int(given["endTime"])
        try:
            answer = run_query(
                given["queryString"], list(_records(groups, start, end)), len(groups)
            )
        except Malformed as error:
            raise MalformedQueryException(error) from None
        now = self._backend.clock.unix_milliseconds()
        query = Query(given["queryString"], [group.name for group in groups], now, answer)
        self._backend.queries[query.query_id] = query  # type: ignore[assignment]
        return json.dumps({"queryId": query.query_id})

    def get_query_results(self) -> str:
        query: Any = self._backend.queries.get(self._parameters()["queryId"])
        if query is None:
            raise ResourceNotFoundException("The specified query does not exist.")
        return json.dumps(query.answer)

    def _parameters(self) -> dict[str, Any]:
        return dict(json.loads(self.body or "{}"))


class MalformedQueryException(JsonRESTError):
    """The query is not understood; it says where."""

    code = 400

    def __init__(self, error: Malformed) -> None:
        super().__init__("MalformedQueryException", str(error))
        location = {"startCharOffset": error.start, "endCharOffset": error.end}
        compile_error = {"location": location, "message": str(error)}
        body = json.loads(self.description) | {"queryCompileError": compile_error}
        self.description = json.dumps(body)


def _search(group: LogGroup, given: Mapping[str, Any], match: Match) -> Iterator[dict[str, Any]]:
    """The events that FilterLogEvents asks for, stream by stream."""
    names, prefix = given.get("logStreamNames"), given.get("logStreamNamePrefix") or ""
    start, end = given.get("startTime") or 0, given.get("endTime")
    for name, stream in group.streams.items():
        if (names and name not in names) or not name.startswith(prefix):
            continue
        for event in stream.events:
            inside = start <= event.timestamp and (end is None or event.timestamp <= end)
            if inside and match(event.message) is not None:
                yield {
                    "logStreamName": name,
                    "timestamp": event.timestamp,
                    "message": event.message,
                    "ingestionTime": event.ingestion_time,
                    "eventId": f"{event.event_id:056d}",
                }


def _records(groups: list[LogGroup], start: int, end: int) -> Iterator[Record]:
    """The events that a query looks at; `start` and `end` are seconds since 1970."""
    for group in groups:
        for name, stream in group.streams.items():
            for event in stream.events:
                if start * 1000 <= event.timestamp <= end * 1000:
                    yield Record(
                        group.name,
                        group.account_id,
                        name,
                        event.timestamp,
                        event.ingestion_time,
                        event.message,
                        event.event_id,
                    )


def _refusing(make: Any, *arguments: Any) -> Any:
    """What `make` makes, or AWS's word for a bad filter pattern."""
    try:
        return make(*arguments)
    except BadPattern as error:
        raise InvalidParameterException(str(error)) from None


def install(log_metrics: LogMetrics, clock: Clock) -> None:
    """Make moto use our CloudWatch Logs, from its next account on; `uninstall` undoes it."""
    LogEvent._event_id = 0  # ids repeat from lab to lab
    replace_backend(logs_backends, Backend, log_metrics=log_metrics, clock=clock)


def uninstall() -> None:
    restore_backend(logs_backends, LogsBackend)
