"""Notebook 06: its questions and its exercises."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank import pipeline, receiver, sender
from helpers.bank.dead_letters import find_transaction_id, read_dead_letters
from helpers.bank.ledger import read_bookings
from helpers.bank.queues import measure_depth
from helpers.bank.releases import RELEASES
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, NOT_ATTEMPTED, Question

if TYPE_CHECKING:
    from helpers.bank.pipeline import Bank
    from helpers.lab import Lab

GOOD_COUNT = 20
"""Transactions of each exercise."""
SEED = 606
OWN = f"good-{SEED}-"
"""What the ids of the Make exercise's transactions begin with."""
REFUSED_ACTION = "dynamodb:PutItem"
ADVISED = 6
"""Times the function's timeout, for a visibility timeout.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""


QUESTIONS = {
    "invocations": Question(
        right="c",
        choices=ABC,
        why="Batches are not always full, and refused messages are received again. On AWS the "
        "number differs from run to run.",
        misconceptions={
            "a": "Batch size 10 is a limit, not a promise: a batch may hold fewer messages, "
            "and refused messages are received again.",
            "b": "A batch holds up to ten messages, so a hundred invocations are not needed.",
        },
        hint="Read the first line: how many invocations were there?",
    ),
    "receives": Question(
        right=5,
        why="maxReceiveCount is 5: after five receives without a delete SQS moves the message.",
        misconceptions={
            1: "One refusal is not enough. The fault may be the receiver's, so the message "
            "becomes visible again, until maxReceiveCount is reached.",
            6: "Nearly: at the sixth attempt SQS moves the message, so the receiver does not "
            "get it.",
            10: "Ten is the batch size. maxReceiveCount decides how many times a message is "
            "received.",
        },
        hint="Count the rows of the table: one for each receive.",
    ),
    "seconds": Question(
        right=(148, 165),
        why="Five receives, with 30 s of visibility timeout after each: 150 s and a little more.",
        misconceptions={
            0: "Nothing tells the queue that a message is bad. It waits for the visibility "
            "timeout after each receive.",
            30: "After 30 s the message becomes visible for the first time. Four more receives "
            "follow.",
            120: "The fifth receive is then; its visibility timeout must end as well.",
            180: "Five timeouts, not six: the first receive is at the start.",
        },
        hint="Each refused message is invisible for 30 s after each of its receives.",
    ),
    "slow": Question(
        right=20,
        why="A batch that reaches the timeout fails as a whole. After five times all are dead "
        "letters.",
        misconceptions={
            0: "SQS counts receives. It cannot know whether the messages or the function are to "
            "blame.",
            8: "Those were booked, and yet they are dead letters: if the function does not return, "
            "Lambda deletes no message of the batch.",
            12: "Those are the ones that were not booked. The booked ones are dead letters too.",
        },
        hint="Add up the dead letters in the last line: booked and not booked.",
    ),
    "throttled": Question(
        right="b",
        choices=ABC,
        why="Lambda receives a message before it invokes the function. Each receive counts, even "
        "if the invocation is throttled.",
        misconceptions={
            "a": "They would wait if nobody received them. But the pollers do receive them, "
            "although the function is throttled, and the messages become visible again.",
            "c": "Nothing is lost: a throttled message becomes visible again. But its receive "
            "count has grown, and after five receives SQS moves it.",
        },
        hint="Read the last line: how many are dead letters?",
    ),
    "dying": Question(
        right="a",
        choices=ABC,
        why="All became visible again, because the function did not return. The ledger already "
        "contained them, so they were not booked twice.",
        misconceptions={
            "b": "The second invocation tried. The conditional put found each transaction in the "
            "ledger.",
            "c": "One failed receive makes no dead letter: the second invocation returned, and "
            "Lambda deleted the messages.",
        },
        hint="Read the last line: how many are booked?",
    ),
    "redrive": Question(
        right=12,
        why="The cause is repaired for the valid dead letters. The invalid ones fail again.",
        misconceptions={
            0: "A redrive does not repair a message. It only sends each one again.",
            132: "The cause is repaired: the function is quick and nobody throttles it. "
            "The valid transactions are booked now.",
        },
        hint="Which dead letters had a reason, and which had none? Read the table before.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_patience(bank: Bank, patient: Any) -> str:
    """Modify, notebook 06: by its settings, the slow release books 20 good transactions.

    Args:
        patient: the frame of the learner's sending, or `...`.
    """
    if patient is ...:
        return NOT_ATTEMPTED
    if "transaction_id" not in getattr(patient, "columns", ()):
        return "Not yet: `patient` must be what sender.send_transactions returned."
    if len(patient) != GOOD_COUNT:
        return f"Not yet: {len(patient)} transactions were sent, not {GOOD_COUNT}."
    if not patient["transaction_id"].str.startswith("good-").all():
        return "Not yet: some of them may be invalid. With spoil=False all of them are valid."
    found = boto3.client("lambda").get_function_configuration(FunctionName=bank.receiver)
    if found["Handler"] != f"{RELEASES['slow'].module}.handler":
        return "Not yet: the slow release is not deployed."
    if left := measure_depth(bank.queue_url).total:
        return f"Not yet: {left} messages are still in the queue. Let lab time pass."
    letters = {letter.message_id for letter in read_dead_letters(bank.dead_letter_queue_url)}
    if dead := int(patient.index.isin(letters).sum()):
        return (
            f"Not yet: {dead} of {len(patient)} are dead letters. A message takes 1 s, the "
            f"function may take {found['Timeout']} s, and a batch holds up to how many?"
        )
    queue = boto3.client("sqs").get_queue_attributes(
        QueueUrl=bank.queue_url, AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    if (advised := ADVISED * found["Timeout"]) > int(queue["VisibilityTimeout"]):
        return f"Right: no dead letter. But AWS now advises a visibility timeout of {advised} s."
    return f"Right: all {len(patient)} are booked by a release that is as slow as before."


def break_bank(lab: Lab, bank: Bank) -> None:
    """Make, notebook 06: set the bank back, break one thing in it, and send 20 good transactions.

    All of them die. Called again it sees that they were sent, and changes nothing.
    """
    if _find_booked(bank) or _count_dead(bank):
        return
    pipeline.build_bank(lab)
    iam = boto3.client("iam")
    for name in iam.list_role_policies(RoleName=receiver.ROLE)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=receiver.ROLE, PolicyName=name)["PolicyDocument"]
        for statement in document["Statement"]:
            actions = [action for action in statement["Action"] if action != REFUSED_ACTION]
            statement["Action"] = actions
        iam.put_role_policy(
            RoleName=receiver.ROLE, PolicyName=name, PolicyDocument=json.dumps(document)
        )
    sender.send_transactions(GOOD_COUNT, SEED, spoil=False)
    pipeline.watch_queues(lab, bank, step=10)


@exercise
def check_repair(bank: Bank, action: Any) -> str:
    """Make, notebook 06: the cause was found and repaired, and the letters were sent back.

    Args:
        action: the learner's answer: what the receiver was not allowed to do, or `...`.
    """
    booked = len(_find_booked(bank))
    if action is ...:
        return f"Not attempted yet: {_count_dead(bank)} valid transactions are dead letters."
    said = action.strip().lower() if isinstance(action, str) else ""
    if said == REFUSED_ACTION.lower().partition(":")[2]:
        return "Not yet: almost. Add the service in front, as in a policy."
    if said != REFUSED_ACTION.lower():
        return (
            f"Not yet: {action!r} is not what was refused. Read the last lines of the receiver's "
            'log: which action is it "not authorized to perform"?'
        )
    if left := measure_depth(bank.queue_url).total:
        return f"Not yet: {left} messages are in the queue. Let lab time pass."
    if booked < GOOD_COUNT:
        return (
            f"Not yet: {GOOD_COUNT - booked} of {GOOD_COUNT} are not booked. First repair the "
            "bank, then start the move task, then let lab time pass."
        )
    return f"Right: {REFUSED_ACTION} was missing. It is allowed again, and all {booked} are booked."


def _find_booked(bank: Bank) -> list[str]:
    """The exercise's transactions that are in the ledger."""
    return [name for name in read_bookings(bank.ledger).index if name.startswith(OWN)]


def _count_dead(bank: Bank) -> int:
    """The exercise's transactions that are dead letters."""
    letters = read_dead_letters(bank.dead_letter_queue_url)
    return sum(find_transaction_id(letter.body).startswith(OWN) for letter in letters)
