"""The bank's KMS key, and the signing secret that it seals."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import boto3

from helpers.deploying import tags
from helpers.deploying.packages import find_variables
from helpers.deploying.refusals import name_outcome

if TYPE_CHECKING:
    import pandas as pd

ALIAS = "alias/banking-key"
SECRET_BYTES = 32
SYMMETRIC = "SYMMETRIC_DEFAULT"
"""The spec of a symmetric key, and the name of its only algorithm."""


def find_key(alias: str = ALIAS) -> str | None:
    """The ARN of the key behind the alias, or None."""
    kms = boto3.client("kms")
    try:
        metadata = kms.describe_key(KeyId=alias)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        return None
    return str(metadata["Arn"])


def create_key(alias: str = ALIAS, spec: str = SYMMETRIC, usage: str = "ENCRYPT_DECRYPT") -> str:
    """Create a key with this alias, or find it; its ARN. A disabled key is enabled.

    Args:
        spec: SYMMETRIC_DEFAULT, RSA_2048, ECC_NIST_P256 ...
        usage: ENCRYPT_DECRYPT, SIGN_VERIFY or GENERATE_VERIFY_MAC.

    Raises:
        ValueError: the key behind the alias has another spec or usage; neither ever changes.
    """
    kms = boto3.client("kms")
    arn = find_key(alias)
    if arn is None:
        metadata = kms.create_key(
            Description="Encrypts the bank's queues and signing secret" if alias == ALIAS else "",
            KeySpec=spec,
            KeyUsage=usage,
            Tags=tags.AS_KMS_LIST,
        )["KeyMetadata"]
        kms.create_alias(AliasName=alias, TargetKeyId=metadata["KeyId"])
        return str(metadata["Arn"])
    known = kms.describe_key(KeyId=arn)["KeyMetadata"]
    if (known["KeySpec"], known["KeyUsage"]) != (spec, usage):
        raise ValueError(
            f"{alias} is a key {known['KeySpec']} for {known['KeyUsage']}, and stays one. "
            f'For another key run keys.delete_key("{alias}") first.'
        )
    if known["KeyState"] == "Disabled":
        kms.enable_key(KeyId=arn)
    return arn


def measure_longest_plaintext(key: str, algorithm: str = SYMMETRIC, most: int = 8192) -> int:
    """The most bytes that one Encrypt takes, found by halving: about 13 requests.

    Args:
        key: its ARN, id or alias.
        algorithm: SYMMETRIC_DEFAULT, or RSAES_OAEP_SHA_256 or RSAES_OAEP_SHA_1 for an RSA key.
        most: bytes that are surely too many.

    Raises:
        ClientError: KMS refuses for another reason than the length.
    """
    kms = boto3.client("kms")
    fits, too_long = 0, most
    while too_long - fits > 1:
        length = (fits + too_long) // 2
        try:
            kms.encrypt(KeyId=key, Plaintext=bytes(length), EncryptionAlgorithm=algorithm)
            fits = length
        except kms.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise
            too_long = length
    return fits


def measure_limits(*keys: str) -> pd.DataFrame:
    """What these keys can encrypt, by trying it.

    Returns:
        Index algorithm, for each key in turn; columns longest plaintext (bytes) and data key
        ("works", or the code of the error that GenerateDataKey answers).
    """
    import pandas as pd

    kms = boto3.client("kms")
    rows = {}
    for key in keys:
        asked = name_outcome(kms.generate_data_key, KeyId=key, KeySpec="AES_256")
        for algorithm in kms.describe_key(KeyId=key)["KeyMetadata"]["EncryptionAlgorithms"]:
            rows[algorithm] = (measure_longest_plaintext(key, algorithm), asked)
    columns = ["longest plaintext", "data key"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("algorithm")


def delete_key(alias: str = ALIAS) -> bool:
    """Delete the alias and schedule the key's deletion in 7 days, if the course created it."""
    kms = boto3.client("kms")
    arn = find_key(alias)
    if arn is None or not tags.is_ours(kms.list_resource_tags(KeyId=arn)["Tags"]):
        return False
    kms.delete_alias(AliasName=alias)
    kms.schedule_key_deletion(KeyId=arn.rpartition("/")[2], PendingWindowInDays=7)
    return True


def create_secret(key_arn: str, function: str) -> str:
    """A new random secret that only `function` can open, base64 of its ciphertext.

    KMS makes it and encrypts it; nobody has seen the plaintext, not even this program.
    """
    answer = boto3.client("kms").generate_data_key_without_plaintext(
        KeyId=key_arn, NumberOfBytes=SECRET_BYTES, EncryptionContext=context_of(function)
    )
    return base64.b64encode(answer["CiphertextBlob"]).decode()


def reseal_secret(secret: str, key_arn: str, owner: str, function: str) -> str:
    """The `owner`'s secret, sealed once more for another function, inside KMS."""
    answer = boto3.client("kms").re_encrypt(
        CiphertextBlob=base64.b64decode(secret),
        SourceEncryptionContext=context_of(owner),
        DestinationKeyId=key_arn,
        DestinationEncryptionContext=context_of(function),
    )
    return base64.b64encode(answer["CiphertextBlob"]).decode()


def open_secret(function: str) -> bytes:
    """The plaintext of a function's SIGNING_SECRET, for whoever may use the key.

    Raises:
        LookupError: there is no such function, or it has no secret.
        ClientError: KMS refuses.
    """
    answer = boto3.client("kms").decrypt(
        CiphertextBlob=_find_secret(function), EncryptionContext=context_of(function)
    )
    return bytes(answer["Plaintext"])


def context_of(function: str) -> dict[str, str]:
    """The encryption context that binds a ciphertext to a function, as the console makes it."""
    return {"LambdaFunctionName": function}


def _find_secret(function: str) -> bytes:
    """The ciphertext in a function's variables."""
    secret = find_variables(function).get("SIGNING_SECRET")
    if secret is None:
        raise LookupError(f"{function} has no secret. Run the cell that deploys it first.")
    return base64.b64decode(secret)
