"""IAM's words where moto has others (recorded: test_iam.snapshot.json of LocalStack)."""

from __future__ import annotations

import re

_WORDS = (
    (r"(?:Role|Group|User) (\S+) not found", r"The {kind} with name \1 cannot be found."),
    (
        r"Policy Document (\S+) not attached to role \S+",
        r"The role policy with name \1 cannot be found.",
    ),
    (r"Policy (arn:\S+) not found", r"Policy \1 was not found."),
    (r"Policy (?!version)(\S+) not found", r"The {kind} policy with name \1 cannot be found."),
    (r"(User|Group) (\S+) already exists", r"\1 with name \2 already exists."),
    (r"(The .+ with id \S+ cannot be found)", r"\1."),
)


def reworded(message: str, operation: str) -> str:
    """What IAM says where moto says this of an operation such as GetUserPolicy."""
    kinds = (kind for kind in ("Role", "User", "Group") if kind in operation)
    kind = next(kinds, message.partition(" ")[0]).lower()
    for pattern, words in _WORDS:
        found = re.fullmatch(pattern, message)
        if found and not (kind == "policy" and "{kind}" in words):
            return found.expand(words.format(kind=kind))
    return message
