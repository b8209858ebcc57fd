"""Who may do what: asked before moto answers, and by the account's own parts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from helpers.embedded.access import denials, resources
from helpers.embedded.access.calls import Call, read_call
from helpers.embedded.access.denials import Refusal
from helpers.embedded.access.evaluation import Asked, Decision, Found, Policies, decide
from helpers.embedded.access.explanation import Explanation, explain
from helpers.embedded.access.facts import collect_facts
from helpers.embedded.access.identities import (
    ORGANIZATION_ROLE,
    Identities,
    find_entity,
    find_role,
    role_session,
)
from helpers.embedded.access.principals import ANONYMOUS, Principal, service_principal
from helpers.embedded.access.signatures import is_signed_with
from helpers.embedded.access.wants import SERVICES, Given, Want, wants_of
from helpers.embedded.clock import Clock
from helpers.embedded.wire import ApiRequest, ApiResponse

_log = logging.getLogger("lab.access")

_RESOURCES_DECIDE = frozenset({"sqs", "kms", "sns", "sts"})
"""Services where a resource's policy can refuse even the administrator."""

_OPEN_TO_ALL = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
"""Operations of STS that are not signed."""

_ANONYMOUS_SERVICES = frozenset({"sqs", "sns", "awslambda"})
"""Services whose resource policies can let in people who sign nothing."""

_CHANGES_IDENTITIES = frozenset({"iam", "cloudformation"})

_CHANGES_QUEUE_POLICIES = frozenset(
    {"AddPermission", "CreateQueue", "RemovePermission", "SetQueueAttributes"}
)

_MOST_REMEMBERED = 20_000

