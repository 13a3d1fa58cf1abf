"""Accessibility of a page as a browser shows it, by axe-core: WCAG 2.0, 2.1 and 2.2, A and AA."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "static" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# Only violations are gathered and sent here: a third of the work is describing what is well.
FIND = """async tags => (await axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']
})).violations"""


def axe(page: Page) -> None:
    """Assert that the page has no violation; each is named with what and where.

    Needs a context with JavaScript: axe runs inside the page (past its content policy).
    """
    if not SCRIPT.is_file():
        pytest.skip("axe-core is not installed: run `make setup`")
    _wait_for_styles(page)
    page.evaluate(SCRIPT.read_text())
    found: list[dict[str, Any]] = page.evaluate(FIND, TAGS)
    said = [
        f"{one['id']}: {one['help']} at {node['target']}: {node['html'][:200]}"
        for one in found
        for node in one["nodes"]
    ]
    assert not said, f"{page.url}\n" + "\n".join(said)


def _wait_for_styles(page: Page) -> None:
    """Sizes and colours mean nothing before the style sheet is there; on a busy machine it lags."""
    page.wait_for_load_state("load")
    for tried in range(100):
        if page.evaluate("[...document.styleSheets].some(s => s.href && s.cssRules.length > 50)"):
            return
        page.wait_for_timeout(100)
        if tried == 50:
            page.reload()
    raise AssertionError(f"{page.url} has no style sheet")
