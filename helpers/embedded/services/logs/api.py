"""CloudWatch Logs as this account answers it: moto's groups and streams, our searches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.logs.exceptions import (
    InvalidParameterException,
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
)
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from helpers.embedded.door.constraints import find_complaint
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.services.logs.backend import LogsBackend, Query
from helpers.embedded.services.logs.filter_conditions import BadPattern
from helpers.embedded.services.logs.filter_patterns import Match, compile_pattern
from helpers.embedded.services.logs.insights.query import run_query
from helpers.embedded.services.logs.insights.syntax import Malformed
from helpers.embedded.services.logs.search import page_of_group, page_of_stream, records_of
from helpers.embedded.services.paging import BadToken, page_of

_PAGE = 50
_LANGUAGE = "CWLI"
_CLASS = "STANDARD"
"""Of all log groups here."""


class LogsApi(LogsResponse):
    """One request to CloudWatch Logs. What moto answers rightly is left to moto."""

    @property
    def _backend(self) -> LogsBackend:
        backend = self.logs_backend
        assert isinstance(backend, LogsBackend)
        return backend

    @property
    def _given(self) -> dict[str, Any]:
        return dict(json.loads(self.body or "{}"))

    def call_action(self) -> Any:
        """moto checks few parameters; the API's model knows what each may be."""
        if complaint := find_complaint("logs", self._get_action(), self._given):
            raise InvalidParameterException(complaint)
        return super().call_action()

    def _group(self) -> LogGroup:
        """The one that the request names."""
        given = self._given
        name, identifier = given.get("logGroupName"), given.get("logGroupIdentifier")
        if bool(name) == bool(identifier):
            raise InvalidParameterException(
                "Exactly one of logGroupName and logGroupIdentifier must be specified."
            )
        return self._backend.group(str(name or identifier))

    # Groups and streams

    def describe_log_groups(self) -> str:
        given = self._given
        prefix, part = given.get("logGroupNamePrefix"), given.get("logGroupNamePattern")
        if prefix and part:
            raise InvalidParameterException(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
            )
        named = {self._backend.group(each).name for each in given.get("logGroupIdentifiers") or ()}
        if named and (prefix or part):
            raise InvalidParameterException(
                "LogGroupIdentifiers is mutually exclusive with the other parameters."
            )
        names = sorted(
            name
            for name in self._backend.groups
            if name.startswith(prefix or "")
            and (part or "") in name
            and (not named or name in named)
        )
        if given.get("logGroupClass", _CLASS) != _CLASS:
            names = []
        answer = self._paged("logGroups", names, "limit")
        return json.dumps(
            answer | {"logGroups": list(map(self._describe_group, answer["logGroups"]))}
        )

    def _paged(self, name: str, rows: Sequence[Any], limit: str) -> dict[str, Any]:
        """A part of a list, and nextToken if there is more."""
        given = self._given
        try:
            page = page_of(rows, given.get("nextToken"), given.get(limit), _PAGE)
        except BadToken:
            raise InvalidParameterException("The specified nextToken is invalid.") from None
        return {name: page.rows, **({"nextToken": page.token} if page.token else {})}

    def _describe_group(self, name: str) -> dict[str, Any]:
        filters = self._backend.filters.get_matching_filters(log_group_name=name)
        return self._backend.group(name).to_describe_dict() | {
            "logGroupClass": _CLASS,
            "metricFilterCount": len(filters),
        }

    def create_log_group(self) -> str:
        if (kind := self._given.get("logGroupClass", _CLASS)) != _CLASS:
            raise NotInEmbeddedAccount(f"The embedded account has no log groups of class {kind}.")
        return super().create_log_group()

    def create_log_stream(self) -> str:
        try:
            return super().create_log_stream()
        except ResourceAlreadyExistsException as error:
            error.description = error.description.replace("log group", "log stream")
            raise

    def describe_log_streams(self) -> str:
        given, group = self._given, self._group()
        given.pop("logGroupIdentifier", None)
        self.body = json.dumps(given | {"logGroupName": group.name})
        answer = json.loads(super().describe_log_streams())
        for stream in answer["logStreams"]:
            stream["storedBytes"] = 0  # always, since 2019 (API LogStream)
        return json.dumps(answer)

    # Events

    def get_log_events(self) -> str:
        page = page_of_stream(self._group(), self._given)
        return json.dumps(
            {
                "events": page.events,
                "nextForwardToken": page.forward,
                "nextBackwardToken": page.backward,
            }
        )

    def filter_log_events(self) -> str:
        given = self._given
        match = _compile(given.get("filterPattern") or "")
        page = page_of_group(self._group(), given, match)
        answer: dict[str, Any] = {"events": page.events, "searchedLogStreams": []}
        if page.forward:
            answer["nextToken"] = page.forward
        return json.dumps(answer)

    # Metric filters

    def describe_metric_filters(self) -> str:
        if name := self._given.get("logGroupName"):
            self._backend.group(name)
        found = json.loads(super().describe_metric_filters())["metricFilters"]
        return json.dumps(self._paged("metricFilters", found, "limit"))

    def test_metric_filter(self) -> str:
        """moto has no such operation."""
        given = self._given
        match = _compile(given["filterPattern"])
        matches = []
        for number, message in enumerate(given["logEventMessages"], start=1):
            extracted = match(message)
            if extracted is not None:
                texts = {name: str(value) for name, value in extracted.items()}
                matches.append(
                    {"eventNumber": number, "eventMessage": message, "extractedValues": texts}
                )
        return json.dumps({"matches": matches})

    # Queries

    def start_query(self) -> str:
        given = self._given
        if given.get("queryLanguage", _LANGUAGE) != _LANGUAGE:
            raise NotInEmbeddedAccount(
                f"The embedded account knows the query language {_LANGUAGE}."
            )
        groups = [self._backend.group(name) for name in self._queried()]
        start, end = int(given["startTime"]), int(given["endTime"])
        if end < start:
            raise InvalidParameterException("The end time must not be before the start time.")
        text, most = given["queryString"], given.get("limit")
        try:
            answer = run_query(text, records_of(groups, start, end), len(groups), most)
        except Malformed as error:
            raise MalformedQueryException(error) from None
        now = self._backend.service.clock.unix_milliseconds()
        query = Query(text, [group.name for group in groups], now, answer)
        self._backend.asked[query.id] = query
        return json.dumps({"queryId": query.id})

    def _queried(self) -> Iterator[str]:
        """Names or ARNs of the groups that a query is about."""
        given = self._given
        named = [
            given[name]
            for name in ("logGroupName", "logGroupNames", "logGroupIdentifiers")
            if given.get(name)
        ]
        if len(named) != 1:
            raise InvalidParameterException(
                "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be "
                "specified."
            )
        yield from [named[0]] if isinstance(named[0], str) else map(str, named[0])

    def describe_queries(self) -> str:
        """Newest first."""
        given = self._given
        queries = [
            query.describe()
            for query in reversed(self._backend.asked.values())
            if given.get("logGroupName") in (None, *query.groups)
            and given.get("status") in (None, query.status)
            and given.get("queryLanguage") in (None, _LANGUAGE)
        ]
        return json.dumps(self._paged("queries", queries, "maxResults"))

    def get_query_results(self) -> str:
        return json.dumps(self._query().answer)

    def stop_query(self) -> str:
        self._query()
        raise InvalidParameterException("The specified query is not running.")

    def _query(self) -> Query:
        query = self._backend.asked.get(self._given["queryId"])
        if query is None:
            raise ResourceNotFoundException("The specified query does not exist.")
        return query


class MalformedQueryException(JsonRESTError):
    """The query is not understood; it says where."""

    code = 400

    def __init__(self, error: Malformed) -> None:
        super().__init__("MalformedQueryException", str(error))
        location = {"startCharOffset": error.start, "endCharOffset": error.end}
        compile_error = {"location": location, "message": str(error)}
        body = json.loads(self.description) | {"queryCompileError": compile_error}
        self.description = json.dumps(body)


def _compile(pattern: str) -> Match:
    """The pattern, or AWS's word for a bad one."""
    try:
        return compile_pattern(pattern)
    except BadPattern as error:
        raise InvalidParameterException(str(error)) from None
