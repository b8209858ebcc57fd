"""The door that each boto3 request passes on its way to a real account.

It stands at the one way out of this process (`helpers.sending`) and in the class of all clients,
so it does not matter who made a client, when, and with which session. With LAB=aws it is shut as
soon as `helpers` is imported; it opens with a lab and shuts with it. What it lets out

- was made by a client's own operation that the course uses (`helpers.aws.operations`),
- names nothing that is not the lab's (`helpers.aws.names`, `helpers.aws.ours`),
- goes to the endpoint and the Region of the lab,
- is signed with a key of which STS said that it is of the account LAB_ACCOUNT_ID: each key is
  asked about once a lab, with itself.

Before that only STS and what gives credentials are asked, for that question alone. In Python
programs that the process starts or forks the door is shut: each opens a lab of its own. It does not
see what is sent without botocore, or from a terminal: the `aws` command, another HTTP library.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from helpers import sending
from helpers.aws.names import Names
from helpers.aws.operations import CLEANING, COURSE, EVERYWHERE, SIGNING_IN, is_among

SIGNED_BY = re.compile(r"Credential=([^/,\s&%]+)(?:/|%2F)")
"""The access key id, in the header of a signed request or in a presigned URL."""

AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")

METADATA_HOSTS = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254")
"""Where a machine of AWS's asks for its own credentials. They belong to no account."""


class DoorShut(RuntimeError):
    """A request to AWS while no lab on a real account is open. It was not sent."""


class NotConfirmed(RuntimeError):
    """The account that would be used is not the one that was named. Nothing was done."""


class NotInCourse(RuntimeError):
    """A request that the course does not make. It was not sent."""


Prepare = Callable[[dict[str, Any], OperationModel], dict[str, Any]]
"""Makes of the parameters of a call what is sent, or refuses them."""


class Proof(NamedTuple):
    """What STS said of the credentials with which a lab is opened."""

    account_id: str
    key: str
    """The access key that asked."""
    through: frozenset[str]
    """Access keys with which it was got, by assuming roles."""


@dataclass(frozen=True)
class Opening:
    """For whom the door is open.

    Attributes:
        endpoint: where STS answered.
        accounts: by access key, what STS said of it.
    """

    proof: Proof
    region: str
    endpoint: str
    prepare: Prepare
    names: Names
    accounts: dict[str, str] = field(default_factory=dict)


class _Call(NamedTuple):
    """An operation of a client, while it is made."""

    client: Any
    operation: str
    opening: Opening | None
    """For whom the door was open when it began."""

    @property
    def service(self) -> str:
        return str(self.client.meta.service_model.service_name)


_opening: Opening | None = None
_stands = False
_calls: ContextVar[tuple[_Call, ...]] = ContextVar("calls", default=())
_asking: ContextVar[list[str] | None] = ContextVar("asking", default=None)
_sees_all: ContextVar[bool] = ContextVar("sees_all", default=False)
_one_question = threading.RLock()


def shut() -> None:
    """Refuse every request of this process, from now on."""
    global _opening, _stands
    _opening, _stands = None, True
    _stand_before_clients()
    _stand_in_children()
    sending.guard_by(_leave)


def open_for(opening: Opening) -> None:
    """Let requests through as the lab prepares them."""
    global _opening
    shut()
    opening.accounts[opening.proof.key] = opening.proof.account_id
    _opening = opening


def lift() -> None:
    """Take the door away: another lab answers in this process now."""
    global _opening, _stands
    _opening, _stands = None, False
    _leave_children()
    sending.guard_by(None)


def is_open_for(opening: Opening) -> bool:
    """Whether it is this lab that requests are let through for."""
    return _opening is opening


def name_behind(name: str) -> str:
    """What the account calls what a cell calls `name`; the same, if there is no door."""
    return _opening.names.of(name) if _opening else name


@contextmanager
def seeing_all() -> Iterator[None]:
    """In this block, on this thread, names are the account's own: for whoever looks by tags."""
    token = _sees_all.set(True)
    try:
        yield
    finally:
        _sees_all.reset(token)


def ask_whose(client: Any) -> Proof:
    """Ask STS whose the credentials of this client of STS are; all else stays shut meanwhile.

    Raises:
        BotoCoreError, ClientError: it does not say.
    """
    keys = list[str]()
    token = _asking.set(keys)
    try:
        account = str(client.get_caller_identity()["Account"])
    finally:
        _asking.reset(token)
    return Proof(account, keys[-1] if keys else "", frozenset(keys[:-1]))


