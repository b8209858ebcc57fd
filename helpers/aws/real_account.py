"""A lab on a real account, or on any endpoint that speaks AWS's protocols."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.model import OperationModel

from helpers.aws import door, skipping, waiting
from helpers.aws import tag_forms as tags
from helpers.aws.cleaning import clean
from helpers.aws.door import NotConfirmed
from helpers.aws.gaps import Gap, list_gaps
from helpers.aws.names import Names
from helpers.aws.ours import Ours
from helpers.card import show_card
from helpers.progress import Progress

LONGEST = 300.0
"""Seconds for which `advance` waits at most."""

QUIET = 10.0
"""Seconds without a message after which queues count as empty: their counts lag."""

SETTLING = 10.0
"""Seconds after which a changed policy is known everywhere, as a rule.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html"""

POLICY_CHANGES = frozenset(
    {
        "AttachRolePolicy",
        "CreateRole",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutKeyPolicy",
        "PutRolePolicy",
        "UpdateAssumeRolePolicy",
    }
)

METRICS_LATE = 180.0
"""Seconds after which CloudWatch has a minute's metrics, as a rule."""

LAB_ID = re.compile(r"[a-z][a-z0-9]{1,11}")

DEPTHS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


DECIDED_BY_AWS = frozenset({"seed", "standard_order", "duplicates", "spin_limit"})
"""Options of the embedded account. On a real one AWS decides, and they say nothing."""


class TooLongToWait(ValueError):
    """More seconds than anybody should sit and wait for."""


class StillBusy(RuntimeError):
    """Messages were left when `run_until_idle` had waited as long as it may."""


