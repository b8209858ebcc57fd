"""What access asks of KMS: its keys, their policies and their grants.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from moto.kms.models import kms_backends

from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.authorization import (
    Arn,
    Authorization,
    Given,
    KeyValues,
    Place,
    Refusal,
    Want,
    malformed_policy,
    named_facts,
    policy_put_by,
)
from helpers.embedded.door.access.evaluation import Found, Kind, Source
from helpers.embedded.door.access.policy_checks import check_key_policy
from helpers.embedded.door.access.policy_documents import parse_policy
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.door.access.wildcards import Facts
from helpers.embedded.moto_seams.backends import backend_at
from helpers.embedded.service import Call
from helpers.embedded.services.kms.backend import find_in_region
from helpers.embedded.services.kms.ciphertext import parse
from helpers.embedded.services.kms.grants import Grant, grants_of_region
from helpers.embedded.services.kms.key import Key

_CONSTRAINTS, _RETIRED = "grant:constraints", "grant:retired"
"""What grants alone are judged by: the constraints of a new one, the id of one to be retired."""

_OF_KEYS = {
    "kms:granteeprincipal": "GranteePrincipal",
    "kms:macalgorithm": "MacAlgorithm",
    "kms:retiringprincipal": "RetiringPrincipal",
    "kms:rotationperiodindays": "RotationPeriodInDays",
    "kms:schedulekeydeletionpendingwindowindays": "PendingWindowInDays",
    "kms:signingalgorithm": "SigningAlgorithm",
}

_OF_A_NEW_KEY = {
    "kms:keyspec": ("KeySpec", "SYMMETRIC_DEFAULT"),
    "kms:keyusage": ("KeyUsage", "ENCRYPT_DECRYPT"),
    "kms:keyorigin": ("Origin", "AWS_KMS"),
    "kms:multiregion": ("MultiRegion", False),
}


class KmsAuthorization(Authorization):
    """Keys and aliases as policies name them, with the policies and grants of the keys."""

    prefix = "kms"
    tag_actions: ClassVar[Mapping[str, str]] = {"CreateKey": "kms:TagResource"}
    places: ClassVar[Mapping[str, Place]] = {
        operation: Place("Policy", check_key_policy, malformed_policy)
        for operation in ("CreateKey", "PutKeyPolicy")
    }
    binds_administrator = True

    def __init__(self, access: Access) -> None:
        self._access = access

    # A call

    def particular(self, call: Call) -> Iterator[Want]:
        match call.operation:
            case "Decrypt":
                for key in _decrypted_with(call, "KeyId"):
                    yield Want("kms:Decrypt", key, self.given(call))
            case "ReEncrypt":
                yield from _re_encrypt(call)
            case "RetireGrant":
                yield from _retire_grant(call)
            case _:
                yield from super().particular(call)

    def resources(self, call: Call) -> list[str]:
        if (given := call.first("KeyId")) and call.operation != "ListAliases":
            return [_key_arn(call, given)]
        if (alias := call.first("AliasName")) is None:
            return []
        keys = [call.first("TargetKeyId") or alias]
        if call.operation == "UpdateAlias":
            keys.insert(0, alias)
        return [call.arn("kms", alias), *(_key_arn(call, key) for key in keys)]

    def facts_of(self, call: Call) -> KeyValues:
        operation = call.operation or ""
        yield from named_facts(call, _OF_KEYS)
        yield from encryption_facts(_encryption_context(call.parameters)).items()
        if (name := call.first("KeyId")) and "alias/" in name:
            yield "kms:requestalias", ("alias/" + name.split("alias/", 1)[1],)
        if operation in ("Encrypt", "Decrypt") or operation.startswith("GenerateDataKey"):
            algorithm = call.first("EncryptionAlgorithm") or "SYMMETRIC_DEFAULT"
            yield "kms:encryptionalgorithm", (algorithm,)
        if operation in ("Sign", "Verify"):
            yield "kms:messagetype", (call.first("MessageType") or "RAW",)
        if operation in self.places:
            bypassed = bool(call.parameters.get("BypassPolicyLockoutSafetyCheck"))
            yield "kms:bypasspolicylockoutsafetycheck", (str(bypassed).lower(),)
        if operation == "CreateKey":
            for key, (parameter, usual) in _OF_A_NEW_KEY.items():
                yield key, (str(call.parameters.get(parameter, usual)).replace("False", "false"),)
        if operation == "CreateGrant":
            yield from _facts_of_new_grant(call)

    def objection(self, call: Call) -> Refusal | None:
        """KMS's safety check: whoever puts a key policy must be able to put the next one.

        https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
        """
        place = self.places.get(call.operation or "")
        policy = place and policy_put_by(call, place)
        if not policy or not call.caller or call.parameters.get("BypassPolicyLockoutSafetyCheck"):
            return None
        key = _key_arn(call, call.parameters.get("KeyId") or "new")
        if self._access.would_allow(call.caller, "kms:PutKeyPolicy", key, policy):
            return None
        return malformed_policy(
            "The new key policy will not allow you to update the key policy in the future."
        )

    def tells_first(self, want: Want, call: Call) -> bool:
        """That there is no such key, KMS tells the account itself before anything else."""
        match want.resource.split(":", 5):
            case [_, _, "kms", region, owner, name] if name.startswith("key/"):
                arn = Arn(want.resource, "kms", region, owner, name)
                return owner == call.account and (region != call.region or _find(arn) is None)
        return False

    # A key

    def policy(self, arn: Arn, action: str) -> str | None:
        key = _find(arn)
        return key.policy if key else None

    def must_allow(self, arn: Arn, action: str) -> bool:
        return _find(arn) is not None

    def has_grants(self, arn: Arn) -> bool:
        key = _find(arn)
        return bool(key and key.grants)

    def grant(self, arn: Arn, principal: Principal, action: str, facts: Facts) -> Found | None:
        """https://docs.aws.amazon.com/kms/latest/developerguide/grants.html"""
        key = _find(arn)
        names = {principal.arn, principal.identity}
        for grant in key.grants.values() if key else ():
            if _applies(grant, names, action.partition(":")[2], facts):
                document = {
                    "Sid": f"grant {grant.id}",
                    "Effect": "Allow",
                    "Principal": {"AWS": grant.grantee_principal},
                    "Action": [f"kms:{each}" for each in grant.operations],
                    "Resource": arn.text,
                }
                policy = parse_policy(json.dumps({"Statement": document}))
                source = Source(Kind.RESOURCE, f"grant {grant.id}", policy)
                return Found(source, policy.statements[0])
        return None

    def tags(self, arn: Arn) -> Mapping[str, str]:
        if (key := _find(arn)) is None:
            return {}
        return dict(kms_backends[arn.account][arn.region].tagger.get_tag_dict_for_resource(key.id))

    def facts_at(self, arn: Arn, principal: Principal) -> KeyValues:
        yield "kms:calleraccount", (principal.account,)
        if (key := _find(arn)) is None:
            return
        yield "kms:keyspec", (key.key_spec,)
        yield "kms:keyusage", (key.key_usage or "ENCRYPT_DECRYPT",)
        yield "kms:keyorigin", (key.origin,)
        yield "kms:multiregion", (str(bool(key.multi_region)).lower(),)
        if key.multi_region:
            regions = key.multi_region_configuration
            yield "kms:multiregionkeytype", (regions["MultiRegionKeyType"],)
            yield "kms:primaryregion", (regions["PrimaryKey"]["Region"],)
        if key.aliases:
            yield "kms:resourcealiases", tuple(key.aliases)


