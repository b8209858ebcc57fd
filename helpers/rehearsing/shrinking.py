"""The smallest example: as few messages and as few faults as still go wrong.

Delta debugging, by hand. Hypothesis' shrinker would find as small ones, but it is a tool for tests
that everybody would have to install, and it knows nothing of what a finding tells us: of which
message it speaks. That one is tried first, alone, and is mostly the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

TRIALS = 40
"""Most that are made; what is smallest then is taken."""


def shrink(
    numbers: Sequence[int], suspects: Sequence[int], fails: Callable[[list[int]], bool]
) -> list[int]:
    """The fewest of these messages with which it still fails.

    Args:
        numbers: messages with which it fails, in order.
        suspects: those that are tried first, alone and with a neighbour.
        fails: whether it fails with these messages. It is asked at most TRIALS times.
    """
    tried: dict[tuple[int, ...], bool] = {}

    def still(some: list[int]) -> bool:
        key = tuple(some)
        if key not in tried:
            if len(tried) >= TRIALS:
                return False
            tried[key] = fails(some)
        return tried[key]

    for guess in _guesses(list(numbers), suspects):
        if still(guess):
            return _without_each(guess, still)
    return _without_each(_halve(list(numbers), still), still)


def _guesses(numbers: list[int], suspects: Sequence[int]) -> Iterator[list[int]]:
    known = [each for each in dict.fromkeys(suspects) if each in numbers][:2]
    for each in known:
        yield [each]
    if len(known) == 2:
        yield sorted(known, key=numbers.index)
    for each in known:
        at = numbers.index(each)
        for near in (numbers[max(0, at - 1) : at + 1], numbers[at : at + 2], numbers[: at + 1]):
            if len(near) > 1:
                yield near
    for size in (2, 3):
        yield numbers[:size]


def _halve(numbers: list[int], still: Callable[[list[int]], bool]) -> list[int]:
    """Leave out halves, then quarters, and so on (Zeller's ddmin, by complements)."""
    parts = 2
    while len(numbers) > 1 and parts <= len(numbers):
        size = -(-len(numbers) // parts)
        for at in range(0, len(numbers), size):
            for rest in (numbers[at : at + size], numbers[:at] + numbers[at + size :]):
                if rest and len(rest) < len(numbers) and still(rest):
                    numbers, parts = rest, 2
                    break
            else:
                continue
            break
        else:
            parts *= 2
    return numbers


def _without_each(numbers: list[int], still: Callable[[list[int]], bool]) -> list[int]:
    if len(numbers) > 8:
        return numbers
    for each in list(numbers):
        rest = [other for other in numbers if other != each]
        if rest and still(rest):
            numbers = rest
    return numbers
