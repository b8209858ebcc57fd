"""What keeps people from reading a page, as axe-core finds it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = "axe_playwright_python"
"""The package that carries axe-core."""
RUN = """context => axe.run(context, {
    resultTypes: ["violations"],
    rules: {"color-contrast": {enabled: false}},  // contrast.js looks at all texts, far quicker
}).then(found => found.violations
    .filter(each => ["serious", "critical"].includes(each.impact))
    .map(each => `${each.id}: ${each.nodes.slice(0, 3).map(node => node.html.slice(0, 160))}`))
"""


def find_barriers(page: Page, within: str = "html") -> list[str]:
    """What is serious or critical on the page, a line for each rule."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(files(AXE).joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, within)
    return found
