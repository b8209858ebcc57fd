"""What differs between a storm and the calm, and is not allowed to.

What differs by itself is found by a second calm run, with other ids, at another time, of messages
that were received once before: each path of an item whose values are others there does not count.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from helpers.rehearsing.messages import Message, as_mark, find_marks
from helpers.rehearsing.plays import POISON, Ending
from helpers.rehearsing.remains import Remains, Thing, sendings
from helpers.rehearsing.storm import Storm
from helpers.rehearsing.storms import POISON_MARK
from helpers.rehearsing.weathers import WRITES, content_of, kind_of

SENDINGS = ("queue ", "topic ", "event bus ", "function ", "ses ", "states ")
"""What the places begin with to which something is sent."""


class Finding(NamedTuple):
    """One thing that is wrong, or only worth a word."""

    kind: str
    """done twice, lost, changed, dead, left, invariant, fails, again."""
    text: str
    message: int | None = None
    """The number of the message, if it is known."""
    is_red: bool = True


Key = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""A thing by its place and by what counts of it."""


@dataclass(frozen=True)
class Mask:
    """Paths whose values do not count: by place and by the paths that a thing has."""

    by_shape: Mapping[tuple[str, tuple[str, ...]], frozenset[str]]
    by_place: Mapping[str, frozenset[str]]
    ignored: tuple[str, ...] = ()
    """Paths that the user does not want to compare."""

    def key(self, thing: Thing) -> Key:
        shape = (thing.place, tuple(path for path, _ in thing.fields))
        hidden = self.by_shape.get(shape, self.by_place.get(thing.place, frozenset()))
        kept = tuple(
            (path, ("*",) if path in hidden else values)
            for path, values in thing.fields
            if path.partition(".")[0] not in self.ignored and path not in self.ignored
        )
        return thing.place, kept


def find_mask(first: Remains, second: Remains, ignored: Sequence[str] = ()) -> Mask:
    """What differs between two calm runs differs by itself."""
    by_shape: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
    shapes = [_by_shape(first.things), _by_shape(second.things)]
    by_place: dict[str, set[str]] = defaultdict(set)
    for shape in shapes[0].keys() | shapes[1].keys():
        counted = [_values(found.get(shape, [])) for found in shapes]
        hidden = frozenset(path for path in shape[1] if counted[0][path] != counted[1][path])
        if len(shapes[0].get(shape, [])) == len(shapes[1].get(shape, [])):
            by_shape[shape] = hidden
        by_place[shape[0]] |= hidden
    places = {place: frozenset(paths) for place, paths in by_place.items()}
    return Mask(by_shape, places, tuple(ignored))


def _by_shape(things: Sequence[Thing]) -> dict[tuple[str, tuple[str, ...]], list[Thing]]:
    found: dict[tuple[str, tuple[str, ...]], list[Thing]] = defaultdict(list)
    for thing in things:
        found[thing.place, tuple(path for path, _ in thing.fields)].append(thing)
    return found


def _values(things: Sequence[Thing]) -> defaultdict[str, Counter[tuple[str, ...]]]:
    counted: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for thing in things:
        for path, values in thing.fields:
            counted[path][values] += 1
    return counted


@dataclass(frozen=True)
class Reference:
    """The calm, and what of it counts."""

    calm: Ending
    mask: Mask
    messages: Sequence[Message]
    """All of the user's, by number."""

    @property
    def is_conclusive(self) -> bool:
        """Whether calm weather got anything done."""
        return any(not fate.is_dead for fate in self.calm.fates.values())


class _Difference(NamedTuple):
    extra: list[Thing]
    missing: list[Thing]
    changed: list[tuple[Thing, Thing]]
    """The calm one, and what it is now."""


def compare(
    reference: Reference, storm: Storm, ending: Ending, spared: Ending | None
) -> list[Finding]:
    """What is wrong after a storm, and what is worth a word.

    Args:
        spared: a calm run without the message that need not be done, if there is one.
    """
    judge = _Judge(reference, storm, ending, spared)
    found = [*judge.find_fates(), *judge.find_differences(), *judge.find_violation()]
    return sorted(found, key=lambda each: (not each.is_red, each.message is None, "<" in each.text))


