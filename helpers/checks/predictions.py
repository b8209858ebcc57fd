"""The questions before each experiment, and an answer for each way to think about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NOT_ATTEMPTED = "Not attempted yet: put your own answer in place of the three dots, and run again."


@dataclass(frozen=True)
class Question:
    """A question with one answer, or a range of numbers that count as right.

    Attributes:
        right: the answer; for a range of numbers its lowest and highest.
        why: said to a right answer.
        misconceptions: wrong answers and what lies behind each of them.
        hint: said to any other wrong answer.
    """

    right: str | int | tuple[int, int]
    why: str
    misconceptions: Mapping[str | int, str]
    hint: str
    choices: tuple[str, ...] = field(default=())

    @property
    def wants(self) -> str:
        """What kind of answer it takes, in words."""
        if self.choices:
            quoted = [f'"{choice}"' for choice in self.choices]
            return f"{', '.join(quoted[:-1])} or {quoted[-1]}"
        return "a whole number"

    def takes(self, answer: object) -> bool:
        """Whether it is an answer to this question at all."""
        if self.choices:
            return answer in self.choices
        return isinstance(answer, int) and not isinstance(answer, bool)

    def accepts(self, answer: object) -> bool:
        """Whether the answer is right."""
        if isinstance(self.right, tuple):
            return isinstance(answer, int) and self.right[0] <= answer <= self.right[1]
        return answer == self.right


def judge(name: str, answer: object) -> str:
    """What to say to this answer to the question of this name.

    Raises:
        ValueError: there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"There is no question {name!r}. Choose one of: {', '.join(QUESTIONS)}.")
    question = QUESTIONS[name]
    if answer is ...:
        return NOT_ATTEMPTED
    answer = answer.strip().lower() if isinstance(answer, str) else answer
    if not question.takes(answer):
        return f"The answer must be {question.wants}; this is {answer!r}."
    if question.accepts(answer):
        return f"Right. {question.why}"
    if isinstance(answer, str | int) and answer in question.misconceptions:
        return f"Not so. {question.misconceptions[answer]}"
    return f"Not so. {question.hint}"


ABC = ("a", "b", "c")

QUESTIONS = {
    "still clock": Question(
        right=0,
        why="The account's clock stands still until you move it, however long the kernel works.",
        misconceptions={
            1: "That is the kernel's clock. The account has its own, and only you move it.",
        },
        hint="Compare the two times that the cell printed.",
    ),
    "delayed message": Question(
        right=0,
        why="A delay of 60 s is over after 60 s, not after 59: the clock lets you stop in between.",
        misconceptions={
            1: "The message is in the queue, but delayed: visible only when its 60 s are over.",
            2: "One message was sent; delayed is a state of it, not a copy.",
        },
        hint="Look at the printed depth: one message, and three states it can be in.",
    ),
    "received message": Question(
        right="b",
        choices=ABC,
        why="Receiving hides a message for its visibility timeout. Only deleting removes it.",
        misconceptions={
            "a": "Receiving is not deleting. SQS cannot know that the work was done; "
            "it waits to be told, and gives the message out again.",
            "c": "A message is hidden for its visibility timeout only. "
            "A consumer that died must not keep it for ever.",
        },
        hint="Compare the depth before and after the 30 seconds.",
    ),
    "shorter timeout": Question(
        right=1,
        why="VisibilityTimeout in receive_message counts for this receive, not for the queue.",
        misconceptions={
            0: "The message is still hidden. Was VisibilityTimeout=10 given to receive_message, "
            "and did 11 s pass?",
        },
        hint="Count the visible messages with queues.measure_depth(url).visible.",
    ),
    "changed amount": Question(
        right="b",
        choices=ABC,
        why="The form is still right and both accounts exist; only the signature tells.",
        misconceptions={
            "a": "The form only says that cents is a whole number above zero: 999900 is one.",
            "c": "Both accounts are in the ledger. The signature is checked before them, too.",
        },
        hint="Read the reason that the check printed.",
    ),
    "invocations": Question(
        right="c",
        choices=ABC,
        why="Pollers take what is there: batches need not fill, and refused messages come back.",
        misconceptions={
            "a": "Batch size 10 is a limit, not a promise: a batch may hold fewer messages, "
            "and what is refused is received again.",
            "b": "A batch holds up to ten messages, so that a hundred invocations are not needed.",
        },
        hint="Compare with the number of REPORT lines in the log.",
    ),
    "receives": Question(
        right=5,
        why="maxReceiveCount is 5: after five receives in vain the next one moves the message.",
        misconceptions={
            1: "A refusal is no verdict. The queue gives the message out again, since the fault "
            "may have been the receiver's, until maxReceiveCount is reached.",
            6: "Nearly: at the sixth attempt SQS moves the message, and the receiver "
            "does not see it any more.",
            10: "Ten is the batch size. How often one message comes is up to maxReceiveCount.",
        },
        hint="Count the rows of the table: one for each receive.",
    ),
    "seconds": Question(
        right=(148, 165),
        why="Five receives, and 30 s of visibility timeout after each: 150 s, and a little.",
        misconceptions={
            0: "Nothing tells the queue that a message is bad. It waits for the visibility "
            "timeout after each receive.",
            30: "After 30 s the message comes back for the first time. Four more receives follow.",
            120: "The fifth receive is then; its visibility timeout must end as well.",
            180: "Five timeouts, not six: the first receive is at the start.",
        },
        hint="Each refused message is invisible for 30 s after each of its receives.",
    ),
    "sent twice": Question(
        right="a",
        choices=ABC,
        why="The conditional put finds the transaction in the ledger and books nothing new.",
        misconceptions={
            "b": "The message is a new one, the transaction is not, and the ledger's key is the "
            "transaction's id.",
            "c": "The receiver answers a repeated transaction like a booked one: no failure, "
            "so Lambda deletes the message.",
        },
        hint="Count the bookings before and after.",
    ),
}
