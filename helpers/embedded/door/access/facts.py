"""The condition keys of a request and their values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping

from helpers.embedded.door.access import resources
from helpers.embedded.door.access.identities import find_entity
from helpers.embedded.door.access.patterns import Facts
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.door.access.resource_tags import boundary_of, tags_of, tags_of_entity
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


def collect_facts(
    principal: Principal, resource: str, given: Mapping[str, tuple[str, ...]], clock: Clock
) -> Facts:
    """Everything that the policies of the request may ask about.

    Args:
        given: what the call itself says; keys in lower case.
    """
    parts = resource.split(":", 5)
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
        for key, value in tags_of_entity(find_entity(principal)).items():
            facts[f"aws:principaltag/{key.lower()}"] = (value,)
    if issue := principal.issue:
        facts |= {f"aws:principaltag/{key}": (text,) for key, text in issue.tags}
        facts |= {"aws:tokenissuetime": (issue.at,), "aws:multifactorauthpresent": ("false",)}
        if issue.source_identity:
            facts["aws:sourceidentity"] = (issue.source_identity,)
    if principal.kind == "user":
        facts["aws:username"] = (principal.name,)
    if len(parts) == 6:
        if parts[3]:
            facts["aws:requestedregion"] = (parts[3],)
        facts["aws:resourceaccount"] = (resources.account_of(resource, principal.account),)
        for key, value in tags_of(resource).items():
            facts[f"aws:resourcetag/{key.lower()}"] = (value,)
            if parts[2] == "iam":
                facts[f"iam:resourcetag/{key.lower()}"] = (value,)
        facts |= _key_facts(parts, principal)
        if boundary := boundary_of(resource):
            facts["iam:permissionsboundary"] = (boundary,)
    return facts | dict(given)


def _key_facts(parts: list[str], principal: Principal) -> dict[str, tuple[str, ...]]:
    """https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html"""
    if parts[2] != "kms":
        return {}
    facts: dict[str, tuple[str, ...]] = {"kms:calleraccount": (principal.account,)}
    key = resources.find_key(parts[4], parts[3], parts[5])
    if key is not None:
        facts["kms:keyspec"] = (key.key_spec,)
        facts["kms:keyusage"] = (key.key_usage or "ENCRYPT_DECRYPT",)
        facts["kms:keyorigin"] = (key.origin,)
        facts["kms:multiregion"] = (str(bool(key.multi_region)).lower(),)
        if key.multi_region:
            regions = key.multi_region_configuration
            facts["kms:multiregionkeytype"] = (regions["MultiRegionKeyType"],)
            facts["kms:primaryregion"] = (regions["PrimaryKey"]["Region"],)
        if key.aliases:
            facts["kms:resourcealiases"] = tuple(key.aliases)
    return facts
