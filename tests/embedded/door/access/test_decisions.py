"""Who may do what is decided by the policies that stand in the account."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import TRUST_LAMBDA, zip_code
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def statement(effect: str, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def session(*statements: dict[str, Any], user: str = "clerk") -> boto3.Session:
    """A session of a new IAM user with one inline policy."""
    iam = boto3.client("iam")
    iam.create_user(UserName=user)
    if statements:
        iam.put_user_policy(UserName=user, PolicyName="inline", PolicyDocument=policy(*statements))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")


def sends(who: boto3.Session, url: str) -> bool:
    client = who.client("sqs")
    try:
        client.send_message(QueueUrl=url, MessageBody="x")
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_nothing_is_allowed_by_default(lab: EmbeddedAccount) -> None:
    queue = create_queue()
    assert not sends(session(), queue)
    assert sends(boto3.Session(), queue), "the notebook's own clients administer the account"


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([("Allow", "sqs:SendMessage", "QUEUE")], True),
        ([("Allow", "SQS:sendmessage", "QUEUE")], True),
        ([("Allow", "sqs:*", "*")], True),
        ([("Allow", "sqs:Send*", "arn:aws:sqs:*:*:ord?rs")], True),
        ([("Allow", ["kms:Decrypt", "sqs:SendMessage"], ["QUEUE", "arn:aws:kms:*:*:key/x"])], True),
        ([("Allow", "sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:other")], False),
        ([("Allow", "sqs:ReceiveMessage", "QUEUE")], False),
        ([("Allow", "*", "*"), ("Deny", "sqs:SendMessage", "QUEUE")], False),
        ([("Deny", "sqs:*", "*"), ("Allow", "*", "*")], False),
    ],
)
def test_identity_policies(
    lab: EmbeddedAccount, statements: list[tuple[str, Any, Any]], allowed: bool
) -> None:
    queue = create_queue()
    text = json.dumps(statements).replace("QUEUE", arn(queue))
    assert sends(session(*(statement(*each) for each in json.loads(text))), queue) is allowed


def test_not_action_and_not_resource(lab: EmbeddedAccount) -> None:
    queue = create_queue()
    everything_but = {"Effect": "Allow", "NotAction": "sqs:SendMessage", "Resource": "*"}
    assert not sends(session(everything_but, user="a"), queue)
    elsewhere = {"Effect": "Allow", "Action": "sqs:*", "NotResource": arn(queue)}
    assert not sends(session(elsewhere, user="b"), queue)


def test_a_denial_reads_as_aws_s_does(lab: EmbeddedAccount) -> None:
    queue = create_queue()
    with pytest.raises(ClientError) as denied:
        session().client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    error = denied.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"] == (
        "User: arn:aws:iam::123456789012:user/clerk is not authorized to perform: "
        f"sqs:sendmessage on resource: {arn(queue)} because no identity-based policy allows "
        "the sqs:sendmessage action"
    )


def test_a_queue_policy_lets_a_user_in(lab: EmbeddedAccount) -> None:
    queue, who = create_queue(), session()
    allows = statement(
        "Allow",
        "sqs:SendMessage",
        arn(queue),
        Principal={"AWS": "arn:aws:iam::123456789012:user/clerk"},
    )
    boto3.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy(allows)})
    assert sends(who, queue)


def test_the_basic_role_cannot_send_until_a_policy_lets_it(lab: EmbeddedAccount) -> None:
    queue = create_queue()
    iam, functions = boto3.client("iam"), boto3.client("lambda")
    role = iam.create_role(RoleName="sender-role", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]
    iam.attach_role_policy(RoleName="sender-role", PolicyArn=BASIC)
    source = f"""
        import boto3

        def handler(event, context):
            boto3.client("sqs").send_message(QueueUrl={queue!r}, MessageBody="x")
            return "sent"
    """
    functions.create_function(
        FunctionName="sender",
        Role=role["Arn"],
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code=source)},
    )

    def invoke() -> Any:
        return json.loads(functions.invoke(FunctionName="sender")["Payload"].read())

    assert "assumed-role/sender-role/sender is not authorized" in invoke()["errorMessage"]
    allow = statement("Allow", "sqs:SendMessage", arn(queue))
    iam.put_role_policy(
        RoleName="sender-role", PolicyName="WriteToQueue", PolicyDocument=policy(allow)
    )
    assert invoke() == "sent"
    iam.delete_role_policy(RoleName="sender-role", PolicyName="WriteToQueue")
    assert "is not authorized" in invoke()["errorMessage"]


def test_a_key_is_opened_by_those_whom_a_policy_lets(lab: EmbeddedAccount) -> None:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(ClientError) as denied:
        session(user="a").client("kms").decrypt(CiphertextBlob=sealed)
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    allowed = session(statement("Allow", "kms:Decrypt", key["Arn"]), user="b")
    assert allowed.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_keys_that_nobody_gave_out_are_refused(lab: EmbeddedAccount) -> None:
    create_queue()
    stranger = boto3.Session("AKIANOBODYNOBODYNOBO", "secret", region_name="us-east-1")
    with pytest.raises(ClientError) as refused:
        stranger.client("sqs").list_queues()
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"


def test_a_wrong_secret_is_refused(lab: EmbeddedAccount) -> None:
    session(statement("Allow", "*", "*"))
    key = boto3.client("iam").list_access_keys(UserName="clerk")["AccessKeyMetadata"][0]
    forger = boto3.Session(key["AccessKeyId"], "guessed", region_name="us-east-1")
    with pytest.raises(ClientError) as refused:
        forger.client("sqs").list_queues()
    assert refused.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


def test_everybody_is_who_they_are(lab: EmbeddedAccount) -> None:
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    user = session(statement("Allow", "sqs:*", "*"))
    identity = user.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::123456789012:user/clerk"
