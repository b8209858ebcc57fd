"""The condition keys of a request and their values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping

from helpers.embedded.door.access.authorization import Arn, Authorization, account_of
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.time.clock import Clock

SOURCE_IP = "192.0.2.1"
"""Where every request comes from: an address set aside for documentation (RFC 5737)."""

_TYPES = {
    "anonymous": "Anonymous",
    "federated": "FederatedUser",
    "role": "AssumedRole",
    "service": "Service",
    "user": "User",
}


def facts_of_principal(
    principal: Principal, tags: Mapping[str, str], clock: Clock
) -> dict[str, tuple[str, ...]]:
    """What every policy may ask about whoever asks, and about the moment.

    Args:
        tags: of the user or role.
    """
    now = clock.now()
    facts: dict[str, tuple[str, ...]] = {
        "aws:currenttime": (f"{now:%Y-%m-%dT%H:%M:%SZ}",),
        "aws:epochtime": (str(int(clock.unix())),),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false",),
        "aws:principaltype": (_TYPES[principal.kind],),
        "aws:principalisawsservice": (str(principal.kind == "service").lower(),),
        "aws:userid": (principal.user_id,),
    }
    if principal.kind == "service":
        facts["aws:principalservicename"] = (principal.name,)
    else:
        facts["aws:sourceip"] = (SOURCE_IP,)
    if principal.is_entity:
        facts["aws:principalarn"] = (principal.identity,)
        facts["aws:principalaccount"] = (principal.account,)
        for key, value in tags.items():
            facts[f"aws:principaltag/{key.lower()}"] = (value,)
    if issue := principal.issue:
        facts |= {f"aws:principaltag/{key}": (text,) for key, text in issue.tags}
        facts |= {"aws:tokenissuetime": (issue.at,), "aws:multifactorauthpresent": ("false",)}
        if issue.source_identity:
            facts["aws:sourceidentity"] = (issue.source_identity,)
    if principal.kind == "user":
        facts["aws:username"] = (principal.name,)
    return facts


def facts_of_resource(
    arn: Arn, principal: Principal, service: Authorization
) -> dict[str, tuple[str, ...]]:
    """What every policy may ask about the resource, and what the policies of its service may."""
    facts: dict[str, tuple[str, ...]] = {
        "aws:resourceaccount": (account_of(arn.text, principal.account),)
    }
    if arn.region:
        facts["aws:requestedregion"] = (arn.region,)
    for key, value in service.tags(arn).items():
        facts[f"aws:resourcetag/{key.lower()}"] = (value,)
    return facts | dict(service.facts_at(arn, principal))
