"""A notebook in JupyterLab, worked as a learner does it: by the menus."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMEOUT = 60_000  # milliseconds that a start or a run may take
CODE = ".jp-NotebookPanel .jp-CodeCell"
PROMPT = f"{CODE} .jp-InputPrompt"
# Of a size, and each with its text alternative and the words below it.
SEEN = """pictures => pictures.filter(
    picture => picture.clientWidth && picture.clientHeight
).map(picture => [picture.alt ?? picture.ariaLabel, picture.closest("figure").innerText])"""


@dataclass(frozen=True)
class LabPage:
    """One open notebook."""

    page: Page

    @classmethod
    def open(cls, page: Page, address: str, name: str) -> LabPage:
        """Open a notebook, and wait for its kernel: a run before that asks which kernel to take."""
        page.set_default_timeout(TIMEOUT)
        page.goto(f"{address}lab/tree/{name}?reset")
        lab = cls(page)
        lab.wait_until_idle()
        return lab

    def choose(self, menu: str, entry: str) -> None:
        """Click an entry of a menu, both by their words."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{menu}$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{entry}$")).click()

    def wait_until_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()

    def _run(self, entry: str) -> None:
        """The first cell must take long enough to be seen as waiting; imports do."""
        self.choose("Run", entry)
        waiting = self.page.locator(PROMPT, has_text="[*]")
        waiting.first.wait_for(state="attached")
        while waiting.count():
            self.page.wait_for_timeout(100)
        self.wait_until_idle()

    def run_all(self) -> None:
        """Run > Run All Cells, to the end or to the first error."""
        self._run("Run All Cells")

    def run_above(self, cell: int) -> None:
        """Run the code cells above one, counted from 0."""
        self.page.locator(CODE).nth(cell).locator(".jp-InputPrompt").click()
        self._run("Run All Above Selected Cell")

    def restart(self) -> None:
        """Kernel > Restart Kernel, and yes, really."""
        self.choose("Kernel", "Restart Kernel…")
        with self.page.expect_response(re.compile("/restart")):
            self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.wait_until_idle()

    def save(self) -> None:
        """File > Save Notebook; the tab loses the mark of what is not saved."""
        self.choose("File", "Save Notebook")
        self.page.locator(".jp-mod-current.jp-mod-dirty").wait_for(state="detached")

    def read_pictures(self) -> list[list[str]]:
        """For each picture that is to be seen among the outputs, its words: heard, and below it."""
        pictures = self.page.locator(f"{CODE} .jp-OutputArea figure > *:first-child")
        words: list[list[str]] = pictures.evaluate_all(SEEN)
        return words
