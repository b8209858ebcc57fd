"""The half of the KMS API that encrypts, signs and makes data keys."""

from __future__ import annotations

from typing import NamedTuple

from moto.kms.models import kms_backends

from helpers.embedded.services.kms import cryptographic_operations, pairs, specs
from helpers.embedded.services.kms.backend import find_in_region
from helpers.embedded.services.kms.cryptographic_operations import DataKey
from helpers.embedded.services.kms.errors import (
    invalid_request,
    not_one_of,
    out_of_range,
    unknown_ciphertext,
    unsupported,
)
from helpers.embedded.services.kms.key import Key
from helpers.embedded.services.kms.key_requests import KmsRequest, as_json
from helpers.embedded.services.kms.states import check_state

_MOST_BYTES = 1024
"""Of GenerateRandom and GenerateDataKey."""

_DATA_KEY_BYTES = {"AES_256": 32, "AES_128": 16}


class Opened(NamedTuple):
    """A ciphertext that was decrypted."""

    plaintext: bytes
    key: Key
    material_id: str | None
    """Of the material that sealed it, which need not be the key's newest."""


class CryptographyApi(KmsRequest):
    """What uses a key."""

    # Encrypting

    def encrypt(self) -> str:
        algorithm = self._get_param("EncryptionAlgorithm", specs.SYMMETRIC)
        plaintext = self._get_param("Plaintext", b"")
        context = self._get_param("EncryptionContext", {})
        blob = cryptographic_operations.encrypt(self.key, algorithm, plaintext, context)
        return as_json(CiphertextBlob=blob, KeyId=self.key.arn, EncryptionAlgorithm=algorithm)

    def decrypt(self) -> str:
        opened = self._open()
        return as_json(
            Plaintext=opened.plaintext,
            KeyId=opened.key.arn,
            EncryptionAlgorithm=self._get_param("EncryptionAlgorithm", specs.SYMMETRIC),
            KeyMaterialId=opened.material_id,
        )

    def re_encrypt(self) -> str:
        plaintext, source, material_id = self._open("Source")
        target = self.keys["DestinationKeyId"]
        algorithm = self._get_param("DestinationEncryptionAlgorithm", specs.SYMMETRIC)
        context = self._get_param("DestinationEncryptionContext", {})
        return as_json(
            CiphertextBlob=cryptographic_operations.encrypt(target, algorithm, plaintext, context),
            SourceKeyId=source.arn,
            KeyId=target.arn,
            SourceEncryptionAlgorithm=self._get_param("SourceEncryptionAlgorithm", specs.SYMMETRIC),
            DestinationEncryptionAlgorithm=algorithm,
            SourceKeyMaterialId=material_id,
            DestinationKeyMaterialId=_material_id(target),
        )

    def _open(self, prefix: str = "") -> Opened:
        """The request's CiphertextBlob, decrypted.

        A symmetric blob knows its key; for an RSA one the request must name it.
        """
        key = self.keys.get(f"{prefix}KeyId")
        blob = self._get_param("CiphertextBlob", b"")
        algorithm = self._get_param(f"{prefix}EncryptionAlgorithm", specs.SYMMETRIC)
        context = self._get_param(f"{prefix}EncryptionContext", {})
        if algorithm != specs.SYMMETRIC:
            if key is None:
                raise invalid_request(f"{prefix}KeyId is required for {algorithm}.")
            plaintext = cryptographic_operations.decrypt_with_pair(key, algorithm, blob, context)
            return Opened(plaintext, key, None)
        sealed = cryptographic_operations.parse_blob(blob, key)
        owner = key or find_in_region(kms_backends, self.region, sealed.key_id)
        if owner is None:
            raise unknown_ciphertext()
        check_state(owner, "Decrypt")
        return Opened(owner.open(sealed, context), owner, sealed.material_id.hex())

    # Data keys and random bytes

    def generate_data_key(self) -> str:
        made = self._make_data_key()
        return as_json(
            Plaintext=made.plaintext,
            CiphertextBlob=made.sealed,
            KeyId=self.key.arn,
            KeyMaterialId=_material_id(self.key),
        )

    def generate_data_key_without_plaintext(self) -> str:
        made = self._make_data_key()
        return as_json(
            CiphertextBlob=made.sealed, KeyId=self.key.arn, KeyMaterialId=_material_id(self.key)
        )

    def _make_data_key(self) -> DataKey:
        spec, length = self._get_param("KeySpec"), self._number("NumberOfBytes")
        if spec is not None and spec not in _DATA_KEY_BYTES:
            raise not_one_of(spec, "keySpec", _DATA_KEY_BYTES)
        if length is not None and not 1 <= length <= _MOST_BYTES:
            raise out_of_range(length, "numberOfBytes", 1, _MOST_BYTES)
        if (spec is None) == (length is None):
            raise invalid_request("Please specify either number of bytes or key spec.")
        context = self._get_param("EncryptionContext", {})
        size = length or _DATA_KEY_BYTES[spec]
        return cryptographic_operations.generate_data_key(
            self.key, context, size, self._get_action()
        )

    def generate_random(self) -> str:
        """Recorded: test_generate_random_invalid_number_of_bytes."""
        length = self._number("NumberOfBytes")
        if length is None:
            raise invalid_request("NumberOfBytes is required.")
        if not 1 <= length <= _MOST_BYTES:
            raise out_of_range(length, "numberOfBytes", 1, _MOST_BYTES)
        return as_json(Plaintext=self.kms_backend.service.random.randbytes(length))

    # Signing

    def sign(self) -> str:
        algorithm = self._get_param("SigningAlgorithm", "")
        signature = cryptographic_operations.sign(self.key, algorithm, *self._message())
        return as_json(KeyId=self.key.arn, Signature=signature, SigningAlgorithm=algorithm)

    def verify(self) -> str:
        algorithm = self._get_param("SigningAlgorithm", "")
        signature = self._get_param("Signature", b"")
        cryptographic_operations.verify(self.key, algorithm, *self._message(), signature)
        return as_json(KeyId=self.key.arn, SignatureValid=True, SigningAlgorithm=algorithm)

    def _message(self) -> tuple[bytes, bool]:
        """The message, and whether it is a digest already."""
        kind = self._get_param("MessageType", "RAW")
        if kind not in ("RAW", "DIGEST"):
            raise not_one_of(kind, "messageType", ("RAW", "DIGEST"))
        return self._get_param("Message", b""), kind == "DIGEST"

    def get_public_key(self) -> str:
        key = self.key
        if key.private_key is None:
            raise unsupported(key.arn, "key spec", key.key_spec)
        return as_json(
            KeyId=key.arn,
            PublicKey=pairs.public_bytes(key.private_key),
            CustomerMasterKeySpec=key.key_spec,
            KeySpec=key.key_spec,
            KeyUsage=key.key_usage,
            EncryptionAlgorithms=key.encryption_algorithms,
            SigningAlgorithms=key.signing_algorithms,
        )

    # Message authentication codes

    def generate_mac(self) -> str:
        algorithm = self._get_param("MacAlgorithm", "")
        mac = cryptographic_operations.generate_mac(
            self.key, algorithm, self._get_param("Message", b"")
        )
        return as_json(KeyId=self.key.arn, Mac=mac, MacAlgorithm=algorithm)

    def verify_mac(self) -> str:
        algorithm = self._get_param("MacAlgorithm", "")
        message, mac = self._get_param("Message", b""), self._get_param("Mac", b"")
        cryptographic_operations.verify_mac(self.key, algorithm, message, mac)
        return as_json(KeyId=self.key.arn, MacValid=True, MacAlgorithm=algorithm)


def _material_id(key: Key) -> str | None:
    """Of the newest material; only symmetric keys have one to show."""
    return key.materials[-1].id.hex() if key.materials else None
