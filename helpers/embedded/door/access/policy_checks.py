"""What a policy must be, where it is put, and the words of the service that refuses it.

IAM checks identity policies by a parser of its own, which moto has. Trust and key policies go
through the one that says its reasons (`documents`); SQS and SNS tell little of what they mind.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from helpers.embedded.door.access.policy_documents import Policy, Statement, listed, parse_policy
from helpers.embedded.door.access.principals import InvalidPrincipal, MalformedPolicy, is_account
from helpers.embedded.moto_seams.seams import as_checked

Exists = Callable[[str], bool]
"""Whether the ARN is that of a user, a role or a session."""

_SERVICE = re.compile(r"[\w-]+(\.[\w-]+)*\.amazonaws\.com(\.cn)?")
_TRUST_ACTIONS = {
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
}
_TOPIC_ACTIONS = {
    "sns:addpermission",
    "sns:deletetopic",
    "sns:getdataprotectionpolicy",
    "sns:gettopicattributes",
    "sns:listsubscriptionsbytopic",
    "sns:listtagsforresource",
    "sns:publish",
    "sns:putdataprotectionpolicy",
    "sns:receive",
    "sns:removepermission",
    "sns:settopicattributes",
    "sns:subscribe",
}
"""What a topic's policy can be about (SNS guide, sns-access-policy-language-api-permissions)."""


def check_identity_policy(text: str) -> None:
    """A policy of a user, group, role or session. Raises MalformedPolicy."""
    try:
        IAMPolicyDocumentValidator(as_checked(text)).validate()
    except MalformedPolicyDocument as error:
        raise MalformedPolicy(error.message) from None
    if any(_names_somebody(statement) for statement in parse_policy(text).statements):
        raise MalformedPolicy("Policy document should not specify a principal.")


def check_trust_policy(text: str, exists: Exists) -> None:
    """Who may assume a role (recorded by LocalStack: test_update_assume_role_policy_errors).

    Raises:
        MalformedPolicy: with IAM's reason.
    """
    policy = _parse_put(text)
    for statement in policy.statements:
        document = statement.document
        _check_who(statement)
        if "Resource" in document:
            raise MalformedPolicy("Has prohibited field Resource")
        if "NotResource" in document:
            raise MalformedPolicy("AssumeRole policy must not contain resources.")
        if not _actions(statement) <= _TRUST_ACTIONS:
            raise MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")
        for kind, who in _strangers(statement, exists):
            raise InvalidPrincipal(kind, who)
    _check_sids(policy)


def check_key_policy(text: str, exists: Exists) -> None:
    """The policy of a KMS key. Raises MalformedPolicy, with KMS's reason."""
    try:
        policy = _parse_put(text)
        for statement in policy.statements:
            if not _names_somebody(statement):
                raise MalformedPolicy("Policy contains a statement with no principal.")
            _check_who(statement)
            _check_what(statement)
            for kind, who in _strangers(statement, exists):
                raise InvalidPrincipal(kind, who)
    except InvalidPrincipal:
        raise MalformedPolicy(
            "Policy contains a statement with one or more invalid principals."
        ) from None


def check_queue_policy(text: str, exists: Exists) -> None:
    """The policy of a queue. Raises MalformedPolicy; SQS keeps the reason to itself."""
    _check_of_service(text, exists, lambda action: action == "*" or action.startswith("sqs:"))


def check_topic_policy(text: str, exists: Exists) -> None:
    """The policy of a topic. Raises MalformedPolicy, with SNS's reason."""
    try:
        _check_of_service(text, exists, _TOPIC_ACTIONS.__contains__)
    except InvalidPrincipal:
        raise MalformedPolicy("Policy Error: PrincipalNotFound") from None
    except _OutOfScope:
        raise MalformedPolicy("Policy statement action out of service scope!") from None
    except MalformedPolicy:
        raise MalformedPolicy("Policy Error: null") from None
    for statement in parse_policy(text).statements:
        if len(listed(statement.document.get("Resource"))) != 1:
            raise MalformedPolicy("Policy statement must apply to a single resource!")


class _OutOfScope(MalformedPolicy):
    """The policy of a service's resource speaks of what that service does not do."""


def _check_of_service(text: str, exists: Exists, does: Callable[[str], bool]) -> None:
    policy = _parse_put(text)
    for statement in policy.statements:
        _check_who(statement, allow_all_but=True)
        _check_what(statement)
        if not all(map(does, _actions(statement))):
            raise _OutOfScope
        for kind, who in _strangers(statement, exists):
            raise InvalidPrincipal(kind, who)
    _check_sids(policy)


def _parse_put(text: str) -> Policy:
    """A policy that says something, as one that is put must."""
    policy = parse_policy(text)
    if not policy.statements:
        raise MalformedPolicy("Could not parse the policy: Statement is empty!")
    return policy


def _names_somebody(statement: Statement) -> bool:
    return bool({"Principal", "NotPrincipal"} & statement.document.keys())


def _check_who(statement: Statement, *, allow_all_but: bool = False) -> None:
    if not _names_somebody(statement):
        raise MalformedPolicy("Missing required field Principal")
    if not statement.principals:
        raise MalformedPolicy("Missing required field Principal cannot be empty!")
    if "NotPrincipal" in statement.document and statement.allows and not allow_all_but:
        raise MalformedPolicy("Allow with NotPrincipal is not allowed.")


def _check_what(statement: Statement) -> None:
    if not {"Resource", "NotResource"} & statement.document.keys():
        raise MalformedPolicy("Missing required field Resource")


def _check_sids(policy: Policy) -> None:
    sids = [statement.sid for statement in policy.statements if statement.sid]
    if len(sids) != len(set(sids)):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")


def _actions(statement: Statement) -> set[str]:
    document = statement.document
    return {action.lower() for action in listed(document.get("Action", document.get("NotAction")))}


def _strangers(statement: Statement, exists: Exists) -> Iterator[tuple[str, str]]:
    """Whom the statement names though there is nobody of that name."""
    for kind, who in statement.principals:
        if kind == "Service" and not _SERVICE.fullmatch(who):
            yield kind, who
        if kind == "AWS" and who.startswith("arn:") and not is_account(who) and not exists(who):
            yield kind, who