class _Judge:
    def __init__(
        self, reference: Reference, storm: Storm, ending: Ending, spared: Ending | None
    ) -> None:
        self._reference, self._storm, self._ending = reference, storm, ending
        self._target = storm.target
        self._marks = dict(enumerate(find_marks(reference.messages)))
        self._marks = {at: self._marks[at] for at in ending.fates if at != POISON}
        self._marks[POISON] = [as_mark(POISON_MARK)]
        mask = reference.mask
        self._allowed = Counter(map(mask.key, spared.remains.things)) if spared else Counter()
        self._different = _differ(mask, reference.calm.remains, ending.remains)

    # Where each message is

    def find_fates(self) -> list[Finding]:
        found = []
        for number, fate in self._ending.fates.items():
            before = self._reference.calm.fates.get(number)
            excused = number == self._target or (before is not None and before.is_dead)
            if fate.is_dead and not excused:
                found.append(self._dead(number))
            elif fate.is_left and not (before is not None and before.is_left):
                found.append(self._left(number, excused))
            elif fate.ends["expired"] and not excused:
                found.append(Finding("lost", f"{self.name(number)} expired in the queue", number))
        if self._target is not None and (lost := self._target_is_gone()):
            found.append(lost)
        return found

    def _dead(self, number: int) -> Finding:
        fate, stage = self._ending.fates[number], self._ending.stage
        why = f"received {stage.max_receives} times and not deleted"
        reasons = [word for word, _ in self._ending.errors.most_common(1)]
        text = f"{self.name(number)} is a dead letter, although it is valid: {why}"
        if reasons:
            text += f" ({reasons[0]})"
        behind_poison = stage.is_fifo and self._target is not None
        if behind_poison:
            text = f"{self.name(number)} went to the dead-letter queue behind the bad one, as in a "
            text += "FIFO queue all later ones of a batch do; a batch size of 1 spares them"
        return Finding("dead", text, number, not behind_poison and bool(fate))

    def _left(self, number: int, excused: bool) -> Finding:
        stage = self._ending.stage
        if stage.max_receives is None and excused:
            text = "the bad message comes again and again: the queue has no dead-letter queue"
            return Finding("left", text, number, is_red=False)
        return Finding("left", f"{self.name(number)} is still in the queue", number)

    def _target_is_gone(self) -> Finding | None:
        """The message that need not be done must be somewhere: dead, or put aside by the code."""
        target = self._target
        assert target is not None
        fate = self._ending.fates.get(target)
        if fate is None or fate.is_dead or fate.is_left:
            return None
        extra, missing, changed = self._different
        touched = [*extra, *missing, *(now for _, now in changed)]
        about = [thing for thing in touched if self._is_about(thing, target)]
        is_parked = any(thing in extra or thing in [now for _, now in changed] for thing in about)
        if target == POISON:
            return None if is_parked else self._gone("a message that nobody could read")
        if is_parked or not any(thing in missing for thing in about):
            return None
        return self._gone(self.name(target))

    def _gone(self, who: str) -> Finding:
        text = f"{who} is gone: deleted, though it was not done, and nothing tells of it"
        return Finding("lost", text, self._target)

    # What is left of them

    def find_differences(self) -> list[Finding]:
        extra, missing, changed = self._different
        found = []
        for thing in extra:
            if not self._is_excused(thing):
                found.append(self._extra(thing))
        for thing in missing:
            if not self._is_excused(thing, missing=True):
                number = self._owner(thing)
                gone = "is not there" if not self._is_sent(thing) else "was not sent"
                text = f"{thing.place}: {thing.name} {gone}"
                found.append(Finding("lost", text, number))
        for before, now in changed:
            if not (self._is_excused(now) or self._is_excused(before)):
                number = self._owner(now)
                kind = "changed"
                text = f"{now.place}: {now.name}: {self._describe_change(before, now)}"
                found.append(Finding(kind, text + self._calls(now), number))
        return found

    def _extra(self, thing: Thing) -> Finding:
        number = self._owner(thing)
        calm = Counter(map(self._reference.mask.key, self._reference.calm.remains.things))
        again = calm[self._reference.mask.key(thing)] > 0
        if self._is_sent(thing):
            text = f"{thing.place}: {thing.name} was sent {'once more' if again else 'besides'}"
            if again and self._storm.interrupts:
                text += ", as any function does that is interrupted: receivers must bear that"
                return Finding("again", text, number, is_red=False)
        else:
            text = f"{thing.place}: {thing.name} is there {'once more' if again else 'besides'}"
        return Finding("done twice", text + self._calls(thing), number)

    def _is_excused(self, thing: Thing, missing: bool = False) -> bool:
        target = self._target
        if target is None:
            dead = [at for at, fate in self._ending.fates.items() if fate.is_dead]
        else:
            fate = self._ending.fates.get(target)
            is_done = fate is not None and not fate.is_dead and not fate.is_left
            if missing and is_done:
                return False
            if self._is_about(thing, target):
                return True
            if self._allowed[self._reference.mask.key(thing)]:
                return True
            dead = [at for at, each in self._ending.fates.items() if each.is_dead]
        return missing and any(self._is_about(thing, at) for at in dead)  # told already

    def _is_about(self, thing: Thing, number: int) -> bool:
        text = f"{thing.name}\n{thing.text()}"
        return any(mark.search(text) for mark in self._marks.get(number, ()))

    def _owner(self, thing: Thing) -> int | None:
        return next((at for at in self._marks if at != POISON and self._is_about(thing, at)), None)

    @staticmethod
    def _is_sent(thing: Thing) -> bool:
        return thing.place.startswith(SENDINGS)

    def _calls(self, thing: Thing) -> str:
        """Which calls did it, and in how many invocations."""
        ending, words = self._ending, [thing.name, *thing.name.split(", ")]
        owner = self._owner(thing)
        marks: list[re.Pattern[str]] = self._marks.get(owner, []) if owner is not None else []
        patterns = [*marks, *(as_mark(word) for word in words if len(word) > 2)]
        did: Counter[str] = Counter()
        for call, status in ending.calls:
            kind = kind_of(ending.stage, call)
            is_write = WRITES.match(kind) or next(
                sendings(ending.stage, call.service, call.operation, call.parameters), None
            )
            if is_write and status < 400 and call.invocation:
                text = content_of(call)
                if any(mark.search(text) for mark in patterns):
                    did[kind] += 1
        often = [f"{kind} {count} times" for kind, count in sorted(did.items()) if count > 1]
        return f" ({', '.join(often)})" if often else ""

    def _describe_change(self, before: Thing, now: Thing) -> str:
        """What counts of it."""
        old, new = (dict(self._reference.mask.key(thing)[1]) for thing in (before, now))
        different = [
            f"{path} is {_short(new.get(path))} instead of {_short(old.get(path))}"
            for path in sorted(old.keys() | new.keys())
            if old.get(path) != new.get(path)
        ]
        return "; ".join(different[:3])

    def find_violation(self) -> list[Finding]:
        violation = self._ending.violation
        return [Finding("invariant", violation)] if violation else []

    def name(self, number: int) -> str:
        """A message as a person finds it again: its line in the file."""
        return "the poison message" if number == POISON else f"message {number + 1}"


def _differ(mask: Mask, calm: Remains, now: Remains) -> _Difference:
    """By what counts; what has the same key, or nearly all in common, is one thing that changed."""
    before, after = Counter(map(mask.key, calm.things)), Counter(map(mask.key, now.things))
    missing, extra = (
        _pick(mask, calm.things, before - after),
        _pick(mask, now.things, after - before),
    )
    changed = []
    by_name = {(each.place, each.name): each for each in missing}
    for thing in list(extra):
        if thing.place.startswith(SENDINGS):
            continue
        if found := by_name.pop((thing.place, thing.name), None):
            changed.append((found, thing))
            missing.remove(found)
            extra.remove(thing)
    return _Difference(extra, missing, changed)


def _pick(mask: Mask, things: Sequence[Thing], wanted: Counter[Key]) -> list[Thing]:
    """So many things of each key as are wanted."""
    left, found = Counter(wanted), []
    for thing in things:
        if left[key := mask.key(thing)] > 0:
            left[key] -= 1
            found.append(thing)
    return found


def _short(values: tuple[str, ...] | None) -> str:
    if values is None:
        return "missing"
    text = ", ".join(values)
    return text if len(text) <= 60 else f"{text[:57]}..."
