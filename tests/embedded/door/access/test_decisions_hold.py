"""Laws that hold for all policies, and a memory that never tells an old decision."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.evaluation import Asked, Kind, Policies, Source, decide
from helpers.embedded.door.access.identities import role_session
from helpers.embedded.door.access.policy_documents import parse_policy
from helpers.embedded.services.iam.directory import Directory
from helpers.embedded.services.sqs.authorization import SqsAuthorization
from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.door.access.test_decisions import policy
from tests.fuzz import examples

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
ACTIONS = ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:*", "*")
WHO = role_session(ROLE, "one")

STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.sampled_from(ACTIONS),
        "Resource": st.sampled_from([QUEUE, f"{QUEUE}-dead", "*"]),
    },
    optional={"Condition": st.sampled_from([{"Bool": {"aws:SecureTransport": "false"}}])},
)
POLICIES = st.lists(STATEMENTS, max_size=4)
PRINCIPALS = st.sampled_from([{"AWS": ACCOUNT}, {"AWS": ROLE}, {"AWS": "*"}, {"AWS": WHO.arn}])


def source(kind: Kind, statements: list[dict[str, Any]]) -> Source:
    return Source(kind, kind.value, parse_policy(policy(*statements)))


def allowed(policies: Policies, must: bool = False) -> bool:
    asked = Asked(
        WHO, "sqs:SendMessage", QUEUE, ACCOUNT, lambda: {"aws:securetransport": ("true",)}, must
    )
    return decide(asked, policies).allowed


@st.composite
def all_policies(draw: st.DrawFn) -> Policies:
    """Policies of every kind, each of which there may be none of."""
    resource = [{**each, "Principal": draw(PRINCIPALS)} for each in draw(POLICIES)]
    limits = draw(st.none() | POLICIES), draw(st.none() | POLICIES)
    boundary, session = (
        None if each is None else source(kind, each)
        for each, kind in zip(limits, (Kind.BOUNDARY, Kind.SESSION), strict=True)
    )
    return Policies(
        (source(Kind.IDENTITY, draw(POLICIES)),),
        boundary,
        None if session is None else (session,),
        source(Kind.RESOURCE, resource) if resource else None,
    )


@given(all_policies(), STATEMENTS, st.booleans())
def test_one_more_statement_only_pulls_its_own_way(
    policies: Policies, statement: dict[str, Any], must: bool
) -> None:
    """An Allow never denies, and a Deny never allows."""
    more = policies._replace(identity=(*policies.identity, source(Kind.IDENTITY, [statement])))
    before, after = allowed(policies, must), allowed(more, must)
    assert after >= before if statement["Effect"] == "Allow" else after <= before


@given(all_policies(), POLICIES, st.booleans())
def test_a_limit_only_narrows(policies: Policies, limit: list[dict[str, Any]], must: bool) -> None:
    free = policies._replace(boundary=None, session=None)
    bound = free._replace(boundary=source(Kind.BOUNDARY, limit))
    narrowed = bound._replace(session=(source(Kind.SESSION, limit),))
    assert allowed(narrowed, must) <= allowed(bound, must) <= allowed(free, must)


@given(all_policies(), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(policies: Policies, random: Any) -> None:
    (identity,) = policies.identity
    statements = [dict(each.document) for each in identity.policy.statements]
    random.shuffle(statements)
    shuffled = policies._replace(identity=(source(Kind.IDENTITY, statements),))
    assert allowed(shuffled) is allowed(policies)


@given(all_policies(), st.sampled_from(["identity", "boundary", "session", "resource"]))
def test_an_explicit_deny_wins_wherever_it_stands(policies: Policies, where: str) -> None:
    denies = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    kind = Kind[where.upper()]
    own = {**denies, "Principal": "*"} if kind is Kind.RESOURCE else denies
    barred = source(kind, [own])
    several = where in ("identity", "session")
    assert not allowed(policies._replace(**{where: (barred,) if several else barred}))


# What is remembered


@cache
def clients() -> tuple[Any, Any]:
    """They reach whichever lab is open."""
    return boto3.client("iam"), boto3.client("sqs")


class Account(RuleBasedStateMachine):
    """Policies come and go; what the account remembers of them is what it would decide anew."""

    def __init__(self) -> None:
        super().__init__()
        lab = open_lab()
        assert isinstance(lab, EmbeddedAccount)
        self.lab = lab
        self.iam, self.sqs = clients()
        self.url = self.sqs.create_queue(QueueName="orders")["QueueUrl"]
        self.iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST_LAMBDA)
        self.limits = 0

    def teardown(self) -> None:
        self.lab.close()

    @rule(statements=POLICIES.filter(bool))
    def put_policy(self, statements: list[dict[str, Any]]) -> None:
        document = policy(*statements)
        self.iam.put_role_policy(RoleName="worker", PolicyName="own", PolicyDocument=document)

    @rule()
    def delete_policies(self) -> None:
        for name in self.iam.list_role_policies(RoleName="worker")["PolicyNames"]:
            self.iam.delete_role_policy(RoleName="worker", PolicyName=name)

    @rule(statements=POLICIES.filter(bool))
    def limit(self, statements: list[dict[str, Any]]) -> None:
        self.limits += 1
        made = self.iam.create_policy(
            PolicyName=f"limit{self.limits}", PolicyDocument=policy(*statements)
        )
        self.iam.put_role_permissions_boundary(
            RoleName="worker", PermissionsBoundary=made["Policy"]["Arn"]
        )

    @rule()
    def set_free(self) -> None:
        self.iam.delete_role_permissions_boundary(RoleName="worker")

    @rule(statement=STATEMENTS, who=PRINCIPALS)
    def put_queue_policy(self, statement: dict[str, Any], who: dict[str, str]) -> None:
        action = "sqs:*" if statement["Action"] == "*" else statement["Action"]
        if statement["Effect"] == "Deny":
            who = {"AWS": ROLE}  # the administrator must be able to put the next one
        standing = {**statement, "Action": action, "Resource": QUEUE, "Principal": who}
        self._set(policy(standing))

    @rule()
    def take_queue_policy_away(self) -> None:
        self._set("")

    def _set(self, text: str) -> None:
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": text})

    @invariant()
    def remembers_what_holds(self) -> None:
        anew = Access(self.lab._simulation.clock, ACCOUNT)
        queues: Any = self.lab._services.queues
        anew.learn("sqs", SqsAuthorization(anew, queues.by_place))
        anew.identities.people = Directory()
        for action in ("sqs:SendMessage", "sqs:ReceiveMessage"):
            known = self.lab.access.decide(WHO, action, QUEUE)
            assert known == anew.decide(WHO, action, QUEUE)
        reads = self.lab.access.missing_for_event_source(ROLE, QUEUE)
        assert reads == anew.missing_for_event_source(ROLE, QUEUE)


TestAccount = Account.TestCase
TestAccount.settings = settings(max_examples=examples(10), stateful_step_count=10, deadline=None)
