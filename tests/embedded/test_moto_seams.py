"""moto still has what this package replaces in it. A failure here names what a new moto moved."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from operator import attrgetter

import pytest

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.moto_seams.seams import SEAMS, Reach, Seam
from helpers.embedded.services.cloudwatch import seams as of_telemetry
from helpers.embedded.services.iam import seams as of_identities
from helpers.embedded.services.kms import seams as of_keys
from helpers.embedded.services.lambda_ import seams as of_functions
from helpers.embedded.services.sns import seams as of_topics
from helpers.embedded.services.sqs import seams as of_queues


@pytest.mark.parametrize("seam", SEAMS, ids=lambda seam: f"{seam.module}.{seam.attribute}")
def test_the_seam_is_where_it_was(seam: Seam) -> None:
    module = import_module(seam.module)
    assert hasattr(module, seam.attribute), (
        f"moto {version('moto')} has no {seam.module}.{seam.attribute} any more ({seam.why}): "
        "see helpers/embedded/moto_seams/seams.py"
    )


@pytest.mark.parametrize(
    "reach",
    of_functions.REACHES
    + of_identities.REACHES
    + of_keys.REACHES
    + of_queues.REACHES
    + of_telemetry.REACHES
    + of_topics.REACHES,
    ids=lambda reach: f"{reach.module}.{reach.path}",
)
def test_what_we_build_on_is_there(reach: Reach) -> None:
    module = import_module(reach.module)
    try:
        attrgetter(reach.path)(module)
    except AttributeError:
        pytest.fail(f"moto has no {reach.module}.{reach.path} any more. It is {reach.why}.")


def test_moto_reads_the_account_s_clock_and_the_kernel_does_not(lab: EmbeddedAccount) -> None:
    import datetime

    from moto.core.utils import utcnow

    before = datetime.datetime.now(datetime.UTC)
    lab.advance(10)
    assert utcnow() == lab.now().replace(tzinfo=None)
    assert datetime.datetime.now(datetime.UTC) - before < datetime.timedelta(seconds=5)


def test_closing_puts_everything_back() -> None:
    import datetime

    import moto.core.utils
    from moto.sqs.models import SQSBackend, sqs_backends

    from helpers import open_lab

    with open_lab():
        import boto3

        boto3.client("sqs").list_queues()
        boto3.client("lambda").list_functions()
        boto3.client("cloudwatch").list_metrics()
        boto3.client("sns").list_topics()
        assert sqs_backends.backend is not SQSBackend
    from moto.awslambda.models import LambdaBackend, lambda_backends
    from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
    from moto.logs.models import LogsBackend, logs_backends
    from moto.sns.models import SNSBackend, sns_backends

    assert sqs_backends.backend is SQSBackend
    assert lambda_backends.backend is LambdaBackend
    assert cloudwatch_backends.backend is CloudWatchBackend
    assert logs_backends.backend is LogsBackend
    assert sns_backends.backend is SNSBackend
    assert moto.core.utils.datetime is datetime


def test_a_closed_lab_is_forgotten() -> None:
    import gc
    import weakref

    import boto3
    from moto.logs.models import LogEvent

    from helpers import open_lab

    with open_lab() as lab:
        logs = boto3.client("logs")
        logs.create_log_group(logGroupName="group")
        logs.create_log_stream(logGroupName="group", logStreamName="stream")
        event = {"timestamp": int(lab.now().timestamp() * 1000), "message": "text"}
        logs.put_log_events(logGroupName="group", logStreamName="stream", logEvents=[event])
        boto3.client("cloudwatch").list_metrics()
        topic = boto3.client("sns").create_topic(Name="topic")["TopicArn"]
        boto3.client("sns").publish(TopicArn=topic, Message="text")
        template = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'
        boto3.client("cloudformation").create_stack(StackName="stack", TemplateBody=template)
        account = weakref.ref(lab)
    del lab
    gc.collect()
    assert account() is None
    assert LogEvent.instances_tracked == []


def test_moto_s_own_event_source_refuses_to_run() -> None:
    from helpers.embedded.services.lambda_.backend import FunctionBackend

    with pytest.raises(NotImplementedError, match="pollers"):
        FunctionBackend.send_sqs_batch(None, "arn", [], "arn")  # type: ignore[arg-type]


def test_what_a_message_says_is_no_order(lab: EmbeddedAccount) -> None:
    """A form in a JSON body is a text: it must not choose what is done."""
    import boto3

    sqs, logs, kinesis = (boto3.client(name) for name in ("sqs", "logs", "kinesis"))
    order = "a=b&Action=DeleteQueue&Version=1"
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=order)
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == order
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    event = {"timestamp": int(lab.now().timestamp() * 1000), "message": "&Action=DeleteLogGroup&"}
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[event])
    found = logs.get_log_events(logGroupName="g", logStreamName="s", startFromHead=True)
    assert [each["message"] for each in found["events"]] == [event["message"]]
    kinesis.create_stream(StreamName="x", ShardCount=1)
    kinesis.put_record(StreamName="x", Data=b"x", PartitionKey="&Action=DeleteStream&")
    assert kinesis.list_streams()["StreamNames"] == ["x"]