def encryption_facts(context: Mapping[str, str]) -> Given:
    """kms:EncryptionContext:... and kms:EncryptionContextKeys."""
    facts = {f"kms:encryptioncontext:{key.lower()}": (text,) for key, text in context.items()}
    return {**facts, "kms:encryptioncontextkeys": tuple(context)} if context else {}


def _encryption_context(
    parameters: Mapping[str, Any], name: str = "EncryptionContext"
) -> dict[str, str]:
    context = parameters.get(name)
    return context if isinstance(context, dict) else {}


def _find(arn: Arn) -> Key | None:
    """The key at `key/ID`."""
    backend = backend_at(kms_backends, arn.account, arn.region)
    if backend is None or not arn.name.startswith("key/"):
        return None
    key: Key | None = backend.keys.get(arn.name.removeprefix("key/"))
    return key


def _key_arn(call: Call, given: str) -> str:
    """The ARN of a key by any of its four names; what is no key's name stays as it is."""
    parts = given.split(":", 5)
    region, account = (parts[3], parts[4]) if len(parts) == 6 else (call.region, call.account)
    backend = backend_at(kms_backends, account, region)
    name = parts[-1].removeprefix("key/")
    if backend is not None:
        identity = backend.get_key_id_from_alias(name) if "alias/" in name else name
        if key := backend.keys.get(identity):
            return str(key.arn)
    return given if given.startswith("arn:") else call.arn("kms", f"key/{given}")


