"""A key lets in another account by its policy, and tells nobody else that it exists."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.door.access.test_decisions import policy, session, statement
from tests.embedded.door.access.test_resource_policies import GUEST, guest
from tests.embedded.services.kms.conftest import create_key, error, identity
from tests.embedded.services.sqs.conftest import bodies, receive, refusal

OWNER = {"AWS": "arn:aws:iam::123456789012:root"}
UNTOLD = (
    "because the resource does not exist in this Region, no resource-based policies allow "
    "access, or a resource-based policy explicitly denies access"
)
VISITOR = f"User: arn:aws:sts::{GUEST}:assumed-role/OrganizationAccountAccessRole/visit"
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def share(kms: Any, key: str, *actions: str) -> None:
    """Let the other account use the key."""
    own = statement("Allow", "kms:*", "*", Principal=OWNER)
    given = statement("Allow", list(actions), "*", Principal={"AWS": GUEST})
    kms.put_key_policy(KeyId=key, Policy=policy(own, given))


@pytest.fixture
def kms(lab: EmbeddedAccount) -> Any:
    return boto3.client("kms")


def test_both_accounts_open_what_the_key_has_sealed(kms: Any) -> None:
    key, there = create_key(kms), guest().client("kms")
    share(kms, key, *USE)
    ours = kms.encrypt(KeyId=key, Plaintext=b"from here")["CiphertextBlob"]
    theirs = there.encrypt(KeyId=key, Plaintext=b"from there")["CiphertextBlob"]
    assert there.decrypt(CiphertextBlob=ours)["Plaintext"] == b"from here"
    assert kms.decrypt(CiphertextBlob=theirs)["Plaintext"] == b"from there"
    own = create_key(there)
    moved = there.re_encrypt(CiphertextBlob=ours, DestinationKeyId=own)
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key, own)
    assert there.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"] == b"from here"


def test_a_key_that_says_nothing_to_another_account_is_not_told_from_none(kms: Any) -> None:
    """The sentence that KMS has for keys of others (re:Post, kms-accessdenied)."""
    key, there = create_key(kms), guest().client("kms")
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    none = key.replace(identity(key), "1234abcd-12ab-34cd-56ef-1234567890ab")
    for named in (key, none):
        refused = refusal(there.encrypt, KeyId=named, Plaintext=b"x")
        assert error(refused) == (
            "AccessDeniedException",
            f"{VISITOR} is not authorized to perform: kms:Encrypt on this resource {UNTOLD}",
        )
    assert refusal(there.decrypt, CiphertextBlob=blob).message == (
        f"{VISITOR} is not authorized to perform: kms:Decrypt on the resource associated with "
        f"this ciphertext {UNTOLD}"
    )


@pytest.mark.parametrize("actions", [["kms:*"], ["*"]])
def test_another_account_never_manages_the_key(kms: Any, actions: list[str]) -> None:
    """KMS guide, key-policy-modifying-external-accounts."""
    key, there = create_key(kms), guest().client("kms")
    share(kms, key, *actions)
    there.describe_key(KeyId=key)
    for manage in (there.disable_key, there.schedule_key_deletion, there.get_key_policy):
        assert refusal(manage, KeyId=key).code == "AccessDeniedException"


def test_a_policy_of_ones_own_account_must_allow_it_too(kms: Any) -> None:
    key, visitor = create_key(kms), guest()
    share(kms, key, *USE)
    iam = visitor.client("iam")
    iam.create_user(UserName="eve")
    access = iam.create_access_key(UserName="eve")["AccessKey"]
    eve = boto3.Session(access["AccessKeyId"], access["SecretAccessKey"], region_name="us-east-1")
    refused = refusal(eve.client("kms").encrypt, KeyId=key, Plaintext=b"x")
    why = "because no identity-based policy allows the kms:Encrypt action"
    assert refused.message.endswith(why)
    allows = policy(statement("Allow", "kms:Encrypt", key))
    iam.put_user_policy(UserName="eve", PolicyName="inline", PolicyDocument=allows)
    assert eve.client("kms").encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key


def test_a_queue_is_encrypted_with_the_key_of_another_account(kms: Any) -> None:
    """SDG sqs-key-management: cross-account access to encrypted queues."""
    key, there, sqs = create_key(kms), guest().client("sqs"), boto3.client("sqs")
    url = there.create_queue(QueueName="orders", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    refused = refusal(there.send_message, QueueUrl=url, MessageBody="secret")
    assert refused.code == "KMS.AccessDeniedException"
    assert UNTOLD in refused.message
    share(kms, key, "kms:GenerateDataKey", "kms:Decrypt")
    there.send_message(QueueUrl=url, MessageBody="secret")
    assert bodies(receive(there, url)) == ["secret"]
    assert sqs.list_queues().get("QueueUrls", []) == []


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "Key '{}' does not exist"),
        ("alias/nope", "Alias {} is not found."),
    ],
)
def test_in_ones_own_account_a_missing_key_is_told_before_permissions(
    kms: Any, named: str, told: str
) -> None:
    arn = f"arn:aws:kms:us-east-1:123456789012:{'' if '/' in named else 'key/'}{named}"
    clerk = session().client("kms")
    refused = refusal(clerk.encrypt, KeyId=named, Plaintext=b"x")
    assert error(refused) == ("NotFoundException", told.format(arn))
    foreign = refusal(clerk.decrypt, CiphertextBlob=b"no ciphertext at all")
    assert foreign.code == "InvalidCiphertextException"


def test_in_ones_own_account_a_denial_names_the_key(kms: Any) -> None:
    key = create_key(kms)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    clerk = session().client("kms")
    for given in ({}, {"KeyId": key}):
        refused = refusal(clerk.decrypt, CiphertextBlob=blob, **given)
        assert error(refused) == (
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/clerk is not authorized to perform: kms:Decrypt "
            f"on resource: {key} because no identity-based policy allows the kms:Decrypt action",
        )
