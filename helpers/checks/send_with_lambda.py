"""Notebook 05: its questions and its exercises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank import sender
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question
from helpers.deploying.invocations import Answer, invoke_function
from helpers.deploying.packages import MODULE
from helpers.experiments.permissions import Permission, read_permissions

if TYPE_CHECKING:
    from helpers.bank.pipeline import Queues
    from helpers.lab import Lab

TUTORIAL_ACTIONS = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "sqs:SendMessageBatch",
    "sqs:SendMessage",
)
BASIC = "AWSLambdaBasicExecutionRole"
DATA_KEY_SECONDS = 300
TEXTS = [f"text {number}" for number in range(1, 13)]
REFUSED = "coffee\x0b"

QUESTIONS = {
    "denied send": Question(
        right="b",
        choices=ABC,
        why="Lambda did what you asked: it ran the function. That the function failed is its "
        "answer, not an error of your call.",
        misconceptions={
            "a": "You may invoke the function, so your call succeeds. SQS refused the function's "
            "call.",
            "c": "SQS refuses at once, and does not keep the message.",
        },
        hint="Compare the status with the words below it.",
    ),
    "lines to spare": Question(
        right=2,
        why="SQS and KMS never check kms:Encrypt or sqs:SendMessageBatch.",
        misconceptions={
            0: "A policy can work although some of its lines are never checked.",
            1: "There is a second one. Look at the last column again.",
            3: "Three are needed, two are not. You were asked for those without which it still "
            "sends.",
            4: "At once, yes: SQS still had a data key. Five minutes later it called KMS again.",
            5: "Without sqs:SendMessage, sending fails at once.",
        },
        hint="Count what still works in the last column.",
    ),
    "batch permission": Question(
        right="b",
        choices=ABC,
        why="IAM has no such action: sqs:SendMessage stands for the single send and the batch.",
        misconceptions={
            "a": "The name looks right, and IAM accepted it. SQS never checks it.",
            "c": "A permission is checked once for the request, not for each message.",
        },
        hint="Read which action the first line names.",
    ),
    "price of batches": Question(
        right=(9, 10),
        why="SQS bills requests: 10 in place of 100. The function's own price hardly shows.",
        misconceptions={
            1: "SQS bills requests, not messages, and a request carries up to ten.",
            100: "A batch holds ten messages at most.",
            2: "The batch has ten messages for the price of one request.",
        },
        hint="Divide the cents of the first row by those of the last.",
    ),
    "one bad of ten": Question(
        right="b",
        choices=ABC,
        why="SQS answers for each entry: the request succeeds, and Failed lists what it refused.",
        misconceptions={
            "a": "SQS accepts or refuses each message of a batch by itself.",
            "c": "boto3 raises when a request fails. This one succeeded, with a list of failures.",
        },
        hint="Compare what the function says with what is in the queue.",
    ),
    "another queue": Question(
        right="c",
        choices=ABC,
        why="The variable names the other queue. The policy allows only banking-queue, so SQS "
        "refuses.",
        misconceptions={
            "a": "The function tries. But its role may send to banking-queue, and to no other.",
            "b": "The code knows no queue. It takes the one that the variable names.",
        },
        hint="Read what was denied, and on which resource.",
    ),
}


def _differs(seen: Sequence[str], *expected: str) -> str:
    """The first outcome that is not as it must be; "" if all are."""
    wrong = (f"{one}, not {two}" for one, two in zip(seen, expected, strict=True) if one != two)
    return next(wrong, "")


DENIED = "denied sqs:sendmessage"
FAULTS: dict[str, Callable[[Any], str]] = {
    "denied send": lambda outcome: _differs([outcome], DENIED),
    "lines to spare": lambda table: _differs(table["with all"], *["works"] * len(table)),
    "batch permission": lambda outcomes: _differs([*outcomes.values()], DENIED, "works"),
    "one bad of ten": lambda outcome: _differs([outcome], "works"),
    "another queue": lambda outcomes: _differs(outcomes, DENIED, "works"),
}
"""What was seen instead of what a question is about; "" if it was seen."""

judge = judge_in(__name__, QUESTIONS, FAULTS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_least_privilege(lab: Lab, bank: Queues) -> str:
    """Modify, notebook 05: the sender's role allows three actions, each where it is needed.

    At the end the function must send, with a new data key: five minutes pass for that.
    """
    try:
        found = read_permissions(sender.ROLE)
    except (LookupError, ValueError) as error:
        return f"Not yet: {error}"
    if _is_the_tutorials(found, bank):
        return "Not attempted yet: the role still has all five lines, on both resources."
    if trouble := _check_attached() or _check_pairs(found, bank):
        return f"Not yet: {trouble}"
    lab.advance(seconds=DATA_KEY_SECONDS)
    try:
        answer = invoke_function(sender.FUNCTION, {"bodies": ["rent"], "size": 1})
    except LookupError as error:
        return f"Not yet: {error}"
    if answer.error:
        return f"Not yet: {_tell(answer)}"
    return "Right: three permissions, each on what it is for, and the function sends."


@exercise
def check_count() -> str:
    """Make, notebook 05: the sender's handler returns how many messages SQS accepted."""
    configuration = boto3.client("lambda").get_function_configuration
    try:
        entry = configuration(FunctionName=sender.FUNCTION)["Handler"]
        if not entry.startswith(f"{MODULE}."):
            return (
                "Not attempted yet: the bank's own sender is deployed. Deploy a handler of yours."
            )
        good = invoke_function(sender.FUNCTION, {"bodies": TEXTS, "size": 10})
        if good.value == f"sent {len(TEXTS)}":
            return f"Not attempted yet: the function still returns {good.value!r}."
        if trouble := _check_answer(good, len(TEXTS)):
            return f"Not yet: {trouble}"
        texts = [*TEXTS[:5], REFUSED, *TEXTS[6:]]
        mixed = invoke_function(sender.FUNCTION, {"bodies": texts, "size": 10})
    except (LookupError, boto3.client("lambda").exceptions.ResourceNotFoundException):
        return "Not attempted yet: there is no function. Run the cells that deploy one first."
    if mixed.error:
        return f"Not yet: one of 12 texts is refused, and {_tell(mixed)} Return how many were sent."
    if trouble := _check_answer(mixed, len(TEXTS) - 1):
        return f"Not yet: one of 12 texts is refused, and {trouble}"
    return "Right: 12 of 12, and 11 of 12 when SQS refuses one."


