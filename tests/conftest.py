"""What all tests share: sessions as botocore makes them, and one client of a service in each lab.

Most of a test's time went into making clients anew. `boto3.client("sqs")` reads no more of a lab
than its session does, so the second one is the first one again. Whoever asks for more than a
service, or has a session of their own, gets a new one, as notebooks do, which run in kernels of
their own.
"""

from __future__ import annotations

from typing import Any

import boto3
import botocore
import pytest

_make = boto3.client


def client(*service: str, **settings: Any) -> Any:
    if len(service) != 1 or settings:
        return _make(*service, **settings)
    session = boto3._get_default_session()
    made = session.__dict__.setdefault("clients_of_this_lab", {})
    if service not in made:
        made[service] = _make(*service)
    return made[service]


boto3.client = client


_initializers: list[Any] = vars(botocore)["_INITIALIZERS"]
_before = [*_initializers]


@pytest.fixture(autouse=True)
def _sessions_as_botocore_makes_them() -> None:
    """Powertools, which notebook 09 imports, names itself in the requests of each session that its
    process makes from then on. Other tests would take the full way of a request for that."""
    _initializers[:] = _before
