"""Whatever comes in by any door, the account goes on.

After each input the account answers the next request; after each door's inputs the next good
message is processed, and no process and no file is left open. A fault of ours that is told as a
warning fails the test.

More of it: make fuzz.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import boto3
import hypothesis.strategies as st
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount
from helpers.embedded.wire import ApiRequest
from tests.embedded.conftest import deploy_function, zip_code
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue, send
from tests.fuzz import DEEPER, examples

fuzz = settings(
    max_examples=examples(10),
    derandomize=not DEEPER,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})

HANDLER = """
    import json

    def build(kind, size):
        match kind:
            case "deep":
                value = []
                for _ in range(size):
                    value = [value]
                return value
            case "huge":
                return "x" * (size * 1000)
            case "bytes":
                return b"\\xff\\xfe"
            case "half":
                return "\\ud800"
            case "set":
                return {1, 2}
            case "loop":
                value = []
                value.append(value)
                return value
            case "nan":
                return float("nan")
            case "keys":
                return {(1, 2): 3}
            case "failures":
                return {"batchItemFailures": [{"itemIdentifier": size}, None, "x"]}
            case "raises":
                raise ValueError("\\ud800" * size)
            case "recursion":
                return build(kind, size)
            case "prints":
                print("\\x00" * size)
        return kind

    def handler(event, context):
        if isinstance(event, dict) and "Records" in event:
            answers = []
            for record in event["Records"]:
                try:
                    order = json.loads(record["body"])
                except Exception:
                    continue
                if isinstance(order, dict) and "kind" in order:
                    answers.append(build(order["kind"], order["size"]))
            return answers[0] if answers else None
        if isinstance(event, dict) and "kind" in event:
            return build(event["kind"], event["size"])
        return event
