"""The SQS API: each operation by its parameters, on the queues of the account.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlparse

from moto.core.exceptions import ServiceException
from moto.sqs.models import sqs_backends

from helpers.embedded.services.own_api import OwnApi, Result
from helpers.embedded.services.sqs.backend import SqsBackend
from helpers.embedded.services.sqs.errors import (
    InvalidParameterValue,
    KmsRefusal,
    MissingParameter,
    QueueDoesNotExist,
    SQSException,
    bad_parameter,
)
from helpers.embedded.services.sqs.message import Message, attributes_md5, select_attributes
from helpers.embedded.services.sqs.queue import Queue, parse_queue_url
from helpers.embedded.services.sqs.send_message import check_ids, refuse_lists, send, size_of
from helpers.embedded.wire import ApiResponse

LONGEST_BATCH = 1_048_576
"""Bytes that the messages of one batch may have together (SDG quotas-messages)."""

_MOST_ENTRIES = 10
_MOST_LISTED = 1000
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_PREFIX = "AWS.SimpleQueueService."


class SqsApi(OwnApi):
    """One call to SQS."""

    service = "sqs"

    @property
    def _backend(self) -> SqsBackend:
        """The queues of the account that the request names, or else of the caller's."""
        named = parse_queue_url(self.params.get("QueueUrl") or self.call.request.path).owner
        owner = named or self.params.get("QueueOwnerAWSAccountId") or self.call.account
        backend = sqs_backends[owner][self.call.region]
        assert isinstance(backend, SqsBackend)
        return backend

    def refuse(self, error: ServiceException) -> ApiResponse:
        refused = super().refuse(error)
        headers, body = dict(refused.headers), refused.body.decode()
        if isinstance(error, KmsRefusal):
            headers["x-amzn-query-error"] = f"{error.query_code};Sender"
            body = body.replace(f">{error.code}<", f">{error.query_code}<", 1)
        if self.call.request.target:
            body = _with_common_error_type(body)
        # The model leaves the status out.
        status = 404 if error.code == "ResourceNotFoundException" else refused.status
        return ApiResponse(status, headers, body.encode())

    # Sending

    def send_message(self) -> Result:
        refuse_lists(self.params, "SendMessage")
        return send(
            self._queue(), _decoded(self.params), trace_header=self._trace_header
        ).as_result()

    def send_message_batch(self) -> Result:
        queue = self._queue()
        entries = self._entries("SendMessage")
        for entry in entries:
            refuse_lists(entry, "SendMessageBatch")
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
        return _each(
            entries, lambda entry: send(queue, _decoded(entry), True, trace_header).as_result()
        )

    @property
    def _trace_header(self) -> str | None:
        """What a caller inside a function says of the invocation that it is part of."""
        return self.call.request.header("X-Amzn-Trace-Id")

    # Receiving

    def receive_message(self) -> Result:
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
        return {"Messages": messages} if messages else {}

    def delete_message(self) -> Result:
        self._queue().delete(self._handle(self.params))
        return None

    def delete_message_batch(self) -> Result:
        queue = self._queue()

        def delete(entry: Mapping[str, Any]) -> dict[str, str]:
            queue.delete(self._handle(entry))
            return {}

        return _each(self._entries("DeleteMessage"), delete)

    def change_message_visibility(self) -> Result:
        self._change_visibility(self._queue(), self.params)
        return None

    def change_message_visibility_batch(self) -> Result:
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

    def create_queue(self) -> Result:
        queue = self._backend.create_queue(
            str(self.params.get("QueueName", "")),
            self.params.get("tags") or {},
            **(self.params.get("Attributes") or {}),
        )
        return {"QueueUrl": self._url(queue)}

    def get_queue_url(self) -> Result:
        return {"QueueUrl": self._url(self._backend.get_queue(str(self.params.get("QueueName"))))}

    def list_queues(self) -> Result:
        prefix = self.params.get("QueueNamePrefix") or ""
        urls = [
            self._url(queue)
            for name, queue in self._backend.queues.items()
            if name.startswith(prefix)
        ]
        return self._page("QueueUrls", urls)

    def delete_queue(self) -> Result:
        self._backend.delete_queue(self._name)
        return None

    def purge_queue(self) -> Result:
        self._backend.purge_queue(self._name)
        return None

    def get_queue_attributes(self) -> Result:
        names = self.params.get("AttributeNames") or []
        found = self._backend.get_queue_attributes(self._name, names)
        texts = {name: str(value) for name, value in found.items() if value is not None}
        return {"Attributes": texts} if texts else None

    def set_queue_attributes(self) -> Result:
        self._backend.set_queue_attributes(self._name, self.params.get("Attributes") or {})
        return None

    def list_dead_letter_source_queues(self) -> Result:
        queue = self._queue()
        urls = [
            self._url(each)
            for each in self._backend.queues.values()
            if each.dead_letter_queue is queue
        ]
        return {"queueUrls": [], **self._page("queueUrls", urls)}

    def add_permission(self) -> Result:
        self._backend.add_permission(
            self.call.region,
            self._name,
            self.params.get("Actions") or [],
            self.params.get("AWSAccountIds") or [],
            str(self.params.get("Label")),
        )
        return None

    def remove_permission(self) -> Result:
        self._backend.remove_permission(self._name, str(self.params.get("Label")))
        return None

    def tag_queue(self) -> Result:
        self._backend.tag_queue(self._name, self.params.get("Tags") or {})
        return None

    def untag_queue(self) -> Result:
        self._backend.untag_queue(self._name, self.params.get("TagKeys") or [])
        return None

    def list_queue_tags(self) -> Result:
        tags = self._queue().tags
        return {"Tags": tags} if tags else {}

    # Moving messages out of a dead-letter queue

    def start_message_move_task(self) -> Result:
        task = self._backend.moves.start(
            self._required("SourceArn"),
            self.params.get("DestinationArn"),
            self.params.get("MaxNumberOfMessagesPerSecond"),
        )
        return {"TaskHandle": task.handle}

    def list_message_move_tasks(self) -> Result:
        tasks = self._backend.moves.list(self._required("SourceArn"), self._number("MaxResults", 1))
        return {"Results": [task.as_result() for task in tasks]}

    def cancel_message_move_task(self) -> Result:
        task = self._backend.moves.cancel(self._required("TaskHandle"))
        return {"ApproximateNumberOfMessagesMoved": task.moved}

    # Reading the request

    @property
    def _name(self) -> str:
        """Of the queue that the request is about; SQS takes its name alone for its URL, too."""
        return parse_queue_url(self.params.get("QueueUrl") or self.call.request.path).name

    def _queue(self) -> Queue:
        queue = self._backend.queues.get(self._name)
        if queue is None:
            raise QueueDoesNotExist
        return queue

    def _url(self, queue: Queue) -> str:
        """At the endpoint that was asked."""
        return queue.url(urlparse(self.call.request.url))

    def _page(self, name: str, urls: list[str]) -> dict[str, Any]:
        """Up to 1,000; in pages only where MaxResults asks for them (API ListQueues)."""
        most = self.params.get("MaxResults")
        begin = self._place() if most else 0
        end = begin + int(most or _MOST_LISTED)
        answer: dict[str, Any] = {name: urls[begin:end]} if urls[begin:end] else {}
        if most and end < len(urls):
            answer["NextToken"] = b64encode(str(end).encode()).decode()
        return answer

    def _place(self) -> int:
        """How much of a list was given before."""
        token = self.params.get("NextToken")
        try:
            place = int(b64decode(token, validate=True)) if token else 0
            if place < 0:
                raise ValueError(place)
            return place
        except (TypeError, ValueError):
            raise bad_parameter(token, "NextToken", "Must be a valid token.") from None

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
) -> Result:
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
    return {name: results for name, results in answer.items() if results}


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
    attributes = select_attributes(message.attributes, names)
    if attributes:
        result["MessageAttributes"] = attributes
        result["MD5OfMessageAttributes"] = attributes_md5(attributes)
    return result


def _with_common_error_type(body: Any) -> Any:
    """InvalidParameterValue is no error of SQS alone, and its type says so (recorded as the
    QueryErrorCode InvalidParameterValueException)."""
    return str(body).replace(
        '"com.amazonaws.sqs#InvalidParameterValue"',
        '"com.amazon.coral.service#InvalidParameterValueException"',
        1,
    )


def _decoded(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message with its binary attributes as bytes: JSON has them in base64."""
    attributes = entry.get("MessageAttributes")
    if not attributes or not any("BinaryValue" in each for each in attributes.values()):
        return entry
    return {
        **entry,
        "MessageAttributes": {
            name: {**each, "BinaryValue": _bytes(each["BinaryValue"])}
            if "BinaryValue" in each
            else each
            for name, each in attributes.items()
        },
    }


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else b64decode(value)
