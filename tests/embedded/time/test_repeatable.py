"""Two runs of the same cells give the same characters, on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SESSION = """
import json, boto3
from helpers import open_lab
from tests.embedded.conftest import create_role, zip_code
from tests.embedded.services.lambda_.event_source.test_event_source import connect, create_queue

lab = open_lab()
sqs, kms, functions = (boto3.client(name) for name in ("sqs", "kms", "lambda"))
key = kms.create_key()["KeyMetadata"]
print(key, kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"])
url = create_queue(KmsMasterKeyId=key["Arn"])
source = "import uuid\\ndef handler(e, c): print(uuid.uuid4(), {'a', 'b'}, e, c.aws_request_id)"
print(functions.create_function(
    FunctionName="f", Role=create_role(), Runtime="python3.13", Handler="code.handler",
    Code={"ZipFile": zip_code(code=source)},
)["LastModified"])
print(connect(url, "f", BatchSize=3))
for number in range(20):
    print(sqs.send_message(QueueUrl=url, MessageBody=str(number))["MessageId"])
print(sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"])
print(lab.run_until_idle(), lab.now())
print(lab.trace().to_string())
for event in boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]:
    print(event["timestamp"], event["logStreamName"], event["message"])
"""


def run(hash_seed: str, folder: Path) -> str:
    """What the session prints in a process of its own, with other chances each time."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SESSION],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("seed", ["1"])
def test_two_runs_print_the_same(seed: str, tmp_path: Path) -> None:
    first, second = run("0", tmp_path), run(seed, Path("/"))
    assert first.count("\n") > 40
    assert first == second