class RealAccount:
    """A lab on a real account: time is the wall's, and each name and tag says whose it is.

    Nothing is done unless the environment variable LAB_ACCOUNT_ID is the number of the account
    that the credentials belong to. Every name gets the lab's prefix and everything that is made
    the tag lab=ID, whoever makes it (`helpers.aws.names`, `helpers.aws.tag_forms`).

    Args:
        profile: of the AWS configuration; None: what boto3 finds.
        region: None: what the configuration or AWS_DEFAULT_REGION says.
        lab_id: 2 to 12 small letters and digits; None: the environment variable LAB_ID, or
            "course". Two labs of different ids stand in one account beside each other.
        others: options that only the embedded account has, `DECIDED_BY_AWS`.

    Raises:
        NotConfirmed: with what to do instead.
        TypeError, ValueError: there is no such option, or the id is none.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        region: str | None = None,
        lab_id: str | None = None,
        **others: Any,
    ) -> None:
        if unknown := sorted(others.keys() - DECIDED_BY_AWS):
            raise TypeError(f"A lab on a real account has no option {', '.join(unknown)}.")
        self.id = lab_id or os.environ.get("LAB_ID") or "course"
        if not LAB_ID.fullmatch(self.id):
            raise ValueError(
                f"A lab's id (LAB_ID) is 2 to 12 small letters and digits, not {self.id!r}."
            )
        self._names = Names(f"{self.id}-")
        self._settled: datetime | None = None
        door.shut()
        wanted, self.region = _require_settings(profile, region)
        sts = boto3.client("sts")
        proof = _confirm_account(sts, wanted)
        self.account_id = proof.account_id
        self._ours = Ours(
            self.prefix, self.account_id, self.region, self._has_key, self._has_mapping
        )
        self._opening = door.Opening(
            proof, self.region, sts.meta.endpoint_url, self._prepare, self._names
        )
        door.open_for(self._opening)
        skipping.skip_marked_cells()
        self.gaps: list[Gap] = []
        """What an endpoint that is not AWS lacks of what the course needs."""
        if not door.is_aws(sts.meta.endpoint_url):
            self.gaps = list_gaps(self.prefix, self.account_id, self.region)

    @property
    def prefix(self) -> str:
        """What the name of everything in this lab begins with."""
        return self._names.prefix

    @property
    def tags(self) -> dict[str, str]:
        """The tag of everything in this lab."""
        return {tags.NAME: self.id}

    # Time

    @property
    def lag(self) -> float:
        """Seconds by which counts of messages and logs may be late."""
        return QUIET

    @property
    def metric_lag(self) -> float:
        """Seconds by which metrics may be late."""
        return METRICS_LATE

    def now(self) -> datetime:
        """The time on the wall, aware, in UTC."""
        return waiting.now()

    def advance(self, seconds: float) -> None:
        """Wait so many seconds, with a bar to look at.

        Raises:
            TypeError, ValueError: `seconds` is not a number of zero or more.
            TooLongToWait: they are more than 5 minutes.
            DoorShut: the lab is closed.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise TypeError(f"seconds must be a number, not {seconds!r}")
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds must be zero or more, not {seconds!r}")
        if seconds > LONGEST:
            raise TooLongToWait(
                f"On a real account {seconds:g} seconds take {seconds:g} seconds, and a lab waits "
                f"for {LONGEST:g} at most. Come back then and run the next cell; or see it at once "
                "in the embedded account: restart the kernel without LAB=aws."
            )
        self._require_open()
        waiting.wait(float(seconds))

    def run_until_idle(self, limit: float = 900) -> float:
        """Wait until no message is in a queue that a function of this lab reads.

        The counts of SQS are approximate and lag, so a queue is empty when they said so for
        `QUIET` seconds.

        Args:
            limit: seconds after which it gives up.

        Returns:
            The seconds until the last message was seen.

        Raises:
            StillBusy: after `limit`; it names the queues and what is left in them.
        """
        self._require_open()
        sqs, functions = boto3.client("sqs"), boto3.client("lambda")
        began, last_busy, left = self.now(), 0.0, dict[str, int]()
        with Progress(None, lambda: f"{sum(left.values())} messages left", "s") as progress:
            while True:
                passed = (self.now() - began).total_seconds()
                queues = self._read_queues(sqs, functions)
                left = {url: count for url in queues if (count := _count(sqs, url))}
                progress(passed)
                if left:
                    last_busy = passed
                elif passed - last_busy >= QUIET:
                    return last_busy
                if passed > limit:
                    told = ", ".join(f"{url.rpartition('/')[2]}: {n}" for url, n in left.items())
                    raise StillBusy(f"Not idle after {limit:g} s. Messages left: {told or 'none'}.")
                waiting.wait(1.0)

    # Closing

    def close(self, *, delete: bool = False) -> None:
        """Leave the account: from now on each request is refused. Closing twice is no error.

        Args:
            delete: delete before that everything that carries the lab's tag, and print what.
        """
        if not self._is_open:
            return
        if delete:
            print(clean(self))  # noqa: T201  what was deleted must be seen
        skipping.run_marked_cells()
        door.shut()

    def __enter__(self) -> RealAccount:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if not self._is_open:
            return "<closed lab>"
        return f"<lab {self.id} on account {self.account_id} in {self.region}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """In a notebook: the card, and the same as text."""
        return show_card(self.now()) if self._is_open else {"text/plain": repr(self)}

    def seeing_all(self) -> AbstractContextManager[None]:
        """Names are the account's own, and lists show everybody's: for whoever looks by tags."""
        return door.seeing_all()

    @property
    def _is_open(self) -> bool:
        return door.is_open_for(self._opening)

    def _prepare(self, params: dict[str, Any], operation: OperationModel) -> dict[str, Any]:
        """The parameters of a call as this lab sends them."""
        self._let_policies_settle(operation)
        named = self._names.in_listing(self._names.in_request(params, operation), operation)
        self._ours.check(named, operation)
        return tags.in_request(named, operation, self.tags)

    def _has_key(self, key: str) -> bool:
        """Whether the key carries the lab's tag. Of one that is not there KMS says so itself."""
        kms = boto3.client("kms")
        with self.seeing_all():
            try:
                listed = kms.list_resource_tags(KeyId=key).get("Tags", [])
            except (kms.exceptions.NotFoundException, kms.exceptions.InvalidArnException):
                return True
            except ClientError:
                return False  # Its policy keeps us out: somebody else's.
        return self.tags.items() <= tags.read(listed).items()

    def _has_mapping(self, uuid: str) -> bool:
        """Whether the mapping's function has the lab's prefix."""
        functions = boto3.client("lambda")
        with self.seeing_all():
            try:
                arn = functions.get_event_source_mapping(UUID=uuid).get("FunctionArn", "")
            except functions.exceptions.ResourceNotFoundException:
                return True
        return str(arn).partition(":function:")[2].startswith(self.prefix)

    def _let_policies_settle(self, operation: OperationModel) -> None:
        """After policies have changed, wait before the first request that may depend on them."""
        if operation.name in POLICY_CHANGES:
            self._settled = self.now() + timedelta(seconds=SETTLING)
        elif operation.name == "DeleteRole":
            self._settled = None
        elif self._settled and operation.service_model.service_name != "iam":
            waiting.wait(max(0.0, (self._settled - self.now()).total_seconds()))
            self._settled = None

    def _require_open(self) -> None:
        if not self._is_open:
            raise door.DoorShut("This lab is closed. Run lab = open_lab() to open another one.")

    def _read_queues(self, sqs: Any, functions: Any) -> Iterator[str]:
        """The URLs of the queues that functions of this lab read."""
        pages = functions.get_paginator("list_event_source_mappings").paginate()
        for mapping in (each for page in pages for each in page["EventSourceMappings"]):
            source = mapping.get("EventSourceArn", "").split(":")
            if source[2:3] == ["sqs"] and source[5].startswith(self.prefix):
                yield str(sqs.get_queue_url(QueueName=source[5])["QueueUrl"])


