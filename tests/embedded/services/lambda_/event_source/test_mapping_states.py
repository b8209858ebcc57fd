"""The whole life of a mapping, held to a model; and that no mapping reads unless a list shows it.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html,
https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html
"""

from __future__ import annotations

from typing import Any

import boto3
import hypothesis.strategies as st
import pytest
from botocore.exceptions import ClientError
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, deploy_function, zip_code
from tests.embedded.services.lambda_.event_source.test_event_source import (
    PRINTS,
    arn,
    connect,
    count,
    create_queue,
    handled,
    send,
)
from tests.fuzz import examples

UNSTABLE = ("Creating", "Enabling", "Disabling", "Updating", "Deleting")
TOGETHER = 2
"""Seconds that a change takes (modelled)."""


def refused(call: Any, **parameters: Any) -> str:
    """The error code with which AWS refuses."""
    with pytest.raises(ClientError) as refusal:
        call(**parameters)
    return str(refusal.value.response["Error"]["Code"])


def bring(lab: EmbeddedAccount, queue: str, state: str) -> str:
    """A mapping in this state."""
    client = boto3.client("lambda")
    mapping = connect(queue, Enabled=state != "Enabling")
    if state in ("Creating", "Enabling"):
        if state == "Enabling":
            client.update_event_source_mapping(UUID=mapping, Enabled=True)
        return mapping
    lab.advance(TOGETHER)
    match state:
        case "Updating":
            client.update_event_source_mapping(UUID=mapping, BatchSize=5)
        case "Disabling" | "Disabled":
            client.update_event_source_mapping(UUID=mapping, Enabled=False)
        case "Deleting" | "gone":
            client.delete_event_source_mapping(UUID=mapping)
    if state in ("Disabled", "gone"):
        lab.advance(TOGETHER)
    return mapping


@pytest.mark.parametrize("state", [*UNSTABLE, "Enabled", "Disabled", "gone"])
def test_what_each_request_answers_in_each_state(
    lab: EmbeddedAccount, deploy: Deploy, state: str
) -> None:
    deploy(PRINTS)
    client = boto3.client("lambda")
    queue = create_queue()
    mapping = bring(lab, queue, state)
    if state == "gone":
        for call in (client.get_event_source_mapping, client.delete_event_source_mapping):
            assert refused(call, UUID=mapping) == "ResourceNotFoundException"
        missing = refused(client.update_event_source_mapping, UUID=mapping, Enabled=True)
        assert missing == "ResourceNotFoundException"
        assert client.list_event_source_mappings()["EventSourceMappings"] == []
        assert connect(queue) != mapping
        return
    assert client.get_event_source_mapping(UUID=mapping)["State"] == state
    (listed,) = client.list_event_source_mappings(FunctionName="function")["EventSourceMappings"]
    assert (listed["UUID"], listed["State"]) == (mapping, state)
    again = {"EventSourceArn": arn(queue), "FunctionName": "function"}
    assert refused(client.create_event_source_mapping, **again) == "ResourceConflictException"
    if state in UNSTABLE:
        busy = refused(client.update_event_source_mapping, UUID=mapping, Enabled=True)
        assert busy == "ResourceInUseException"
        busy = refused(client.delete_event_source_mapping, UUID=mapping)
        assert busy == "ResourceInUseException"
        assert client.get_event_source_mapping(UUID=mapping)["State"] == state
    else:
        changed = client.update_event_source_mapping(UUID=mapping, BatchSize=3)
        assert changed["State"] == "Updating"
        lab.advance(TOGETHER)
        assert client.get_event_source_mapping(UUID=mapping)["State"] == state
        assert client.delete_event_source_mapping(UUID=mapping)["State"] == "Deleting"


