"""One run of the bank, looked at from all sides; and a proof that can fail."""

import json

import boto3
import pandas as pd
import pytest
from botocore.exceptions import ClientError

from helpers.bank import dead_letters, keys, ledger, queues, receiver, sender
from helpers.bank.reconciliation import NotBalancedError, reconcile
from helpers.deploying.packages import find_variables
from tests.course.conftest import Run


def attributes(url: str) -> dict[str, str]:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(answer["Attributes"])


def test_queues_are_as_designed(run: Run) -> None:
    main, dead = attributes(run.bank.queue_url), attributes(run.bank.dead_letter_queue_url)
    assert main["VisibilityTimeout"] == "30"
    assert main["MessageRetentionPeriod"] == "86400"
    assert main["ReceiveMessageWaitTimeSeconds"] == "20"
    assert json.loads(main["RedrivePolicy"]) == {
        "deadLetterTargetArn": run.bank.dead_letter_queue_arn,
        "maxReceiveCount": 5,
    }
    assert dead["MessageRetentionPeriod"] == "1209600"
    assert main["KmsMasterKeyId"] == dead["KmsMasterKeyId"] == run.bank.key_arn
    assert int(main["VisibilityTimeout"]) >= 6 * receiver.TIMEOUT


@pytest.mark.parametrize("function", [receiver.FUNCTION, sender.FUNCTION])
def test_secret_opens_for_its_function_only(run: Run, function: str) -> None:
    other = sender.FUNCTION if function == receiver.FUNCTION else receiver.FUNCTION
    assert keys.open_secret(function) == keys.open_secret(other)
    variables = find_variables(function)
    assert keys.open_secret(function).hex() not in json.dumps(variables)
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        keys.reseal_secret(variables["SIGNING_SECRET"], run.bank.key_arn, other, function)


def test_roles_allow_what_is_needed_and_no_more(run: Run) -> None:
    iam = boto3.client("iam")
    table_arn = boto3.client("dynamodb").describe_table(TableName=run.bank.ledger)["Table"]
    expected = {
        receiver.ROLE: (
            "AWSLambdaSQSQueueExecutionRole",
            {
                run.bank.key_arn: {"kms:Decrypt"},
                table_arn["TableArn"]: {"dynamodb:GetItem", "dynamodb:PutItem"},
            },
        ),
        sender.ROLE: (
            "AWSLambdaBasicExecutionRole",
            {
                run.bank.key_arn: {"kms:GenerateDataKey", "kms:Decrypt"},
                run.bank.queue_arn: {"sqs:SendMessage"},
            },
        ),
    }
    for role, (managed, allowed) in expected.items():
        attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        assert [policy["PolicyName"] for policy in attached] == [managed]
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        found = {one["Resource"][0]: set(one["Action"]) for one in policy["Statement"]}
        assert found == allowed


def test_hundred_transactions_to_the_cent(run: Run) -> None:
    result = reconcile(run.bank, run.sent)
    assert result.is_balanced
    assert list(result.table["messages"]) == [100, 88, 12, 0]
    assert result.table.loc["sent", "cents"] == run.sent["cents"].sum()
    assert result.table.loc["difference", "cents"] == 0
    assert result.prove().startswith("100 sent = 88 booked + 12 dead-lettered; EUR ")


def test_good_messages_take_seconds_and_bad_ones_five_timeouts(run: Run) -> None:
    depth = run.depth
    assert depth.index[0] == 0
    assert depth.index.is_monotonic_increasing
    assert (depth[(depth.index > 5) & (depth.index < 145)]["in_flight"] == 12).all()
    assert list(depth.iloc[-1]) == [0, 0, 12]
    assert 148 <= depth.index[depth["dead_lettered"] == 12][0] <= 165


def test_log_tells_invocations_and_refusals(run: Run) -> None:
    assert len(receiver.read_invocations()) >= 10 + 4
    refusals = receiver.read_refusals()
    assert (refusals.groupby("message_id")["receive_count"].apply(list).map(len) == 5).all()
    assert refusals["message_id"].nunique() == 12