def _require_settings(profile: str | None, region: str | None) -> tuple[str, str]:
    """Make the session that plain `boto3.client` uses; the number of the account that is named,
    and the Region.

    Raises:
        NotConfirmed: with everything that is missing, at once.
    """
    missing, wanted = [], os.environ.get("LAB_ACCOUNT_ID", "").strip()
    if not re.fullmatch(r"\d{12}", wanted):
        missing.append(
            "LAB_ACCOUNT_ID is "
            + (f"{wanted!r}, not a number of 12 digits" if wanted else "not set")
            + ". A lab costs money: name the account that it may use, as "
            "`aws sts get-caller-identity` shows it."
        )
    try:
        boto3.setup_default_session(profile_name=profile, region_name=region)
        found, credentials = (
            boto3.DEFAULT_SESSION.region_name,
            boto3.DEFAULT_SESSION.get_credentials(),
        )
    except BotoCoreError as error:
        missing.append(
            f"The profile (AWS_PROFILE) is of no use: {error}. `aws configure list-profiles` "
            "names those there are."
        )
    else:
        if not found:
            missing.append("AWS_DEFAULT_REGION is not set. Name a Region, such as us-east-1.")
        if credentials is None:
            missing.append(
                "No credentials are found. Sign in, for example with `aws sso login`, and name "
                "the profile in AWS_PROFILE; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
    if missing:
        raise NotConfirmed(
            "No lab was opened on a real account, and nothing was sent.\n"
            + "".join(f"- {each}\n" for each in missing)
            + "Set this before Jupyter or the command starts, and run the same again. Without "
            "LAB=aws the embedded account answers, which is free."
        )
    return wanted, str(found)


def _confirm_account(sts: Any, wanted: str) -> door.Proof:
    """What STS says of the default session, if it is the account that LAB_ACCOUNT_ID names."""
    try:
        proof = door.ask_whose(sts)
    except (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError) as error:
        raise NotConfirmed(
            f"Nobody answers at {sts.meta.endpoint_url} ({error}). If AWS_ENDPOINT_URL names a "
            "server of your own, start it; else look at the network and the proxy. Then run the "
            "same again."
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise NotConfirmed(
            f"AWS does not say whose credentials these are ({error}). Sign in again, for example "
            "with `aws sso login`, or name another profile in AWS_PROFILE, and run the same again."
        ) from error
    if proof.account_id != wanted:
        raise NotConfirmed(
            f"These credentials belong to account {proof.account_id}, but LAB_ACCOUNT_ID says "
            f"{wanted}. Nothing was done. Take other credentials, or correct the number."
        )
    return proof


def _count(sqs: Any, url: str) -> int:
    try:
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(DEPTHS))
    except ClientError as error:
        if "NonExistent" in error.response["Error"]["Code"]:
            return 0  # deleted meanwhile
        raise
    return sum(int(answer["Attributes"][name]) for name in DEPTHS)
