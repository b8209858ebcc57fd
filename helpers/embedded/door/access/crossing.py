"""What the policy of a resource cannot let another account do, whatever it says."""

from __future__ import annotations

_ONLY_OF_THE_QUEUE_S_ACCOUNT = frozenset(
    {
        "sqs:addpermission",
        "sqs:cancelmessagemovetask",
        "sqs:createqueue",
        "sqs:deletequeue",
        "sqs:listmessagemovetasks",
        "sqs:listqueues",
        "sqs:listqueuetags",
        "sqs:removepermission",
        "sqs:setqueueattributes",
        "sqs:startmessagemovetask",
        "sqs:tagqueue",
        "sqs:untagqueue",
    }
)
"""SDG sqs-overview-of-managing-access: cross-account permissions do not apply to these."""

_OF_A_KEY = frozenset(
    {
        "kms:creategrant",
        "kms:decrypt",
        "kms:describekey",
        "kms:encrypt",
        "kms:generatedatakey",
        "kms:generatedatakeypair",
        "kms:generatedatakeypairwithoutplaintext",
        "kms:generatedatakeywithoutplaintext",
        "kms:generatemac",
        "kms:getkeyrotationstatus",
        "kms:getpublickey",
        "kms:listgrants",
        "kms:reencryptfrom",
        "kms:reencryptto",
        "kms:retiregrant",
        "kms:revokegrant",
        "kms:sign",
        "kms:verify",
        "kms:verifymac",
    }
)
"""KMS guide, key-policy-modifying-external-accounts: the other operations stay in the account."""


def may_cross(action: str) -> bool:
    """Whether another account can be let do it."""
    name = action.lower()
    if name.startswith("kms:"):
        return name in _OF_A_KEY
    return name not in _ONLY_OF_THE_QUEUE_S_ACCOUNT
