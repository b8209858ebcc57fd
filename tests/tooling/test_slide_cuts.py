"""Notebooks are cut into slides by rule."""

from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.tooling.slides.cuts import cut_slides, split_prose

TITLE = new_markdown_cell("# Title")


def printed(lines: int) -> Any:
    return new_output("stream", name="stdout", text="line\n" * lines)


def kinds(*cells: Any) -> list[str]:
    """Which kind of slide each part begins, after the title."""
    parts = cut_slides(new_notebook(cells=[TITLE, *cells])).cells[1:]
    return [part.metadata["slideshow"]["slide_type"] for part in parts]


def test_heading_begins_a_slide_wherever_it_stands_in_its_cell() -> None:
    assert split_prose("Explained.\n\n## Next\n\nText\n\n### Small\n\n## Last") == [
        "Explained.",
        "## Next\n\nText\n\n### Small",
        "## Last",
    ]
    assert kinds(new_markdown_cell("Explained.\n\n## Next")) == ["-", "slide"]


def test_comment_in_code_is_no_heading() -> None:
    text = "```python\n# your code\n## more\n```\nText"
    assert split_prose(text) == [text]


def test_what_does_not_fit_comes_below() -> None:
    assert kinds(new_code_cell("x = 1\n" * 12), new_code_cell("y = 2\n" * 12)) == ["-", "subslide"]
    assert kinds(new_code_cell("x = 1\n" * 12), new_code_cell("y = 2")) == ["-", "-"]


def test_closed_explanation_takes_no_room() -> None:
    solution = "<details><summary>Solution</summary>\n\n" + "text\n\n" * 30 + "</details>"
    assert kinds(new_code_cell("x = 1\n" * 20), new_markdown_cell(solution)) == ["-", "-"]


def test_outcome_waits_for_the_prediction() -> None:
    asked = new_code_cell("prediction = ...\nprint(x)", outputs=[printed(1)])
    assert kinds(asked) == ["-", "subslide"]
    assert kinds(new_code_cell("print(x)", outputs=[printed(1)])) == ["-", "-"]


def test_long_outcome_is_cut_between_its_outputs() -> None:
    cell = new_code_cell("f()", outputs=[printed(20), printed(20)])
    assert kinds(cell) == ["-", "-", "subslide"]


def test_nothing_is_lost_and_every_part_has_a_name_of_its_own() -> None:
    cell = new_code_cell("prediction = ...", outputs=[printed(20), printed(20)])
    shown, *outcomes = cut_slides(new_notebook(cells=[TITLE, cell])).cells[1:]
    assert (shown.source, shown.outputs) == (cell.source, [])
    assert [output for part in outcomes for output in part.outputs] == cell.outputs
    assert len({part.id for part in [shown, *outcomes]}) == 3


def test_links_lead_to_slides() -> None:
    link = new_markdown_cell("See [06](06_test_the_pipeline.ipynb#Faults).")
    cut = cut_slides(new_notebook(cells=[TITLE, link]))
    assert cut.cells[1].source == "See [06](06_test_the_pipeline.html#Faults)."
    assert cut.metadata["title"] == "Title"


def test_picture_takes_its_height_and_that_of_its_words() -> None:
    def shown(height: int) -> Any:
        picture = f'<figure><svg viewBox="0 0 1 1" width="1" height="{height}"></svg></figure>'
        return new_output("display_data", {"text/html": picture, "text/plain": "It falls."})

    below = [new_markdown_cell("text"), new_code_cell("f()", outputs=[shown(300)])]
    assert kinds(*below, new_code_cell("x = 1")) == ["-", "-", "-", "-"]
    assert kinds(*below, new_code_cell("x = 1\n" * 4)) == ["-", "-", "-", "subslide"]


def test_nobody_is_asked_on_a_slide_and_the_speaker_has_notes() -> None:
    outputs = [printed(1), new_output("stream", name="stdout", text="Not attempted yet: put ...\n")]
    asked = new_code_cell('prediction = ...\nprint(checks.judge("order", x))', outputs=outputs)
    parts = cut_slides(new_notebook(cells=[TITLE, asked]), {"order": "Right: **b**."}).cells[1:]
    slides = [part.metadata["slideshow"]["slide_type"] for part in parts]
    assert slides == ["-", "notes", "subslide"]
    assert parts[1].source == "Right: **b**."
    assert "Not attempted" not in str([part.get("outputs") for part in parts])