def test_each_dead_letter_is_explained(run: Run) -> None:
    letters = dead_letters.explain_dead_letters(run.bank.dead_letter_queue_url)
    assert letters["reason"].value_counts().to_dict() == {
        "malformed": 5, "corrupted": 4, "unreconcilable": 3,
    }  # fmt: skip
    logged = receiver.read_refusals().drop_duplicates("message_id").set_index("message_id")
    assert letters["reason"].to_dict() == logged["reason"].to_dict()
    assert letters["detail"].to_dict() == logged["detail"].to_dict()
    counted = dead_letters.count_reasons(letters)
    assert counted["messages"].sum() == 12
    assert counted.loc[("unreconcilable", "the ledger has no such account"), "messages"] == 3


def test_looking_leaves_the_dead_letters_where_they_are(run: Run) -> None:
    url = run.bank.dead_letter_queue_url
    before = run.lab.now()
    first, second = (dead_letters.read_dead_letters(url) for _ in range(2))
    assert {letter.message_id for letter in first} == {letter.message_id for letter in second}
    assert queues.measure_depth(url) == (12, 0, 0)
    assert run.lab.now() == before


# The proof can fail.


def problems(run: Run, *sendings: pd.DataFrame) -> list[str]:
    result = reconcile(run.bank, *(sendings or (run.sent,)))
    with pytest.raises(NotBalancedError):
        result.prove()
    return list(result.differences["problem"])


def test_removed_booking_is_missed(run: Run) -> None:
    table = boto3.resource("dynamodb").Table(run.bank.ledger)
    name = ledger.read_bookings().index[0]
    item = table.delete_item(Key={"entry": f"transaction/{name}"}, ReturnValues="ALL_OLD")
    try:
        assert problems(run) == ["neither booked nor dead-lettered"]
        result = reconcile(run.bank, run.sent)
        assert result.table.loc["difference", "messages"] == 1
        assert result.table.loc["difference", "cents"] == int(item["Attributes"]["cents"])
        with pytest.raises(NotBalancedError, match="1 neither booked nor dead-lettered"):
            result.prove()
    finally:
        table.put_item(Item=item["Attributes"])


def test_one_cent_is_missed(run: Run) -> None:
    table = boto3.resource("dynamodb").Table(run.bank.ledger)
    key = {"entry": f"transaction/{ledger.read_bookings().index[0]}"}
    item = table.get_item(Key=key)["Item"]
    table.put_item(Item={**item, "cents": item["cents"] + 1})
    try:
        assert problems(run) == ["booked with another amount"]
    finally:
        table.put_item(Item=item)


def test_booking_that_nobody_sent_is_found(run: Run) -> None:
    table = boto3.resource("dynamodb").Table(run.bank.ledger)
    item = table.get_item(Key={"entry": f"transaction/{ledger.read_bookings().index[0]}"})["Item"]
    table.put_item(Item={**item, "entry": "transaction/tx-x", "messageId": "nobody's"})
    try:
        assert problems(run) == ["booked but never sent"]
    finally:
        table.delete_item(Key={"entry": "transaction/tx-x"})


def test_booked_and_dead_is_a_part_of_its_own(run: Run) -> None:
    table = boto3.resource("dynamodb").Table(run.bank.ledger)
    item = table.get_item(Key={"entry": f"transaction/{ledger.read_bookings().index[0]}"})["Item"]
    letter = dead_letters.read_dead_letters(run.bank.dead_letter_queue_url)[0]
    ordered = run.sent.loc[[letter.message_id]].to_dict("records")[0]
    name, cents = ordered["transaction_id"], ordered["cents"]
    twice = {**item, "entry": f"transaction/{name}", "messageId": letter.message_id,
             "cents": cents}  # fmt: skip
    table.put_item(Item=twice)
    try:
        proof = reconcile(run.bank, run.sent).prove()
        assert proof.startswith("100 sent = 88 booked + 11 dead-lettered + 1 booked and dead;\n")
    finally:
        table.delete_item(Key={"entry": twice["entry"]})


def test_a_sending_left_out_is_found(run: Run) -> None:
    assert set(problems(run, run.sent.iloc[:50])) == {
        "booked but never sent",
        "dead-lettered but never sent",
    }
