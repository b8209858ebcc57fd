"""Where a notebook is cut into slides: by rule, so that the notebooks need not know of it.

Each heading of level 1 or 2 begins a slide. What does not fit on it goes on slides below. What a
cell prints goes below, too, if the cell asks for a prediction: the audience has to think first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell

from tests.tooling.site.doors import BRANCH, read_repository

# Heights in pixels of a slide, as templates/course/static/course.css makes them.
ROOM = 690
TITLE = 80
TEXT = 29  # a line of prose
ROW = 35  # one of a list or a table
CODE = 23  # one of code, or of what code prints
GAP = 20  # between two paragraphs
FRAME = 32  # around a code cell or an output
PICTURE = 520  # the highest that a picture is shown

COLUMNS = 100  # characters in a line of prose
HEADING = re.compile(r"#{1,2} ")
FENCE = re.compile(r"\s*(```|~~~)")
DETAILS = re.compile(r"<details>.*?<summary>(.*?)</summary>.*?</details>", re.DOTALL)
QUESTION = re.compile(r"^\w+ = \.\.\.$", re.MULTILINE)  # the blank for an answer
ENTRY = re.compile(r"[-*|] ?|\d+\. ")
HEIGHT = re.compile(r'<(?:svg|img) [^>]*?height="(\d+)"')
UNANSWERED = re.compile(r"^Not attempted yet.*\n?", re.MULTILINE)  # nobody answers on a slide
JUDGED = re.compile(r'checks\.judge\(\s*"([^"]+)"')
OUTSIDE = re.compile(r"\]\(\.\./")
LINK = re.compile(r"(\]\(\w+)\.ipynb\b")


def split_prose(source: str) -> list[str]:
    """Prose in parts, each but perhaps the first with a heading of level 1 or 2 at its top."""
    parts: list[list[str]] = [[]]
    fenced = False
    for line in source.splitlines():
        fenced ^= bool(FENCE.match(line))
        if not fenced and HEADING.match(line):
            parts.append([])
        parts[-1].append(line)
    texts = ["\n".join(part).strip() for part in parts]
    return [text for text in texts if text]


def split_cell(cell: Any) -> list[Any]:
    """A cell in parts that may come on different slides: at its headings, or before its outputs."""
    if cell.cell_type == "markdown":
        texts = enumerate(fit for text in split_prose(cell.source) for fit in _fit(text))
        return [_change(cell, number, source=_point(text)) for number, text in texts]
    cell = _change(cell, 0, outputs=list(_list_outputs(cell)))
    if not cell.outputs:
        return [cell]
    hidden = {**cell.metadata, "transient": {"remove_source": True}}
    groups = [cell.outputs]
    if sum(map(_measure_output, cell.outputs)) > ROOM:
        groups = [[output] for output in cell.outputs]
    outcomes = [
        _change(cell, 1 + n, metadata=hidden, outputs=group) for n, group in enumerate(groups)
    ]
    return [_change(cell, 0, outputs=[]), *outcomes]


def _fit(text: str) -> list[str]:
    """Prose that is too high for a slide, cut between its paragraphs."""
    if "<details" in text or "```" in text:
        return [text]
    parts: list[list[str]] = [[]]
    height = 0
    for paragraph in text.split("\n\n"):
        own = sum(map(_measure_line, paragraph.splitlines())) + GAP
        if parts[-1] and height + own > ROOM:
            parts.append([])
            height = 0
        parts[-1].append(paragraph)
        height += own
    return ["\n\n".join(part) for part in parts]


def _point(text: str) -> str:
    """Prose whose links lead to slides, or out of their folder to the repository."""
    return OUTSIDE.sub(rf"]({read_repository()}/blob/{BRANCH}/", LINK.sub(r"\1.html", text))


def _list_outputs(cell: Any) -> Iterator[Any]:
    """A cell's outputs, without the request for an answer of the reader's own."""
    for output in cell.outputs:
        if output.output_type == "stream":
            output = nbformat.from_dict({**output, "text": UNANSWERED.sub("", output.text)})
            if not output.text.strip():
                continue
        yield output


def _write_notes(part: Any, notes: Mapping[str, str]) -> list[Any]:
    """What the speaker sees beside the questions that a part asks."""
    asked = [] if is_outcome(part) else JUDGED.findall(part.source)
    text = "\n\n".join(notes[name] for name in asked if name in notes)
    return (
        [new_markdown_cell(text, metadata={"slideshow": {"slide_type": "notes"}})] if text else []
    )


def _change(cell: Any, number: int, **changes: Any) -> Any:
    """A copy, with nothing shared."""
    return nbformat.from_dict({**cell, **changes, "id": f"{cell.id}-{number}"})


def measure_cell(cell: Any) -> int:
    """About how high a part is, its explanations closed."""
    if cell.cell_type == "markdown":
        shown = DETAILS.sub(r"\1", cell.source)
        return sum(map(_measure_line, shown.splitlines())) + GAP
    if is_outcome(cell):
        return sum(map(_measure_output, cell.outputs))
    return CODE * len(cell.source.splitlines()) + FRAME


def _measure_line(line: str) -> int:
    if not line:
        return GAP
    if line.startswith("#"):
        return TITLE
    return math.ceil(len(line) / COLUMNS) * (ROW if ENTRY.match(line) else TEXT)


def _measure_output(output: Any) -> int:
    if picture := HEIGHT.search(output.get("data", {}).get("text/html", "")):
        words = math.ceil(len(output.data["text/plain"]) / COLUMNS)
        return min(int(picture[1]), PICTURE) + words * CODE + 2 * GAP
    words = output.get("text", "") or output.get("data", {}).get("text/plain", "")
    rows = output.get("data", {}).get("text/html", "").count("<tr")  # of a table, or a lab's card
    lines: int = CODE * len(words.splitlines())
    return int(max(lines, ROW * (rows + 2 * bool(rows)))) + FRAME


def is_outcome(cell: Any) -> bool:
    """Whether the part shows what a cell printed, and not the cell."""
    return "transient" in cell.metadata


def cut_slides(notebook: Any, notes: Mapping[str, str] | None = None) -> Any:
    """The notebook, its cells in parts that say what kind of slide they begin, if any.

    Args:
        notes: what the speaker sees at a question, by its name.
    """
    cut = deepcopy(notebook)
    cut.cells = []
    height = 0
    for part in (part for cell in notebook.cells for part in split_cell(cell)):
        kind, own = "-", measure_cell(part)
        if part.cell_type == "markdown" and HEADING.match(part.source):
            kind = "slide"
        elif height + own > ROOM or (is_outcome(part) and QUESTION.search(part.source)):
            kind = "subslide"
        height = own if kind != "-" else height + own
        part.metadata["slideshow"] = {"slide_type": kind}
        cut.cells += [part, *_write_notes(part, notes or {})]
    cut.metadata["title"] = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    return cut
