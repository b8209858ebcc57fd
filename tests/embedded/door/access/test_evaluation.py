"""Who may do what, by AWS's documented rules: one line per rule, each with its page.

Pages of the IAM user guide: EVAL reference_policies_evaluation-logic, ELEM, ACT, NOTACT, RES,
NOTRES, PRIN, NOTPRIN reference_policies_elements and its pages of these elements, COND
reference_policies_elements_condition_operators, MULTI and SET
reference_policies_condition-logic-multiple-context-keys-or-values and
-single-vs-multi-valued-context-keys, VAR reference_policies_variables, KEYS
reference_policies_condition-keys, BOUND access_policies_boundaries, CROSS
reference_policies_evaluation-logic-cross-account, TRUST id_roles_create_for-service. KMS is
key-policy-overview, policy-evaluation and key-policy-modifying-external-accounts of the KMS
developer guide, SDG is sqs-overview-of-managing-access of that of SQS. LAB is a rule of ours.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from helpers.embedded.door.access.evaluation import Asked, Kind, Policies, Source, decide
from helpers.embedded.door.access.policy_documents import parse_policy
from helpers.embedded.door.access.principals import ANONYMOUS, Principal, service_principal

HERE, THERE = "123456789012", "111122223333"
QUEUE = f"arn:aws:sqs:us-east-1:{HERE}:banking-queue"
OTHER = f"arn:aws:sqs:us-east-1:{HERE}:other-queue"
KEY = f"arn:aws:kms:us-east-1:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE_ARN = f"arn:aws:iam::{HERE}:role/sender"
USER_ARN = f"arn:aws:iam::{HERE}:user/ana"
TOPIC = f"arn:aws:sns:us-east-1:{HERE}:news"
ROOT = f"arn:aws:iam::{HERE}:root"

ROLE = Principal(
    "role", f"arn:aws:sts::{HERE}:assumed-role/sender/f", HERE, "sender", "AROAX:f", ROLE_ARN
)
USER = Principal("user", USER_ARN, HERE, "ana", "AIDAX")
GUEST = Principal("user", f"arn:aws:iam::{THERE}:user/guest", THERE, "guest", "AIDAY")
SNS = service_principal("sns.amazonaws.com", HERE)
LAMBDA = service_principal("lambda.amazonaws.com", HERE)

SEND, RECEIVE, ASSUME = "sqs:SendMessage", "sqs:ReceiveMessage", "sts:AssumeRole"


class Case(NamedTuple):
    """One question and AWS's answer."""

    rule: str
    source: str
    allowed: bool
    identity: Any = None
    resource_policy: Any = None
    who: Principal = ROLE
    action: str = SEND
    resource: str = QUEUE
    facts: dict[str, Any] | None = None
    boundary: Any = None
    session: Any = None
    must: bool = False
    """The resource's own policy must allow: a key, or a role."""
    version: str = "2012-10-17"


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def to(principal: Any, action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, Principal=principal, **more)


def but(principal: Any, action: Any = "*") -> dict[str, Any]:
    return deny(action, "*", Principal=principal)


def trusts(principal: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ASSUME, "Principal": principal}


# fmt: off
BASICS = [
    Case("nothing allows", "EVAL", False),
    Case("an identity policy allows", "EVAL", True, allow(SEND, QUEUE)),
    Case("another action is not allowed", "EVAL", False, allow(RECEIVE, QUEUE)),
    Case("another resource is not allowed", "EVAL", False, allow(SEND, OTHER)),
    Case("explicit deny wins in one policy", "EVAL", False, [allow(), deny(SEND)]),
    Case("explicit deny wins whatever the order", "EVAL", False, [deny(SEND), allow()]),
    Case("a deny of another action does not matter", "EVAL", True, [allow(), deny(RECEIVE)]),
    Case("a deny on another resource does not matter", "EVAL", True, [allow(), deny(SEND, OTHER)]),
    Case("a single statement need not be a list", "ELEM", True, allow(SEND)),
    Case("an empty list of statements allows nothing", "ELEM", False, []),
    Case("any of several statements allows", "EVAL", True, [allow(RECEIVE), allow(SEND)]),
    Case("a list of actions", "ACT", True, allow([RECEIVE, SEND])),
    Case("a list of resources", "RES", True, allow(SEND, [OTHER, QUEUE])),
]