"""

KINDS = (
    *("deep", "huge", "bytes", "half", "set", "loop", "nan", "keys", "failures", "raises"),
    *("recursion", "prints", "text"),
)


def nested(opening: str, closing: str, inner: str, levels: int) -> str:
    return opening * levels + inner + closing * levels


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
JSON = VALUES.map(json.dumps)
DEEP = st.builds(
    nested,
    st.sampled_from(["[", '{"a":', '{"a":[', '{"body":', '{"$or":[{"a":[1]},', '{"Statement":']),
    st.sampled_from(["]", "}", "]}", ""]),
    st.sampled_from(["", "1", '"x"', "[1]"]),
    st.sampled_from([1, 50, 101, 400, 900, 990, 1000, 3000, 20_000]),
)
CUT = st.builds(lambda text, at: text[:at], JSON | DEEP, st.integers(0, 60))
ODD = st.sampled_from(
    [
        *("", "{", "null", "NaN", "[NaN]", "1e999", "-0", '"\\ud800"', "\x00", "\ufeff{}", "{}{}"),
        *('{"a":1,"a":2}', "9" * 5000, "[" + "0," * 5000 + "0]", "\u2028", "%s%n{0}", "${a}"),
        *('{"Statement":[]}', '{"Statement":[{"Effect":5}]}', '{"deadLetterTargetArn":[]}'),
        *('{"maxReceiveCount":{}}', "Resources: [", "Resources:\n  a: &a [*a]", "!!python/none"),
        "a: &x [1]\nb: *x\n? [c]\n: d",
    ]
)
TEXTS = st.one_of(JSON, DEEP, CUT, ODD, st.text(max_size=200))
NAMES = count(1)


@pytest.fixture(scope="module")
def lab() -> Iterator[EmbeddedAccount]:
    with open_lab(spin_limit=60) as account:
        assert isinstance(account, EmbeddedAccount)
        deploy_function(HANDLER)
        yield account


@pytest.fixture(scope="module")
def queue(lab: EmbeddedAccount) -> str:
    """A queue that the function reads, twice each message at the most."""
    dead = create_queue("dead")
    policy = {"deadLetterTargetArn": arn(dead), "maxReceiveCount": 2}
    return create_queue(RedrivePolicy=json.dumps(policy), VisibilityTimeout="10")


@pytest.fixture(autouse=True)
def goes_on(lab: EmbeddedAccount, queue: str) -> Iterator[None]:
    """The next good message is processed, and nothing is left behind."""
    lab.run_until_idle()
    before = left_open()
    yield
    mapping = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(queue), FunctionName="function"
    )["UUID"]
    lab.advance(5)
    send(queue, "good")
    lab.run_until_idle()
    boto3.client("lambda").delete_event_source_mapping(UUID=mapping)
    lab.advance(5)
    calls = lab.trace().query("what == 'invoked' and messages == 1")
    assert calls.iloc[-1]["outcome"] == "success"
    processes, files = left_open()
    assert processes <= before[0] + 2  # warm environments
    assert files <= before[1] + 4 * 2


def left_open() -> tuple[int, int]:
    """Child processes and open files of this process."""
    folder = "/proc/self/fd"
    files = len(os.listdir(folder)) if os.path.isdir(folder) else 0
    return len(multiprocessing.active_children()), files


def attempt(call: Callable[..., Any], **parameters: Any) -> Any:
    """Call, and let AWS refuse; then the account answers the next request."""
    answer = None
    with suppress(ClientError):
        answer = call(**parameters)
    assert boto3.client("sqs").list_queues()["QueueUrls"]
    return answer


def client(name: str) -> BaseClient:
    return boto3.client(name, config=UNCHECKED)


@fuzz
@given(text=TEXTS)
def test_bodies_before_a_filter(lab: EmbeddedAccount, queue: str, text: str) -> None:
    pattern = '{"body":{"a":[1,{"exists":false}]}}'
    made = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(queue),
        FunctionName="function",
        FilterCriteria={"Filters": [{"Pattern": pattern}, {"Pattern": '{"body":["x"]}'}]},
    )
    attempt(client("sqs").send_message, QueueUrl=queue, MessageBody=text)
    lab.advance(5)
    lab.run_until_idle()
    functions = boto3.client("lambda")
    assert functions.get_event_source_mapping(UUID=made["UUID"])["State"] == "Enabled"
    functions.delete_event_source_mapping(UUID=made["UUID"])
    lab.advance(5)


@fuzz
@given(kind=st.sampled_from(KINDS), size=st.sampled_from([0, 1, 300, 990, 1000, 5000, 7000]))
def test_answers_of_handlers(lab: EmbeddedAccount, queue: str, kind: str, size: int) -> None:
    order = json.dumps({"kind": kind, "size": size})
    for invocation in ("RequestResponse", "Event"):
        attempt(
            client("lambda").invoke,
            FunctionName="function",
            Payload=order,
            InvocationType=invocation,
        )
    made = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(queue),
        FunctionName="function",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    send(queue, order)
    lab.run_until_idle()
    boto3.client("lambda").delete_event_source_mapping(UUID=made["UUID"])
    lab.advance(5)


@fuzz
@given(payload=TEXTS.map(lambda text: text.encode(errors="replace")) | st.binary(max_size=200))
def test_payloads(lab: EmbeddedAccount, payload: bytes) -> None:
    for invocation in ("RequestResponse", "Event"):
        attempt(
            client("lambda").invoke,
            FunctionName="function",
            Payload=payload,
            InvocationType=invocation,
        )
    lab.run_until_idle()


GOOD_ZIP = zip_code(code=HANDLER)


@fuzz
@given(
    archive=st.binary(max_size=200)
    | st.integers(0, len(GOOD_ZIP)).map(lambda at: GOOD_ZIP[:at])
    | st.tuples(st.integers(0, len(GOOD_ZIP) - 1), st.integers(0, 255)).map(
        lambda change: GOOD_ZIP[: change[0]] + bytes([change[1]]) + GOOD_ZIP[change[0] + 1 :]
    )
)
def test_packages(lab: EmbeddedAccount, archive: bytes) -> None:
    name = f"zip-{next(NAMES)}"
    role = boto3.client("iam").get_role(RoleName="function-role")["Role"]["Arn"]
    attempt(
        client("lambda").create_function,
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": archive},
    )
    attempt(client("lambda").invoke, FunctionName=name, Payload=b"1")
    attempt(client("lambda").delete_function, FunctionName=name)


@fuzz
@given(text=TEXTS)
def test_policies(lab: EmbeddedAccount, text: str) -> None:
    url = create_queue("target")
    for name in ("Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"):
        attempt(client("sqs").set_queue_attributes, QueueUrl=url, Attributes={name: text})
    attempt(client("sqs").send_message, QueueUrl=url, MessageBody="x")
    attempt(
        client("iam").put_role_policy, RoleName="function-role", PolicyName="p", PolicyDocument=text
    )
    attempt(client("iam").update_assume_role_policy, RoleName="function-role", PolicyDocument=text)
    attempt(client("iam").delete_role_policy, RoleName="function-role", PolicyName="p")
    attempt(client("kms").create_key, Policy=text)
    attempt(client("sns").create_topic, Name="t", Attributes={"Policy": text})
    boto3.client("sqs").delete_queue(QueueUrl=url)
    lab.advance(61)


@fuzz
@given(text=TEXTS, body=TEXTS)
def test_patterns(lab: EmbeddedAccount, queue: str, text: str, body: str) -> None:
    for pattern in (text, f'{{"body":{text}}}', f'{{"body":{{"a":{text}}}}}'):
        made = attempt(
            client("lambda").create_event_source_mapping,
            EventSourceArn=arn(queue),
            FunctionName="function",
            FilterCriteria={"Filters": [{"Pattern": pattern}]},
        )
        if made:
            attempt(client("sqs").send_message, QueueUrl=queue, MessageBody=body)
            lab.advance(5)
            lab.run_until_idle()
            boto3.client("lambda").delete_event_source_mapping(UUID=made["UUID"])
            lab.advance(5)
    group = "/aws/lambda/function"
    attempt(client("logs").filter_log_events, logGroupName=group, filterPattern=text)
    attempt(
        client("logs").start_query, logGroupName=group, startTime=0, endTime=9, queryString=text
    )


@fuzz
@given(text=TEXTS, message=TEXTS)
def test_filter_policies(lab: EmbeddedAccount, text: str, message: str) -> None:
    sns, url = client("sns"), create_queue("subscriber")
    topic = boto3.client("sns").create_topic(Name="filtered")["TopicArn"]
    for scope in ("MessageAttributes", "MessageBody"):
        made = attempt(
            sns.subscribe,
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn(url),
            Attributes={"FilterPolicy": text, "FilterPolicyScope": scope},
            ReturnSubscriptionArn=True,
        )
        attempt(sns.publish, TopicArn=topic, Message=message)
        attempt(sns.publish, TopicArn=topic, Message=message, MessageStructure="json")
        if made:
            sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])


@fuzz
@given(text=TEXTS)
def test_templates(lab: EmbeddedAccount, text: str) -> None:
    stacks = client("cloudformation")
    for template in (text, f'{{"Resources":{text}}}', f'{{"Resources":{{"A":{text}}}}}'):
        name = f"stack-{next(NAMES)}"
        attempt(stacks.validate_template, TemplateBody=template)
        attempt(stacks.create_stack, StackName=name, TemplateBody=template)
        attempt(stacks.delete_stack, StackName=name)


HOSTS = st.sampled_from(["sqs", "lambda", "sns", "kms", "iam", "logs", "monitoring", "sts"])


@fuzz
@given(
    host=HOSTS,
    body=st.binary(max_size=100) | TEXTS.map(lambda text: text.encode(errors="replace")),
    target=st.sampled_from([None, "AmazonSQS.SendMessage", "TrentService.Encrypt", "X.Y", ""]),
    path=st.sampled_from(
        ["/", "/2015-03-31/functions", "/2015-03-31/event-source-mappings/", "/x"]
    ),
    form=st.booleans(),
)
def test_requests_that_no_sdk_sends(
    lab: EmbeddedAccount, host: str, body: bytes, target: str | None, path: str, form: bool
) -> None:
    kind = "application/x-www-form-urlencoded" if form else "application/x-amz-json-1.0"
    headers = {"Content-Type": kind, "Host": f"{host}.us-east-1.amazonaws.com"}
    if target is not None:
        headers["X-Amz-Target"] = target
    for method in ("POST", "GET", "PUT"):
        url = f"https://{host}.us-east-1.amazonaws.com{path}"
        with suppress(NotInEmbeddedAccount):
            answer = lab.answer(ApiRequest(method, url, headers, body))
            assert 200 <= answer.status < 600
    attempt(boto3.client("sqs").list_queues)
