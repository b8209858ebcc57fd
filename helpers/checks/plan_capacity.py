"""Notebook 11: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import Any

from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question
from helpers.modelled_work import Work, exponential, fixed
from helpers.planning import Settings, answer, daily, formulas, steady

LONGEST, MOST_USD = 1.5, 20.0
"""Seconds until done (p95) and US dollars a month, for the Modify."""
BATCHED = Work(fixed(0.2), fixed(0.05))
"""What the function of the Modify does: for each invocation, and for each message."""
BUSY = steady(8, 120)

DAY = daily(20_000)
"""The load of the Make; 95 % of the messages of its busiest hour may wait PATIENCE seconds, and
each takes SERVICE seconds."""
SERVICE, PATIENCE = 6.0, 5.0

QUESTIONS = {
    "environments": Question(
        right=4,
        why="Little's law: 8 messages a second x 0.5 seconds each.",
        misconceptions={
            8: "8 arrive each second, but each stays for half a second only.",
            10: "10 is the limit. Fewer are busy.",
            16: "Multiply, do not divide: 8 messages a second x 0.5 seconds each.",
            5: "Lambda starts with up to 5 at once, and uses what the load needs.",
        },
        hint="Messages a second x seconds for each message.",
    ),
    "least limit": Question(
        right=5,
        why="4 are busy on average. With exactly 4, a backlog from a busy moment never shrinks.",
        misconceptions={
            4: "With exactly 4, a backlog from a busy moment never shrinks.",
            8: "8 a second, but each stays for half a second only.",
            16: "Multiply, do not divide: 8 messages a second x 0.5 seconds each.",
        },
        hint="Messages a second x seconds each, and something to catch up with.",
    ),
    "drain": Question(
        right=(29, 32),
        why="3,600 messages wait. 3 are done each second and 1 comes: 3,600 / 2 seconds.",
        misconceptions={
            20: "3,600 / 3 seconds. That ignores the 1 message that arrives each second.",
            60: "That is right for a limit of 2. A limit of 3 processes 3 a second.",
        },
        hint="The backlog, divided by what is done each second beyond what comes.",
    ),
    "slower": Question(
        right=3,
        why="8 x 0.5 = 4 of 12 environments are at work. Three times as long fills all 12.",
        misconceptions={
            12: "12 is the limit. How many of the 12 are at work already?",
            4: "4 are at work now. The limit is three times as many.",
            2: "Twice as long needs 8 of the 12 environments.",
        },
        hint="The limit, divided by the environments at work now.",
    ),
    "first dead": Question(
        right=12,
        why="It is received at 0, 4 and 8 minutes. At 12 it is visible again, and has had three.",
        misconceptions={
            8: "Then it is received for the third time. SQS moves it when it would be the fourth.",
            3: "3 is the count. Each receive is followed by 4 minutes of being invisible.",
            4: "4 minutes is one visibility timeout; there are three.",
            16: "Count the pauses: after the first, the second and the third receive.",
        },
        hint="maxReceiveCount x visibility timeout.",
    ),
    "dearest": Question(
        right="a",
        choices=ABC,
        why="A message that travels alone takes three calls: send, receive, delete.",
        misconceptions={
            "b": "A quarter of a second of a small function is cheaper than three calls.",
            "c": "Lambda bills one request a message, SQS three.",
        },
        hint="Read the three lines of the bill.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_budget(chosen: Any) -> str:
    """Modify, notebook 11: a batch size and a window that keep to the time and to the money."""
    if chosen is ...:
        return NOT_ATTEMPTED
    if not isinstance(chosen, dict) or set(chosen) != {"batch_size", "window"}:
        return f'Give a batch size and a window, {{"batch_size": 1, "window": 0}}; not {chosen!r}.'
    size, window = chosen["batch_size"], chosen["window"]
    if not _is_whole(size, 1, 10_000) or not _is_whole(window, 0, 300):
        return "A batch size is 1 to 10,000, a window 0 to 300 seconds, in whole numbers."
    if size > 10 and not window:
        return "Lambda takes more than 10 messages at once only with a window of 1 second or more."
    found = answer(BUSY, settings_of(size, window))
    told = f"{found.done_p95:.1f} s (p95) and {found.usd_a_month:.2f} USD a month"
    if found.done_p95 > LONGEST:
        return f"Not yet: {told}. That is too slow."
    if found.usd_a_month > MOST_USD:
        return f"Not yet: {told}. That is too expensive."
    return f"Right: {told}."


def settings_of(batch_size: int = 1, window: int = 0) -> Settings:
    """The bench of the Modify."""
    return Settings(BATCHED, batch_size, window, maximum_concurrency=20)


@exercise
def check_day(limit: object) -> str:
    """Make, notebook 11: the least limit that serves the busiest hour, held to a run of it."""
    if limit is ...:
        return NOT_ATTEMPTED
    if not _is_whole(limit, 2, 1000):
        return f"MaximumConcurrency is a whole number, 2 to 1000; this is {limit!r}."
    assert isinstance(limit, int)
    rate = max(DAY.rates)
    found = answer(
        steady(rate, 4 * 3600), Settings(Work(exponential(SERVICE)), maximum_concurrency=limit)
    )
    told = f"with {limit}, 95 % wait {found.p95:.1f} s at most in a run of the busiest hour"
    least = formulas.needed_concurrency(rate, SERVICE, PATIENCE)
    if limit < least:
        return f"Not yet: {told}."
    if limit > least:
        return f"Not yet: {told}. Fewer are enough."
    return f"Right: {told}."


def _is_whole(number: object, least: int, most: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and least <= number <= most
