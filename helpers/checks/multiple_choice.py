"""The questions before each experiment, and an answer for each way to think about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real

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
        return "a number" if isinstance(self.right, tuple) else "a whole number"

    def takes(self, answer: object) -> bool:
        """Whether it is an answer to this question at all."""
        if self.choices:
            return answer in self.choices
        kinds = int | float if isinstance(self.right, tuple) else int
        return isinstance(answer, kinds) and not isinstance(answer, bool)

    def accepts(self, answer: object) -> bool:
        """Whether the answer is right."""
        if isinstance(self.right, tuple):
            return isinstance(answer, int | float) and self.right[0] <= answer <= self.right[1]
        return answer == self.right


def judge_answer(questions: Mapping[str, Question], name: str, answer: object) -> str:
    """What to say to this answer to the question of this name, one of `questions`.

    Raises:
        ValueError: there is no such question.
    """
    if name not in questions:
        raise ValueError(f"There is no question {name!r}. Choose one of: {', '.join(questions)}.")
    question = questions[name]
    if answer is ...:
        return NOT_ATTEMPTED
    if isinstance(answer, str):
        answer = answer.strip().lower()
    elif isinstance(answer, Real) and not isinstance(answer, bool):
        exact = float(answer)  # a table's numbers are of another kind
        answer = int(exact) if exact.is_integer() else exact
    if not question.takes(answer):
        return f"The answer must be {question.wants}; this is {answer!r}."
    if question.accepts(answer):
        return f"Right. {question.why}"
    if isinstance(answer, str | int) and answer in question.misconceptions:
        return f"Not right. {question.misconceptions[answer]}"
    return f"Not right. {question.hint}"


def tell_other(fault: str) -> str:
    """What to say when a cell saw something else than the question asks about, as with a handler
    that has a typing error: then no answer is right.

    Args:
        fault: what was seen instead.
    """
    return (
        "No answer fits, because the question asks about something else than happened here: "
        f"{fault}. Put the cell that you changed back as it was, run it, and then run this cell "
        "again."
    )


def tell_difference(seen: object, expected: object, what: str) -> str:
    """How what a cell saw differs from what its question is about; "" if it does not.

    Args:
        what: was looked at, or when.
    """
    return "" if seen == expected else f"{what} it was {seen}, and not {expected}"


ABC = ("a", "b", "c")
