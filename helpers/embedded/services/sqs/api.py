"""The SQS API: moto reads the requests and writes the answers, our queues decide."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.request import Request
from moto.core.responses import ActionResult, EmptyResult, PaginatedResult
from moto.sqs.models import sqs_backends
from moto.sqs.responses import SQSResponse

from helpers.embedded.services.sqs.backend import SqsBackend
from helpers.embedded.services.sqs.errors import (
    InvalidParameterValue,
    KmsRefusal,
    MissingParameter,
    SQSException,
    bad_parameter,
)
from helpers.embedded.services.sqs.message import Attributes, Message, attributes_md5
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.services.sqs.queue_urls import parse_queue_url
from helpers.embedded.services.sqs.sending import check_ids, send, size_of

LONGEST_BATCH = 1_048_576
"""Bytes that the messages of one batch may have together (SDG quotas-messages)."""

_MOST_ENTRIES = 10
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_PREFIX = "AWS.SimpleQueueService."


class SqsApi(SQSResponse):
    """One request to SQS. What moto answers rightly is left to moto."""

    def dispatch_request(self, request: Request, url: str, headers: Any) -> Any:
        return self._dispatch(request, url, headers)

    @property
    def sqs_backend(self) -> SqsBackend:
        """The queues of the account that the request names, or else of the caller's."""
        named = parse_queue_url(self.params.get("QueueUrl") or self.path).owner
        owner = named or self.params.get("QueueOwnerAWSAccountId") or self.current_account
        backend = sqs_backends[owner][self.region]
        assert isinstance(backend, SqsBackend)
        return backend

    def serialized(self, action_result: ActionResult) -> Any:
        """Our results have the names and types of the JSON protocol: write them as they are.

        moto matches each field with the service model, which takes longer than all the rest.
        """
        result = action_result.result
        is_json = bool(self.headers.get("X-Amz-Target"))
        if isinstance(result, Exception):
            status, headers, body = super().serialized(action_result)
            if isinstance(result, KmsRefusal):
                headers["x-amzn-query-error"] = f"{result.query_code};Sender"
                body = str(body).replace(f">{result.code}<", f">{result.query_code}<", 1)
            return status, headers, _with_common_error_type(body) if is_json else body
        if not is_json or isinstance(action_result, PaginatedResult):
            return super().serialized(action_result)
        headers = {"Content-Type": "application/x-amz-json-1.0", **self.response_headers}
        body = "{}" if result is None else json.dumps(result, default=_base64)
        return 200, headers, body

    # Sending

    def send_message(self) -> ActionResult:
        return ActionResult(
            send(self._queue(), self.params, trace_header=self._trace_header).as_result()
        )

    def send_message_batch(self) -> ActionResult:
        queue = self._queue()
        entries = self._entries("SendMessage")
        size = sum(size_of(entry) for entry in entries)
        if size > LONGEST_BATCH:
            raise SQSException(
                _PREFIX + "BatchRequestTooLong",
                f"Batch requests cannot be longer than {LONGEST_BATCH} bytes. "
                f"You have sent {size} bytes.",
            )
        for entry in entries:
            _check_batch_ids(queue, entry)
        queue.cipher.prepare()
        trace_header = self._trace_header
        return _each(entries, lambda entry: send(queue, entry, True, trace_header).as_result())

    @property
    def _trace_header(self) -> str | None:
        """What a caller inside a function says of the invocation that it is part of."""
        header: str | None = self.headers.get("X-Amzn-Trace-Id")
        return header

    # Receiving

    def receive_message(self) -> ActionResult:
        queue = self._queue()
        check_receive(self.params)
        most = self._number("MaxNumberOfMessages", 1)
        wait = self._number("WaitTimeSeconds", queue.receive_message_wait_time_seconds)
        timeout = self._number("VisibilityTimeout", queue.visibility_timeout)
        system_names = self._system_attribute_names()
        names = self.params.get("MessageAttributeNames") or []
        if wait == 0 and queue.over_limit():
            raise SQSException(
                "OverLimit",
                "Too many messages in flight. The maximum number of in flight messages is 120000.",
            )
        messages = [
            _as_result(message, names, system_names) for message in queue.receive(most, timeout)
        ]
        return ActionResult({"Messages": messages} if messages else {})

    def delete_message(self) -> ActionResult:
        self._queue().delete(self._handle(self.params))
        return EmptyResult()

    def delete_message_batch(self) -> ActionResult:
        queue = self._queue()

        def delete(entry: Mapping[str, Any]) -> dict[str, str]:
            queue.delete(self._handle(entry))
            return {}

        return _each(self._entries("DeleteMessage"), delete)

    def change_message_visibility(self) -> ActionResult:
        self._change_visibility(self._queue(), self.params)
        return EmptyResult()

    def change_message_visibility_batch(self) -> ActionResult:
        queue = self._queue()

        def change(entry: Mapping[str, Any]) -> dict[str, str]:
            self._change_visibility(queue, entry)
            return {}

        return _each(self._entries("ChangeMessageVisibility"), change)

    def _change_visibility(self, queue: Queue, entry: Mapping[str, Any]) -> None:
        timeout = entry.get("VisibilityTimeout")
        if timeout is None:
            raise MissingParameter("VisibilityTimeout")
        _check_visibility_timeout(int(timeout))
        queue.change_visibility(self._handle(entry), int(timeout))

    # The queue itself

    def list_queue_tags(self) -> ActionResult:
        tags = self._queue().tags
        return ActionResult({"Tags": tags} if tags else {})

    # Moving messages out of a dead-letter queue

    def start_message_move_task(self) -> ActionResult:
        task = self.sqs_backend.moves.start(
            self._required("SourceArn"),
            self.params.get("DestinationArn"),
            self.params.get("MaxNumberOfMessagesPerSecond"),
        )
        return ActionResult({"TaskHandle": task.handle})

    def list_message_move_tasks(self) -> ActionResult:
        tasks = self.sqs_backend.moves.list(
            self._required("SourceArn"), self._number("MaxResults", 1)
        )
        return ActionResult({"Results": [task.as_result() for task in tasks]})

    def cancel_message_move_task(self) -> ActionResult:
        task = self.sqs_backend.moves.cancel(self._required("TaskHandle"))
        return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})

    # Reading the request

    def _queue(self) -> Queue:
        return self.sqs_backend.get_queue(self._get_queue_name())

    def _number(self, name: str, otherwise: int) -> int:
        given = self.params.get(name)
        return otherwise if given is None else int(given)

    def _required(self, name: str) -> str:
        given = self.params.get(name)
        if not given:
            raise MissingParameter(name)
        return str(given)

    def _handle(self, entry: Mapping[str, Any]) -> str:
        handle = entry.get("ReceiptHandle")
        if not handle:
            raise MissingParameter("ReceiptHandle")
        return str(handle)

    def _entries(self, operation: str) -> list[dict[str, Any]]:
        """The entries of a batch request, checked as a batch."""
        entries: list[dict[str, Any]] = self.params.get("Entries") or []
        if not entries:
            raise SQSException(
                _PREFIX + "EmptyBatchRequest",
                f"There should be at least one {operation}BatchRequestEntry in the request.",
            )
        if len(entries) > _MOST_ENTRIES:
            raise SQSException(
                _PREFIX + "TooManyEntriesInBatchRequest",
                f"Maximum number of entries per request are {_MOST_ENTRIES}. "
                f"You have sent {len(entries)}.",
            )
        seen: set[str] = set()
        for entry in entries:
            name = entry.get("Id") or ""
            if not _BATCH_ID.fullmatch(name):
                raise SQSException(
                    _PREFIX + "InvalidBatchEntryId",
                    "A batch entry id can only contain alphanumeric characters, hyphens and "
                    "underscores. It can be at most 80 letters long.",
                )
            if name in seen:
                raise SQSException(_PREFIX + "BatchEntryIdsNotDistinct", f"Id {name} repeated.")
            seen.add(name)
        return entries

    def _system_attribute_names(self) -> set[str]:
        """The asked-for names; the deprecated AttributeNames count as well."""
        params = self.params
        return {
            *(params.get("AttributeNames") or ()),
            *(params.get("MessageSystemAttributeNames") or ()),
        }


