"""A Chromium that is there, and the sentence for where none is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PLACES = (  # where no command is on the PATH
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("C:/Program Files/Google/Chrome/Application/chrome.exe"),
)
NO_PLAYWRIGHT = "Playwright is missing: `make test` installs it, from requirements-dev.txt."
NO_CHROMIUM = (
    "There is no Chromium or Chrome to open pages in. Install one (Debian, Ubuntu: "
    "`sudo apt-get install chromium`), and these tests run."
)
QUIET = [  # nothing that a browser does on its own
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
]


def find_chromium(playwright: Playwright) -> str | None:
    """The program of a Chromium; None where there is none."""
    named = [found for command in COMMANDS if (found := shutil.which(command))]
    placed = [
        path for path in (*PLACES, Path(playwright.chromium.executable_path)) if path.exists()
    ]
    return next(iter([*named, *map(str, placed)]), None)
