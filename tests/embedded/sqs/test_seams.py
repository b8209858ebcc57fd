"""moto still has everything that our queues reach for."""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter

import pytest

from helpers.embedded.sqs.seams import REACHES, Reach


@pytest.mark.parametrize("reach", REACHES, ids=lambda reach: reach.path)
def test_moto_has_it(reach: Reach) -> None:
    module = import_module(reach.module)
    try:
        attrgetter(reach.path)(module)
    except AttributeError:
        pytest.fail(f"moto has no {reach.module}.{reach.path} any more. It is {reach.why}.")
