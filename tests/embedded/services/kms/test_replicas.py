"""Keys of several Regions: one material, and everything else of their own."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.services.kms.conftest import create_key, error, identity
from tests.embedded.services.sqs.conftest import refusal

DAY = 86_400


@pytest.fixture
def there(lab: EmbeddedAccount) -> Any:
    """KMS in another Region."""
    return boto3.client("kms", region_name="eu-west-1")


@pytest.fixture
def key(kms: Any) -> str:
    return create_key(kms, MultiRegion=True, Description="ours")


def replicate(kms: Any, key: str, **more: Any) -> str:
    """A replica of the key; its ARN."""
    answer = kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1", **more)
    return str(answer["ReplicaKeyMetadata"]["Arn"])


def test_a_replica_opens_what_its_primary_has_sealed(kms: Any, there: Any, key: str) -> None:
    assert re.fullmatch("mrk-[0-9a-f]{32}", identity(key))
    before = kms.encrypt(KeyId=key, Plaintext=b"before")["CiphertextBlob"]
    assert refusal(there.decrypt, CiphertextBlob=before).code == "AccessDeniedException"
    replica = replicate(kms, key)
    assert replica == key.replace("us-east-1", "eu-west-1")
    opened = there.decrypt(CiphertextBlob=before)
    assert (opened["KeyId"], opened["Plaintext"]) == (replica, b"before")
    kms.rotate_key_on_demand(KeyId=key)
    after = there.encrypt(KeyId=replica, Plaintext=b"after")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=after)["Plaintext"] == b"after"


def test_a_replica_has_all_else_for_itself(kms: Any, there: Any, key: str) -> None:
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    replica = replicate(kms, key, Tags=[{"TagKey": "team", "TagValue": "pay"}])
    described = there.describe_key(KeyId=replica)["KeyMetadata"]
    assert described["Description"] == ""
    assert described["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": key, "Region": "us-east-1"},
        "ReplicaKeys": [{"Arn": replica, "Region": "eu-west-1"}],
    }
    primary = kms.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]
    assert primary["MultiRegionKeyType"] == "PRIMARY"
    assert primary["ReplicaKeys"] == [{"Arn": replica, "Region": "eu-west-1"}]
    assert refusal(there.describe_key, KeyId="alias/orders").code == "NotFoundException"
    assert there.list_resource_tags(KeyId=replica)["Tags"][0]["TagKey"] == "team"
    assert kms.list_resource_tags(KeyId=key)["Tags"] == []
    there.disable_key(KeyId=replica)
    kms.encrypt(KeyId=key, Plaintext=b"x")


def test_only_the_primary_rotates(lab: EmbeddedAccount, kms: Any, there: Any, key: str) -> None:
    replica = replicate(kms, key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert there.get_key_rotation_status(KeyId=replica)["KeyRotationEnabled"]
    refused = refusal(there.rotate_key_on_demand, KeyId=replica)
    assert refused.code == "UnsupportedOperationException"
    lab.advance(90 * DAY)
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 1


def test_a_replica_is_deleted_alone(lab: EmbeddedAccount, kms: Any, there: Any, key: str) -> None:
    replica = replicate(kms, key)
    there.schedule_key_deletion(KeyId=replica, PendingWindowInDays=7)
    lab.advance(7 * DAY)
    assert refusal(there.describe_key, KeyId=replica).code == "NotFoundException"
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert described["MultiRegionConfiguration"]["ReplicaKeys"] == []
    replicate(kms, key)


def test_what_cannot_be_replicated(kms: Any, there: Any, key: str) -> None:
    asked = {"ReplicaRegion": "eu-west-1"}
    plain = refusal(kms.replicate_key, KeyId=create_key(kms), **asked)
    assert error(plain) == ("UnsupportedOperationException", "")
    replica = replicate(kms, key)
    assert refusal(kms.replicate_key, KeyId=key, **asked).code == "AlreadyExistsException"
    again = refusal(there.replicate_key, KeyId=replica, ReplicaRegion="us-west-1")
    assert again.code == "UnsupportedOperationException"
