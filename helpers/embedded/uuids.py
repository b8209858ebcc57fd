"""Random ids as AWS gives them to nearly everything: UUIDs of version 4 (RFC 9562), as text.

Python's UUID class says the same in three times the time, and every message has one.
"""

from __future__ import annotations

from moto.moto_api._internal import mock_random

_FREE = ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_4 = 0x4000 << 64 | 0x8000 << 48


def new_uuid() -> str:
    """By the randomness that all that is made in the account is drawn from."""
    return uuid_text(mock_random.getrandbits(128))


def uuid_text(bits: int) -> str:
    """128 random bits, six of them replaced by the version and the variant."""
    digits = f"{bits & _FREE | _VERSION_4:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
