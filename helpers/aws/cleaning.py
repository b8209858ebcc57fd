"""Deletes what a lab made on a real account, and says what it did and what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from helpers.aws.belongings import FINDERS, Belonging, Look, is_gone


class TaggedLab(Protocol):
    """What clean-up must know of a lab (`helpers.aws.real_account.RealAccount`)."""

    id: str

    @property
    def tags(self) -> dict[str, str]: ...

    def seeing_all(self) -> AbstractContextManager[None]: ...


Refusal = tuple[str, str]
"""What was tried, and what AWS said."""


@dataclass(frozen=True)
class Cleaning:
    """What came of it.

    Attributes:
        lab: its id.
        found: what carried the lab's tag.
        deleted: of that; nothing in a dry run.
        unseen: what could not be listed or looked at: nobody knows whose it is.
        refused: what could not be deleted.
        left: what carries the tag afterwards.
    """

    lab: str
    dry_run: bool
    found: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    unseen: list[Refusal] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was looked at, and nothing is left. Of a dry run: the first."""
        return not self.unseen and not self.refused and not self.left

    def __str__(self) -> str:
        lines = [f"would delete: {name}" for name in self.found] if self.dry_run else []
        lines += [f"deleted: {name}" for name in self.deleted]
        lines += [f"could not {tried}: {words}" for tried, words in (*self.unseen, *self.refused)]
        lines += [f"left: {name}" for name in self.left]
        return "\n".join([*lines, *self._conclude()])

    def _conclude(self) -> Iterator[str]:
        tag = f"with the tag lab={self.lab}"
        if not self.found:
            yield f"Nothing {tag} was found."
        elif not self.dry_run and self.is_clean:
            yield f"Nothing {tag} is left."
        if self.left or self.refused:
            yield "Some is left: wait a minute, and run the same once more."
        if self.unseen:
            yield (
                f"{len(self.unseen)} could not be looked at: with credentials that may read their "
                "tags, run the same once more. Their names say whether they may be yours: those "
                f"of this lab begin with {self.lab}-."
            )


def clean(
    lab: TaggedLab, *, dry_run: bool = False, tell: Callable[[str], None] | None = None
) -> Cleaning:
    """Delete everything that carries the lab's tag, going on after errors.

    Keys are scheduled for deletion, in 7 days: AWS deletes none earlier.

    Args:
        dry_run: only look.
        tell: is told what happens, as it happens.
    """
    tell = tell or (lambda words: None)
    result = Cleaning(lab.id, dry_run)
    with lab.seeing_all():
        look = Look(lab.tags)
        for belonging in _look(look, tell):
            result.found.append(str(belonging))
            if not dry_run:
                _delete(belonging, result, tell)
        result.unseen.extend(look.unseen)
        if result.found and not dry_run:
            result.left.extend(map(str, _look(Look(lab.tags), tell)))
    return result


def _delete(belonging: Belonging, result: Cleaning, tell: Callable[[str], None]) -> None:
    tell(f"deleting {belonging}")
    try:
        belonging.delete()
    except (BotoCoreError, ClientError) as error:
        if not is_gone(error):
            result.refused.append((f"delete {belonging}", str(error)))
            return
    result.deleted.append(str(belonging))


def _look(look: Look, tell: Callable[[str], None]) -> Iterator[Belonging]:
    """All that is looked for. A kind is listed before one of it is deleted; what breaks its list
    off hides neither what was listed before nor other kinds."""
    for find in FINDERS:
        kind = find.__name__.removeprefix("_find_").replace("_", " ")
        tell(f"looking for {kind}")
        found = list[Belonging]()
        try:
            for belonging in find(look):
                found.append(belonging)
        except (BotoCoreError, ClientError) as error:
            look.unseen.append((f"list all {kind}", str(error)))
        yield from found
