"""What the tags of a key may be (API Tag; the words are recorded)."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.embedded.services.kms.errors import KmsException, invalid_request

Tag = dict[str, str]

_MOST = 50
_LONGEST = {"TagKey": 128, "TagValue": 256}


def check_tags(tags: Sequence[Tag]) -> None:
    """Refuse tags that no key can have.

    Raises:
        KmsException: ValidationException or TagException.
    """
    for number, tag in enumerate(tags, 1):
        for part, longest in _LONGEST.items():
            if len(text := tag.get(part, "")) > longest:
                name = f"tags.{number}.member.{part[0].lower()}{part[1:]}"
                raise invalid_request(
                    f"1 validation error detected: Value '{text}' at '{name}' failed to satisfy "
                    f"constraint: Member must have length less than or equal to {longest}"
                )
    keys = [tag.get("TagKey", "") for tag in tags]
    if any(key.lower().startswith("aws:") for key in keys):
        raise KmsException("TagException", "Tags beginning with aws: are reserved")
    if len(set(keys)) != len(keys):
        raise KmsException("TagException", "Duplicate tag keys")
    if len(keys) > _MOST:
        raise KmsException("TagException", "Too many tags")
