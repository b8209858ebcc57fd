"""The receiver: its code, called directly; and the helpers that deploy, connect and read it."""

import importlib
import json
from types import ModuleType
from typing import Any

import boto3
import pytest

from helpers import Lab
from helpers.bank import keys, ledger, pipeline, receiver
from helpers.deploying import mappings, packages, roles
from helpers.deploying.invocations import invoke_function
from tests.course.conftest import run_cell, try_secret

KNOWN = ("HB-1001", "HB-1002")


def record(code: ModuleType, message_id: str, secret: bytes | None = None, **fields: Any) -> Any:
    transactions = importlib.import_module("transactions")
    content = {"transactionId": "tx-1", "payer": KNOWN[0], "payee": KNOWN[1], "cents": 5,
               "purpose": "books", **fields}  # fmt: skip
    transaction = transactions.Transaction(**content)
    signature = transactions.sign_transaction(transaction, secret or code.open_secret())
    return {
        "messageId": message_id,
        "body": transactions.write_body(transaction, signature),
        "attributes": {"ApproximateReceiveCount": "2"},
    }


def handle(code: ModuleType, *records: Any) -> list[str]:
    answer = code.handler({"Records": list(records)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_good_transaction_is_booked(receiver_code: ModuleType) -> None:
    assert handle(receiver_code, record(receiver_code, "m1")) == []
    (booking,) = ledger.read_bookings().reset_index().to_dict("records")
    assert booking["transaction_id"] == "tx-1"
    assert booking["cents"] == 5
    assert booking["message_id"] == "m1"


def test_a_message_delivered_twice_is_booked_once(
    receiver_code: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    same = record(receiver_code, "m1")
    assert handle(receiver_code, same, same) == []
    assert handle(receiver_code, same) == []
    assert len(ledger.read_bookings()) == 1
    assert capsys.readouterr().out.count("already booked") == 2


def test_only_the_bad_ones_come_back(
    receiver_code: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = handle(
        receiver_code,
        record(receiver_code, "good", transactionId="tx-1"),
        record(receiver_code, "forged", secret=b"another", transactionId="tx-2"),
        record(receiver_code, "stranger", payee="XX-1", transactionId="tx-3"),
        {"messageId": "broken", "body": "?", "attributes": {"ApproximateReceiveCount": "1"}},
        record(receiver_code, "also good", transactionId="tx-5"),
    )
    assert failed == ["forged", "stranger", "broken"]
    assert list(ledger.read_bookings().index) == ["tx-1", "tx-5"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["reason"] for line in lines] == ["corrupted", "unreconcilable", "malformed"]
    assert lines[0] == {
        "event": "refused",
        "reason": "corrupted",
        "detail": "the signature does not fit the content",
        "messageId": "forged",
        "receiveCount": 2,
    }


def test_an_account_opened_later_is_found(receiver_code: ModuleType) -> None:
    late = record(receiver_code, "m1", payee="HB-2000")
    assert handle(receiver_code, late) == ["m1"]
    ledger.open_accounts([{"account": "HB-2000", "owner": "New here"}])
    assert handle(receiver_code, late) == []


def test_ledger_down_fails_the_whole_batch(receiver_code: ModuleType) -> None:
    ledger.delete_ledger()
    with pytest.raises(Exception, match="ResourceNotFound"):
        handle(receiver_code, record(receiver_code, "m1"))


def test_the_secret_is_decrypted_once(
    receiver_code: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = receiver_code.open_secret()
    monkeypatch.delenv("SIGNING_SECRET")
    assert receiver_code.open_secret() == first
    assert len(first) == 32


# The helpers around it.


def test_a_test_event_has_the_fields_that_a_queue_s_event_has(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    role = boto3.client("iam").get_role(RoleName=receiver.ROLE)["Role"]["Arn"]
    code = """
        import json


        def handler(event, context):
            print(json.dumps(event["Records"][0]))
    """
    packages.deploy_handler(lab, receiver.FUNCTION, run_cell(code), role)
    with pytest.raises(LookupError, match="Run the cells before this one first"):
        receiver.read_record()
    boto3.client("sqs").send_message(QueueUrl=bank.queue_url, MessageBody="rent")
    lab.run_until_idle()
    real = json.loads(receiver.read_record())
    invoke_function(receiver.FUNCTION, receiver.build_event("rent", "fee"))
    made = json.loads(receiver.read_record())
    assert real.keys() == made.keys()
    assert real["attributes"].keys() == made["attributes"].keys()
    for name in ("body", "md5OfBody", "eventSource", "eventSourceARN", "awsRegion"):
        assert real[name] == made[name]
    assert real["messageId"] == real["receiptHandle"] == real["attributes"]["SenderId"] == "..."
    assert len(receiver.build_event("rent", "fee")["Records"]) == 2


def test_a_mapping_is_set_back_and_switched_on(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    functions = boto3.client("lambda")
    mappings.wait_for_mapping(lab, bank.mapping)
    functions.update_event_source_mapping(
        UUID=bank.mapping, FunctionResponseTypes=[], Enabled=False
    )
    lab.advance(seconds=10)
    assert mappings.describe_mapping(bank.receiver) == "Disabled"
    assert receiver.connect_queue(lab, bank.queue_arn) == bank.mapping
    mappings.wait_for_mapping(lab, bank.mapping)
    assert mappings.describe_mapping(bank.receiver) == "Enabled"
    (found,) = mappings.find_mappings(receiver.FUNCTION)
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_mapping_that_cannot_read_says_why(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    mappings.wait_for_mapping(lab, bank.mapping)
    roles.create_role(receiver.ROLE, "AWSLambdaBasicExecutionRole", "", [])
    assert mappings.describe_mapping(bank.receiver) == (
        "Enabled, PROBLEM: The function execution role does not have permissions to call "
        "ReceiveMessage on SQS"
    )
    roles.create_role(receiver.ROLE, "AWSLambdaSQSQueueExecutionRole", "", [])
    boto3.client("sqs").send_message(QueueUrl=bank.queue_url, MessageBody="rent")
    lab.advance(seconds=60)
    assert mappings.describe_mapping(bank.receiver).endswith(
        "kms:Decrypt on resource: arn:aws:kms:us-east-1:123456789012:key/... because no "
        "identity-based policy allows the kms:Decrypt action"
    )
    with pytest.raises(LookupError, match=f"No queue is read for {bank.sender}"):
        mappings.describe_mapping(bank.sender)


def test_a_secret_opens_in_its_own_name_only(lab: Lab) -> None:
    pipeline.build_bank(lab)
    tried = try_secret(receiver.FUNCTION, receiver.FUNCTION, "somebody-else", "")
    assert tried == ["works"] + ["InvalidCiphertextException"] * 2
    with pytest.raises(LookupError, match="nobody has no secret"):
        keys.open_secret("nobody")