ANYWHERE = {"Effect": "Allow", "Resource": "*"}
ACTIONS = [
    Case("* is every action", "ACT", True, allow("*")),
    Case("every action of a service", "ACT", True, allow("sqs:*")),
    Case("actions of another service", "ACT", False, allow("sns:*")),
    Case("a prefix", "ACT", True, allow("sqs:Send*")),
    Case("a prefix that does not fit", "ACT", False, allow("sqs:Receive*")),
    Case("a suffix", "ACT", True, allow("sqs:*Message")),
    Case("the whole name must fit", "ACT", False, allow("sqs:Send")),
    Case("? is one character", "ACT", True, allow("sqs:SendMessag?")),
    Case("? is not none", "ACT", False, allow("sqs:SendMessage?")),
    Case("actions ignore letter case", "ACT", True, allow("SQS:sendmessage")),
    Case("wildcards ignore letter case", "ACT", True, allow("sqs:SEND*")),
    Case("NotAction allows the rest", "NOTACT", True, {**ANYWHERE, "NotAction": RECEIVE}),
    Case("NotAction leaves out", "NOTACT", False, {**ANYWHERE, "NotAction": "sqs:*"}),
    Case("NotAction list", "NOTACT", False, {**ANYWHERE, "NotAction": [RECEIVE, SEND]}),
    Case("deny all but another service", "NOTACT", False,
         [allow(), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}]),
    Case("deny all but this service", "NOTACT", True,
         [allow(), {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}]),
]

QUEUES = {"Effect": "Allow", "Action": "sqs:*"}
RESOURCES = [
    Case("* is every resource", "RES", True, allow(SEND, "*")),
    Case("a wildcard for the name", "RES", True, allow(SEND, f"arn:aws:sqs:us-east-1:{HERE}:*")),
    Case("a part of the name", "RES", True, allow(SEND, f"arn:aws:sqs:us-east-1:{HERE}:bank*")),
    Case("wildcards for Region and account", "RES", True, allow(SEND, "arn:aws:sqs:*:*:bank*")),
    Case("* passes over colons", "RES", True, allow(SEND, "arn:aws:sqs:*queue")),
    Case("another Region", "RES", False, allow(SEND, f"arn:aws:sqs:eu-west-1:{HERE}:*")),
    Case("another account", "RES", False, allow(SEND, f"arn:aws:sqs:us-east-1:{THERE}:*")),
    Case("resources mind letter case", "RES", False, allow(SEND, QUEUE.upper())),
    Case("the whole ARN must fit", "RES", False, allow(SEND, QUEUE[:-1])),
    Case("? in an ARN", "RES", True, allow(SEND, QUEUE[:-1] + "?")),
    Case("a dot is a dot", "RES", False, allow(SEND, QUEUE.replace("-queue", ".queue"))),
    Case("an ARN is no prefix", "RES", False, allow(SEND, QUEUE), resource=QUEUE + ".fifo"),
    Case("NotResource", "NOTRES", True, {**QUEUES, "NotResource": OTHER}),
    Case("NotResource leaves out", "NOTRES", False, {**QUEUES, "NotResource": QUEUE}),
    Case("NotResource list", "NOTRES", False, {**QUEUES, "NotResource": [OTHER, QUEUE]}),
    Case("deny every queue but one", "NOTRES", False,
         [allow(), {"Effect": "Deny", "Action": "sqs:*", "NotResource": OTHER}]),
    Case("an action without resource: an ARN does not fit", "RES", False, allow("*", QUEUE),
         resource="*", action="kms:ListKeys"),
    Case("an action without resource: * fits", "RES", True, allow("kms:ListKeys"),
         resource="*", action="kms:ListKeys"),
]

