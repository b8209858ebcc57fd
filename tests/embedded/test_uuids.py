"""Random ids, held to Python's UUID."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from helpers.embedded.uuids import uuid_text

_RANDOM = Random(4)


@pytest.mark.parametrize("bits", [0, 1, 2**128 - 1, *(_RANDOM.getrandbits(128) for _ in range(50))])
def test_they_are_uuids_of_version_4(bits: int) -> None:
    assert uuid_text(bits) == str(UUID(int=bits, version=4))
