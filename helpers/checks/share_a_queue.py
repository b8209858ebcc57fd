"""Notebook 10: its questions and its exercises."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from helpers.bank.queues import find_queue, measure_depth
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question
from helpers.experiments import tenants
from helpers.experiments.visibility import look_by_group

if TYPE_CHECKING:
    from helpers.lab import Lab

LEAST = 4
"""The three quiet tenants need 3 environments, and the noisy one has a message each second, too."""

ORDERS_QUEUE = "course-orders"
ORDERS = (
    ("ada", "chair"),
    ("dee", "table"),
    ("dee", "lamp"),
    ("ben", "desk"),
    ("dee", "shelf"),
    ("ada", "bench"),
)
"""Customer and what they order."""

QUESTIONS = {
    "without groups": Question(
        right=(85, 95),
        why="1,800 messages are in front of it, and 20 are processed each second: 90 seconds.",
        misconceptions={
            0: "SQS does not know whose a message is. Those of the burst are in front of it.",
            1: "SQS does not know whose a message is. Those of the burst are in front of it.",
            20: "20 is how many are worked on at once. How long do 1,800 take?",
            1800: "That would be right for one at a time. 20 are worked on at once.",
        },
        hint="Messages in front of it, divided by messages processed each second.",
    ),
    "with groups": Question(
        right="b",
        choices=ABC,
        why="A message of a quiet tenant goes before those of a noisy one. None is refused.",
        misconceptions={
            "a": "That is the first table. Compare the rows of ada, ben and cy in both.",
            "c": "SQS throttles no tenant: all 1,950 messages of dee were received.",
        },
        hint="Compare the p95 of ben and of dee in the two tables.",
    ),
    "one group each": Question(
        right="a",
        choices=ABC,
        why="No group is large enough to be noisy, so SQS prefers nobody.",
        misconceptions={
            "b": "20 at a time, 1,950 messages take 97 seconds. Somebody has to wait.",
            "c": "SQS cannot know that 1,800 groups are one customer. The group is the tenant.",
        },
        hint="Compare the p95 of ben with that in the first table.",
    ),
    "which metric": Question(
        right="b",
        choices=ABC,
        why="No message of a quiet tenant waits, however long the queue is.",
        misconceptions={
            "a": "It is the age of dee's message: it rises while all others are served.",
            "c": "It says that somebody is noisy. It does not say whether the others wait.",
        },
        hint="Which column is 0 in the minutes in which only dee waits?",
    ),
    "too few": Question(
        right="b",
        choices=ABC,
        why="3 messages a second of 1 second each need 3 environments, whoever goes first.",
        misconceptions={
            "a": "Going first is no help if those who go first are too many. Look at ben's p95.",
            "c": "dee waits far longer than the others, so the groups do count: a share of the "
            "processing time makes a tenant noisy, too.",
        },
        hint="Multiply the messages a second of the three quiet tenants by their seconds.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_room(lab: Lab, limit: object) -> str:
    """Modify, notebook 10: the least limit with which the quiet tenants wait 1 second at most."""
    if limit is ...:
        return NOT_ATTEMPTED
    if isinstance(limit, bool) or not isinstance(limit, int) or not 2 <= limit <= 1000:
        return f"MaximumConcurrency is a whole number, 2 to 1000; this is {limit!r}."
    url = tenants.open_queue(lab, limit)
    dwell = tenants.measure_dwell(lab, tenants.send_traffic(lab, url, group="tenant"))
    waited = float(dwell["p95"].loc[list(tenants.QUIET)].max())
    told = f"with {limit}, 95 % of the quiet tenants' messages wait {waited:g} s at most"
    if waited > 1:
        return f"Not yet: {told}."
    if limit > LEAST:
        return f"Not yet: {told}, but fewer are enough."
    return f"Right: {told}: 3 for them, and 1 for dee."


@exercise
def check_orders() -> str:
    """Make, notebook 10: each order is sent with its customer as the group.

    It looks at the messages by receiving them with a visibility timeout of 0 s afterwards.
    """
    queue = find_queue(ORDERS_QUEUE)
    if queue is None or not measure_depth(queue.url).total:
        return f"Not attempted yet: there is no message in {ORDERS_QUEUE}."
    groups = look_by_group(queue.url)
    bodies = sorted(body for found in groups.values() for body in found)
    if bodies != sorted(order for _, order in ORDERS):
        return f"Not yet: the queue holds {len(bodies)} messages, not exactly the six orders."
    if set(groups) == {""}:
        return "Not yet: the messages have no MessageGroupId, so SQS knows no tenants."
    if len(groups) == len(ORDERS):
        return (
            "Not yet: each order has its own group, so SQS treats dee's three orders as three "
            "tenants."
        )
    expected: dict[str, set[str]] = defaultdict(set)
    for customer, order in ORDERS:
        expected[customer].add(order)
    if {group: set(found) for group, found in groups.items()} != expected:
        return f"Not yet: the groups are {', '.join(sorted(groups))}. The customer is the group."
    return "Right: six orders of three tenants. If dee sends thousands, ada and ben do not wait."