def _decrypted_with(call: Call, parameter: str) -> list[str]:
    """The key that the request names, or that the ciphertext knows; of neither, KMS says so."""
    if named := call.first(parameter):
        return [_key_arn(call, named)]
    sealed = parse(b64decode(call.first("CiphertextBlob") or ""))
    key = find_in_region(kms_backends, call.region, sealed.key_id) if sealed else None
    return [key.arn] if key else []


def _re_encrypt(call: Call) -> Iterator[Want]:
    sources = _decrypted_with(call, "SourceKeyId")
    target = _key_arn(call, call.first("DestinationKeyId") or "")
    same = sources == [target]
    for source in sources:
        yield Want("kms:ReEncryptFrom", source, _given_by_half(call, "Source", same))
    yield Want("kms:ReEncryptTo", target, _given_by_half(call, "Destination", same))


def _given_by_half(call: Call, side: str, same_key: bool) -> Given:
    """Of one half of ReEncrypt: "Source" or "Destination"."""
    algorithm = call.first(f"{side}EncryptionAlgorithm") or "SYMMETRIC_DEFAULT"
    return {
        **encryption_facts(_encryption_context(call.parameters, f"{side}EncryptionContext")),
        "kms:encryptionalgorithm": (algorithm,),
        "kms:reencryptonsamekey": (str(same_key).lower(),),
    }


def _retire_grant(call: Call) -> Iterator[Want]:
    """The grant decides who may retire it; which one is meant its token tells too."""
    token, identity = call.first("GrantToken"), call.first("GrantId")
    named = _key_arn(call, call.first("KeyId") or "")
    for key, grant in grants_of_region(call.region):
        if token in grant.tokens or (key.arn, grant.id) == (named, identity):
            yield Want("kms:RetireGrant", key.arn, {_RETIRED: (grant.id,)})


def _facts_of_new_grant(call: Call) -> KeyValues:
    yield "kms:grantisforawsresource", ("false",)
    yield "kms:grantoperations", call.texts("Operations")
    constraints = call.parameters.get("Constraints") or {}
    yield _CONSTRAINTS, (json.dumps(constraints),)
    if kinds := tuple(kind for kind, context in constraints.items() if context):
        yield "kms:grantconstrainttype", kinds


def _applies(grant: Grant, names: set[str], operation: str, facts: Facts) -> bool:
    """Whether the grant lets the operation through for somebody with these names."""
    if operation == "RetireGrant":
        return facts.get(_RETIRED) == (grant.id,) and grant.may_be_retired_by(names)
    if not grant.is_of(names):
        return False
    if operation == "CreateGrant":
        (constraints,) = facts.get(_CONSTRAINTS, ("{}",))
        passed_on = facts.get("kms:grantoperations", ())
        return grant.may_pass_on(passed_on, json.loads(constraints))
    context = {
        key: facts[f"kms:encryptioncontext:{key.lower()}"][0]
        for key in facts.get("kms:encryptioncontextkeys", ())
    }
    return grant.allows(operation, context)