ME = {"aws:username": "ana", "aws:userid": "AIDAX", "aws:principaltag/team": "payments"}
OWN = allow(SEND, f"{OTHER}-${{aws:username}}")
VARIABLES = [
    Case("a variable in a resource", "VAR", True, OWN, resource=f"{OTHER}-ana", facts=ME),
    Case("a variable, another's", "VAR", False, OWN, resource=f"{OTHER}-bob", facts=ME),
    Case("a variable without value", "VAR", False, OWN, resource=f"{OTHER}-"),
    Case("a default value", "VAR", True, allow(SEND, OTHER + "-${aws:username, 'nobody'}"),
         resource=f"{OTHER}-nobody"),
    Case("variables need version 2012-10-17", "VAR", False, OWN, resource=f"{OTHER}-ana",
         facts=ME, version="2008-10-17"),
    Case("${*} is an asterisk", "VAR", False, allow(SEND, OTHER + "${*}"), resource=OTHER + "x"),
    Case("${*} fits an asterisk", "VAR", True, allow(SEND, OTHER + "${*}"), resource=OTHER + "*"),
    Case("a value's asterisk is no wildcard", "VAR", False, OWN, resource=f"{OTHER}-bob",
         facts={"aws:username": "*"}),
    Case("a tag of the principal", "VAR", True,
         allow(SEND, "arn:aws:sqs:*:*:${aws:PrincipalTag/team}-queue"),
         resource=f"arn:aws:sqs:us-east-1:{HERE}:payments-queue", facts=ME),
]

