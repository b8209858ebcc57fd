"""A key's states, its rotation and its end (KMS developer guide, key-state and rotate-keys)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.services.kms.conftest import create_key, error, identity
from tests.embedded.services.sqs.conftest import refusal

DAY = 86_400
DISABLED = ("DisabledException", "{key} is disabled.")
DELETED = ("KMSInvalidStateException", "{key} is pending deletion.")
IMPORT = ("KMSInvalidStateException", "{key} is pending import.")
ORIGIN = (
    "UnsupportedOperationException",
    "{key} origin is EXTERNAL which is not valid for this operation.",
)
FINE = None

Answer = tuple[str, str] | None


def state(kms: Any, key: str) -> str:
    return str(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])


def call(kms: Any, operation: str, key: str, blob: bytes) -> Any:
    """One call of an operation with plausible parameters, as boto3's method and its keywords."""
    asked: dict[str, dict[str, Any]] = {
        "create_alias": {"AliasName": "alias/x"},
        "create_grant": {"GranteePrincipal": "arn:aws:iam::123456789012:root",
                         "Operations": ["Decrypt"]},
        "decrypt": {"CiphertextBlob": blob},
        "encrypt": {"Plaintext": b"x"},
        "generate_data_key": {"KeySpec": "AES_256"},
        "generate_data_key_without_plaintext": {"KeySpec": "AES_256"},
        "re_encrypt": {"CiphertextBlob": blob},
        "tag_resource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
        "untag_resource": {"TagKeys": ["a"]},
        "update_key_description": {"Description": "x"},
    }  # fmt: skip
    name = {"create_alias": "TargetKeyId", "re_encrypt": "DestinationKeyId"}.get(operation, "KeyId")
    return getattr(kms, operation), {name: key, **asked.get(operation, {})}


@pytest.mark.parametrize(
    ("operation", "when_disabled", "when_deleted", "before_import"),
    [
        ("create_alias", FINE, DELETED, FINE),
        ("create_grant", DISABLED, DELETED, IMPORT),
        ("decrypt", DISABLED, DELETED, IMPORT),
        ("describe_key", FINE, FINE, FINE),
        ("disable_key", FINE, DELETED, IMPORT),
        ("disable_key_rotation", DISABLED, DELETED, ORIGIN),
        ("enable_key", FINE, DELETED, IMPORT),
        ("enable_key_rotation", DISABLED, DELETED, ORIGIN),
        ("encrypt", DISABLED, DELETED, IMPORT),
        ("generate_data_key", DISABLED, DELETED, IMPORT),
        ("generate_data_key_without_plaintext", DISABLED, DELETED, IMPORT),
        ("get_key_policy", FINE, FINE, FINE),
        ("list_aliases", FINE, FINE, FINE),
        ("list_grants", FINE, FINE, FINE),
        ("list_resource_tags", FINE, FINE, FINE),
        ("re_encrypt", DISABLED, DELETED, IMPORT),
        ("rotate_key_on_demand", DISABLED, DELETED, ORIGIN),
        ("schedule_key_deletion", FINE, DELETED, FINE),
        ("tag_resource", FINE, DELETED, FINE),
        ("untag_resource", FINE, DELETED, FINE),
        ("update_key_description", FINE, DELETED, FINE),
    ],
)  # fmt: skip
def test_what_a_state_forbids(
    kms: Any, operation: str, when_disabled: Answer, when_deleted: Answer, before_import: Answer
) -> None:
    """The table of the page key-state, for the keys that this account has."""
    for wanted, enters in (
        (FINE, lambda key: None),
        (when_disabled, lambda key: kms.disable_key(KeyId=key)),
        (when_deleted, lambda key: kms.schedule_key_deletion(KeyId=key)),
        (before_import, None),
    ):
        key = create_key(kms, Origin="AWS_KMS" if enters else "EXTERNAL")
        blob = b"never opened"
        if enters:
            blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
            enters(key)
        method, asked = call(kms, operation, key, blob)
        if wanted is FINE:
            assert method(**asked)["ResponseMetadata"]["HTTPStatusCode"] == 200
            if operation == "create_alias":
                kms.delete_alias(AliasName="alias/x")
        else:
            code, message = wanted
            assert error(refusal(method, **asked)) == (code, message.format(key=key))


