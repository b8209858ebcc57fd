"""Keys made and found, limits measured, and what another caller may do with them."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import Lab
from helpers.bank import keys
from helpers.deploying import roles, tags
from helpers.deploying.refusals import name_outcome, split_denial, word_outcome
from helpers.experiments import callers
from helpers.experiments.traffic import watch_client


@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        (keys.SYMMETRIC, "ENCRYPT_DECRYPT"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
    ],
)
def test_a_key_is_created_once(lab: Lab, spec: str, usage: str) -> None:
    kms = boto3.client("kms")
    arn = keys.create_key("alias/mine", spec, usage)
    kms.disable_key(KeyId=arn)
    assert keys.create_key("alias/mine", spec, usage) == arn == keys.find_key("alias/mine")
    metadata = kms.describe_key(KeyId=arn)["KeyMetadata"]
    assert (metadata["KeySpec"], metadata["KeyUsage"]) == (spec, usage)
    assert metadata["KeyState"] == "Enabled"


@pytest.mark.parametrize("other", [{}, {"spec": "RSA_2048"}])
def test_a_key_that_is_there_does_not_change(lab: Lab, other: dict[str, str]) -> None:
    keys.create_key("alias/mine", "RSA_2048", "SIGN_VERIFY")
    with pytest.raises(ValueError, match=r'stays one.*delete_key\("alias/mine"\)'):
        keys.create_key("alias/mine", **other)
    assert keys.delete_key("alias/mine")
    keys.create_key("alias/mine", **{"usage": "ENCRYPT_DECRYPT"} | other)


@pytest.mark.parametrize(
    ("spec", "algorithm", "longest"),
    [
        (keys.SYMMETRIC, keys.SYMMETRIC, 4096),
        ("RSA_2048", "RSAES_OAEP_SHA_256", 190),
        ("RSA_2048", "RSAES_OAEP_SHA_1", 214),
    ],
)
def test_the_longest_plaintext_is_measured(
    lab: Lab, spec: str, algorithm: str, longest: int
) -> None:
    key = keys.create_key("alias/mine", spec)
    with watch_client(boto3.Session().client("kms")) as exchanges:
        assert keys.measure_longest_plaintext(key, algorithm) == longest
    assert exchanges == [], "another client's requests are not noted"


def test_limits_are_compared(lab: Lab) -> None:
    symmetric, pair = keys.create_key(), keys.create_key("alias/mine", "RSA_2048")
    table = keys.measure_limits(symmetric, pair)
    assert table.to_dict("index") == {
        keys.SYMMETRIC: {"longest plaintext": 4096, "data key": "works"},
        "RSAES_OAEP_SHA_1": {"longest plaintext": 214, "data key": "InvalidKeyUsageException"},
        "RSAES_OAEP_SHA_256": {"longest plaintext": 190, "data key": "InvalidKeyUsageException"},
    }


def test_a_limit_is_not_mistaken_for_another_refusal(lab: Lab) -> None:
    key = keys.create_key("alias/mine")
    with pytest.raises(ClientError, match="incompatible with key spec"):
        keys.measure_longest_plaintext(key, "RSAES_OAEP_SHA_256")


def test_traffic_is_counted_in_bytes(lab: Lab) -> None:
    kms = boto3.client("kms")
    key = keys.create_key()
    with watch_client(kms) as exchanges:
        kms.encrypt(KeyId=key, Plaintext=b"x" * 3000)
        assert name_outcome(kms.encrypt, KeyId=key, Plaintext=b"x" * 5000) == "ValidationException"
        kms.generate_random(NumberOfBytes=12)
    kms.generate_random(NumberOfBytes=12)
    assert [each.operation for each in exchanges] == ["Encrypt", "Encrypt", "GenerateRandom"]
    assert 4000 < exchanges[0].sent < 4200, "base64 makes four bytes of three"
    assert exchanges[0].received > 4000
    assert exchanges[1].received < 400
    assert exchanges[2].sent < 40


def test_a_caller_may_nothing_at_first(lab: Lab) -> None:
    key = keys.create_key()
    anna = callers.create_caller(lab, "anna")
    assert anna.arn == "arn:aws:iam::123456789012:role/anna"
    who = anna.client("sts").get_caller_identity()["Arn"]
    assert who == "arn:aws:sts::123456789012:assumed-role/anna/course"
    encrypt = {"KeyId": key, "Plaintext": b"x"}
    assert name_outcome(anna.client("kms").encrypt, **encrypt) == "AccessDeniedException"
    words = word_outcome(anna.client("kms").encrypt, **encrypt)
    assert words.startswith(f"User: {who} is not authorized to perform: kms:Encrypt on resource")
    assert split_denial(words) == (
        f"User: {who}",
        "is not authorized to perform: kms:Encrypt",
        "because no identity-based policy allows the kms:Encrypt action",
    )
    assert word_outcome(boto3.client("kms").encrypt, **encrypt) == "works"
    assert split_denial("works") == ("works",)


def test_a_caller_is_found_as_it_is_and_deleted_with_its_policies(lab: Lab) -> None:
    iam = boto3.client("iam")
    anna = callers.create_caller(lab, "anna")
    document = {"Version": "2012-10-17", "Statement": roles.allow(["kms:ListKeys"], "*")}
    iam.put_role_policy(RoleName="anna", PolicyName="Look", PolicyDocument=json.dumps(document))
    again = callers.create_caller(lab, "anna")
    assert again.arn == anna.arn
    again.client("kms").list_keys()
    assert tags.is_ours(iam.list_role_tags(RoleName="anna")["Tags"])
    assert roles.delete_role("anna")
    assert not roles.delete_role("anna")
