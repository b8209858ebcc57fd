"""A page in the browser, watched: whatever goes wrong while it is open is written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route


class Watch:
    """The complaints about one page, in order. Requests to other machines go nowhere."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.route("**/*", self._let_pass)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("response", self._look)

    def _let_pass(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:")):
            route.continue_()
        else:
            self.complaints.append(f"asks another machine: {url}")
            route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


@contextmanager
def open_watched(browser: Browser, **options: Any) -> Iterator[Watch]:
    """A new page, with Playwright's options for one."""
    page = browser.new_page(**options)
    try:
        yield Watch(page)
    finally:
        page.close()
