"""Ids of requests: they repeat with the lab's seed and leave all other ids as they are.

Every request has one, a read too. Drawn from the randomness that message ids come from, they
would make the next message another one for each look at the account.
"""

from __future__ import annotations

from random import Random

from helpers.embedded.uuids import uuid_text

_random = Random()


def seed(number: int) -> None:
    """Begin anew, for an account that opens."""
    _random.seed(number)


def new_request_id() -> str:
    return uuid_text(_random.getrandbits(128))
