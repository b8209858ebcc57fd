"""Who may do what: decided for the gate and for the account's own parts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from helpers.embedded.door.access.authorization import (
    Arn,
    Authorization,
    Given,
    OtherService,
    Want,
    account_of,
    parse_arn,
)
from helpers.embedded.door.access.evaluation import (
    Asked,
    Decision,
    Found,
    Kind,
    Policies,
    Source,
    decide,
)
from helpers.embedded.door.access.explanation import Explanation, explain
from helpers.embedded.door.access.facts import facts_of_principal, facts_of_resource
from helpers.embedded.door.access.identities import Identities
from helpers.embedded.door.access.policy_documents import MalformedPolicy, Policy, parse_policy
from helpers.embedded.door.access.principals import ENTITIES, Principal, service_principal
from helpers.embedded.door.reading import prefix_of
from helpers.embedded.time.clock import Clock

_log = logging.getLogger("lab.access")

_MOST_REMEMBERED = 20_000
_NOBODY = Policy([])

EVENT_SOURCE_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What the role of a function needs on a queue that it reads (LDG with-sqs)."""


class Access:
    """Decides who may do what in one account, and remembers who is asking.

    Args:
        enforced: False lets everybody do everything, as moto does.
    """

    def __init__(self, clock: Clock, account_id: str, *, enforced: bool = True) -> None:
        self.enforced = enforced
        self.caller: Principal | None = None
        """Who asks for what is being answered; None: the account itself."""
        self.identities = Identities(account_id)
        self._account_id = account_id
        self._clock = clock
        self._services: dict[str, Authorization] = {}
        """By moto's name of the service."""
        self._by_prefix: dict[str, Authorization] = {}
        self._source: str | None = None
        """What a service delivers from now: a topic, a rule."""
        self._decided: dict[tuple[object, ...], Decision] = {}
        self.changes = 0
        """How often an identity or a policy of one has changed."""
        self._reported: set[str] = set()
        self._role_sessions: dict[str, Principal] = {}
        self._readers: set[tuple[str, str]] = set()
        """Roles that may read a queue, whatever the circumstances."""

    def learn(self, service: str, authorization: Authorization) -> None:
        """A service of the account, by moto's name, is there from now on, and says this."""
        self._services[service] = authorization
        self._by_prefix[authorization.prefix] = authorization

    def of_service(self, service: str) -> Authorization:
        """What the service that moto calls by that name says about itself."""
        known = self._services.get(service)
        if known is None:
            known = self._services[service] = OtherService(prefix_of(service))
        return known

    def _at(self, resource: str) -> tuple[Arn, Authorization] | None:
        """The resource, and the service whose it is; None: "*", or nothing that is known here."""
        if (arn := parse_arn(resource)) and (service := self._by_prefix.get(arn.service)):
            return arn, service
        return None

    def decide(
        self,
        principal: Principal,
        action: str,
        resource: str,
        given: Given | None = None,
    ) -> Decision:
        """May the principal do this to that?

        Args:
            action: such as "sqs:SendMessage".
            resource: an ARN, or "*" where the action has none.
            given: condition keys in lower case that the request gives values to.
        """
        policies = self._policies(principal, action, resource)
        standing = policies.resource
        key = (principal, action, resource, standing and standing.policy)
        at = self._at(resource)
        grants = at is not None and at[1].has_grants(at[0])
        if not grants and (known := self._decided.get(key)):
            return known
        self._report_unknown_keys(policies)
        asked = self._asked(principal, action, resource, given or {})
        granted: Found | None = None
        if grants and at:
            granted = at[1].grant(at[0], principal, action, asked.facts())
        decision = decide(asked, policies, granted)
        if not grants and not policies.depend_on_facts:
            if len(self._decided) > _MOST_REMEMBERED:
                self._decided.clear()
            self._decided[key] = decision
        return decision

    def _policies(self, principal: Principal, action: str, resource: str) -> Policies:
        standing = self._resource_policy(resource, action)
        return self.identities.policies(principal)._replace(resource=standing)

    def _resource_policy(self, resource: str, action: str) -> Source | None:
        """The policy that stands at the resource. One that nobody can read lets nobody in."""
        at = self._at(resource)
        text = at[1].policy(at[0], action) if at else None
        if text is None:
            return None
        try:
            return Source(Kind.RESOURCE, resource, parse_policy(text))
        except MalformedPolicy:
            return Source(Kind.RESOURCE, resource, _NOBODY)

    def _facts(
        self, principal: Principal, resource: str, given: Given
    ) -> dict[str, tuple[str, ...]]:
        """Everything that the policies of the request may ask about."""
        tags = self.identities.people.tags(principal) if principal.is_entity else {}
        facts = facts_of_principal(principal, tags, self._clock)
        if arn := parse_arn(resource):
            service = self._by_prefix.get(arn.service) or OtherService(arn.service)
            facts |= facts_of_resource(arn, principal, service)
        return facts | dict(given)

    def would_allow(self, principal: Principal, action: str, resource: str, policy: str) -> bool:
        """Whether the principal might do this, if the resource had this policy and needed one."""
        standing = Source(Kind.RESOURCE, resource, parse_policy(policy))
        policies = self.identities.policies(principal)._replace(resource=standing)
        asked = self._asked(principal, action, resource, {})._replace(resource_must_allow=True)
        return decide(asked, policies).allowed

    def _asked(self, principal: Principal, action: str, resource: str, given: Given) -> Asked:
        at = self._at(resource)
        return Asked(
            principal,
            action,
            resource,
            account_of(resource, principal.account or self._account_id),
            lambda: self._facts(principal, resource, given),
            at is not None and at[1].must_allow(at[0], action),
        )

    def may(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether a part of the account that acts as a role may do this to that."""
        session = self.session_of(role_arn)
        return not self.enforced or self.decide(session, action, resource).allowed

    def session_of(self, role_arn: str) -> Principal:
        """The principal that Lambda is while it acts as the role of a function."""
        session = self._role_sessions.get(role_arn)
        if session is None:
            session = self._role_sessions[role_arn] = self.identities.role_session(
                role_arn, "awslambda"
            )
        return session

    def caller_with(self, access_key_id: str) -> Principal:
        """Who asks, or whose key it is where nobody is asked who they are."""
        credential = self.identities.credential(access_key_id)
        owner = credential.principal if credential else self.identities.administrator
        return self.caller or owner

    def account_with(self, scope: tuple[str, str, str] | None) -> str:
        """The account of whoever has the access key of a signature."""
        credential = self.identities.credential(scope[0]) if scope else None
        return credential.principal.account if credential else self._account_id

    @contextmanager
    def acting_as(self, principal: Principal | None) -> Iterator[None]:
        """What happens inside is done by the principal: whose permission a queue's key asks."""
        before, self.caller = self.caller, principal
        try:
            yield
        finally:
            self.caller = before

    def can_be_assumed_by(self, role_arn: str, service: str) -> bool:
        """Whether the role exists and its trust policy names the service."""
        if role_arn.count(":") < 5 or not self.identities.people.has(role_arn):
            return False
        principal = service_principal(service, self._account_id)
        return self.decide(principal, "sts:AssumeRole", role_arn).allowed

    def missing_for_event_source(self, role_arn: str, queue_arn: str) -> str | None:
        """AWS's complaint about a role that may not read a queue; None: it may."""
        if not self.enforced or (role_arn, queue_arn) in self._readers:
            return None
        for action in EVENT_SOURCE_ACTIONS:
            if not self.may(role_arn, action, queue_arn):
                return (
                    "The function execution role does not have permissions to call "
                    f"{action.partition(':')[2]} on SQS"
                )
        policies = self.identities.policies(self.session_of(role_arn))
        standing = self._resource_policy(queue_arn, "sqs:ReceiveMessage")
        if not policies._replace(resource=standing).depend_on_facts:
            self._readers.add((role_arn, queue_arn))
        return None

    def delivering_service(self) -> Principal | None:
        """The service that now delivers on somebody's behalf, such as SNS; None: none does."""
        if self._source is None:
            return None
        name = f"{self._source.split(':')[2]}.amazonaws.com"
        return service_principal(name, account_of(self._source, self._account_id))

    def sender_id(self) -> str | None:
        """The unique id of the user, or of the role and its session, that calls now; None: no
        identity of IAM does, but a service or the account itself."""
        who = self.caller if self._source is None else None
        return who.user_id if who is not None and who.kind in ENTITIES else None

    @contextmanager
    def delivering_from(self, source_arn: str) -> Iterator[None]:
        """What happens inside, a service delivers from this: a topic of SNS, a rule of events."""
        before, self._source = self._source, source_arn
        try:
            yield
        finally:
            self._source = before

    def delivery_facts(self) -> Given:
        """Where the delivery comes from: aws:SourceArn and aws:SourceAccount; without one, {}."""
        if self._source is None:
            return {}
        owner = account_of(self._source, self._account_id)
        return {"aws:sourceaccount": (owner,), "aws:sourcearn": (self._source,)}

    def explain(
        self, principal: str, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> Explanation:
        """The decision for a principal by its ARN or service name, and what made it."""
        who = self._named(principal)
        is_ours = who.is_entity and who.account == self._account_id
        if is_ours and not self.identities.is_known(who):
            raise ValueError(f"There is no {who.kind} {principal} in this account.")
        given = {key.lower(): (value,) for key, value in (context or {}).items()}
        decision = self.decide(who, action, resource, given)
        unknown = tuple(self._policies(who, action, resource).unknown_keys())
        return explain(who, Want(action, resource, given), decision, unknown)

    def _named(self, name: str) -> Principal:
        if name.endswith(".amazonaws.com"):
            return service_principal(name, self._account_id)
        parts = name.split(":", 5)
        if len(parts) != 6:
            raise ValueError(
                f"principal must be the ARN of a role or user, or a service, not {name!r}"
            )
        account, path = parts[4], parts[5]
        if path.startswith("assumed-role/"):
            _, role, session = path.split("/", 2)
            return self.identities.role_session(f"arn:aws:iam::{account}:role/{role}", session)
        if path.startswith("role/"):
            return self.identities.role_session(name, "explained")
        if name == self.identities.administrator.arn:
            return self.identities.administrator
        return Principal("user", name, account, path.rpartition("/")[2], path)

    def forget(self) -> None:
        """Users, roles or their policies have changed."""
        self.changes += 1
        self.identities.forget()
        self._decided.clear()
        self._role_sessions.clear()
        self._readers.clear()

    def forget_readers(self) -> None:
        """The policies of queues may have changed."""
        self._readers.clear()

    def _report_unknown_keys(self, policies: Policies) -> None:
        for said in policies.unknown_keys():
            if said not in self._reported:
                self._reported.add(said)
                _log.warning(said)