def _is_the_tutorials(found: list[Permission], bank: Queues) -> bool:
    actions = {action.lower() for action in TUTORIAL_ACTIONS}
    wanted = {(action, on) for action in actions for on in (bank.key_arn, bank.queue_arn)}
    return sorted(permission.pair for permission in found) == sorted(wanted)


def _check_attached() -> str:
    """What is wrong with the managed policies of the role."""
    attached = boto3.client("iam").list_attached_role_policies(RoleName=sender.ROLE)
    names = [policy["PolicyName"] for policy in attached["AttachedPolicies"]]
    if extra := [name for name in names if name != BASIC]:
        return f"the role has {extra[0]}, too, which allows far more."
    return ""


def _check_pairs(found: list[Permission], bank: Queues) -> str:
    """What is wrong with the inline policies."""
    wanted = {
        ("kms:generatedatakey", bank.key_arn),
        ("kms:decrypt", bank.key_arn),
        ("sqs:sendmessage", bank.queue_arn),
    }
    needed = {action for action, _ in wanted}
    for permission in found:
        if "*" in permission.action + permission.resource:
            return (
                f"{permission.action} on {permission.resource} is a wildcard. Name the action and "
                "the resource."
            )
    for permission in found:
        if permission.pair[0] not in needed:
            return f"{permission.policy} allows {permission.action}, which is never checked."
    for permission in found:
        if permission.pair not in wanted:
            return _explain_resource(permission, bank)
    allowed = {permission.pair for permission in found}
    missing = sorted(action for action, resource in wanted - allowed)
    return f"no policy of the role allows {missing[0]}." if missing else ""


def _explain_resource(permission: Permission, bank: Queues) -> str:
    if permission.resource in (bank.key_arn, bank.queue_arn):
        kind = "the queue" if permission.resource == bank.queue_arn else "the key"
        return (
            f"{permission.action} has no effect on {kind}. Write one statement for the key and one "
            "for the queue."
        )
    return f"{permission.action} is allowed on {permission.resource}. Use the ARNs of `bank`."


def _check_answer(answer: Answer, taken: int) -> str:
    if answer.error:
        return _tell(answer)
    if type(answer.value) is not int:
        return f"it returns {answer.value!r}. It must return a whole number."
    if answer.value != taken:
        return f"it returns {answer.value}; SQS accepted {taken}, in batches of ten and less."
    return ""


def _tell(answer: Answer) -> str:
    """Why the function failed, in a sentence."""
    if answer.outcome.startswith("denied"):
        return f"the function is {answer.outcome}."
    hint = " Its imports must stand in its cell, too." if answer.error == "NameError" else ""
    return f"the function failed: {answer.error}: {answer.words}.{hint}"
