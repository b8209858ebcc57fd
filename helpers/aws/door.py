"""The door that each boto3 request passes on its way to a real account.

It is shut from the moment a real account is asked for until that account is confirmed, and again
when the lab is closed: what a cell does then is refused here, and reaches nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.handlers
from botocore.model import OperationModel

from helpers.aws.names import Names

Passage = Callable[[dict[str, Any], OperationModel], dict[str, Any]]
"""Makes of the parameters of a call what is sent."""

EVENT = "before-parameter-build"
"""Every request passes it, those of boto3's resources too."""


class DoorShut(RuntimeError):
    """A request to AWS while no lab on a real account is open."""


_passage: Passage | None = None
_names: Names | None = None


def shut() -> None:
    """Refuse every request of this process, from now on."""
    _set(_refuse, None)


def open_for(passage: Passage, names: Names) -> None:
    """Let requests through as `passage` makes them."""
    _set(passage, names)


def lift() -> None:
    """Take the door away: another lab answers in this process now."""
    global _passage, _names
    _passage = _names = None


def name_behind(name: str) -> str:
    """What the account calls what a cell calls `name`; the same, if there is no door."""
    return _names.of(name) if _names else name


def _set(passage: Passage, names: Names | None) -> None:
    global _passage, _names
    _passage, _names = passage, names
    # Every session that is made from now on registers these. boto3 forgets its default session
    # when the lab sets up another.
    if (EVENT, _pass) not in botocore.handlers.BUILTIN_HANDLERS:
        botocore.handlers.BUILTIN_HANDLERS.append((EVENT, _pass))


def _pass(params: dict[str, Any], model: OperationModel, **more: Any) -> None:
    if _passage:
        sent = dict(_passage(params, model))
        params.clear()
        params.update(sent)


def _refuse(params: dict[str, Any], operation: OperationModel) -> dict[str, Any]:
    if operation.name == "GetCallerIdentity":  # how the lab finds out where it is
        return params
    raise DoorShut(
        f"{operation.name} was not sent: no lab on a real account is open. Run the cell with "
        "lab = open_lab() and do what it says; then make the clients anew."
    )
