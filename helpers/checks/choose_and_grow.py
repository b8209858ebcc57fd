"""Notebook 08: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import boto3

from helpers.bank.queues import find_queue, measure_depth
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question
from helpers.experiments.visibility import look_by_group

if TYPE_CHECKING:
    from helpers.bank.pipeline import Bank

LIMIT, SECONDS = 3, 0.5
"""What the bank is to be limited to, for batches that take so many seconds each."""
TEMPLATE_LIMIT = 10
"""What data/template.yaml limits it to."""

ORDERS_QUEUE = "account-orders.fifo"
ORDERS = ("HB-1001/open", "HB-1001/close", "HB-1002/open")
AGAIN = (
    "Then create the queue again: this one drops what comes with the same deduplication id within "
    "5 minutes, and no time has passed."
)


QUESTIONS = {
    "taken back": Question(
        right="b",
        choices=ABC,
        why="The key of a table cannot change: that takes a new table, and the name is not free.",
        misconceptions={
            "a": "Lambda changes the batch size while it polls. Look at the two lines.",
            "c": "A stack cannot do what DynamoDB does not allow. Look at the second line.",
        },
        hint="One of the two lines names a state with ROLLBACK in it.",
    ),
    "two readers": Question(
        right=3,
        why="Readers of one queue share its messages. Each message goes to one of them.",
        misconceptions={
            6: "A topic would do that. From a queue one reader receives a message, and deletes it.",
            0: "The first reader received and deleted three. Any reader can receive the others.",
        },
        hint="Six messages were sent, and the two readers took turns.",
    ),
    "attempts": Question(
        right=3,
        why="Lambda tries an asynchronous event again after one minute and after two more.",
        misconceptions={
            1: "That is the synchronous way. SNS does not wait for the function, so Lambda tries "
            "again by itself.",
            2: "Lambda tries again twice: with the first attempt that makes three.",
            5: "That is this bank's maxReceiveCount. No queue of yours is between topic and "
            "function.",
        },
        hint="Read the row of the topic.",
    ),
    "one group": Question(
        right=(60, 62),
        why="SQS delivers no message of a group before the one ahead is done.",
        misconceptions={
            1: "Sixty environments at once would break the order. One environment works on a "
            "group.",
            6: "That needs ten groups. One environment at a time works on a group.",
            12: "Five batches at once is how a standard queue starts. One group allows one.",
        },
        hint="Look at the seconds of the row with one group.",
    ),
    "filtered": Question(
        right="c",
        choices=ABC,
        why="Lambda receives every message, and deletes those that no filter matches.",
        misconceptions={
            "a": "Lambda received all of them and deleted the statements: the queue is empty.",
            "b": "No receive failed, so there is no dead letter. The filter alone decides.",
        },
        hint="Look for the statements: the clerk got none. How many does the queue hold?",
    ),
    "environments": Question(
        right=8,
        why="Little's law: 4 a second times 2 s each are 8 at work.",
        misconceptions={
            2: "Each second brings 4 more, and each of them stays for 2 s: multiply the two.",
            4: "In each second 4 begin, but the 4 of the second before are still at work.",
            5: "Lambda starts with up to 5 batches at once, and goes up when that is too few.",
            240: "Only the messages that are at work at one moment need an environment.",
        },
        hint="Messages a second times seconds for each message.",
    ),
    "price of concurrency": Question(
        right="b",
        choices=ABC,
        why="Lambda bills requests and seconds of work. Neither changes when more run at once.",
        misconceptions={
            "a": "Twice the environments, each at work for half the time: the same bill.",
            "c": "The same invocations take the same seconds. Only the waiting becomes less, and "
            "Lambda does not charge for waiting in a queue.",
        },
        hint="Compare the cents of the rows in which MaximumConcurrency was varied.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_limit(bank: Bank) -> str:
    """Modify, notebook 08: the bank's mapping is limited to what Little's law says, not less."""
    mapping = boto3.client("lambda").get_event_source_mapping(UUID=bank.mapping)
    limit = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
    if limit is None:
        return "Not yet: the bank's mapping has no MaximumConcurrency at all."
    if limit == TEMPLATE_LIMIT:
        return f"{NOT_ATTEMPTED.partition(':')[0]}: the bank's mapping is limited to {limit}."
    if limit < LIMIT:
        return f"Not yet: {limit} at once finish {limit / SECONDS:g} batches a second, and 5 come."
    if limit > LIMIT:
        return f"Not yet: {limit} is more than needed. Multiply batches a second by their seconds."
    return f"Right: 5 batches a second x {SECONDS} s = 2.5 at work on average; {LIMIT} leave room."


@exercise
def check_orders() -> str:
    """Make, notebook 08: a FIFO queue keeps each account's orders in line, and no other's.

    It looks at the messages by receiving them with a visibility timeout of 0 s afterwards.
    """
    queue = find_queue(ORDERS_QUEUE)
    if queue is None:
        return f"Not attempted yet: there is no queue named {ORDERS_QUEUE}."
    depth = measure_depth(queue.url)
    if depth.in_flight:
        return f"Not yet: {depth.in_flight} messages are in flight; let 30 s pass."
    groups = look_by_group(queue.url)
    bodies = [body for group in groups.values() for body in group]
    if sorted(bodies) != sorted(ORDERS):
        return (
            f"Not yet: the queue holds {len(bodies)} messages, not exactly the three orders. "
            f"{AGAIN}"
        )
    if len(groups) == 1:
        return (
            "Not yet: all are in one group, so HB-1002 waits for HB-1001. Give each account its "
            f"own. {AGAIN}"
        )
    accounts = {group: {_account(body) for body in found} for group, found in groups.items()}
    if len(groups) > len({_account(body) for body in ORDERS}):
        return f"Not yet: HB-1001 is in two groups, so it may be closed before it is open. {AGAIN}"
    if any(len(each) > 1 for each in accounts.values()):
        return f"Not yet: a group holds the orders of two accounts. One group an account. {AGAIN}"
    if [body for body in bodies if body.startswith("HB-1001")] != list(ORDERS[:2]):
        return f"Not yet: HB-1001 is closed before it is opened. Send in the right order. {AGAIN}"
    return "Right: two groups; HB-1001 is opened, then closed, and HB-1002 waits for neither."


def _account(order: str) -> str:
    return order.partition("/")[0]
