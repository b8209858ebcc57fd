"""Grants: who is let in by one, within which limits, and how one ends."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.door.access.test_callers import ROLE, assume
from tests.embedded.door.access.test_decisions import session, statement
from tests.embedded.services.kms.conftest import create_key, error, identity
from tests.embedded.services.sqs.conftest import refusal

CLERK = "arn:aws:iam::123456789012:user/clerk"
OTHER = "arn:aws:iam::123456789012:user/other"
TEAM = {"Team": "pay"}
SUBSET, EQUALS = {"EncryptionContextSubset": TEAM}, {"EncryptionContextEquals": TEAM}


@pytest.fixture
def key(kms: Any) -> str:
    return create_key(kms)


@pytest.fixture
def clerk(lab: EmbeddedAccount) -> Any:
    """KMS for a user who has no policy at all."""
    return session().client("kms")


def give(kms: Any, key: str, *operations: str, to: str = CLERK, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = kms.create_grant(
        KeyId=key, GranteePrincipal=to, Operations=list(operations), **more
    )
    return answer


def may(use: Any, **parameters: Any) -> bool:
    """Whether the call is answered, and not denied."""
    try:
        use(**parameters)
    except use.__self__.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


# What a grant lets one do


def test_a_grant_lets_its_grantee_do_what_it_names(kms: Any, key: str, clerk: Any) -> None:
    use = {"KeyId": key, "Plaintext": b"x"}
    assert not may(clerk.encrypt, **use)
    give(kms, key, "Encrypt")
    assert may(clerk.encrypt, **use)
    blob = kms.encrypt(**use)["CiphertextBlob"]
    assert not may(clerk.decrypt, CiphertextBlob=blob)
    assert not may(session(user="other").client("kms").encrypt, **use)


def test_a_grant_of_a_role_is_for_its_sessions(kms: Any, key: str) -> None:
    worker = assume().client("kms")
    assert not may(worker.encrypt, KeyId=key, Plaintext=b"x")
    give(kms, key, "Encrypt", to=ROLE)
    assert may(worker.encrypt, KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize(
    ("constraints", "context", "allowed"),
    [
        (SUBSET, TEAM, True),
        (SUBSET, {**TEAM, "Shift": "late"}, True),
        (SUBSET, {"team": "pay"}, False),
        (SUBSET, {"Team": "Pay"}, False),
        (SUBSET, {}, False),
        (EQUALS, TEAM, True),
        (EQUALS, {**TEAM, "Shift": "late"}, False),
        (EQUALS, {"team": "pay"}, False),
        (EQUALS, {}, False),
    ],
)
def test_a_constraint_is_compared_letter_for_letter(
    kms: Any,
    key: str,
    clerk: Any,
    constraints: dict[str, Any],
    context: dict[str, str],
    allowed: bool,
) -> None:
    give(kms, key, "Encrypt", Constraints=constraints)
    use = {"KeyId": key, "Plaintext": b"x", "EncryptionContext": context}
    assert may(clerk.encrypt, **use) is allowed


def test_a_constraint_does_not_limit_what_has_no_context(kms: Any, key: str, clerk: Any) -> None:
    give(kms, key, "DescribeKey", "Decrypt", Constraints=SUBSET)
    assert may(clerk.describe_key, KeyId=key)


def test_a_deny_is_stronger_than_a_grant(kms: Any, key: str) -> None:
    barred = session(statement("Deny", "kms:Encrypt", "*")).client("kms")
    give(kms, key, "Encrypt")
    assert not may(barred.encrypt, KeyId=key, Plaintext=b"x")


# Grants that a grantee passes on


def test_a_grantee_passes_on_no_more_than_the_grant(kms: Any, key: str, clerk: Any) -> None:
    session(user="other")
    give(kms, key, "Encrypt", "Decrypt", "CreateGrant", Constraints=SUBSET)
    given = {"KeyId": key, "GranteePrincipal": OTHER}
    wider = {"EncryptionContextSubset": {**TEAM, "Shift": "late"}}
    assert may(clerk.create_grant, **given, Operations=["Encrypt"], Constraints=SUBSET)
    assert may(clerk.create_grant, **given, Operations=["Encrypt"], Constraints=wider)
    assert may(clerk.create_grant, **given, Operations=["Encrypt"], Constraints=EQUALS)
    assert not may(clerk.create_grant, **given, Operations=["Encrypt"]), "less limited"
    more = ["Encrypt", "GenerateDataKey"]
    assert not may(clerk.create_grant, **given, Operations=more, Constraints=SUBSET)


# What no grant can have


@pytest.mark.parametrize(
    ("spec", "usage", "parameters", "code", "told"),
    [
        (
            "SYMMETRIC_DEFAULT",
            "ENCRYPT_DECRYPT",
            {"Operations": ["Decrypt"], "GranteePrincipal": "arn:aws:iam::123456789012:user/no"},
            "InvalidArnException",
            "ARN does not refer to a valid principal: arn:aws:iam::123456789012:user/no",
        ),
        (
            "SYMMETRIC_DEFAULT",
            "ENCRYPT_DECRYPT",
            {"Operations": ["CreateGrant"]},
            "ValidationException",
            "Grants must not contain only the CreateGrant operation.",
        ),
        (
            "SYMMETRIC_DEFAULT",
            "ENCRYPT_DECRYPT",
            {"Operations": ["Decrypt"], "Constraints": SUBSET | EQUALS},
            "ValidationException",
            "More than one constraint supplied",
        ),
        (
            "SYMMETRIC_DEFAULT",
            "ENCRYPT_DECRYPT",
            {"Operations": ["DECRYPT"]},
            "ValidationException",
            "1 validation error detected: Value '[DECRYPT]' at 'operations' failed to satisfy",
        ),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", {"Operations": ["Sign"]}, "", "Sign"),
        ("RSA_2048", "ENCRYPT_DECRYPT", {"Operations": ["GenerateDataKey"]}, "", "GenerateDataKey"),
        ("ECC_NIST_P256", "SIGN_VERIFY", {"Operations": ["Encrypt"]}, "", "Encrypt"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", {"Operations": ["GetPublicKey"]}, "", "GetPublicKey"),
        ("RSA_2048", "ENCRYPT_DECRYPT", {"Operations": ["Decrypt"], "Constraints": SUBSET}, "", ""),
    ],
)
def test_what_no_grant_of_the_key_can_have_is_refused(
    kms: Any, clerk: Any, spec: str, usage: str, parameters: dict[str, Any], code: str, told: str
) -> None:
    """API CreateGrant."""
    asked = {"KeyId": create_key(kms, spec, usage), "GranteePrincipal": CLERK} | parameters
    refused = error(refusal(kms.create_grant, **asked))
    assert refused[0] == (code or "ValidationException")
    assert told in refused[1]


@pytest.mark.parametrize(
    ("spec", "usage", "operation"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "GetPublicKey"),
        ("ECC_NIST_P256", "SIGN_VERIFY", "Sign"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "VerifyMac"),
    ],
)
def test_each_kind_of_key_is_granted_for_what_it_can(
    kms: Any, clerk: Any, spec: str, usage: str, operation: str
) -> None:
    give(kms, create_key(kms, spec, usage), operation, "DescribeKey")


# How grants are shown, and end


def test_a_grant_is_shown_whole(lab: EmbeddedAccount, kms: Any, key: str, clerk: Any) -> None:
    given = give(kms, key, "Encrypt", Name="mine", RetiringPrincipal=CLERK, Constraints=SUBSET)
    assert len(given["GrantId"]) == 64
    (shown,) = kms.list_grants(KeyId=identity(key))["Grants"]
    assert shown == {
        "KeyId": key,
        "GrantId": given["GrantId"],
        "Name": "mine",
        "CreationDate": lab.now(),
        "GranteePrincipal": CLERK,
        "RetiringPrincipal": CLERK,
        "IssuingAccount": "arn:aws:iam::123456789012:root",
        "Operations": ["Encrypt"],
        "Constraints": SUBSET,
    }
    assert kms.list_retirable_grants(RetiringPrincipal=CLERK)["Grants"] == [shown]
    assert kms.list_retirable_grants(RetiringPrincipal=OTHER)["Grants"] == []


def test_a_name_makes_a_request_safe_to_repeat(kms: Any, key: str, clerk: Any) -> None:
    """API CreateGrant: the same grant, with a token of its own."""
    first, second = (give(kms, key, "Encrypt", Name="mine") for _ in range(2))
    assert first["GrantId"] == second["GrantId"]
    assert first["GrantToken"] != second["GrantToken"]
    assert give(kms, key, "Decrypt", Name="mine")["GrantId"] != first["GrantId"]
    assert len({give(kms, key, "Encrypt")["GrantId"] for _ in range(2)}) == 2
    kms.retire_grant(GrantToken=first["GrantToken"])
    assert first["GrantId"] not in [each["GrantId"] for each in grants(kms, key)]


def grants(kms: Any, key: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = kms.list_grants(KeyId=key)["Grants"]
    return listed


@pytest.mark.parametrize(
    ("operations", "retiring", "allowed"),
    [
        (["Encrypt"], CLERK, True),
        (["Encrypt", "RetireGrant"], None, True),
        (["Encrypt"], None, False),
        (["Encrypt"], OTHER, False),
    ],
)
def test_those_whom_the_grant_names_retire_it(
    kms: Any, key: str, clerk: Any, operations: list[str], retiring: str | None, allowed: bool
) -> None:
    """KMS guide, grant-delete."""
    session(user="other")
    named = {"RetiringPrincipal": retiring} if retiring else {}
    for by_token in (True, False):
        given = give(kms, key, *operations, **named)
        token = {"GrantToken": given["GrantToken"]}
        either = token if by_token else {"KeyId": key, "GrantId": given["GrantId"]}
        assert may(clerk.retire_grant, **either) is allowed
        assert bool(grants(kms, key)) is not allowed
        assert may(clerk.encrypt, KeyId=key, Plaintext=b"x") is not allowed


def test_a_grant_is_revoked_by_who_administers_the_key(kms: Any, key: str, clerk: Any) -> None:
    given = give(kms, key, "Encrypt", "RetireGrant", RetiringPrincipal=CLERK)
    which = {"KeyId": key, "GrantId": given["GrantId"]}
    assert not may(clerk.revoke_grant, **which), "to retire is not to revoke"
    kms.revoke_grant(**which)
    assert not may(clerk.encrypt, KeyId=key, Plaintext=b"x")


def test_what_is_no_grant_is_said(kms: Any, key: str, clerk: Any) -> None:
    nowhere = "0" * 64
    refused = refusal(kms.revoke_grant, KeyId=key, GrantId=nowhere)
    assert error(refused) == ("NotFoundException", f"Grant ID {nowhere} not found")
    refused = refusal(kms.revoke_grant, KeyId=key, GrantId="mine")
    assert refused.code == "InvalidGrantIdException"
    assert refusal(kms.retire_grant, GrantToken="x").code == "InvalidGrantTokenException"
    assert refusal(kms.retire_grant).code == "ValidationException"
    tokens = {"GrantTokens": ["x"]}
    refused = refusal(kms.encrypt, KeyId=key, Plaintext=b"x", **tokens)
    assert refused.code == "InvalidGrantTokenException"
    token = give(kms, key, "Encrypt")["GrantToken"]
    assert may(clerk.encrypt, KeyId=key, Plaintext=b"x", GrantTokens=[token])


def test_a_grant_reaches_into_another_account(kms: Any, key: str) -> None:
    from tests.embedded.door.access.test_resource_policies import GUEST, guest

    there = guest()
    assert not may(there.client("kms").encrypt, KeyId=key, Plaintext=b"x")
    role = f"arn:aws:iam::{GUEST}:role/OrganizationAccountAccessRole"
    token = give(kms, key, "Encrypt", to=role, RetiringPrincipal=role)["GrantToken"]
    assert may(there.client("kms").encrypt, KeyId=key, Plaintext=b"x")
    retirable = there.client("kms").list_retirable_grants(RetiringPrincipal=role)["Grants"]
    assert [each["KeyId"] for each in retirable] == [key]
    there.client("kms").retire_grant(GrantToken=token)
    assert grants(kms, key) == []


def test_a_service_uses_a_grant_in_the_name_of_the_caller(kms: Any, key: str) -> None:
    """SQS asks KMS as whoever sends: their grant is as good as a policy."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    sender = session(statement("Allow", "sqs:SendMessage", "*")).client("sqs")
    refused = refusal(sender.send_message, QueueUrl=url, MessageBody="x")
    assert refused.code == "KMS.AccessDeniedException"
    give(kms, key, "GenerateDataKey", "Decrypt")
    sender.send_message(QueueUrl=url, MessageBody="x")