def _each(
    entries: Iterable[Mapping[str, Any]],
    do: Callable[[Mapping[str, Any]], dict[str, str]],
) -> ActionResult:
    """Do each entry of a batch; one that is refused does not keep the others from succeeding."""
    successful: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            successful.append({"Id": entry["Id"], **do(entry)})
        except SQSException as error:
            failed.append(
                {
                    "Id": entry["Id"],
                    "SenderFault": True,
                    "Code": error.code,
                    "Message": error.message,
                }
            )
    answer = {"Successful": successful, "Failed": failed}
    return ActionResult({name: results for name, results in answer.items() if results})


def _check_batch_ids(queue: Queue, entry: Mapping[str, Any]) -> None:
    """A missing id refuses the whole batch, and by another code than that of a single send
    (recorded: test_send_batch_missing_message_group_id_for_fifo_queue)."""
    try:
        check_ids(queue, entry)
    except MissingParameter as error:
        raise InvalidParameterValue(error.message) from None


def check_receive(parameters: Mapping[str, Any]) -> None:
    """Refuse a ReceiveMessage whose numbers are out of range (recorded:
    test_send_receive_max_number_of_messages, test_send_receive_wait_time_seconds)."""
    most = int(parameters.get("MaxNumberOfMessages", 1))
    if not 1 <= most <= 10:
        raise bad_parameter(most, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
    wait = int(parameters.get("WaitTimeSeconds", 0))
    if not 0 <= wait <= 20:
        raise bad_parameter(wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
    _check_visibility_timeout(int(parameters.get("VisibilityTimeout", 0)))


def is_receive_valid(parameters: Mapping[str, Any]) -> bool:
    """Whether a ReceiveMessage may wait, or is to be refused at once."""
    try:
        check_receive(parameters)
    except (SQSException, TypeError, ValueError):
        return False
    return True


def _check_visibility_timeout(seconds: int) -> None:
    if not 0 <= seconds <= 43_200:
        raise bad_parameter(seconds, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.")


def _as_result(message: Message, names: Iterable[str], system_names: set[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.body_md5,
        "Body": message.body,
    }
    if system_names:
        system = message.system_attributes()
        if "All" not in system_names:
            system = {name: text for name, text in system.items() if name in system_names}
        if system:
            result["Attributes"] = system
    attributes = _selected(message.attributes, names)
    if attributes:
        result["MessageAttributes"] = attributes
        result["MD5OfMessageAttributes"] = attributes_md5(attributes)
    return result


def _selected(attributes: Attributes, names: Iterable[str]) -> Attributes:
    """The attributes asked for: by name, by a prefix ending in `.*`, or all of them
    (recorded: test_receive_message_message_attribute_names_filters)."""
    if not attributes or not names:
        return {}
    wanted = set(names)
    if wanted & {"All", ".*", "*"}:
        return attributes
    prefixes = tuple(name[:-2] for name in wanted if name.endswith(".*"))
    return {
        name: attribute
        for name, attribute in attributes.items()
        if name in wanted or name.startswith(prefixes)
    }


def _with_common_error_type(body: Any) -> Any:
    """InvalidParameterValue is no error of SQS alone, and its type says so (recorded as the
    QueryErrorCode InvalidParameterValueException)."""
    return str(body).replace(
        '"com.amazonaws.sqs#InvalidParameterValue"',
        '"com.amazon.coral.service#InvalidParameterValueException"',
        1,
    )


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
