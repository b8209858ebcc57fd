"""README's table of what is true to AWS: each row is tried here, and in moto as it comes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from helpers import open_lab
from helpers.deploying.roles import MANAGED, TRUST_LAMBDA
from tests.embedded.conftest import zip_code

README = Path(__file__).parents[2] / "README.md"
Pass = Callable[[float], None]
"""Lets so many seconds pass; in moto nobody can."""

CODE = """
import json
def handler(event, context):
    bad = [each["messageId"] for each in event.get("Records", []) if each["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}
"""


def create_role(name: str, *managed: str) -> str:
    iam = boto3.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST_LAMBDA))
    for policy in managed:
        iam.attach_role_policy(RoleName=name, PolicyArn=MANAGED + policy)
    return str(arn["Role"]["Arn"])


def create_function(role: str) -> Any:
    functions = boto3.client("lambda")
    functions.create_function(
        FunctionName="f",
        Role=role,
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code=CODE)},
    )
    return functions


def create_queue(name: str = "q", **attributes: str) -> tuple[str, str]:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(url), str(answer["Attributes"]["QueueArn"])


def create_pair() -> tuple[str, str, str]:
    dead, arn = create_queue("dead")
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    url, _ = create_queue(VisibilityTimeout="0", RedrivePolicy=redrive)
    return url, dead, arn


def receive(url: str) -> list[str]:
    messages = boto3.client("sqs").receive_message(QueueUrl=url).get("Messages", [])
    return [message["Body"] for message in messages]


def send(url: str, body: str, **more: str) -> str:
    return str(
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body, **more)["MessageId"]
    )


def refused(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError:
        return True
    return False


def run_code(wait: Pass) -> bool:
    functions = create_function(create_role("role"))
    answer = functions.invoke(FunctionName="f", Payload='{"Records": []}')["Payload"].read()
    return bool(json.loads(answer) == {"batchItemFailures": []})


def report_failures(wait: Pass) -> bool:
    functions = create_function(create_role("role", "AWSLambdaSQSQueueExecutionRole"))
    url, arn = create_queue()
    functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="f", FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    wait(10)
    for body in ("good", "bad"):
        send(url, body)
    wait(10)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(map(int, counts["Attributes"].values())) == 1


def refuse_mapping(wait: Pass) -> bool:
    functions, (_, arn) = create_function(create_role("role")), create_queue()
    return refused(functions.create_event_source_mapping, EventSourceArn=arn, FunctionName="f")


def throttle(wait: Pass) -> bool:
    functions = create_function(create_role("role"))
    functions.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    return refused(functions.invoke, FunctionName="f")


def deny(wait: Pass) -> bool:
    account = boto3.client("sts").get_caller_identity()["Account"]
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]
    answer = boto3.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")
    given = answer["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return refused(session.client("sqs").create_queue, QueueName="q")


def ask_key(wait: Pass) -> bool:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    url, _ = create_queue(KmsMasterKeyId=key)
    kms.disable_key(KeyId=key)
    return refused(boto3.client("sqs").send_message, QueueUrl=url, MessageBody="x")


def bind_context(wait: Pass) -> bool:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"for": "anna"})
    return refused(kms.decrypt, CiphertextBlob=sealed["CiphertextBlob"])


def make_dead_letter(wait: Pass) -> bool:
    url, dead, _ = create_pair()
    send(url, "x")
    receive(url), receive(url)
    return receive(dead) == ["x"]


def redrive(wait: Pass) -> bool:
    url, _, arn = create_pair()
    send(url, "x")
    receive(url), receive(url)
    boto3.client("sqs").start_message_move_task(SourceArn=arn)
    wait(5)
    return receive(url) == ["x"]


def keep_order(wait: Pass) -> bool:
    url, _ = create_queue("q.fifo", FifoQueue="true")
    for body in ("1", "2"):
        send(url, body, MessageGroupId="g", MessageDeduplicationId=body)
    boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    return receive(url) == []


def count(wait: Pass) -> bool:
    url, _ = create_queue()
    send(url, "x")
    wait(60)
    metrics = boto3.client("cloudwatch").list_metrics(Namespace="AWS/SQS")["Metrics"]
    return "NumberOfMessagesSent" in {metric["MetricName"] for metric in metrics}


def alarm(wait: Pass) -> bool:
    cloudwatch, (url, _) = boto3.client("cloudwatch"), create_queue()
    cloudwatch.put_metric_alarm(
        AlarmName="a", Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "q"}], Statistic="Maximum", Period=60,
        EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    send(url, "x")
    wait(180)
    return bool(cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM")


def query_log(wait: Pass) -> bool:
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    at = int(boto3.client("logs").describe_log_groups()["logGroups"][0]["creationTime"])
    events = [{"timestamp": at, "message": f"paid {euros}"} for euros in (1, 2)]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    query = "parse @message 'paid *' as euros | stats sum(euros) as total"
    span = {"startTime": at // 1000 - 60, "endTime": at // 1000 + 60}
    asked = logs.start_query(logGroupName="g", queryString=query, **span)["queryId"]
    wait(5)
    rows = logs.get_query_results(queryId=asked)["results"]
    return [[field["value"] for field in row if field["field"] == "total"] for row in rows] == [
        ["3"]
    ]


def respect_queue_policy(wait: Pass) -> bool:
    sns, (url, arn) = boto3.client("sns"), create_queue()
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="x")
    wait(1)
    return receive(url) == []


def hold_clock(wait: Pass) -> bool:
    """Thirty seconds in no time: a message is invisible, and then it is not."""
    url, _ = create_queue()
    send(url, "x")
    receive(url)
    wait(31)
    return receive(url) == ["x"]


def repeat_ids(wait: Pass) -> bool:
    raise NotImplementedError("needs two accounts: see `test_row`")


ROWS: dict[str, Callable[[Pass], bool]] = {
    "A function's code runs, without Docker": run_code,
    "Lambda polls a queue, and keeps only the messages that the function reports": report_failures,
    "Creating a mapping is refused if the function's role may not receive": refuse_mapping,
    "A function with a reserved concurrency of 0 is throttled": throttle,
    "A call by a role without the permission is denied": deny,
    "An encrypted queue refuses calls while its key is disabled": ask_key,
    "A ciphertext can be decrypted only with its encryption context": bind_context,
    "A message moves to the dead-letter queue after `maxReceiveCount` receives": make_dead_letter,
    "StartMessageMoveTask sends dead letters back": redrive,
    "A FIFO message group waits while one of its messages is in flight": keep_order,
    "Queues publish their metrics by themselves": count,
    "An alarm changes its state by itself": alarm,
    "Logs Insights runs queries": query_log,
    "A topic delivers only if the queue's policy allows it": respect_queue_policy,
    "Time passes only when you say so": hold_clock,
    "Two runs give the same IDs": repeat_ids,
}


def read_table() -> dict[str, list[str]]:
    """README's rows: for each feature AWS, here and plain moto, yes or no."""
    rows = re.findall(r"^\| (.+?) \| (yes|no) \| (yes|no) \| (yes|no) \|", README.read_text(), re.M)
    return {feature: answers for feature, *answers in rows}


def make_id() -> str:
    return send(create_queue()[0], "x")


def try_here(probe: Callable[[Pass], bool]) -> bool:
    if probe is repeat_ids:
        ids = set()
        for _ in range(2):
            with open_lab():
                ids.add(make_id())
        return len(ids) == 1
    with open_lab() as lab:
        return probe(lab.advance)


def try_moto(probe: Callable[[Pass], bool], monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config: Any = {"lambda": {"use_docker": False}, "iam": {"load_aws_managed_policies": True}}
    if probe is repeat_ids:
        ids = set()
        for _ in range(2):
            with mock_aws(config=config):
                ids.add(make_id())
        return len(ids) == 1
    with mock_aws(config=config):
        try:
            return probe(lambda seconds: None)
        except NotImplementedError:
            return False


def test_table_has_the_rows_that_are_tried() -> None:
    assert list(read_table()) == list(ROWS)


@pytest.mark.parametrize("feature", ROWS)
def test_row(feature: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The column AWS is AWS's documentation; the other two are tried."""
    _, here, moto = read_table()[feature]
    assert try_here(ROWS[feature]) == (here == "yes")
    assert try_moto(ROWS[feature], monkeypatch) == (moto == "yes")
