"""Lists that come in pages: MaxItems, Marker and NextMarker, the same for every list of Lambda."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException

_MOST = 50
"""Items of a page, whatever MaxItems says (API ListFunctions)."""


def page_of(
    name: str, items: Iterable[Any], query: Mapping[str, list[str]], most: int = _MOST
) -> dict[str, Any]:
    """The page that a request's query asks for, under the `name` of the list."""
    marker = query.get("Marker", ["0"])[0]
    if not marker.isdigit():
        raise InvalidParameterValueException(f"Invalid Marker: {marker}")
    begin = int(marker)
    end = begin + min(int(query.get("MaxItems", [str(most)])[0]), most)
    found = list(items)
    page: dict[str, Any] = {name: found[begin:end]}
    if end < len(found):
        page["NextMarker"] = str(end)
    return page