NOON, LATER = "2026-01-05T12:00:00Z", "2026-01-06T00:00:00Z"
AGE, SQS = "aws:MultiFactorAuthAge", "sqs.us-east-1.amazonaws.com"
NAMES = "kms:EncryptionContextKeys"
OPERATORS: list[tuple[str, str, Any, Any, bool]] = [
    ("StringEquals", "aws:username", "ana", "ana", True),
    ("StringEquals", "aws:username", "ana", "Ana", False),
    ("StringEquals", "aws:username", "ana", ["bob", "ana"], True),
    ("StringEquals", "aws:username", None, "ana", False),
    ("StringEquals", "aws:username", "ana", "a*", False),
    ("StringEquals", "AWS:UserName", "ana", "ana", True),
    ("StringEquals", "aws:userid", "AIDAX", "${aws:userid}", True),
    ("StringNotEquals", "aws:username", "ana", "bob", True),
    ("StringNotEquals", "aws:username", "ana", ["bob", "ana"], False),
    ("StringNotEquals", "aws:username", None, "bob", True),
    ("StringEqualsIgnoreCase", "aws:username", "ana", "ANA", True),
    ("StringNotEqualsIgnoreCase", "aws:username", "ana", "ANA", False),
    ("StringLike", "aws:username", "ana", "a*", True),
    ("StringLike", "aws:username", "ana", "b*", False),
    ("StringLike", "aws:username", "ana", "an?", True),
    ("StringNotLike", "aws:username", "ana", "a*", False),
    ("StringEqualsIfExists", "aws:username", None, "ana", True),
    ("StringEqualsIfExists", "aws:username", "bob", "ana", False),
    ("NumericEquals", AGE, "300", 300, True),
    ("NumericNotEquals", AGE, "300", "300", False),
    ("NumericLessThan", AGE, "300", "3600", True),
    ("NumericLessThanEquals", AGE, "300", "300", True),
    ("NumericGreaterThan", AGE, "300", "300", False),
    ("NumericGreaterThanEquals", AGE, "300", "300", True),
    ("NumericEquals", AGE, "many", "300", False),
    ("DateEquals", "aws:CurrentTime", NOON, NOON, True),
    ("DateNotEquals", "aws:CurrentTime", NOON, NOON, False),
    ("DateLessThan", "aws:CurrentTime", NOON, LATER, True),
    ("DateGreaterThan", "aws:CurrentTime", NOON, LATER, False),
    ("DateGreaterThanEquals", "aws:CurrentTime", NOON, "2026-01-05", True),
    ("DateLessThan", "aws:EpochTime", "1767614400", LATER, True),
    ("Bool", "aws:SecureTransport", "true", "true", True),
    ("Bool", "aws:SecureTransport", "false", "true", False),
    ("Bool", "aws:SecureTransport", "true", True, True),
    ("Bool", "aws:MultiFactorAuthPresent", None, "true", False),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", None, "true", True),
    ("IpAddress", "aws:SourceIp", "192.0.2.7", "192.0.2.0/24", True),
    ("IpAddress", "aws:SourceIp", "192.0.3.7", "192.0.2.0/24", False),
    ("IpAddress", "aws:SourceIp", "192.0.2.7", "192.0.2.7", True),
    ("IpAddress", "aws:SourceIp", "2001:db8::1", "2001:db8::/32", True),
    ("IpAddress", "aws:SourceIp", "192.0.2.7", ["10.0.0.0/8", "192.0.2.0/24"], True),
    ("NotIpAddress", "aws:SourceIp", "192.0.2.7", "192.0.2.0/24", False),
    ("ArnEquals", "aws:SourceArn", TOPIC, TOPIC, True),
    ("ArnEquals", "aws:SourceArn", TOPIC, "arn:aws:sns:*:*:news", True),
    ("ArnLike", "aws:SourceArn", TOPIC, f"arn:aws:sns:*:{HERE}:*", True),
    ("ArnLike", "aws:SourceArn", TOPIC, "arn:aws:sns:*:news", False),
    ("ArnLike", "aws:SourceArn", None, TOPIC, False),
    ("ArnNotLike", "aws:SourceArn", TOPIC, "arn:aws:sns:*:*:news", False),
    ("ArnNotEquals", "aws:SourceArn", TOPIC, "arn:aws:sns:*:*:olds", True),
    ("Null", "aws:SourceArn", None, "true", True),
    ("Null", "aws:SourceArn", TOPIC, "true", False),
    ("Null", "aws:SourceArn", TOPIC, "false", True),
    ("Null", "aws:SourceArn", None, "false", False),
    ("StringEquals", "kms:ViaService", SQS, SQS, True),
    ("StringLike", "kms:ViaService", SQS, "sqs.*.amazonaws.com", True),
    ("StringEquals", "kms:EncryptionContext:account", "7", "7", True),
    ("StringEquals", "kms:EncryptionContext:account", "8", "7", False),
    ("ForAllValues:StringEquals", NAMES, ["a", "b"], ["a", "b", "c"], True),
    ("ForAllValues:StringEquals", NAMES, ["a", "d"], ["a", "b", "c"], False),
    ("ForAllValues:StringEquals", NAMES, None, ["a"], True),
    ("ForAnyValue:StringEquals", NAMES, ["a", "d"], ["a", "b"], True),
    ("ForAnyValue:StringEquals", NAMES, ["d"], ["a", "b"], False),
    ("ForAnyValue:StringEquals", NAMES, None, ["a"], False),
    ("StringEquals", "custom:Unknown", "x", "x", False),
    ("StringEqualsIfExists", "custom:Unknown", None, "x", False),
]

BOTH = allow(Condition={
    "StringEquals": {"aws:username": "ana"}, "Bool": {"aws:SecureTransport": "true"},
})
NO_TLS = [allow(), deny(Condition={"Bool": {"aws:SecureTransport": "false"}})]
SEVERAL = [
    Case("all operators must be met", "MULTI", True, BOTH,
         facts={"aws:username": "ana", "aws:securetransport": "true"}),
    Case("one operator is not met", "MULTI", False, BOTH,
         facts={"aws:username": "ana", "aws:securetransport": "false"}),
    Case("all keys must be met", "MULTI", False, facts=ME, identity=allow(
        Condition={"StringEquals": {"aws:username": "ana", "aws:userid": "X"}})),
    Case("a deny whose condition is met", "EVAL", False, NO_TLS,
         facts={"aws:securetransport": "false"}),
    Case("a deny whose condition is not met", "EVAL", True, NO_TLS,
         facts={"aws:securetransport": "true"}),
    Case("a deny by an unknown key denies", "LAB", False,
         [allow(), deny(Condition={"StringEquals": {"custom:Unknown": "x"}})]),
]

