"""What the state of a key forbids.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from typing import Any

from helpers.embedded.services.kms.errors import disabled, invalid_state, unsupported

ENABLED, DISABLED = "Enabled", "Disabled"
PENDING_DELETION, PENDING_IMPORT = "PendingDeletion", "PendingImport"

CRYPTOGRAPHY = frozenset(
    {
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetPublicKey",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
"""Operations that use the key, or give its public half away."""

_ROTATION = frozenset({"DisableKeyRotation", "EnableKeyRotation", "RotateKeyOnDemand"})
_NEEDS_ENABLED = CRYPTOGRAPHY | _ROTATION | {"CreateGrant"}
_NEEDS_MATERIAL = CRYPTOGRAPHY | {"CreateGrant", "DisableKey", "EnableKey"}
_NEEDS_FUTURE = _NEEDS_ENABLED | {
    "CreateAlias",
    "DisableKey",
    "EnableKey",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
}


def check_state(key: Any, operation: str) -> None:
    """Refuse an operation that the key's state forbids.

    Raises:
        KmsException: DisabledException, KMSInvalidStateException or
            UnsupportedOperationException, in AWS's words.
    """
    state = key.key_state
    if operation == "CancelKeyDeletion" and state != PENDING_DELETION:
        raise invalid_state(key.arn, "not pending deletion")
    if operation in _ROTATION and key.origin != "AWS_KMS":
        raise unsupported(key.arn, "origin", key.origin)
    if state == DISABLED and operation in _NEEDS_ENABLED:
        raise disabled(key.arn)
    if state == PENDING_DELETION and operation in _NEEDS_FUTURE:
        raise invalid_state(key.arn, "pending deletion")
    if state == PENDING_IMPORT and operation in _NEEDS_MATERIAL:
        raise invalid_state(key.arn, "pending import")
