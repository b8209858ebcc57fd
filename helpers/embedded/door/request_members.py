"""Nothing that a request says is dropped without a word.

A service says in a `members.py` of its own which members of a request it takes: obeys, or keeps and
answers. The door refuses the others, each with a sentence on what to do instead, so that a member
that a new botocore brings is refused until somebody decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from botocore.model import OperationNotFoundError
from moto.core.utils import get_service_model

from helpers.embedded.service import Call, NotInEmbeddedAccount

_NOTHING: list[object] = [None, False, "", "false", [], {}]
"""Values that ask for nothing; a query string has texts only."""


class Found(NamedTuple):
    """A member that is refused, where a request has it."""

    place: str
    """`Publish.PhoneNumber`: the operation or structure, and the member."""
    value: Any


Look = Callable[[Call, Mapping[str, Any]], Iterable[Found]]
"""Finds what is refused among the members of one structure of a call."""


class _Looks(dict[str | None, tuple[Look, ...]]):
    """Found out when an operation is asked for first. A hot request pays for a look into a dict."""

    def __init__(self, find: Callable[[str | None], tuple[Look, ...]]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, operation: str | None) -> tuple[Look, ...]:
        looks = self[operation] = self._find(operation)
        return looks


class Members:
    """What one service takes of its requests.

    Args:
        service: botocore's name of it.
        taken: a line for each operation, and for each structure in its members, by botocore's
            names: `Publish: TopicArn Message`.
        refused: sentences on what to do instead, each with the indented places that it is for:
            `Publish.PhoneNumber`, or an operation.
        harmless: values of refused members that ask for what holds anyway.
        offers_others: whether an operation without a line is answered, by moto and unread.
    """

    def __init__(
        self,
        service: str,
        taken: str,
        refused: str = "",
        harmless: Mapping[str, object] | None = None,
        *,
        offers_others: bool = True,
    ) -> None:
        self.service = service
        self.taken = dict(_lines(taken))
        self.refused = dict(_sentences(refused))
        self.harmless = dict(harmless or {})
        self._offers_others = offers_others
        self.looks = _Looks(self._looks_at)
        """By operation: what has to be looked at, which for most is nothing."""

    def check(self, call: Call) -> None:
        """Raise NotInEmbeddedAccount for what the service would drop."""
        for look in self.looks[call.operation]:
            for place, value in look(call, call.parameters):
                if not self._asks_nothing(place, value):
                    self._refuse(str(call.operation), place)

    def _refuse(self, operation: str, place: str) -> None:
        member = place.rpartition(".")[2]
        raise NotInEmbeddedAccount(
            f"The embedded account does not know {member} ({self.service}: {operation}). "
            f"{self.refused.get(place, '')} Leave it out, or use a real account."
        )

    def _refuse_operation(self, operation: str) -> None:
        instead = self.refused.get(operation)
        raise NotInEmbeddedAccount(
            "The embedded account cannot do that; a real account can. "
            f"({self.service}: {operation}){f' {instead}' if instead else ''}"
        )

    def _asks_nothing(self, place: str, value: Any) -> bool:
        """By its type, too: 0 equals False, and asks for something."""
        harmless = [*_NOTHING, self.harmless.get(place)]
        return any(value == each and type(value) is type(each) for each in harmless)

    def _looks_at(self, operation: str | None) -> tuple[Look, ...]:
        """What an operation needs; nothing for one that has no line, or that nobody knows."""
        if operation is None:
            return () if self._offers_others else (_unknown_path,)
        try:
            shape = get_service_model(self.service).operation_model(operation).input_shape
        except OperationNotFoundError:
            return ()
        if operation not in self.taken:
            if not self._offers_others or operation in self.refused:
                self._refuse_operation(operation)
            return ()
        return tuple(self._looks_into(shape, operation, {})) if shape else ()

    def _looks_into(self, shape: Any, name: str, seen: dict[str, list[Look]]) -> list[Look]:
        """For the members of one structure, and of those inside it."""
        if name in seen:  # a structure within itself
            return seen[name]
        looks = seen[name] = []
        taken = self.taken.get(name, frozenset())
        for member, inner in shape.members.items():
            if member not in taken:
                looks.append(_refused_member(f"{name}.{member}", inner))
            elif (structure := structure_in(inner)) is not None and (
                within := self._looks_into(structure, structure.name, seen)
            ):
                looks.append(_nested(inner, member, within))
        return looks


def structure_in(shape: Any) -> Any:
    """The structure that a member is, or is a list or a map of; None: it is of plain values."""
    while shape.type_name in ("list", "map"):
        shape = shape.member if shape.type_name == "list" else shape.value
    return shape if shape.type_name == "structure" else None


def _refused_member(place: str, shape: Any) -> Look:
    name = shape.serialization.get("name", place.rpartition(".")[2])
    if shape.serialization.get("location") == "header":
        return lambda call, _: [Found(place, call.request.header(name))]
    return lambda _, given: (Found(place, given[name]),) if name in given else ()


def _unknown_path(call: Call, _: Mapping[str, Any]) -> Iterable[Found]:
    raise NotInEmbeddedAccount(
        f"{call.service} has no operation at {call.request.method} {call.request.path}: is a name "
        "in it empty?"
    )


def _nested(shape: Any, member: str, within: list[Look]) -> Look:
    name = shape.serialization.get("name", member)

    def look(call: Call, given: Mapping[str, Any]) -> Iterable[Found]:
        if name in given:
            for structure in _structures(shape, given[name]):
                for each in within:
                    yield from each(call, structure)

    return look


def _structures(shape: Any, value: Any) -> Iterator[Mapping[str, Any]]:
    """The structures in a value; nothing of what is of another kind than its shape."""
    if shape.type_name == "list" and isinstance(value, list):
        for each in value:
            yield from _structures(shape.member, each)
    elif shape.type_name != "list" and isinstance(value, Mapping):
        if shape.type_name == "structure":
            yield value
        else:
            for each in value.values():
                yield from _structures(shape.value, each)


def _lines(table: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each entry of a table; what is indented goes on with the line before."""
    for entry in table.replace("\n ", " ").splitlines():
        name, colon, members = entry.partition(":")
        if colon:
            yield name, frozenset(members.split())


def _sentences(table: str) -> Iterator[tuple[str, str]]:
    """Each place, and the sentence above it."""
    for entry in re.findall(r"((?:^\S.*\n)+)((?:^ .*\n?)+)", table, re.MULTILINE):
        sentence, places = (" ".join(part.split()) for part in entry)
        yield from ((place, sentence) for place in places.split())
