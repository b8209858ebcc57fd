"""The log events that somebody asks for: of one stream, of a group by a pattern, of a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogEvent, LogGroup, LogStream

from helpers.embedded.services.logs.backend import NO_STREAM
from helpers.embedded.services.logs.filter_patterns import Match
from helpers.embedded.services.logs.insights.rows import Record

_MOST_EVENTS = 10_000
_MOST_BYTES = 1_048_576
_PER_EVENT = 26
"""Bytes that each event counts beside its message (CloudWatch Logs quotas)."""


class Page(NamedTuple):
    """Events in their order, and the tokens for those after and before them."""

    events: list[dict[str, Any]]
    forward: str | None
    backward: str | None


def page_of_stream(group: LogGroup, given: Mapping[str, Any]) -> Page:
    """What GetLogEvents asks for. At the end of a stream the token is the one that was given."""
    stream = group.streams.get(given["logStreamName"])
    if stream is None:
        raise ResourceNotFoundException(NO_STREAM)
    start, end = given.get("startTime") or 0, given.get("endTime")
    events = [
        event
        for event in sorted(stream.events, key=_moment)
        if start <= event.timestamp and (end is None or event.timestamp < end)
    ]
    most = int(given.get("limit") or _MOST_EVENTS)
    way, place = _read_token(given.get("nextToken"))
    if way == "f" or (way is None and given.get("startFromHead")):
        shown = _fitting(events[place or 0 :][:most])
        first = min(place or 0, len(events))
    else:
        last = len(events) if place is None else min(place, len(events))
        shown = _fitting(events[max(0, last - most) : last][::-1])[::-1]
        first = last - len(shown)
    described = [
        {
            "timestamp": event.timestamp,
            "message": event.message,
            "ingestionTime": event.ingestion_time,
        }
        for event in shown
    ]
    return Page(described, _token("f", first + len(shown)), _token("b", first))


def page_of_group(group: LogGroup, given: Mapping[str, Any], match: Match) -> Page:
    """What FilterLogEvents asks for, from all streams by time."""
    found = sorted(_matching(group, given, match), key=lambda pair: _moment(pair[1]))
    way, place = _read_token(given.get("nextToken"))
    if way == "b" or (way is None and given.get("startFromHead") is False):
        way = "b"
        found.reverse()
    rest = found[place or 0 :][: int(given.get("limit") or _MOST_EVENTS)]
    shown = _fitting([event for _, event in rest])
    described = [
        {
            "logStreamName": name,
            "timestamp": event.timestamp,
            "message": event.message,
            "ingestionTime": event.ingestion_time,
            "eventId": f"{event.event_id:056d}",
        }
        for name, event in rest[: len(shown)]
    ]
    after = (place or 0) + len(shown)
    return Page(described, _token(way or "f", after) if after < len(found) else None, None)


def _matching(
    group: LogGroup, given: Mapping[str, Any], match: Match
) -> Iterator[tuple[str, LogEvent]]:
    start, end = given.get("startTime") or 0, given.get("endTime")
    for name, stream in _streams(group, given):
        for event in stream.events:
            inside = start <= event.timestamp and (end is None or event.timestamp <= end)
            if inside and match(event.message) is not None:
                yield name, event


def _streams(group: LogGroup, given: Mapping[str, Any]) -> list[tuple[str, LogStream]]:
    names, prefix = given.get("logStreamNames"), given.get("logStreamNamePrefix")
    if names and prefix:
        raise InvalidParameterException(
            "logStreamNames and logStreamNamePrefix are mutually exclusive parameters."
        )
    if names and not group.streams.keys() & set(names):
        raise ResourceNotFoundException(NO_STREAM)
    return [
        (name, stream)
        for name, stream in group.streams.items()
        if (not names or name in names) and name.startswith(prefix or "")
    ]


def records_of(groups: Sequence[LogGroup], start: int, end: int) -> Iterator[Record]:
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


def _fitting(events: list[LogEvent]) -> list[LogEvent]:
    """The first of them that fit in an answer, and one at least."""
    size = 0
    for number, event in enumerate(events):
        size += len(event.message.encode()) + _PER_EVENT
        if size > _MOST_BYTES and number:
            return events[:number]
    return events


def _moment(event: LogEvent) -> int:
    return int(event.timestamp)


def _token(way: str, place: int) -> str:
    return f"{way}/{place:056d}"


def _read_token(token: str | None) -> tuple[str | None, int | None]:
    """Which way a token leads, and from which event on."""
    if token is None:
        return None, None
    way, _, place = token.partition("/")
    if way not in ("f", "b") or not place.isdecimal():
        raise InvalidParameterException("The specified nextToken is invalid.")
    return way, int(place)
