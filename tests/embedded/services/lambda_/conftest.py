"""Both kinds of environments are held to the same tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount

BOTH = ("test_runtime", "test_asynchronous", "test_event_source", "test_json_logs")
"""Modules whose tests are run with each kind."""

NEED_A_PROCESS = {
    "test_more_memory_than_the_function_has_ends_its_environment": "no memory of its own",
    "test_tmp_outlives_an_environment_that_is_reset[in-process-os": "does not end by itself",
    "test_what_dies_is_a_warning": "does not end by itself",
    "test_a_handler_that_dies_is_charged_for_what_it_slept": "does not end by itself",
    "test_a_child_of_its_own_does_not_keep_a_dead_environment_alive": "starts no children",
    "test_random_numbers_inside_a_function_repeat": "the order of sets is that of this process",
}
"""What an environment in the account's process has not; `test_in_process` sees it refuse."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in BOTH and "lab" in metafunc.fixturenames:
        metafunc.parametrize("lab", ["processes", "in-process"], indirect=True)


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[EmbeddedAccount]:
    kind = getattr(request, "param", "processes")
    for name, why in NEED_A_PROCESS.items():
        if kind == "in-process" and request.node.name.startswith(name):
            pytest.skip(f"In the account's own process: {why}")
    with open_lab(environments=kind) as account:
        assert isinstance(account, EmbeddedAccount)
        yield account
