"""A learner's own copies of the notebooks: without outputs, so that no answer stands under its
question, in a folder that git ignores."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path

from helpers.record import FILE_NAME

_COURSE = Path(__file__).resolve().parent.parent
COMMITTED = _COURSE / "notebooks"
COPIES = Path(os.environ.get("LAB_COPIES") or _COURSE / "my-notebooks")
"""LAB_COPIES: where a room's server keeps those of each learner."""


def make_copies(committed: Path = COMMITTED, copies: Path = COPIES) -> list[Path]:
    """Copy each notebook that has no copy yet; a copy that is there stays as it is.

    Returns:
        The copies that are new.

    Raises:
        ValueError: there are no notebooks to copy.
    """
    missing = [book for book in _books(committed) if not (copies / book.name).exists()]
    fresh = [_write_fresh(book, copies / book.name) for book in missing]
    (copies / FILE_NAME).touch()  # here answers are kept
    return fresh


def reset_copy(
    number: str, committed: Path = COMMITTED, copies: Path = COPIES
) -> tuple[Path, Path | None]:
    """Give the learner a fresh copy of one notebook, and keep the old one beside it.

    Args:
        number: the notebook's, such as 03 or 3; an appendix has a letter, such as A1.

    Returns:
        The fresh copy, and where the old one is now; None when there was none.

    Raises:
        ValueError: no notebook has this number, or there are none.
    """
    books = {book.name.partition("_")[0]: book for book in _books(committed)}
    asked = number.upper().zfill(2)
    if not number or asked not in books:
        raise ValueError(
            f"No notebook has the number {number!r}. Choose one of: {', '.join(books)}."
        )
    book = books[asked]
    copy = copies / book.name
    kept = _keep(copy) if copy.exists() else None
    return _write_fresh(book, copy), kept


def _books(committed: Path) -> list[Path]:
    if not (books := sorted(committed.glob("*_*.ipynb"))):
        raise ValueError(f"There are no notebooks in {committed}. Clone the course's repository.")
    return books


def _keep(copy: Path) -> Path:
    names = (copy.with_name(f"{copy.stem}.old-{number}.ipynb") for number in count(1))
    kept = next(name for name in names if not name.exists())
    copy.rename(kept)
    return kept


def _write_fresh(book: Path, copy: Path) -> Path:
    content = json.loads(book.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    copy.parent.mkdir(parents=True, exist_ok=True)
    # Under another name first: whoever is interrupted here never finds half a notebook.
    partial = copy.with_name(f".{copy.name}.{os.getpid()}")
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(copy)
    return copy