# Before a request is made: of every client, those of boto3's resources and of old sessions, too.

_make_api_call = BaseClient._make_api_call
_emit_api_params = BaseClient._emit_api_params


def _call(client: Any, operation_name: str, api_params: Any) -> Any:
    token = _calls.set((*_calls.get(), _Call(client, operation_name, _opening)))
    try:
        return _make_api_call(client, operation_name, api_params)
    finally:
        _calls.reset(token)


def _build(client: Any, api_params: Any, operation_model: OperationModel, context: Any) -> Any:
    """The parameters as the client's handlers leave them, and then as the lab sends them."""
    if not _stands or not sending.is_guarded():
        return _emit_api_params(client, api_params, operation_model, context)
    call = _Call(client, operation_model.name, _opening)
    is_own = _is_own(call)
    if not is_own:
        _let_make(call)
    params = _emit_api_params(client, api_params, operation_model, context)
    if is_own or _sees_all.get() or call.opening is None:
        return params
    if context.get("is_presign_request") and client._request_signer._credentials:
        _confirm(call, client._request_signer._credentials.access_key)
    return call.opening.prepare(params, operation_model)


def _is_own(call: _Call) -> bool:
    """Whether the door itself asks, or botocore signs in on the way of another call."""
    if _asking.get() is not None and (call.service, call.operation) == ("sts", "GetCallerIdentity"):
        return True
    *_, outer = (None, *(each for each in _calls.get() if each.client is not call.client))
    return outer is not None and is_among(SIGNING_IN, call.service, call.operation)


def _let_make(call: _Call) -> None:
    service, operation, opening = call.service, call.operation, call.opening
    if opening is None:
        raise DoorShut(
            f"{operation} was not sent: no lab on a real account is open. Run the cell with "
            "lab = open_lab() and do what it says."
        )
    if not is_among(COURSE, service, operation) and not (
        _sees_all.get() and is_among(CLEANING, service, operation)
    ):
        raise NotInCourse(
            f"{operation} of {service} was not sent: the course does not use it, and with "
            "LAB=aws nothing else leaves this kernel. For your own work use another kernel, "
            "without LAB=aws."
        )
    if service not in EVERYWHERE and call.client.meta.region_name != opening.region:
        raise NotInCourse(
            f"{operation} was not sent to {call.client.meta.region_name}: this lab is in "
            f"{opening.region}, and clean-up looks nowhere else. For another Region: "
            "lab = open_lab('aws', region=...)."
        )


# When a request leaves.


def _leave(request: AWSPreparedRequest) -> None:
    """Raises unless this request may leave the process."""
    calls = _calls.get()
    if not calls:
        if _is_for_metadata(request):
            return
        raise DoorShut(
            f"A request to {urlsplit(request.url).netloc} was not sent: no operation of a boto3 "
            "client made it, and nobody can tell whose it is."
        )
    call = calls[-1]
    key = _signed_by(request)
    if _is_own(call):
        _leave_for_credentials(key)
        return
    if _is_for_metadata(request):
        return
    if _opening is None or call.opening is not _opening:
        raise DoorShut(f"{call.operation} was not sent: the lab was closed meanwhile.")
    if not _is_at(_opening.endpoint, request.url):
        raise NotConfirmed(
            f"{call.operation} was not sent to {urlsplit(request.url).netloc}: the account was "
            f"confirmed at {urlsplit(_opening.endpoint).netloc}. Make the client without an "
            "endpoint of its own, or set AWS_ENDPOINT_URL before the lab is opened."
        )
    if key is None:
        raise NotConfirmed(f"{call.operation} was not sent: it is not signed, so it is nobody's.")
    _confirm(call, key)


def _leave_for_credentials(key: str | None) -> None:
    """On the way to credentials another account's may help, if the lab was opened with them."""
    keys = _asking.get()
    if keys is not None:
        keys.append(key or "")
    elif key is not None and _opening is not None:
        known = {*_opening.proof.through, *_opening.accounts}
        if key not in known:
            raise NotConfirmed(
                "A role was not assumed: the lab was not opened with the credentials that ask "
                "for it. Open it with this profile: lab = open_lab('aws', profile=...)."
            )


