"""Which tests stay together, and which begin first: a plugin for pytest-xdist.

A file's tests stay in one process: its fixtures are started once, and a notebook is one kernel.
Files whose tests share nothing are split. What takes long begins first, so that no process is left
alone with it at the end.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

SPLIT = (
    "tests/course/rehearsing/test_consumers.py",
    "tests/course/test_faithful.py",
    "tests/course/test_notebooks.py",
    "tests/course/test_run_again.py",
    "tests/notebooks/test_on_real_account.py",
    "tests/parity/test_short.py",
)
"""Files whose tests share nothing that takes time to make."""

LONG = (
    # These count what a process enters and does, and want one in which nothing ran before.
    "tests/embedded/door/test_way_of_a_send.py",
    "tests/embedded/door/test_short_way.py",
    "tests/course/test_deaths.py",
    "tests/parity/",
    "tests/browser/",
    "tests/notebooks/test_on_real_account.py",
    "tests/tooling/test_wheel.py",
    "tests/tooling/test_site_sources.py",
    "tests/embedded/time/",
    "notebooks/",
    "tests/course/test_notebooks.py",
    "tests/course/test_run_again.py",
    "tests/course/rehearsing/",
    "tests/planning/",
    "tests/embedded/services/lambda_/",
)
"""The beginnings of what takes longest, the longest first."""


class Distribution(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole files, in the order in which they were collected, and tests of `SPLIT`."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in SPLIT else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Distribution:
    config.option.loadscopereorder = False
    return Distribution(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    found = (place for place, start in enumerate(LONG) if item.nodeid.startswith(start))
    return next(found, len(LONG))