def test_a_mapping_in_use_is_refused_in_aws_s_words(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(PRINTS)
    client = boto3.client("lambda")
    mapping = connect(create_queue())
    with pytest.raises(client.exceptions.ResourceInUseException) as busy:
        client.delete_event_source_mapping(UUID=mapping)
    said = "Cannot delete the event source mapping because it is in use."
    assert busy.value.response["Error"]["Message"] == said
    assert busy.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(client.exceptions.ResourceInUseException, match="Cannot update the event"):
        client.update_event_source_mapping(UUID=mapping, BatchSize=5)


def test_a_mapping_that_was_deleted_reads_nothing_more(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(PRINTS)
    queue = create_queue()
    mapping = bring(lab, queue, "Enabled")
    client = boto3.client("lambda")
    client.delete_event_source_mapping(UUID=mapping)
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.update_event_source_mapping(UUID=mapping, Enabled=True)
    send(queue, "stays")
    lab.advance(60)
    assert client.list_event_source_mappings()["EventSourceMappings"] == []
    assert count(queue) == (1, 0)


def test_a_mapping_reads_the_next_queue_of_the_same_name(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """Modelled: AWS names a mapping's queue by its ARN, and goes on polling it."""
    deploy(PRINTS)
    queue = create_queue()
    mapping = bring(lab, queue, "Enabled")
    client = boto3.client("lambda")
    boto3.client("sqs").delete_queue(QueueUrl=queue)
    lab.advance(61)
    said = client.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]
    assert said == "PROBLEM: The specified queue does not exist."
    send(create_queue(), "again")
    lab.advance(30)
    assert handled() == [["again"]]
    assert "LastProcessingResult" not in client.get_event_source_mapping(UUID=mapping)


def test_an_update_after_the_function_was_deleted_names_another(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """Recorded: test_event_source_mapping_lifecycle_delete_function: the mapping stays."""
    deploy(PRINTS)
    deploy(PRINTS, name="other")
    client = boto3.client("lambda")
    queue = create_queue()
    mapping = bring(lab, queue, "Enabled")
    client.delete_function(FunctionName="function")
    assert client.get_event_source_mapping(UUID=mapping)["State"] == "Enabled"
    send(queue, "x")
    lab.advance(30)
    assert count(queue) == (1, 0)
    client.update_event_source_mapping(UUID=mapping, FunctionName="other")
    lab.advance(30)
    assert handled("other") == [["x"]]


# Random programs

QUEUES = st.sampled_from(["one", "two"])
FUNCTIONS = st.sampled_from(["first", "second"])


class Life(RuleBasedStateMachine):
    """Requests about mappings, functions and queues in any order, and time in between.

    Functions answer nothing and fail nothing, so a message is deleted when it was received.
    """

    @initialize()
    def open(self) -> None:
        self.lab = open_lab()
        assert isinstance(self.lab, EmbeddedAccount)
        self.functions: set[str] = set()
        self.states: dict[str, tuple[str, str, str, float]] = {}
        """By id: queue, state, the state after it, and when (seconds of lab time)."""
        self.now = 0.0
        self.alive = {"one": create_queue("one"), "two": create_queue("two")}
        self.sent = 0
        for name in ("first", "second"):
            deploy_function(PRINTS, name=name)
            self.functions.add(name)

    def teardown(self) -> None:
        if hasattr(self, "lab"):
            self.lab.close()

    def change(self, uuid: str, state: str, then: str) -> None:
        queue = self.states[uuid][0]
        self.states[uuid] = (queue, state, then, self.now + TOGETHER)

    def settle(self) -> None:
        for uuid, (queue, state, then, moment) in list(self.states.items()):
            if state != then and moment <= self.now:
                self.states[uuid] = (queue, then, then, moment)
            if self.states[uuid][1] == "gone":
                del self.states[uuid]

    @rule(queue=QUEUES, function=FUNCTIONS, enabled=st.booleans())
    def create(self, queue: str, function: str, enabled: bool) -> None:
        try:
            answer = boto3.client("lambda").create_event_source_mapping(
                EventSourceArn=f"arn:aws:sqs:us-east-1:123456789012:{queue}",
                FunctionName=function,
                Enabled=enabled,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            assert code in ("InvalidParameterValueException", "ResourceConflictException")
            return
        state = "Creating" if enabled else "Disabled"
        assert answer["State"] == state
        self.states[answer["UUID"]] = (queue, state, state, 0)
        self.change(answer["UUID"], state, "Enabled" if enabled else "Disabled")

    @precondition(lambda self: self.states)
    @rule(data=st.data(), enabled=st.sampled_from([None, True, False]), again=st.booleans())
    def update(self, data: Any, enabled: bool | None, again: bool) -> None:
        uuid = data.draw(st.sampled_from(sorted(self.states)))
        given = {} if enabled is None else {"Enabled": enabled}
        for _ in range(1 + again):
            _, state, _, _ = self.states[uuid]
            try:
                answer = boto3.client("lambda").update_event_source_mapping(UUID=uuid, **given)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "InvalidParameterValueException":  # its function or queue is gone
                    return
                assert (code, state in UNSTABLE) == ("ResourceInUseException", True)
                continue
            assert state not in UNSTABLE
            wanted = enabled if enabled is not None else state == "Enabled"
            same = wanted == (state == "Enabled")
            shown = "Updating" if same else "Enabling" if wanted else "Disabling"
            assert answer["State"] == shown
            self.change(uuid, shown, "Enabled" if wanted else "Disabled")

    @precondition(lambda self: self.states)
    @rule(data=st.data(), again=st.booleans())
    def delete(self, data: Any, again: bool) -> None:
        uuid = data.draw(st.sampled_from(sorted(self.states)))
        for _ in range(1 + again):
            _, state, _, _ = self.states[uuid]
            try:
                boto3.client("lambda").delete_event_source_mapping(UUID=uuid)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                assert (code, state in UNSTABLE) == ("ResourceInUseException", True)
                continue
            assert state not in UNSTABLE
            self.change(uuid, "Deleting", "gone")

    @rule(name=FUNCTIONS)
    def toggle_function(self, name: str) -> None:
        client = boto3.client("lambda")
        if name in self.functions:
            client.delete_function(FunctionName=name)
            self.functions.remove(name)
            return
        client.create_function(
            FunctionName=name,
            Role=f"arn:aws:iam::123456789012:role/{name}-role",
            Runtime="python3.13",
            Handler="code.handler",
            Code={"ZipFile": zip_code(code=PRINTS)},
        )
        self.functions.add(name)

    @rule(name=QUEUES)
    def toggle_queue(self, name: str) -> None:
        if name in self.alive:
            boto3.client("sqs").delete_queue(QueueUrl=self.alive.pop(name))
        else:
            self.advance(61)
            self.alive[name] = create_queue(name)

    @rule(name=QUEUES)
    def send(self, name: str) -> None:
        if name in self.alive:
            self.sent += 1
            send(self.alive[name], str(self.sent))

    @rule(seconds=st.sampled_from([0.5, 1, 2, 5, 30]))
    def advance(self, seconds: float) -> None:
        """The law: what a queue loses, a mapping has read that was there and enabled."""
        before = {name: sum(count(url)) for name, url in self.alive.items()}
        readers = {
            queue for queue, state, then, _ in self.states.values() if "Enabled" in (state, then)
        }
        self.lab.advance(seconds)
        self.now += seconds
        self.settle()
        for name, url in self.alive.items():
            if name not in readers:
                assert sum(count(url)) == before[name], f"{name} was read by nobody"
            elif self.functions == {"first", "second"} and seconds == 30:
                readers_now = [each for each in self.states.values() if each[0] == name]
                if any(each[1] == "Enabled" for each in readers_now):
                    assert count(url) == (0, 0), f"{name} is not read"

    @invariant()
    def lists_show_what_the_model_knows(self) -> None:
        if not hasattr(self, "lab"):
            return
        listed = boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        shown = {each["UUID"]: each["State"] for each in listed}
        assert shown == {uuid: state for uuid, (_, state, _, _) in self.states.items()}


Life.TestCase.settings = settings(max_examples=examples(4), stateful_step_count=25, deadline=None)
TestLife = Life.TestCase
