"""Where the files of `data/` lie: the accounts, the prices and the stack's template."""

from __future__ import annotations

from pathlib import Path

_HELPERS = Path(__file__).parent
_PLACES = (_HELPERS / "data", _HELPERS.parent / "data")
"""Of a wheel, which takes `data/` along, and of a checkout, where it stands at the top."""


def find_data(name: str) -> Path:
    """The file of this name.

    Raises:
        FileNotFoundError: it is in no place where it could be.
    """
    for place in _PLACES:
        if (file := place / name).is_file():
            return file
    raise FileNotFoundError(
        f"{name} is not where the course's data are: {' or '.join(map(str, _PLACES))}. "
        "Take the course as a whole, a checkout or a wheel."
    )