FROM_TOPIC = to({"Service": SNS.name}, Condition={"ArnEquals": {"aws:SourceArn": TOPIC}})
FROM_HERE = to({"Service": SNS.name}, Condition={"StringEquals": {"aws:SourceAccount": HERE}})
NOT_FOR = {"Effect": "Deny", "Action": "*", "Resource": "*"}
BY_RESOURCE = [
    Case("a queue policy that names the role", "PRIN", True, None, to({"AWS": ROLE_ARN})),
    Case("a queue policy that names the session", "PRIN", True, None, to({"AWS": ROLE.arn})),
    Case("another session", "PRIN", False, None, to({"AWS": ROLE.arn[:-1] + "g"})),
    Case("a queue policy that names the user", "PRIN", True, None, to({"AWS": USER_ARN}), USER),
    Case("a queue policy that names another", "PRIN", False, None, to({"AWS": USER_ARN})),
    Case("a list of principals", "PRIN", True, None, to({"AWS": [USER_ARN, ROLE_ARN]})),
    Case("everybody", "PRIN", True, None, to("*")),
    Case("everybody, written longer", "PRIN", True, None, to({"AWS": "*"})),
    Case("the account alone gives nobody anything", "PRIN", False, None, to({"AWS": ROOT})),
    Case("the account's number", "PRIN", False, None, to({"AWS": HERE})),
    Case("the account and an identity policy", "PRIN", True, allow(SEND), to({"AWS": ROOT})),
    Case("either suffices in one account", "EVAL", True, allow(SEND), to({"AWS": USER_ARN})),
    Case("a queue policy denies", "EVAL", False, allow(), but({"AWS": ROLE_ARN})),
    Case("a queue policy denies the account", "PRIN", False, allow(), but({"AWS": ROOT})),
    Case("a queue policy denies everybody", "PRIN", False, allow(), but("*")),
    Case("a queue policy denies somebody else", "PRIN", True, allow(), but({"AWS": USER_ARN})),
    Case("identity denies what the queue allows", "EVAL", False, deny(SEND),
         to({"AWS": ROLE_ARN})),
    Case("another action in the queue policy", "EVAL", False, None, to("*", RECEIVE)),
    Case("another resource in the queue policy", "EVAL", False, None, to("*", "*", OTHER)),
    Case("unsigned, everybody is allowed", "PRIN", True, None, to("*"), ANONYMOUS),
    Case("unsigned, an account is allowed", "PRIN", False, None, to({"AWS": ROOT}), ANONYMOUS),
    Case("a service", "PRIN", True, None, to({"Service": SNS.name}), SNS),
    Case("another service", "PRIN", False, None, to({"Service": "events.amazonaws.com"}), SNS),
    Case("a service without a queue policy", "PRIN", False, None, None, SNS),
    Case("a service, from one topic", "KEYS", True, None, FROM_TOPIC, SNS,
         facts={"aws:sourcearn": TOPIC}),
    Case("a service, from another topic", "KEYS", False, None, FROM_TOPIC, SNS,
         facts={"aws:sourcearn": TOPIC + "x"}),
    Case("a service, from one account", "KEYS", True, None, FROM_HERE, SNS,
         facts={"aws:sourceaccount": HERE}),
    Case("a service, from another account", "KEYS", False, None, FROM_HERE, SNS,
         facts={"aws:sourceaccount": THERE}),
    Case("NotPrincipal spares whom it names", "NOTPRIN", True, allow(),
         {**NOT_FOR, "NotPrincipal": {"AWS": [ROLE_ARN, ROOT]}}),
    Case("NotPrincipal hits the others", "NOTPRIN", False, allow(),
         {**NOT_FOR, "NotPrincipal": {"AWS": USER_ARN}}),
]

