# ruff: noqa: INP001
"""Take the pictures of the documentation from a demo that was just made.

make run &
.venv/bin/python docs/pictures/make.py http://127.0.0.1:8000

A draft is begun and a row of it deleted, to have something to mend in the picture.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

HERE = Path(__file__).parent
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1000, "height": 900}
ARTHRITIS, DIABETES = "/klinik/1/regler/1", "/klinik/2/regler/2"


def main(address: str) -> None:
    """Sign in as those whose pages are pictured, one after another."""
    browsers = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("RETTID_CHROMIUM") or next(filter(None, map(shutil.which, browsers)))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found)
        page = _as(browser, address, "patient/provisional", PHONE, scale=2)
        page.screenshot(path=HERE / "patient-times.png")
        page = _as(browser, address, "patient/next_step", PHONE)
        page.goto(f"{address}/opfoelgning")
        page.locator("main").screenshot(path=HERE / "rules-patient.png")
        _writing(_as(browser, address, "personale/annesofie", DESK), address)
        page = _as(browser, address, "personale/henrik", DESK)
        page.goto(f"{address}{DIABETES}/godkend")
        _between(page, _heading(page, "Ændret i forhold til"), _button(page, "Udgiv"), "review")
        page = _as(browser, address, "personale/mette", DESK)
        page.goto(f"{address}/klinik/1/opfoelgning")
        _button(page, "Åbn").first.click()
        last = _heading(page, "Målinger")
        _between(page, _heading(page, "Reglernes beslutning"), last, "decision")
        browser.close()


def _writing(page: Page, address: str) -> None:
    page.goto(f"{address}{ARTHRITIS}")
    _button(page, "Skriv en ny version").click()
    page.goto(f"{address}{ARTHRITIS}/kladde?tabel=activity")
    _between(page, _heading(page, "Sygdomsaktivitet"), page.get_by_text("på alle rækker"), "grid")
    page.locator("table.rule-grid tbody tr").last.locator("a").first.click()
    _button(page, "Slet rækken").click()
    _between(page, _heading(page, "Det, der skal rettes"), page.get_by_text("Taster"), "findings")


def _as(browser: Browser, address: str, who: str, size: ViewportSize, *, scale: float = 1) -> Page:
    page = browser.new_page(viewport=size, device_scale_factor=scale, locale="da-DK")
    page.goto(f"{address}/demo")
    page.locator(f"form[action$='/demo/{who}'] button").click()
    page.wait_for_load_state()
    return page


def _heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name).first


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def _between(page: Page, first: Locator, last: Locator, name: str) -> None:
    """From one thing on a page to another, in the page's width."""
    last.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    top, bottom = first.bounding_box(), last.bounding_box()
    assert top is not None
    assert bottom is not None
    height = bottom["y"] + bottom["height"] - top["y"] + 32
    page.screenshot(
        path=HERE / f"rules-{name}.png",
        full_page=True,
        clip={"x": 0, "y": top["y"] - 16, "width": DESK["width"], "height": height},
    )


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
