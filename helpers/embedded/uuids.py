"""Random ids as AWS gives them to nearly everything: UUIDs of version 4 (RFC 9562), as text.

Python's UUID class says the same in three times the time, and every message has one.

Ids of requests have a randomness of their own, which repeats with the lab's seed. Every request has
one, a read too: drawn from the randomness that message ids come from, they would make the next
message another one for each look at the account.
"""

from __future__ import annotations

from random import Random

from moto.moto_api._internal import mock_random

_FREE = ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_4 = 0x4000 << 64 | 0x8000 << 48

_of_requests = Random()


def seed_requests(number: int) -> None:
    """Begin anew, for an account that opens."""
    _of_requests.seed(number)


def new_request_id() -> str:
    return uuid_text(_of_requests.getrandbits(128))


def new_uuid() -> str:
    """By the randomness that all that is made in the account is drawn from."""
    return uuid_text(mock_random.getrandbits(128))


def uuid_text(bits: int) -> str:
    """128 random bits, six of them replaced by the version and the variant."""
    digits = f"{bits & _FREE | _VERSION_4:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