EVENT_SOURCE_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What the role of a function needs on a queue that it reads (LDG with-sqs)."""


class Access:
    """Decides about every request to one account, and remembers who is asking.

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
        self._call: Call | None = None
        self._decided: dict[tuple[object, ...], Decision] = {}
        self._reported: set[str] = set()
        self._role_sessions: dict[str, Principal] = {}
        self._readers: set[tuple[str, str]] = set()
        """Roles that may read a queue, whatever the circumstances."""

    # At the gateway

    def refusal(self, request: ApiRequest, service: str) -> ApiResponse | None:
        """The refusal that the request deserves; None: it may be answered."""
        if not self.enforced:
            return None
        who = self._admit(request, service)
        return who if isinstance(who, ApiResponse) else None

    def answer(
        self, request: ApiRequest, service: str, proceed: Callable[[], ApiResponse]
    ) -> ApiResponse:
        """What `proceed` answers, if the caller may ask for it."""
        if not self.enforced:
            return proceed()
        who = self._admit(request, service)
        if isinstance(who, ApiResponse):
            return who
        if who == self.identities.administrator and request.target == "GetCallerIdentity":
            return denials.caller_identity(who)
        with self.acting_as(who):
            self._call = read_call(request, service, who.account) if service == "sns" else None
            answer = proceed()
        if service in _CHANGES_IDENTITIES and not _only_reads(request):
            self.forget()
        elif service == "sqs" and request.target in _CHANGES_QUEUE_POLICIES:
            self._readers.clear()
        return answer

    def _admit(self, request: ApiRequest, service: str) -> Principal | ApiResponse:
        """Who asks, if they may; otherwise the refusal."""
        who = self._authenticate(request, service)
        if isinstance(who, Refusal):
            return denials.refuse(request, service, who)
        if who != self.identities.administrator or service in _RESOURCES_DECIDE:
            call = read_call(request, service, who.account or self._account_id)
            if refusal := self._judge(request, who, call):
                return refusal
        return self._bad_function_role(request, service) or who

    def _authenticate(self, request: ApiRequest, service: str) -> Principal | Refusal:
        """Who signed the request."""
        scope = request.scope
        if scope is None:
            if service in _ANONYMOUS_SERVICES or service not in SERVICES:
                return ANONYMOUS
            return ANONYMOUS if request.target in _OPEN_TO_ALL else denials.UNSIGNED
        credential = self.identities.credential(scope[0])
        if credential is None:
            return denials.UNKNOWN_KEY
        if credential.token is not None:
            if (request.header("X-Amz-Security-Token") or "") != credential.token:
                return denials.UNKNOWN_KEY
            now = self._clock.now().replace(tzinfo=None)
            if credential.expires is not None and now >= credential.expires:
                return denials.EXPIRED
        if not is_signed_with(request, credential.secret):
            return denials.BAD_SIGNATURE
        return credential.principal

    def _judge(self, request: ApiRequest, who: Principal, call: Call) -> ApiResponse | None:
        if call.service == "sts" and call.operation in ("GetCallerIdentity", *_OPEN_TO_ALL):
            return None
        for want in wants_of(call):
            decision = self.decide(who, want.action, want.resource, want.given)
            if not decision.allowed and not self._enters_account(who, want):
                return denials.refuse(
                    request, call.service, denials.access_denied(who, want, decision)
                )
        return None

    def _enters_account(self, who: Principal, want: Want) -> bool:
        """Whether the administrator goes into another account of the organization."""
        return (
            who == self.identities.administrator
            and want.action == "sts:AssumeRole"
            and resources.account_of(want.resource, self._account_id) != self._account_id
            and want.resource.endswith(f":role/{ORGANIZATION_ROLE}")
        )

    def _bad_function_role(self, request: ApiRequest, service: str) -> ApiResponse | None:
        """A function's role must trust Lambda (LDG lambda-intro-execution-role)."""
        if service != "awslambda" or request.method not in ("POST", "PUT"):
            return None
        if not request.path.rstrip("/").endswith(("/functions", "/configuration")):
            return None
        role = request.json().get("Role")
        if role is None or self.can_be_assumed_by(str(role), "lambda.amazonaws.com"):
            return None
        return denials.invalid_parameter(
            "The role defined for the function cannot be assumed by Lambda."
        )

    # By the account's own parts

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
        standing = resources.resource_policy(resource, action)
        policies = self.identities.policies(principal)._replace(resource=standing)
        key = (principal, action, resource, standing and standing.policy)
        grants = resources.has_grants(resource)
        if not grants and (known := self._decided.get(key)):
            return known

        def facts() -> Mapping[str, tuple[str, ...]]:
            return collect_facts(principal, resource, given or {}, self._clock)

        asked = Asked(
            principal,
            action,
            resource,
            resources.account_of(resource, principal.account or self._account_id),
            facts,
            resources.must_allow(resource, action),
        )
        self._report_unknown_keys(policies)
        granted: Found | None = None
        if grants:
            granted = resources.find_grant(resource, principal, action, facts())
        decision = decide(asked, policies, granted)
        if not grants and not policies.depend_on_facts:
            if len(self._decided) > _MOST_REMEMBERED:
                self._decided.clear()
            self._decided[key] = decision
        return decision

    def may(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether a part of the account that acts as a role may do this to that."""
        session = self.session_of(role_arn)
        return not self.enforced or self.decide(session, action, resource).allowed

    def session_of(self, role_arn: str) -> Principal:
        """The principal that Lambda is while it acts as the role of a function."""
        session = self._role_sessions.get(role_arn)
        if session is None:
            session = self._role_sessions[role_arn] = role_session(role_arn, "awslambda")
        return session

    @contextmanager
    def acting_as(self, principal: Principal | None) -> Iterator[None]:
        """What happens inside is done by the principal: whose permission a queue's key asks."""
        before, self.caller = self.caller, principal
        try:
            yield
        finally:
            self.caller, self._call = before, None

    def can_be_assumed_by(self, role_arn: str, service: str) -> bool:
        """Whether the role exists and its trust policy names the service."""
        if role_arn.count(":") < 5 or find_role(role_arn) is None:
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
        standing = resources.resource_policy(queue_arn, "sqs:ReceiveMessage")
        if not policies._replace(resource=standing).depend_on_facts:
            self._readers.add((role_arn, queue_arn))
        return None

    def delivering_service(self) -> Principal | None:
        """The service that now delivers on somebody's behalf, such as SNS; None: none does."""
        if self._call is None or self._call.service != "sns":
            return None
        return service_principal("sns.amazonaws.com", self._account_id)

    @contextmanager
    def delivering_from(self, topic_arn: str) -> Iterator[None]:
        """What happens inside, SNS delivers from this topic, though nobody's request asked."""
        before, self._call = self._call, _publish(topic_arn)
        try:
            yield
        finally:
            self._call = before

    def may_deliver(self, queue_arn: str) -> bool:
        """Whether the queue's policy lets the delivering service send.

        https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
        """
        service = self.delivering_service()
        if not self.enforced or service is None:
            return True
        return self.decide(service, "sqs:SendMessage", queue_arn, self.delivery_facts()).allowed

    def delivery_facts(self) -> Given:
        """Where the delivery comes from: aws:SourceArn and aws:SourceAccount; without one, {}."""
        if self.delivering_service() is None or self._call is None:
            return {}
        topic = self._call.parameters.get("TopicArn") or self._call.parameters.get("TargetArn")
        given = {"aws:sourceaccount": (self._account_id,)}
        return given | {"aws:sourcearn": (str(topic),)} if topic else given

    def explain(
        self, principal: str, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> Explanation:
        """The decision for a principal by its ARN or service name, and what made it."""
        who = self._named(principal)
        is_ours = who.is_entity and who.account == self._account_id
        if is_ours and who != self.identities.administrator and find_entity(who) is None:
            raise ValueError(f"There is no {who.kind} {principal} in this account.")
        given = {key.lower(): (value,) for key, value in (context or {}).items()}
        decision = self.decide(who, action, resource, given)
        return explain(who, Want(action, resource, given), decision)

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
            return role_session(f"arn:aws:iam::{account}:role/{role}", session)
        if path.startswith("role/"):
            return role_session(name, "explained")
        if name == self.identities.administrator.arn:
            return self.identities.administrator
        return Principal("user", name, account, path.rpartition("/")[2], path)

    def forget(self) -> None:
        """Users, roles or their policies have changed."""
        self.identities.forget()
        self._decided.clear()
        self._role_sessions.clear()
        self._readers.clear()

    def _report_unknown_keys(self, policies: Policies) -> None:
        for source in policies.all():
            for statement in source.policy.statements:
                for key in statement.unknown_keys:
                    if key not in self._reported:
                        self._reported.add(key)
                        _log.warning(
                            "%s uses the condition key %s, which this account does not know: "
                            "the statement allows nothing.",
                            source.name,
                            key,
                        )


def _publish(topic_arn: str) -> Call:
    _, _, service, region, account, _ = topic_arn.split(":", 5)
    return Call(service, "Publish", {"TopicArn": topic_arn}, region, account)


def _only_reads(request: ApiRequest) -> bool:
    return (request.target or "").startswith(("Get", "List", "Describe", "Simulate"))
