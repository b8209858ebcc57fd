"""Symmetric keys: what they seal only they open, in the same context, for as long as they live."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount
from tests.embedded.services.kms.conftest import CONTEXT, create_key, error, identity
from tests.embedded.services.sqs.conftest import refusal

NOTHING_SAID = ("InvalidCiphertextException", "")


def seal(kms: Any, key: str, text: bytes = b"PIN 1234", **more: Any) -> bytes:
    return bytes(kms.encrypt(KeyId=key, Plaintext=text, **more)["CiphertextBlob"])


def open_blob(kms: Any, blob: bytes, **more: Any) -> bytes:
    return bytes(kms.decrypt(CiphertextBlob=blob, **more)["Plaintext"])


def test_a_ciphertext_hides_its_plaintext_and_never_comes_twice(kms: Any) -> None:
    key = create_key(kms)
    blobs = {seal(kms, key) for _ in range(5)}
    assert len(blobs) == 5
    assert not any(b"PIN" in blob for blob in blobs)
    assert {open_blob(kms, blob) for blob in blobs} == {b"PIN 1234"}


def test_the_same_seed_gives_the_same_ciphertexts_and_another_seed_others() -> None:
    def run(seed: int) -> list[bytes]:
        with open_lab(seed=seed):
            kms = boto3.client("kms")
            key = create_key(kms)
            made = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
            signer = create_key(kms, "ECC_NIST_P256", "SIGN_VERIFY")
            signed = kms.sign(KeyId=signer, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
            return [
                seal(kms, key),
                made["Plaintext"],
                made["CiphertextBlob"],
                kms.generate_random(NumberOfBytes=16)["Plaintext"],
                kms.get_public_key(KeyId=signer)["PublicKey"],
                signed["Signature"],
            ]

    first, again, other = run(1), run(1), run(2)
    assert first == again
    assert not set(first) & set(other)


@pytest.mark.parametrize(
    ("at_first", "later", "opens"),
    [
        (CONTEXT, CONTEXT, True),
        ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}, True),
        ({}, {}, True),
        (CONTEXT, {}, False),
        ({}, CONTEXT, False),
        (CONTEXT, {"LambdaFunctionName": "another-function"}, False),
        (CONTEXT, {**CONTEXT, "more": "x"}, False),
        ({"a": "1"}, {"A": "1"}, False),
        ({"ab": "c"}, {"a": "bc"}, False),
    ],
)
def test_the_context_must_be_the_same(
    kms: Any, at_first: dict[str, str], later: dict[str, str], opens: bool
) -> None:
    """Recorded: test_encrypt_decrypt_encryption_context."""
    blob = seal(kms, create_key(kms), EncryptionContext=at_first)
    if opens:
        assert open_blob(kms, blob, EncryptionContext=later) == b"PIN 1234"
    else:
        found = refusal(kms.decrypt, CiphertextBlob=blob, EncryptionContext=later)
        assert error(found) == NOTHING_SAID


@pytest.mark.parametrize("where", [36, 70, 85, -1], ids=["material", "nonce", "text", "tag"])
def test_a_ciphertext_that_was_altered_does_not_open(kms: Any, where: int) -> None:
    blob = bytearray(seal(kms, create_key(kms)))
    blob[where] ^= 1
    assert error(refusal(kms.decrypt, CiphertextBlob=bytes(blob))) == NOTHING_SAID


def test_what_is_no_ciphertext_does_not_open(kms: Any) -> None:
    for blob in (b"x", b"x" * 500, seal(kms, create_key(kms))[:40]):
        assert error(refusal(kms.decrypt, CiphertextBlob=blob)) == NOTHING_SAID


@pytest.mark.parametrize(
    ("length", "limit"), [(0, "greater than or equal to 1"), (4097, "less than or equal to 4096")]
)
def test_encrypt_takes_1_to_4096_bytes(kms: Any, length: int, limit: str) -> None:
    """Recorded: test_plaintext_size_for_encrypt."""
    found = refusal(kms.encrypt, KeyId=create_key(kms), Plaintext=b"x" * length)
    assert error(found) == (
        "ValidationException",
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
        f"Member must have length {limit}",
    )


def test_the_longest_plaintext_fits(kms: Any) -> None:
    assert open_blob(kms, seal(kms, create_key(kms), b"x" * 4096)) == b"x" * 4096


def test_another_key_is_the_wrong_key(kms: Any) -> None:
    blob, other = seal(kms, create_key(kms)), create_key(kms)
    assert error(refusal(kms.decrypt, CiphertextBlob=blob, KeyId=other)) == (
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )


def test_another_region_does_not_know_the_key(kms: Any) -> None:
    blob = seal(kms, create_key(kms))
    found = refusal(boto3.client("kms", region_name="eu-west-1").decrypt, CiphertextBlob=blob)
    assert found.code == "AccessDeniedException"
    assert "does not exist in this region" in found.message


def test_reencrypt_moves_a_ciphertext_to_another_key_and_context(kms: Any) -> None:
    old, new = create_key(kms), create_key(kms)
    answer = kms.re_encrypt(
        CiphertextBlob=seal(kms, old, EncryptionContext=CONTEXT),
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=new,
        DestinationEncryptionContext={"for": "another"},
    )
    assert (answer["SourceKeyId"], answer["KeyId"]) == (old, new)
    kms.disable_key(KeyId=old)
    blob = answer["CiphertextBlob"]
    assert open_blob(kms, blob, EncryptionContext={"for": "another"}) == b"PIN 1234"
    assert (
        error(refusal(kms.decrypt, CiphertextBlob=blob, EncryptionContext=CONTEXT)) == NOTHING_SAID
    )


# Data keys


@pytest.mark.parametrize(
    ("asked", "length"),
    [({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 64}, 64)],
)
def test_a_data_key_comes_in_the_open_and_sealed(
    kms: Any, asked: dict[str, Any], length: int
) -> None:
    key = create_key(kms)
    made = kms.generate_data_key(KeyId=key, EncryptionContext=CONTEXT, **asked)
    assert len(made["Plaintext"]) == length
    assert made["KeyId"] == key
    assert made["Plaintext"] not in made["CiphertextBlob"]
    opened = open_blob(kms, made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened == made["Plaintext"]
    assert error(refusal(kms.decrypt, CiphertextBlob=made["CiphertextBlob"])) == NOTHING_SAID


def test_a_data_key_can_be_made_that_nobody_has_seen(kms: Any) -> None:
    key = create_key(kms)
    made = kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256")
    assert "Plaintext" not in made
    assert len(open_blob(kms, made["CiphertextBlob"])) == 32


@pytest.mark.parametrize(
    "asked", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}, {"NumberOfBytes": 1025}]
)
def test_a_data_key_has_one_length(kms: Any, asked: dict[str, Any]) -> None:
    found = refusal(kms.generate_data_key, KeyId=create_key(kms), **asked)
    assert found.code == "ValidationException"


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (None, "NumberOfBytes is required."),
        (0, "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy "
            "constraint: Member must have value greater than or equal to 1"),
        (1025, "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy "
               "constraint: Member must have value less than or equal to 1024"),
    ],
)  # fmt: skip
def test_random_bytes_have_a_length(lab: EmbeddedAccount, length: int | None, message: str) -> None:
    """Recorded: test_generate_random_invalid_number_of_bytes."""
    from botocore.config import Config

    kms = boto3.client("kms", config=Config(parameter_validation=False))
    asked = {} if length is None else {"NumberOfBytes": length}
    assert error(refusal(kms.generate_random, **asked)) == ("ValidationException", message)
    assert len(kms.generate_random(NumberOfBytes=1024)["Plaintext"]) == 1024


# Names of a key


def names(kms: Any, key: str) -> list[str]:
    kms.create_alias(AliasName="alias/banking-key", TargetKeyId=key)
    return [key, identity(key), "alias/banking-key", key.rpartition(":")[0] + ":alias/banking-key"]


def test_a_key_answers_to_its_id_its_arn_and_its_aliases(kms: Any) -> None:
    key = create_key(kms)
    for name in names(kms, key):
        blob = seal(kms, name)
        assert kms.decrypt(CiphertextBlob=blob, KeyId=name)["KeyId"] == key
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key
        assert kms.generate_data_key(KeyId=name, KeySpec="AES_256")["KeyId"] == key
        moved = kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=name, DestinationKeyId=name)
        assert (moved["SourceKeyId"], moved["KeyId"]) == (key, key)


def test_an_alias_goes_where_it_is_pointed(kms: Any) -> None:
    first, second = create_key(kms), create_key(kms)
    name = names(kms, first)[2]
    kms.update_alias(AliasName=name, TargetKeyId=second)
    assert kms.encrypt(KeyId=name, Plaintext=b"x")["KeyId"] == second
    kms.delete_alias(AliasName=name)
    assert error(refusal(kms.encrypt, KeyId=name, Plaintext=b"x")) == (
        "NotFoundException",
        "Alias arn:aws:kms:us-east-1:123456789012:alias/banking-key is not found.",
    )


HERE = "arn:aws:kms:us-east-1:123456789012"
GONE = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (GONE, f"Key '{HERE}:key/{GONE}' does not exist"),
        (f"{HERE}:key/{GONE}", f"Key '{HERE}:key/{GONE}' does not exist"),
        (f"mrk-{'d3b95762' * 4}", f"Key '{HERE}:key/mrk-{'d3b95762' * 4}' does not exist"),
        ("fake-key-id", "Invalid keyId 'fake-key-id'"),
        ("134f2428cec14b25a1ae9048164dba47", "Invalid keyId '134f2428cec14b25a1ae9048164dba47'"),
        ("mrk-fake-key-id", "Invalid keyId 'mrk-fake-key-id'"),
        (f"arn:aws:kms:ap-southeast-1:123456789012:key/{GONE}", "Invalid arn ap-southeast-1"),
    ],
)
def test_a_key_that_is_not_there(kms: Any, name: str, message: str) -> None:
    """Recorded: test_get_key_does_not_exist, _invalid_uuid and _in_different_region."""
    for call in (
        lambda: refusal(kms.describe_key, KeyId=name),
        lambda: refusal(kms.encrypt, KeyId=name, Plaintext=b"x"),
        lambda: refusal(kms.schedule_key_deletion, KeyId=name),
    ):
        assert error(call()) == ("NotFoundException", message)


def test_where_keys_are_managed_an_alias_will_not_do(kms: Any) -> None:
    name = names(kms, create_key(kms))[2]
    assert error(refusal(kms.disable_key, KeyId=name)) == (
        "NotFoundException",
        f"Invalid keyId '{name}'",
    )


def test_an_alias_has_its_prefix(kms: Any) -> None:
    """Recorded: test_create_alias."""
    found = refusal(kms.create_alias, AliasName="banking", TargetKeyId=create_key(kms))
    assert found.message.startswith('Alias must start with the prefix "alias/".')


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"KeySpec": "HMAC_256"}, "You must specify a KeyUsage value for all KMS keys except for "
                                  "symmetric encryption keys."),
        ({"KeySpec": "HMAC_random", "KeyUsage": "GENERATE_VERIFY_MAC"},
         "1 validation error detected: Value 'HMAC_random' at 'keySpec' failed to satisfy "
         "constraint: Member must satisfy enum value set: [RSA_2048, ECC_NIST_P384, "
         "ECC_NIST_P256, ECC_NIST_P521, HMAC_384, RSA_3072, ECC_SECG_P256K1, RSA_4096, "
         "SYMMETRIC_DEFAULT, HMAC_256, HMAC_224, HMAC_512]"),
        ({"KeySpec": "HMAC_256", "KeyUsage": "RANDOM"},
         "1 validation error detected: Value 'RANDOM' at 'keyUsage' failed to satisfy "
         "constraint: Member must satisfy enum value set: [ENCRYPT_DECRYPT, SIGN_VERIFY, "
         "GENERATE_VERIFY_MAC]"),
        ({"KeySpec": "HMAC_256", "KeyUsage": "SIGN_VERIFY"},
         "KeyUsage SIGN_VERIFY is not compatible with KeySpec HMAC_256"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_made(kms: Any, asked: dict[str, str], message: str) -> None:
    """Recorded: test_hmac_create_key_invalid_operations."""
    assert error(refusal(kms.create_key, **asked)) == ("ValidationException", message)


def test_a_key_for_several_regions_is_known_by_its_id_and_stays_alone(kms: Any) -> None:
    """KMS guide, multi-region-keys-overview: the ids begin with mrk- and have no dashes."""
    key = create_key(kms, MultiRegion=True)
    assert re.fullmatch("mrk-[0-9a-f]{32}", identity(key))
    assert open_blob(kms, seal(kms, key)) == b"PIN 1234"
    with pytest.raises(NotInEmbeddedAccount, match="ReplicateKey"):
        kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")


@pytest.mark.parametrize("more", ["", "_without_plaintext"])
def test_pairs_of_data_keys_are_refused_in_words(kms: Any, more: str) -> None:
    make = getattr(kms, f"generate_data_key_pair{more}")
    with pytest.raises(NotInEmbeddedAccount, match="GenerateDataKeyPair"):
        make(KeyId=create_key(kms), KeyPairSpec="ECC_NIST_P256")
