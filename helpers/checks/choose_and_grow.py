"""Notebook 08: its questions and its exercises."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from helpers.bank.queues import find_queue, measure_depth
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question
from helpers.experiments.visibility import look_by_group
from helpers.experiments.workload import try_filter

if TYPE_CHECKING:
    from helpers.lab import Lab

TRANSFERS = [
    {"kind": kind, "amount": amount}
    for kind, amount in (
        *(("payment", 999.99), ("payment", 1000), ("payment", 2500)),
        *(("statement", 1000), ("statement", 5000), ("statement", 9000)),
    )
]
"""What the filter of the Modify is tried with."""

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
            "a": "CloudFormation can change the batch size without replacing anything. Look at the "
            "two lines.",
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
            5: "That is this bank's maxReceiveCount. There is no queue of yours between the topic "
            "and the function.",
        },
        hint="Read the row of the topic.",
    ),
    "one group": Question(
        right=(60, 62),
        why="SQS delivers no message of a group until the message before it is deleted.",
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
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_pattern(lab: Lab, pattern: Any) -> str:
    """Modify, notebook 08: only large payments pass the filter. The messages are so many of each
    kind that the number which came through says which pattern let them."""
    if pattern is ... or pattern == {"body": {"kind": ["payment"]}}:
        return NOT_ATTEMPTED
    if not isinstance(pattern, dict) or "body" not in pattern:
        return f'A pattern begins with {{"body": ...}}, the message\'s body; this is {pattern!r}.'
    try:
        passed = try_filter(lab, pattern, TRANSFERS)["worked on"]
    except ClientError as refusal:
        return f"Not yet: AWS refuses it. {refusal.response['Error']['Message']}"
    told = f"Not yet: {passed} of {len(TRANSFERS)} messages came through."
    match passed:
        case 2:
            return "Right: the payments of 1,000.00 and 2,500.00 came through, and nothing else."
        case 1:
            return f"{told} The payment of 1,000.00 must come through, too."
        case 5:
            return f"{told} Statements came through: keep the kind in the pattern."
        case _:
            return f"{told} Only two are payments of 1,000.00 or more."


@exercise
def check_orders() -> str:
    """Make, notebook 08: a FIFO queue keeps each account's order, and no account waits.

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
        return (
            "Not yet: a group holds the orders of two accounts. Use one group for each account. "
            f"{AGAIN}"
        )
    if [body for body in bodies if body.startswith("HB-1001")] != list(ORDERS[:2]):
        return f"Not yet: HB-1001 is closed before it is opened. Send in the right order. {AGAIN}"
    return "Right: two groups; HB-1001 is opened, then closed, and HB-1002 waits for neither."


def _account(order: str) -> str:
    return order.partition("/")[0]
