"""What a page looks like in a browser: accessible by axe-core (WCAG 2.0, 2.1 and 2.2, A and AA),
and no wider than the screen.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, PHONE

SCRIPT = Path(__file__).parents[2] / "static" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# Only violations are gathered and sent here: a third of the work is describing what is well.
FIND = """async tags => (await axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']
})).violations"""

# Whether anything is looked for: see `look_on_one_database`.
looking = True


def axe(page: Page) -> None:
    """Assert that the page has no violation; each is named with what and where.

    Needs a context with JavaScript: axe runs inside the page (past its content policy). On
    PostgreSQL it only waits for the page: see `look_on_one_database`.
    """
    page.wait_for_load_state("load")
    if not looking:
        return
    if not SCRIPT.is_file():
        pytest.skip("axe-core is not installed: run `make setup`")
    _wait_for_styles(page)
    if not page.evaluate("'axe' in window"):
        _bring_axe(page)
    found: list[dict[str, Any]] = page.evaluate(FIND, TAGS)
    said = [
        f"{one['id']}: {one['help']} at {node['target']}: {node['html'][:200]}"
        for one in found
        for node in one["nodes"]
    ]
    assert not said, f"{page.url}\n" + "\n".join(said)


def sound_at_both_widths(page: Page) -> None:
    """Assert that the page, as it stands, has no violation and is no wider than the screen, on a
    phone and at a desk; it has its own width again afterwards.
    """
    own = page.viewport_size
    other = PHONE if own == DESKTOP else DESKTOP
    for size in (own, other) if looking else (own,):
        if size is not None:
            page.set_viewport_size(size)
        axe(page)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{page.url} is {wider} px wider than the screen, {size}"
    if looking and own is not None:
        page.set_viewport_size(own)


@cache
def _script() -> str:
    return SCRIPT.read_text()


def _bring_axe(page: Page) -> None:
    """Straight to Chromium: of its 650 kB, Playwright would make a function in Node first."""
    straight = page.context.new_cdp_session(page)
    straight.send("Runtime.evaluate", {"expression": _script()})
    straight.detach()


def _wait_for_styles(page: Page) -> None:
    """Sizes and colours mean nothing before the style sheet is there; on a busy machine it lags."""
    for tried in range(100):
        if page.evaluate("[...document.styleSheets].some(s => s.href && s.cssRules.length > 50)"):
            return
        page.wait_for_timeout(100)
        if tried == 50:
            page.reload()
    raise AssertionError(f"{page.url} has no style sheet")