@pytest.mark.parametrize(
    ("spec", "usage", "method", "asked"),
    [
        ("ECC_NIST_P256", "SIGN_VERIFY", "sign",
         {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}),
        ("ECC_NIST_P256", "SIGN_VERIFY", "verify",
         {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256", "Signature": b"x"}),
        ("ECC_NIST_P256", "SIGN_VERIFY", "get_public_key", {}),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "generate_mac",
         {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "verify_mac",
         {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256", "Mac": b"x"}),
    ],
)  # fmt: skip
def test_other_kinds_of_key_obey_their_state_too(
    kms: Any, spec: str, usage: str, method: str, asked: dict[str, Any]
) -> None:
    key = create_key(kms, spec, usage)
    kms.disable_key(KeyId=key)
    found = refusal(getattr(kms, method), KeyId=key, **asked)
    assert error(found) == ("DisabledException", f"{key} is disabled.")


def test_a_key_that_is_enabled_again_opens_everything(kms: Any) -> None:
    key = create_key(kms)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    assert refusal(kms.decrypt, CiphertextBlob=blob).code == "DisabledException"
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


# The end


@pytest.mark.parametrize("name", ["arn", "id"])
def test_a_key_is_deleted_when_its_time_comes(lab: EmbeddedAccount, kms: Any, name: str) -> None:
    key = create_key(kms)
    kms.create_alias(AliasName="alias/x", TargetKeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    given = key if name == "arn" else identity(key)
    answer = kms.schedule_key_deletion(KeyId=given, PendingWindowInDays=7)
    assert answer["KeyId"] == key
    assert answer["DeletionDate"] == lab.now() + timedelta(days=7)
    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingDeletion", 7)
    lab.advance(7 * DAY - 1)
    assert state(kms, key) == "PendingDeletion"
    lab.advance(1)
    gone = ("NotFoundException", f"Key '{key}' does not exist")
    assert error(refusal(kms.describe_key, KeyId=key)) == gone
    assert refusal(kms.describe_key, KeyId="alias/x").code == "NotFoundException"
    assert kms.list_keys()["Keys"] == []
    found = refusal(kms.decrypt, CiphertextBlob=blob)
    assert found.code == "AccessDeniedException"


def test_deletion_can_be_cancelled_and_leaves_the_key_disabled(
    lab: EmbeddedAccount, kms: Any
) -> None:
    key = create_key(kms)
    found = refusal(kms.cancel_key_deletion, KeyId=key)
    assert error(found) == ("KMSInvalidStateException", f"{key} is not pending deletion.")
    kms.schedule_key_deletion(KeyId=key)
    assert kms.cancel_key_deletion(KeyId=key)["KeyId"] == key
    assert state(kms, key) == "Disabled"
    lab.advance(31 * DAY)
    kms.enable_key(KeyId=key)
    assert kms.encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key


@pytest.mark.parametrize("days", [6, 31])
def test_the_waiting_period_is_7_to_30_days(kms: Any, days: int) -> None:
    key = create_key(kms)
    found = refusal(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days)
    assert found.code == "ValidationException"
    assert state(kms, key) == "Enabled"


# Rotation


def rotations(kms: Any, key: str) -> list[tuple[str, datetime]]:
    found = kms.list_key_rotations(KeyId=key)["Rotations"]
    return [(rotation["RotationType"], rotation["RotationDate"]) for rotation in found]


def material(kms: Any, key: str) -> str:
    return str(kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"])


def test_old_material_opens_what_it_sealed(lab: EmbeddedAccount, kms: Any) -> None:
    key = create_key(kms)
    blobs, materials = [], []
    for number in range(3):
        blobs.append(kms.encrypt(KeyId=key, Plaintext=b"%d" % number)["CiphertextBlob"])
        materials.append(material(kms, key))
        lab.advance(60)
        assert kms.rotate_key_on_demand(KeyId=key)["KeyId"] == key
    assert len({*materials, material(kms, key)}) == 4
    opened = [kms.decrypt(CiphertextBlob=blob) for blob in blobs]
    assert [answer["Plaintext"] for answer in opened] == [b"0", b"1", b"2"]
    assert [answer["KeyMaterialId"] for answer in opened] == materials
    moved = kms.re_encrypt(CiphertextBlob=blobs[0], DestinationKeyId=key)
    assert moved["SourceKeyMaterialId"] == materials[0]
    assert moved["DestinationKeyMaterialId"] == material(kms, key)
    assert rotations(kms, key) == [
        ("ON_DEMAND", lab.now() - timedelta(seconds=seconds)) for seconds in (120, 60, 0)
    ]


def test_a_key_rotates_by_itself_when_it_is_told_to(lab: EmbeddedAccount, kms: Any) -> None:
    key, opened = create_key(kms), lab.now()
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    assert status["NextRotationDate"] == opened + timedelta(days=90)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    lab.advance(200 * DAY)
    assert rotations(kms, key) == [
        ("AUTOMATIC", opened + timedelta(days=90)),
        ("AUTOMATIC", opened + timedelta(days=180)),
    ]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kms.disable_key_rotation(KeyId=key)
    lab.advance(200 * DAY)
    assert len(rotations(kms, key)) == 2


def test_a_disabled_key_rotates_when_it_is_enabled(lab: EmbeddedAccount, kms: Any) -> None:
    key = create_key(kms)
    kms.enable_key_rotation(KeyId=key)
    kms.disable_key(KeyId=key)
    lab.advance(366 * DAY)
    assert rotations(kms, key) == []
    kms.enable_key(KeyId=key)
    assert len(rotations(kms, key)) == 1


def test_what_cannot_be_rotated(kms: Any) -> None:
    pair = create_key(kms, "RSA_2048")
    assert refusal(kms.enable_key_rotation, KeyId=pair).code == "UnsupportedOperationException"
    refused = refusal(kms.rotate_key_on_demand, KeyId=pair)
    assert error(refused) == ("UnsupportedOperationException", "")
    key = create_key(kms)
    found = refusal(kms.enable_key_rotation, KeyId=key, RotationPeriodInDays=2561)
    assert found.code == "ValidationException"
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key)
    assert error(refusal(kms.rotate_key_on_demand, KeyId=key)) == (
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand "
        f"rotations can be performed for this key: {key}",
    )


# Dry runs, and keys that AWS manages


def test_a_dry_run_asks_and_does_nothing(kms: Any) -> None:
    key = create_key(kms)
    grantee = "arn:aws:iam::123456789012:role/reader"
    granted = ("DryRunOperationException",
               "The request would have succeeded, but the DryRun option is set.")  # fmt: skip
    asked: dict[str, Any] = {"KeyId": key, "DryRun": True}
    assert error(refusal(kms.encrypt, Plaintext=b"x", **asked)) == granted
    assert error(refusal(kms.encrypt, Plaintext=b"x" * 4097, **asked))[0] == "ValidationException"
    grant = {"GranteePrincipal": grantee, "Operations": ["Decrypt"]}
    assert error(refusal(kms.create_grant, **grant, **asked)) == granted
    assert kms.list_grants(KeyId=key)["Grants"] == []
    kms.disable_key(KeyId=key)
    found = refusal(kms.encrypt, Plaintext=b"x", **asked)
    assert error(found) == ("DisabledException", f"{key} is disabled.")


def test_the_key_of_a_service_is_made_when_it_is_needed(kms: Any) -> None:
    assert kms.list_keys()["Keys"] == []
    described = kms.describe_key(KeyId="alias/aws/sqs")["KeyMetadata"]
    assert (described["KeyManager"], described["KeyState"]) == ("AWS", "Enabled")
    policy = json.loads(kms.get_key_policy(KeyId=described["Arn"], PolicyName="default")["Policy"])
    assert policy["Statement"][0]["Condition"]["StringEquals"] == {
        "kms:CallerAccount": "123456789012",
        "kms:ViaService": "sqs.us-east-1.amazonaws.com",
    }
    assert refusal(kms.encrypt, KeyId=described["Arn"], Plaintext=b"x").code == (
        "AccessDeniedException"
    ), "only SQS may use it"
    assert refusal(kms.disable_key, KeyId=described["Arn"]).code == "AccessDeniedException"


def test_a_closed_account_gives_moto_its_keys_back() -> None:
    from moto.kms.models import KmsBackend, kms_backends

    with open_lab():
        boto3.client("kms").create_key()
        assert kms_backends.backend is not KmsBackend
    assert kms_backends.backend is KmsBackend
    with open_lab():
        assert boto3.client("kms").list_keys()["Keys"] == []
