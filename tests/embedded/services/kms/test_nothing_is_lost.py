"""Whatever happens to the key, no message is lost and every body that comes is right."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

import boto3
import hypothesis.strategies as st
from botocore.exceptions import ClientError
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.sqs.message import Record, body_md5
from tests.embedded.services.kms.conftest import create_key
from tests.embedded.services.sqs.conftest import arn, counts
from tests.fuzz import examples

PERIOD, VISIBILITY = 60, 30
KEYS = st.sampled_from([0, 1])


class Queues(RuleBasedStateMachine):
    """An encrypted queue and its dead-letter queue, while two keys come and go."""

    fifo = False

    def __init__(self) -> None:
        super().__init__()
        lab = open_lab()
        assert isinstance(lab, EmbeddedAccount)
        self.lab = lab
        self.sqs, self.kms = _clients()
        self.refusals = (self.sqs.exceptions.KmsDisabled, self.sqs.exceptions.KmsInvalidState)
        self.keys = [create_key(self.kms), create_key(self.kms)]
        ending = {"FifoQueue": "true"} if self.fifo else {}
        suffix = ".fifo" if self.fifo else ""
        common = {
            "KmsDataKeyReusePeriodSeconds": str(PERIOD),
            "VisibilityTimeout": str(VISIBILITY),
            "MessageRetentionPeriod": "1209600",
            **ending,
        }
        self.dead = self._create("dead" + suffix, common | {"KmsMasterKeyId": self.keys[1]})
        policy = f'{{"deadLetterTargetArn":"{arn(self.sqs, self.dead)}","maxReceiveCount":4}}'
        more = {"KmsMasterKeyId": self.keys[0], "RedrivePolicy": policy}
        self.url = self._create("queue" + suffix, common | more)
        self.kept: dict[str, str] = {}
        self.receives: dict[str, int] = {}
        self.sent = 0

    def _create(self, name: str, attributes: dict[str, str]) -> str:
        answer = self.sqs.create_queue(QueueName=name, Attributes=attributes)
        return str(answer["QueueUrl"])

    def teardown(self) -> None:
        """In the end every key works, and every message that was kept is received."""
        for key in self.keys:
            self._repair(key)
        received: dict[str, str] = {}
        for _ in range(20):
            self.lab.advance(VISIBILITY)
            for url in (self.url, self.dead):
                for message in self._receive(url, 10):
                    received[message["MessageId"]] = message["Body"]
                    handle = message["ReceiptHandle"]
                    self.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        assert received == self.kept
        self.lab.close()

    def _repair(self, key: str) -> None:
        with suppress(ClientError):
            self.kms.cancel_key_deletion(KeyId=key)
        self.kms.enable_key(KeyId=key)

    # What producers and consumers do

    @rule(many=st.integers(1, 4), group=st.sampled_from(["a", "b"]))
    def send(self, many: int, group: str) -> None:
        entries = []
        for _ in range(many):
            self.sent += 1
            entry = {"Id": str(self.sent), "MessageBody": f"body {self.sent}"}
            if self.fifo:
                entry |= {"MessageGroupId": group, "MessageDeduplicationId": str(self.sent)}
            entries.append(entry)
        try:
            answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
        except self.refusals:
            return
        texts = {entry["Id"]: entry["MessageBody"] for entry in entries}
        assert len(answer["Successful"]) == many
        for done in answer["Successful"]:
            self.kept[done["MessageId"]] = texts[done["Id"]]

    @rule(most=st.integers(1, 10), of_dead=st.booleans(), delete=st.booleans())
    def receive(self, most: int, of_dead: bool, delete: bool) -> None:
        url = self.dead if of_dead else self.url
        for message in self._receive(url, most):
            name = message["MessageId"]
            assert message["Body"] == self.kept[name]
            number = int(message["Attributes"]["ApproximateReceiveCount"])
            assert number == self.receives.get(name, 0) + 1, "a refused receive was counted"
            self.receives[name] = number
            if delete:
                handle = message["ReceiptHandle"]
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
                del self.kept[name]

    def _receive(self, url: str, most: int) -> list[dict[str, Any]]:
        """Messages; none when the key refuses, and then nothing is in flight for it."""
        in_flight = counts(self.sqs, url)[1]
        try:
            answer = self.sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=most,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        except self.refusals:
            assert counts(self.sqs, url)[1] == in_flight
            return []
        return list(answer.get("Messages", []))

    @rule(seconds=st.sampled_from([1, VISIBILITY, PERIOD]))
    def wait(self, seconds: int) -> None:
        self.lab.advance(seconds)

    # What happens to the keys

    @rule(which=KEYS)
    def disable(self, which: int) -> None:
        with suppress(self.kms.exceptions.KMSInvalidStateException):
            self.kms.disable_key(KeyId=self.keys[which])

    @rule(which=KEYS)
    def schedule_deletion(self, which: int) -> None:
        with suppress(self.kms.exceptions.KMSInvalidStateException):
            self.kms.schedule_key_deletion(KeyId=self.keys[which])

    @rule(which=KEYS)
    def repair(self, which: int) -> None:
        self._repair(self.keys[which])

    @rule(which=KEYS)
    def rotate(self, which: int) -> None:
        with suppress(ClientError):
            self.kms.rotate_key_on_demand(KeyId=self.keys[which])

    @rule(which=st.sampled_from([0, 1, None]))
    def change_key(self, which: int | None) -> None:
        key = "" if which is None else self.keys[which]
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"KmsMasterKeyId": key})

    @precondition(lambda self: not self.fifo)
    @rule()
    def move_back(self) -> None:
        """A task gives messages new ids and starts their receives anew."""
        source = arn(self.sqs, self.dead)
        with suppress(ClientError):
            self.sqs.start_message_move_task(SourceArn=source)
        self.lab.advance(1)
        names = {body_md5(body): name for name, body in self.kept.items()}
        for record in self._records():
            if record.id not in self.kept:
                self.kept[record.id] = self.kept.pop(names[record.body_md5])

    def _records(self) -> list[Record]:
        queues = self.lab._services.queues.all()
        return [record for queue in queues for record in queue._store.records.values()]

    @invariant()
    def everything_is_somewhere(self) -> None:
        assert {record.id for record in self._records()} == set(self.kept)


class FifoQueues(Queues):
    """The same with FIFO queues."""

    fifo = True


@cache
def _clients() -> tuple[Any, Any]:
    """Made once: they reach whichever lab is open."""
    return boto3.client("sqs"), boto3.client("kms")


TestQueues = Queues.TestCase
TestFifoQueues = FifoQueues.TestCase
for case in (TestQueues, TestFifoQueues):
    case.settings = settings(max_examples=examples(25), stateful_step_count=25, deadline=None)
