"""Where AWS can be reached: every endpoint of a service is the service, and no other place is."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount

ASKED = {
    "cloudformation": "describe_stacks",
    "cloudwatch": "list_metrics",
    "dynamodb": "list_tables",
    "events": "list_rules",
    "iam": "list_roles",
    "kms": "list_keys",
    "lambda": "list_functions",
    "logs": "describe_log_groups",
    "sns": "list_topics",
    "sqs": "list_queues",
    "sts": "get_caller_identity",
}


@pytest.mark.parametrize("service", ASKED)
@pytest.mark.parametrize(("dual_stack", "fips"), [(True, False), (False, True), (True, True)])
def test_a_service_answers_at_its_other_endpoints(
    lab: EmbeddedAccount, service: str, dual_stack: bool, fips: bool
) -> None:
    config = Config(use_dualstack_endpoint=dual_stack, use_fips_endpoint=fips)
    client = boto3.client(service, config=config)
    assert ("fips" in client.meta.endpoint_url) is fips
    assert getattr(client, ASKED[service])()["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    "host",
    ["sqs.us-east-1.api.aws", "sqs-fips.us-east-1.amazonaws.com", "us-east-1.queue.amazonaws.com"],
)
def test_a_queue_is_the_same_at_every_endpoint(lab: EmbeddedAccount, host: str) -> None:
    boto3.client("sqs").create_queue(QueueName="orders")
    sqs = boto3.client("sqs", endpoint_url=f"https://{host}")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="text")
    (message,) = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "text"


@pytest.mark.parametrize("service", sorted(ASKED.keys() - {"iam"}))  # which has no Regions
def test_a_region_that_does_not_exist_is_called_so(lab: EmbeddedAccount, service: str) -> None:
    client: Any = boto3.client(service, region_name="us-moon-1")
    with pytest.raises(NotInEmbeddedAccount, match="AWS has no Region 'us-moon-1'"):
        getattr(client, ASKED[service])()


def test_nor_can_a_lab_be_there() -> None:
    with pytest.raises(ValueError, match="AWS has no Region 'us-moon-1'"):
        open_lab(region="us-moon-1")