ACROSS = [
    Case("only the queue lets in", "CROSS", False, None, to({"AWS": GUEST.arn}), GUEST),
    Case("only the own account lets go", "CROSS", False, allow(SEND), None, GUEST),
    Case("both accounts", "CROSS", True, allow(SEND), to({"AWS": GUEST.arn}), GUEST),
    Case("the queue lets in the account", "CROSS", True, allow(SEND), to({"AWS": THERE}), GUEST),
    Case("the queue lets in everybody", "CROSS", True, allow(SEND), to("*"), GUEST),
    Case("the queue lets in another account", "CROSS", False, allow(SEND), to({"AWS": HERE}),
         GUEST),
    Case("the own account denies", "CROSS", False, deny(SEND), to({"AWS": GUEST.arn}), GUEST),
    Case("a queue is changed by its account only", "SDG", False, allow(), to("*"), GUEST,
         action="sqs:SetQueueAttributes"),
    Case("a queue is changed by its account", "SDG", True, None, to({"AWS": USER_ARN}), USER,
         action="sqs:SetQueueAttributes"),
    Case("a key is used by another account", "KMS", True, allow(), to({"AWS": THERE}), GUEST,
         action="kms:Decrypt", resource=KEY, must=True),
    Case("a key is managed by its account only", "KMS", False, allow(), to({"AWS": THERE}), GUEST,
         action="kms:PutKeyPolicy", resource=KEY, must=True),
]

LIMITS = [
    Case("a boundary alone allows nothing", "BOUND", False, boundary=allow()),
    Case("boundary and identity allow", "BOUND", True, allow(SEND), boundary=allow("sqs:*")),
    Case("the boundary does not allow", "BOUND", False, allow(), boundary=allow("sns:*")),
    Case("the boundary denies", "BOUND", False, allow(), boundary=[allow(), deny(SEND)]),
    Case("a queue policy for the user passes the boundary", "BOUND", True, None,
         to({"AWS": USER_ARN}), USER, boundary=allow("sns:*")),
    Case("a queue policy for the session passes the boundary", "BOUND", True, None,
         to({"AWS": ROLE.arn}), boundary=allow("sns:*")),
    Case("a queue policy for the role does not pass it", "BOUND", False, None,
         to({"AWS": ROLE_ARN}), boundary=allow("sns:*")),
    Case("a session policy limits", "EVAL", False, allow(), session=allow(RECEIVE)),
    Case("a session policy that allows", "EVAL", True, allow(), session=allow(SEND)),
    Case("a session policy gives nothing", "EVAL", False, session=allow(SEND)),
    Case("a session policy denies", "EVAL", False, allow(), session=[allow(), deny(SEND)]),
    Case("all three allow", "EVAL", True, allow(), boundary=allow(SEND), session=allow(SEND)),
    Case("one of three is missing", "EVAL", False, allow(), boundary=allow(), session=[]),
]

ACCOUNT = to({"AWS": ROOT}, "kms:*")
VIA_SQS = to({"AWS": ROOT}, "kms:*", Condition={"StringEquals": {"kms:ViaService": SQS}})
USE: dict[str, Any] = {"action": "kms:Decrypt", "resource": KEY, "must": True}
ROLE_USE: dict[str, Any] = {"action": ASSUME, "resource": ROLE_ARN, "must": True}
MUST = [
    Case("a key without a policy locks out", "KMS", False, allow(), **USE),
    Case("the default policy delegates", "KMS", True, allow("kms:Decrypt", KEY), ACCOUNT, **USE),
    Case("the default policy alone allows nobody", "KMS", False, None, ACCOUNT, **USE),
    Case("a key policy that names the role", "KMS", True, None, to({"AWS": ROLE_ARN}), **USE),
    Case("a key policy without root locks out", "KMS", False, allow(), to({"AWS": USER_ARN}),
         **USE),
    Case("delegated for another action", "KMS", False, allow(),
         to({"AWS": ROOT}, "kms:Encrypt"), **USE),
    Case("an identity policy for another key", "KMS", False, allow("kms:Decrypt", KEY + "x"),
         ACCOUNT, **USE),
    Case("the key denies", "KMS", False, allow(),
         [ACCOUNT, but({"AWS": ROLE_ARN}, "kms:Decrypt")], **USE),
    Case("the identity denies", "KMS", False, deny("kms:*"), to({"AWS": ROLE_ARN}), **USE),
    Case("only by way of SQS", "KMS", False, allow(), VIA_SQS, **USE),
    Case("by way of SQS", "KMS", True, allow(), VIA_SQS, facts={"kms:viaservice": SQS}, **USE),
    Case("a role that trusts Lambda", "TRUST", True, None, trusts({"Service": LAMBDA.name}),
         LAMBDA, **ROLE_USE),
    Case("a role that trusts another service", "TRUST", False, None,
         trusts({"Service": "ec2.amazonaws.com"}), LAMBDA, **ROLE_USE),
    Case("a role that trusts the account", "TRUST", True, allow(ASSUME, ROLE_ARN),
         trusts({"AWS": ROOT}), USER, **ROLE_USE),
    Case("a role that trusts the account, nothing allows", "TRUST", False, None,
         trusts({"AWS": ROOT}), USER, **ROLE_USE),
    Case("a role that trusts the user", "TRUST", True, None, trusts({"AWS": USER_ARN}), USER,
         **ROLE_USE),
    Case("a role that trusts Lambda only", "TRUST", False, allow(),
         trusts({"Service": LAMBDA.name}), USER, **ROLE_USE),
]
# fmt: on


