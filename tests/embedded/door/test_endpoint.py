"""The account at a port of this machine: other processes reach it, and nothing leaves."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.door.credentials import ADMIN_ACCESS_KEY_ID
from tests.embedded.conftest import deploy_function, invoke

CHILD = """
import boto3
sqs = boto3.client("sqs")
url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="from a child")
print(url, boto3.client("cloudwatch").list_metrics()["Metrics"])
print(len(boto3.client("lambda").list_functions()["Functions"]))
print(boto3.client("sts").get_caller_identity()["Account"])
"""


def test_a_child_of_the_kernel_reaches_the_account(lab: EmbeddedAccount) -> None:
    lab.serve()
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    ran = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [url, "[]", "0", "123456789012"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "from a child"


def test_signatures_are_checked_and_what_is_not_there_is_told(lab: EmbeddedAccount) -> None:
    endpoint = lab.serve()
    assert lab.serve() == endpoint == os.environ["AWS_ENDPOINT_URL"]
    stranger = boto3.client(
        "sqs", aws_access_key_id=ADMIN_ACCESS_KEY_ID, aws_secret_access_key="wrong"
    )
    with pytest.raises(ClientError, match=r"[Ss]ignature"):
        stranger.list_queues()
    with pytest.raises(ClientError, match="us-moon-1"):
        boto3.client("sqs", region_name="us-moon-1").list_queues()
    with pytest.raises(HTTPError, match="403"):
        urlopen(endpoint)


def test_functions_go_their_own_way_to_the_account(lab: EmbeddedAccount) -> None:
    lab.serve()
    deploy_function("""
        import boto3, os
        def handler(event, context):
            boto3.client("sqs").create_queue(QueueName="made")
            return os.environ.get("AWS_ENDPOINT_URL")
    """)
    assert invoke("function")["result"] is None
    assert len(boto3.client("sqs").list_queues()["QueueUrls"]) == 1


def test_the_endpoint_ends_with_the_lab(lab: EmbeddedAccount) -> None:
    lab.serve()
    lab.close()
    assert "AWS_ENDPOINT_URL" not in os.environ


HOSTS = ["sqs.us-east-1.amazonaws.com", "sqs.us-east-1.api.aws", "sqs.cn-north-1.amazonaws.com.cn"]


@pytest.mark.parametrize("host", HOSTS)
def test_other_clients_do_not_reach_the_real_hosts(lab: EmbeddedAccount, host: str) -> None:
    with pytest.raises(URLError, match=r"nothing leaves this machine .* lab\.serve\(\)"):
        urlopen(f"https://{host}")
    with pytest.raises(socket.gaierror):
        socket.create_connection((host, 443))


def test_nor_does_a_function(lab: EmbeddedAccount) -> None:
    deploy_function("""
        from urllib.request import urlopen
        def handler(event, context):
            urlopen("https://sqs.us-east-1.amazonaws.com")
    """)
    assert "nothing leaves this machine" in invoke("function")["result"]["errorMessage"]


def test_after_a_lab_all_names_are_looked_up_as_ever() -> None:
    ever = socket.getaddrinfo
    with open_lab():
        assert socket.getaddrinfo is not ever
        assert socket.getaddrinfo("127.0.0.1", 80)
    assert socket.getaddrinfo is ever
