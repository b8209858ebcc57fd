"""The state machines and fuzzers, for longer than `make test` runs them: `make fuzz MINUTES=10`.

What fails is shown by Hypothesis with the smallest input, and kept in .hypothesis, so that the next
run begins with it. At the end: how many requests each service has answered, and how many steps each
state machine has made.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from typing import Any

import pytest

FACTOR = int(os.environ.get("FUZZ", "1"))
"""How many times as many examples as usual."""
DEEPER = FACTOR > 1
"""Whether examples are drawn anew; usually they repeat."""

WHERE = (
    "tests/embedded/test_fuzz.py",
    "tests/embedded/test_looking.py",
    "tests/embedded/door/test_odd_requests.py",
    "tests/embedded/door/access/test_decisions_hold.py",
    "tests/embedded/services/cloudformation/test_updates.py",
    "tests/embedded/services/cloudwatch/test_counter_identities.py",
    "tests/embedded/services/kms/test_nothing_is_lost.py",
    "tests/embedded/services/lambda_/event_source/test_mapping_states.py",
    "tests/embedded/services/lambda_/test_faults.py",
    "tests/embedded/services/sqs/test_model.py",
)


def examples(usual: int) -> int:
    """How many examples a test draws that usually draws so many."""
    return usual * FACTOR


class Steps:
    """Counts requests by service, and the steps of state machines."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.failed: list[str] = []

    def pytest_sessionstart(self) -> None:
        if self.counted:  # a later round
            return
        # Not before pytest has begun, which rewrites what it imports.
        from hypothesis.stateful import RuleBasedStateMachine

        from helpers.embedded.door.gateway import Gateway

        answer, counted = Gateway.answer, self.counted

        def counting(gateway: Gateway, call: Any) -> Any:
            counted[call.service] += 1
            return answer(gateway, call)

        Gateway.answer = counting  # type: ignore[method-assign]
        check = RuleBasedStateMachine.check_invariants

        def checking(machine: Any, *given: Any, **named: Any) -> Any:
            counted[type(machine).__name__] += 1
            return check(machine, *given, **named)

        RuleBasedStateMachine.check_invariants = checking  # type: ignore[method-assign]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def main() -> int:
    """Again and again until the time is up; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("tests", nargs="*", default=WHERE)
    asked = parser.parse_args()
    until, rounds, steps = time.monotonic() + 60 * asked.minutes, 0, Steps()
    while time.monotonic() < until and not steps.failed:
        for test in asked.tests:
            if time.monotonic() < until:
                seed = f"--hypothesis-seed={rounds}"
                pytest.main(["-q", "-x", "-p", "no:cacheprovider", seed, test], plugins=[steps])
        rounds += 1
    for door, count in steps.counted.most_common():
        sys.stdout.write(f"{count:>9,} {door}\n")
    failed = ", ".join(steps.failed) or "nothing"
    sys.stdout.write(f"{steps.counted.total():>9,} in all; failed: {failed}\n")
    return 1 if steps.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
