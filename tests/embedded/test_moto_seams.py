"""moto still has what this package replaces and uses; a failure names what a new moto moved."""

from __future__ import annotations

import inspect
from importlib import import_module
from importlib.metadata import version

import pytest

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.moto_seams.seams import SEAMS, Seam
from tests.embedded import moto_reaches

PRIVATE = {
    "_arns": ("moto.awslambda.models",),
    "_dispatch": ("moto.core.responses",),
    "_enrich_response": ("moto.core.responses",),
    "_event_id": ("moto.logs.models",),
    "_functions": ("moto.awslambda.models",),
    "_get_action": ("moto.core.responses",),
    "_get_function_aliases": ("moto.awslambda.models",),
    "_get_int_param": ("moto.core.responses",),
    "_get_params": ("moto.core.responses",),
    "_get_version": ("moto.awslambda.models",),
    "_init_aws_policies": ("moto.iam.models",),
    "_init_managed_policies": ("moto.iam.models",),
    "_lambdas": ("moto.awslambda.models",),
    "_policy_json": ("moto.sqs.models", "moto.sns.models"),
    "_tags": ("moto.sns.models",),
}
"""What this package uses of moto though its name says private, and where moto has it."""


@pytest.mark.parametrize("seam", SEAMS, ids=lambda seam: f"{seam.module}.{seam.attribute}")
def test_the_seam_is_where_it_was(seam: Seam) -> None:
    module = import_module(seam.module)
    assert hasattr(module, seam.attribute), (
        f"moto {version('moto')} has no {seam.module}.{seam.attribute} any more ({seam.why}): "
        "see helpers/embedded/moto_seams/seams.py"
    )


def test_what_we_import_from_moto_is_there() -> None:
    reaches = moto_reaches.taken()
    assert {"moto.sts.models", "moto.logs.models"} <= {each.module for each in reaches}
    missing = [
        f"{each.module}: {each.path}, used in {each.file}"
        for each in reaches
        if not each.is_there()
    ]
    assert not missing, f"moto {version('moto')} has no longer:\n" + "\n".join(missing)


def test_what_our_classes_ask_their_bases_for_is_there() -> None:
    reaches = moto_reaches.inherited()
    assert ("helpers.embedded.services.cloudwatch.api", "CloudWatchApi", "get_dashboard") in reaches
    missing = [
        f"{attribute}, used by {name} in {module}"
        for module, name, attribute in reaches
        if not hasattr(super(kind := getattr(import_module(module), name), kind), attribute)
    ]
    assert not missing, f"moto {version('moto')} has no longer:\n" + "\n".join(missing)


def test_private_attributes_of_moto_are_listed_and_there() -> None:
    used = moto_reaches.private()
    assert set(used) == set(PRIVATE), (
        f"PRIVATE in this test is to list {used}: each with the module of moto that has it"
    )
    missing = [
        f"{module}: {attribute}, used in {used[attribute]}"
        for attribute, modules in PRIVATE.items()
        for module in modules
        if attribute not in inspect.getsource(import_module(module))
    ]
    assert not missing, f"moto {version('moto')} has no longer:\n" + "\n".join(missing)


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
