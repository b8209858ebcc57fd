"""Deletes what a lab made on a real account, and says what it did and what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from helpers.aws.belongings import FINDERS, Belonging


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
        refused: what could not be listed or deleted.
        left: what carries the tag afterwards.
    """

    lab: str
    dry_run: bool
    found: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left, as far as AWS let itself be asked."""
        return not self.left and not self.refused

    def __str__(self) -> str:
        lines = [f"would delete: {name}" for name in self.found] if self.dry_run else []
        lines += [f"deleted: {name}" for name in self.deleted]
        lines += [f"refused: {tried}: {words}" for tried, words in self.refused]
        if not self.dry_run:
            lines += [f"left: {name}" for name in self.left]
        tag = f"with the tag lab={self.lab}"
        lines += [] if self.found else [f"Nothing {tag} was found."]
        if self.refused or (self.left and not self.dry_run):
            lines.append("Some is left: wait a minute, and run the same once more.")
        elif self.found and not self.dry_run:
            lines.append(f"Nothing {tag} is left.")
        return "\n".join(lines)


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
        for belonging in _look(lab, result.refused, tell):
            result.found.append(str(belonging))
            if dry_run:
                continue
            tell(f"deleting {belonging}")
            try:
                belonging.delete()
            except (BotoCoreError, ClientError) as error:
                result.refused.append((f"delete {belonging}", str(error)))
            else:
                result.deleted.append(str(belonging))
        unheard: list[Refusal] = []  # told already, the first time
        result.left.extend(map(str, _look(lab, unheard, tell)))
    return result


def _look(
    lab: TaggedLab, refused: list[Refusal], tell: Callable[[str], None]
) -> Iterator[Belonging]:
    """All that carries the lab's tag; a kind that cannot be listed does not hide the others."""
    for find in FINDERS:
        kind = find.__name__.removeprefix("_find_").replace("_", " ")
        tell(f"looking for {kind}")
        try:
            yield from list(find(lab.tags))
        except (BotoCoreError, ClientError) as error:
            refused.append((f"list {kind}", str(error)))
