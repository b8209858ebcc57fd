"""The clock that the learner holds, and bad ways of holding it."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount, LabClosed
from tests.embedded.conftest import TRUST_LAMBDA


def test_time_stands_still_until_it_is_moved(lab: EmbeddedAccount) -> None:
    opened = lab.now()
    assert opened.isoformat() == "2026-01-05T09:00:00+00:00"
    boto3.client("sqs").create_queue(QueueName="q")
    assert lab.now() == opened
    lab.advance(31)
    lab.advance(seconds=0.000_001)
    assert lab.now().isoformat() == "2026-01-05T09:00:31.000001+00:00"


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), -0.001])
def test_time_moves_forward_only(lab: EmbeddedAccount, seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds must be zero or more, not"):
        lab.advance(seconds)
    assert lab.now().isoformat() == "2026-01-05T09:00:00+00:00"


@pytest.mark.parametrize("seconds", ["x", None, True, [1]])
def test_time_is_a_number_of_seconds(lab: EmbeddedAccount, seconds: object) -> None:
    with pytest.raises(TypeError, match=r"seconds must be a number such as 31 or 0\.5, not"):
        lab.advance(seconds)  # type: ignore[arg-type]


def test_timestamps_of_every_service_are_lab_time(lab: EmbeddedAccount) -> None:
    lab.advance(90)
    moment = "2026-01-05 09:01:30+00:00"
    key = boto3.client("kms").create_key()["KeyMetadata"]
    assert str(key["CreationDate"]) == moment
    role = {"RoleName": "r", "AssumeRolePolicyDocument": TRUST_LAMBDA}
    assert str(boto3.client("iam").create_role(**role)["Role"]["CreateDate"]) == moment
    table = boto3.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    assert str(table["CreationDateTime"].astimezone(key["CreationDate"].tzinfo)) == moment
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])
    assert attributes["Attributes"]["CreatedTimestamp"] == str(int(lab.now().timestamp()))


def test_a_long_poll_takes_lab_time(lab: EmbeddedAccount) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    assert lab.now().isoformat() == "2026-01-05T09:00:20+00:00"


def test_an_idle_account_is_idle_at_once(lab: EmbeddedAccount) -> None:
    assert lab.run_until_idle() == 0
    boto3.client("sqs").create_queue(QueueName="q")
    assert lab.run_until_idle() == 0


def test_a_second_lab_closes_the_first_and_starts_anew() -> None:
    first = open_lab()
    boto3.client("sqs").create_queue(QueueName="q")
    first.advance(10)
    with open_lab() as second:
        assert second.now().isoformat() == "2026-01-05T09:00:00+00:00"
        assert "QueueUrls" not in boto3.client("sqs").list_queues()
        with pytest.raises(LabClosed, match=r"lab = open_lab\(\)"):
            first.advance(1)


def test_a_closed_lab_says_so() -> None:
    lab = open_lab()
    sqs = boto3.client("sqs")
    lab.close()
    lab.close()
    assert repr(lab) == "<closed lab>"
    for use in (lambda: lab.advance(1), lab.run_until_idle, sqs.list_queues):
        with pytest.raises(LabClosed, match=r"lab = open_lab\(\)"):
            use()


def test_unknown_engines_and_services_are_clear_errors(lab: EmbeddedAccount) -> None:
    with pytest.raises(ValueError, match="There is no lab engine 'moon'"):
        open_lab("moon")
    with pytest.raises(NotImplementedError, match=r"does not have gamelift\.us-east-1"):
        boto3.client("gamelift").list_builds()
    with pytest.raises(ClientError):
        boto3.client("sqs").get_queue_url(QueueName="lost")


def test_kms_really_encrypts(lab: EmbeddedAccount) -> None:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"PIN 1234", EncryptionContext={"for": "bank"})
    assert b"1234" not in sealed["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"for": "bank"})
    assert opened["Plaintext"] == b"PIN 1234"
    with pytest.raises(ClientError):
        kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"for": "other"})