def operator_case(row: tuple[str, str, Any, Any, bool]) -> Case:
    operator, key, actual, wanted, allowed = row
    return Case(
        f"{operator} {key} {actual} ~ {wanted}",
        "SET" if ":" in operator else "COND",
        allowed,
        allow(Condition={operator: {key: wanted}}),
        facts={} if actual is None else {key: actual},
    )


CASES = [
    *BASICS,
    *ACTIONS,
    *RESOURCES,
    *VARIABLES,
    *map(operator_case, OPERATORS),
    *SEVERAL,
    *BY_RESOURCE,
    *ACROSS,
    *LIMITS,
    *MUST,
]


def test_no_rule_is_told_twice() -> None:
    assert len({case.rule for case in CASES}) == len(CASES) >= 120


@pytest.mark.parametrize("case", CASES, ids=[f"{case.source}: {case.rule}" for case in CASES])
def test_the_decision_is_aws_s(case: Case) -> None:
    facts = {
        key.lower(): tuple(value) if isinstance(value, list) else (value,)
        for key, value in (case.facts or {}).items()
    }
    identity = source(Kind.IDENTITY, case.identity, case.version)
    session = source(Kind.SESSION, case.session, case.version)
    policies = Policies(
        (identity,) if identity else (),
        source(Kind.BOUNDARY, case.boundary, case.version),
        (session,) if session else None,
        source(Kind.RESOURCE, case.resource_policy, case.version),
    )
    asked = Asked(case.who, case.action, case.resource, HERE, lambda: facts, case.must)
    decision = decide(asked, policies)
    assert decision.allowed is case.allowed
    assert bool(decision.because(case.action)) is not case.allowed
    assert bool(decision.statements) or not case.allowed


def source(kind: Kind, statements: Any, version: str) -> Source | None:
    if statements is None:
        return None
    text = json.dumps({"Version": version, "Statement": statements})
    return Source(kind, kind.value, parse_policy(text))


@pytest.mark.parametrize(
    ("identity", "boundary", "session", "missing"),
    [
        (None, allow(), None, Kind.IDENTITY),
        (None, allow(RECEIVE), None, Kind.IDENTITY),
        (allow(), allow(RECEIVE), None, Kind.BOUNDARY),
        (allow(), allow(), allow(RECEIVE), Kind.SESSION),
        (allow(), allow(RECEIVE), allow(RECEIVE), Kind.BOUNDARY),
    ],
)
def test_a_denial_names_the_kind_of_policy_that_does_not_allow(
    identity: Any, boundary: Any, session: Any, missing: Kind
) -> None:
    """IAM user guide, troubleshoot_access-denied: what the words of a denial name."""
    version = "2012-10-17"
    found = source(Kind.IDENTITY, identity, version)
    within = source(Kind.SESSION, session, version)
    policies = Policies(
        (found,) if found else (),
        source(Kind.BOUNDARY, boundary, version),
        (within,) if within else None,
        None,
    )
    decision = decide(Asked(ROLE, SEND, QUEUE, HERE, dict, False), policies)
    assert not decision.allowed
    assert f"no {missing.value} allows" in decision.because(SEND)