def _confirm(call: _Call, key: str) -> None:
    """Ask STS once of whom this key is."""
    opening = call.opening
    assert opening is not None
    with _one_question:
        if key not in opening.accounts:
            opening.accounts[key] = _ask_with_credentials_of(call, key)
    if (found := opening.accounts[key]) != opening.proof.account_id:
        raise NotConfirmed(
            f"{call.operation} was not sent: its credentials belong to account {found}, but "
            f"LAB_ACCOUNT_ID says {opening.proof.account_id}."
        )


def _ask_with_credentials_of(call: _Call, key: str) -> str:
    credentials = call.client._request_signer._credentials.get_frozen_credentials()
    if credentials.access_key != key:
        raise NotConfirmed(
            f"{call.operation} was not sent: it is signed with another key than its client's. "
            "If the keys were renewed at this moment, run the cell again."
        )
    assert call.opening is not None
    client = botocore.session.Session().create_client(
        "sts",
        region_name=call.opening.region,
        endpoint_url=call.opening.endpoint,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )
    try:
        return ask_whose(client).account_id
    except (BotoCoreError, ClientError) as error:
        raise NotConfirmed(
            f"{call.operation} was not sent: STS does not say whose its credentials are ({error})."
        ) from error


def _signed_by(request: AWSPreparedRequest) -> str | None:
    header = request.headers.get("Authorization") or b""
    text = header.decode() if isinstance(header, bytes) else str(header)
    found = SIGNED_BY.search(text) or SIGNED_BY.search(urlsplit(request.url).query)
    return found[1] if found else None


def is_aws(url: str) -> bool:
    """Whether AWS is there, not another server that speaks its protocols."""
    return (urlsplit(url).hostname or "").endswith(AWS_HOSTS)


def _is_at(endpoint: str, url: str) -> bool:
    """Whether it goes where STS answered: to AWS, or to the same server."""
    wanted, found = urlsplit(endpoint), urlsplit(url)
    host = found.hostname or ""
    if is_aws(endpoint):
        return is_aws(url)
    of_server = host == wanted.hostname or host.endswith(f".{wanted.hostname}")
    return of_server and (wanted.scheme, wanted.port) == (found.scheme, found.port)


def _is_for_metadata(request: AWSPreparedRequest) -> bool:
    own = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    host = urlsplit(request.url).hostname
    return host in METADATA_HOSTS or (
        bool(own) and request.url.partition("?")[0] == own.partition("?")[0]
    )


# Other processes, and the other sender.

CHILDREN = str(Path(__file__).with_name("children"))


def _stand_in_children() -> None:
    """Python programs that this process starts find the door where Python looks first."""
    _leave_children()
    found = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([CHILDREN, found] if found else [CHILDREN])


def _leave_children() -> None:
    found = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if CHILDREN in found:
        left = [each for each in found if each != CHILDREN]
        os.environ.pop("PYTHONPATH")
        if left:
            os.environ["PYTHONPATH"] = os.pathsep.join(left)


def _shut_in_child() -> None:
    """A lab is its process's: what is forked opens its own."""
    global _one_question
    _one_question = threading.RLock()
    if _stands:
        shut()


async def _refuse_asynchronous(session: Any, request: Any, **more: Any) -> Any:
    if _stands:
        raise NotInCourse(
            "A request of aiobotocore was not sent: the course does not use it, and with LAB=aws "
            "nothing else leaves this kernel."
        )
    return await _asynchronous[type(session)](session, request, **more)


_asynchronous: dict[type, Any] = {}


def _stand_at_asynchronous_senders() -> None:
    """aiobotocore, where it is installed, opens connections of its own."""
    if find_spec("aiobotocore") is None:
        return
    for module, name in (("httpsession", "AIOHTTPSession"), ("httpxsession", "HttpxSession")):
        try:
            sender = getattr(import_module(f"aiobotocore.{module}"), name)
        except (ImportError, AttributeError):
            continue
        _asynchronous[sender] = sender.send
        sender.send = _refuse_asynchronous


@cache
def _stand_before_clients() -> None:
    """Once a process, when a door is wanted first."""
    BaseClient._make_api_call = _call
    BaseClient._emit_api_params = _build
    _stand_at_asynchronous_senders()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_shut_in_child)
