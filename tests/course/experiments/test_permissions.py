"""What a role allows, line by line; and which lines a function misses."""

import json

import boto3
import pytest

from helpers import Lab
from helpers.bank import keys, pipeline
from helpers.deploying import packages, roles
from helpers.deploying.invocations import Answer
from helpers.deploying.packages import deploy_handler
from helpers.experiments import permissions
from tests.course.conftest import run_cell

ROLE, POLICY, FUNCTION = "test-role", "TestPolicy", "test-sender"

SEND = """
    import os

    import boto3


    def handler(event, context):
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody="x")
"""


def test_policy_for_a_role_that_is_not_there(lab: Lab) -> None:
    with pytest.raises(LookupError, match=rf"no role {ROLE}\. Run the cell that creates it first"):
        roles.put_policy(ROLE, POLICY, [roles.allow(["sqs:SendMessage"], "*")])


@pytest.fixture
def bank(lab: Lab) -> pipeline.Queues:
    bank = pipeline.build_queues(lab)
    role = roles.create_role(ROLE, "AWSLambdaBasicExecutionRole", "", [])
    packages.deploy_handler(lab, FUNCTION, run_cell(SEND), role, QUEUE_URL=bank.queue_url)
    return bank


def read_document() -> object:
    answer = boto3.client("iam").get_role_policy(RoleName=ROLE, PolicyName=POLICY)
    return answer["PolicyDocument"]


def test_each_action_on_each_resource_is_a_permission(lab: Lab) -> None:
    queue, key = "arn:aws:sqs:us-east-1:123456789012:q", "arn:aws:kms:us-east-1:123456789012:key/k"
    roles.create_role(ROLE, "AWSLambdaBasicExecutionRole", "", [])
    roles.put_policy(ROLE, "A", [roles.allow(["sqs:SendMessage", "sqs:*"], queue, key)])
    one = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}
    roles.put_policy(ROLE, "B", [one, deny])
    assert permissions.read_permissions(ROLE) == [
        ("sqs:SendMessage", queue, "A"),
        ("sqs:SendMessage", key, "A"),
        ("sqs:*", queue, "A"),
        ("sqs:*", key, "A"),
        ("kms:Decrypt", "*", "B"),
    ]
    assert permissions.read_permissions(ROLE)[0].pair == ("sqs:sendmessage", queue)


def test_what_no_list_can_say_is_refused(lab: Lab) -> None:
    roles.create_role(ROLE, "AWSLambdaBasicExecutionRole", "", [])
    roles.put_policy(ROLE, "A", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])
    with pytest.raises(ValueError, match="A allows all but what it names"):
        permissions.read_permissions(ROLE)
    with pytest.raises(LookupError, match="There is no role nobody"):
        permissions.read_permissions("nobody")


def test_missed_lines_show_when_the_data_key_is_over(lab: Lab, bank: pipeline.Queues) -> None:
    actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "sqs:SendMessage"]
    roles.put_policy(ROLE, POLICY, [roles.allow(actions, bank.key_arn, bank.queue_arn)])
    before = read_document()
    table = permissions.try_without_each(lab, ROLE, POLICY, FUNCTION, {})
    assert list(table.index) == actions
    assert set(table["with all"]) == {"works"}
    assert list(table["without it"]) == ["works"] * 3 + ["denied sqs:sendmessage"]
    assert list(table["later"]) == [
        "denied kms:Decrypt",
        "works",
        "denied kms:GenerateDataKey",
        "denied sqs:sendmessage",
    ]
    assert read_document() == before


def test_a_statement_with_one_line_is_left_out_whole(lab: Lab, bank: pipeline.Queues) -> None:
    roles.put_policy(ROLE, POLICY, [roles.allow(["sqs:SendMessage"], bank.queue_arn)])
    table = permissions.try_without_each(lab, ROLE, POLICY, FUNCTION, {})
    assert list(table.loc["sqs:SendMessage"]) == [
        "denied kms:GenerateDataKey",
        "denied sqs:sendmessage",
        "denied sqs:sendmessage",
    ]
    assert len(permissions.read_permissions(ROLE)) == 1


def test_interrupted_the_policy_is_as_it_was(
    lab: Lab, bank: pipeline.Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles.put_policy(ROLE, POLICY, [roles.allow(["sqs:A", "sqs:B"], bank.queue_arn)])
    before = read_document()

    def interrupt_when_changed(function: str, event: object) -> Answer:
        if read_document() != before:
            raise KeyboardInterrupt
        return Answer(200, "", "", None, [])

    monkeypatch.setattr(permissions, "invoke_function", interrupt_when_changed)
    with pytest.raises(KeyboardInterrupt):
        permissions.try_without_each(lab, ROLE, POLICY, FUNCTION, {})
    assert read_document() == before


def test_a_policy_that_is_not_there(lab: Lab) -> None:
    roles.create_role(ROLE, "AWSLambdaBasicExecutionRole", "", [])
    with pytest.raises(LookupError, match="test-role has no policy TestPolicy"):
        permissions.try_without_each(lab, ROLE, POLICY, FUNCTION, {})


def test_a_role_created_again_has_exactly_these_policies(lab: Lab) -> None:
    iam = boto3.client("iam")
    roles.create_role(ROLE, "AWSLambdaSQSQueueExecutionRole", "Old", [roles.allow(["a:b"], "*")])
    roles.create_role(ROLE, "AWSLambdaBasicExecutionRole", "", [])
    assert iam.list_role_policies(RoleName=ROLE)["PolicyNames"] == []
    (attached,) = iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
    assert attached["PolicyName"] == "AWSLambdaBasicExecutionRole"


def test_a_role_of_somebody_else_keeps_its_policies(lab: Lab) -> None:
    iam = boto3.client("iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(roles.TRUST_LAMBDA))
    roles.put_policy(ROLE, "Theirs", [roles.allow(["a:b"], "*")])
    roles.create_role(ROLE, "AWSLambdaBasicExecutionRole", "", [])
    assert iam.list_role_policies(RoleName=ROLE)["PolicyNames"] == ["Theirs"]
    assert not roles.delete_role(ROLE)


def test_a_function_s_key_is_asked_when_an_environment_starts(lab: Lab) -> None:
    handler = run_cell("def handler(event, context):\n    return 'well'\n")
    key = keys.create_key()
    decrypt = [roles.allow(["kms:Decrypt"], key)]
    role = roles.create_role("r", "AWSLambdaBasicExecutionRole", permissions.DECRYPT, decrypt)
    deploy_handler(lab, "f", handler, role)
    for _ in range(2):
        tried = permissions.try_function_key(lab, "f", "r", key)
        assert list(tried["outcome"]) == [
            "works", "works", "KMSDisabledException", "KMSAccessDeniedException",
        ]  # fmt: skip
    with pytest.raises(LookupError, match="There is no function g"):
        permissions.try_function_key(lab, "g", "r", key)
    roles.create_role("r", "AWSLambdaBasicExecutionRole", "", [])
    with pytest.raises(LookupError, match="r has no policy DecryptPolicy"):
        permissions.try_function_key(lab, "f", "r", key)
