"""That looking at a page sees: what is wrong at one width only, too."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_what_is_wrong_with_a_page_is_named(browser: Browser, live: Live) -> None:
    page = browser.new_page(viewport=DESKTOP)
    page.goto(live.url)
    sound_at_both_widths(page)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)
    page.context.close()


def test_what_is_too_wide_on_a_phone_is_seen_from_a_desk(browser: Browser, live: Live) -> None:
    page = browser.new_page(viewport=DESKTOP)
    page.goto(live.url)
    page.evaluate("document.querySelector('main').style.minWidth = '500px'")
    with pytest.raises(AssertionError, match=r"px wider than the screen.* 390"):
        sound_at_both_widths(page)
    page.context.close()
