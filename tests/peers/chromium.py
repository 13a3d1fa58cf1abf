"""A real Chromium for the browser tests, wherever one is found."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET = (
    "no Chromium found: `apt-get install chromium`, or `playwright install chromium`, "
    "or set RETTID_CHROMIUM to its path"
)


def find_chromium(playwright: Playwright) -> Path | None:
    """The browser's program: RETTID_CHROMIUM, else one on the PATH, else Playwright's own."""
    given = os.environ.get("RETTID_CHROMIUM")
    if given:
        return Path(given)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    own = Path(playwright.chromium.executable_path)
    return own if own.is_file() else None


@contextlib.contextmanager
def launched_chromium() -> Iterator[Browser | None]:
    """A headless browser for a `with` block; None where none is found (see HOW_TO_GET)."""
    with sync_playwright() as playwright:
        program = find_chromium(playwright)
        if program is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=program)
        try:
            yield browser
        finally:
            browser.close()
