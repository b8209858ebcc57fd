"""Everything that this package replaces inside moto, in one list.

moto's public face is `mock_aws`; a clock that stands still, ids that repeat and our own queues
and functions need a little more. Each seam names the module and attribute it replaces and why;
tests/embedded/test_moto_seams.py asks moto for each of them, so that a new moto which moved one
fails there, by name, and not in a notebook. What is only used of moto, that test reads from the
source of this package.
"""

from __future__ import annotations

import datetime as real_datetime
import json
import sys
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.utils import method_names_from_class
from moto.moto_api._internal import mock_random

from helpers.embedded import uuids
from helpers.embedded.time.clock import Clock
from helpers.embedded.uuids import new_request_id


class Seam(NamedTuple):
    """An attribute of a moto module that an open account replaces."""

    module: str
    attribute: str
    why: str
    replacement: Callable[[Clock], Any]


def _datetime_class(clock: Clock) -> type[real_datetime.datetime]:
    """A `datetime` class whose `now` is the account's; its instances are ordinary datetimes."""

    class InstanceCheck(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real_datetime.datetime)

    class LabDatetime(real_datetime.datetime, metaclass=InstanceCheck):
        @classmethod
        def now(cls, tz: real_datetime.tzinfo | None = None) -> Any:
            moment = clock.now()
            return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    return LabDatetime


def _datetime_module(clock: Clock) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(real_datetime), "datetime": _datetime_class(clock)})


def _request_id(headers: dict[str, str] | None = None) -> str:
    request_id = new_request_id()
    if headers is not None:
        headers["x-amzn-requestid"] = request_id
    return request_id


def _parse_form(body: str, **options: Any) -> list[tuple[str, str]]:
    """The parameters in the body of a request of the query protocol. JSON has none."""
    return [] if body.startswith("{") else parse_qsl(body, **options)


def _policy_validator(clock: Clock) -> Any:
    """moto's check of a policy, which takes numbers for numbers and no policy without a version."""
    from moto.iam.policy_validation import IAMPolicyDocumentValidator

    class Validator(IAMPolicyDocumentValidator):
        def __init__(self, policy_document: str) -> None:
            super().__init__(as_checked(policy_document))

    return Validator


def as_checked(policy: str) -> str:
    """The policy as moto can check it: numbers are texts, as AWS takes them in conditions too, and
    a version that is left out, as in the policies of SAM, is no error (IAM UserGuide,
    reference_policies_elements_version)."""
    try:
        document = json.loads(policy, parse_int=str, parse_float=str)
    except ValueError:
        return policy
    if isinstance(document, dict):
        document.setdefault("Version", "2012-10-17")
    return json.dumps(document)


SEAMS = (
    Seam("moto.core.utils", "datetime", "utcnow() is the clock of all moto", _datetime_module),
    Seam(
        "moto.moto_api._internal.managed_state_model",
        "datetime",
        "resources that change state after a while",
        _datetime_class,
    ),
    Seam("moto.cloudwatch.models", "datetime", "LastModified of dashboards", _datetime_class),
    Seam(
        "moto.iam.models",
        "IAMPolicyDocumentValidator",
        "moto refuses numbers that are not in quotes, and policies without a version",
        _policy_validator,
    ),
    Seam(
        "moto.core.responses",
        "method_names_from_class",
        "moto inspects the response class anew at every request",
        lambda clock: lru_cache(maxsize=None)(method_names_from_class),
    ),
    Seam(
        "moto.core.responses",
        "parse_qsl",
        "moto looks for parameters in JSON, too: a message with &Action= in it would be an order",
        lambda clock: _parse_form,
    ),
    Seam(
        "moto.core.responses",
        "gen_amzn_requestid_long",
        "moto draws 52 random letters for every request; AWS's request ids are UUIDs",
        lambda clock: _request_id,
    ),
)


class OpenSeams:
    """The seams of one open account. moto loads its services late: call `apply` after each."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._originals: dict[tuple[str, str], Any] = {}
        BackendDict.reset()
        mock_random.seed(seed)
        uuids.seed_requests(seed)
        self.apply()

    def apply(self) -> None:
        for seam in SEAMS:
            key = (seam.module, seam.attribute)
            if key not in self._originals and (module := sys.modules.get(seam.module)):
                self._originals[key] = getattr(module, seam.attribute)
                setattr(module, seam.attribute, seam.replacement(self._clock))

    def close(self) -> None:
        BackendDict.reset()
        reset_model_data()  # moto's list of everything that it has ever made
        for (module, attribute), original in self._originals.items():
            setattr(sys.modules[module], attribute, original)
        self._originals.clear()
