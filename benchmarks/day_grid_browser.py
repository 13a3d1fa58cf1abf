"""`python -m benchmarks.day_grid_browser`: the full grid of 20 by 40 in Chromium, in milliseconds.

Reported, not compared: from a key press to the focus moved and drawn, and from letting go of a
dragged appointment to the moment the page says it is saved (the server on the same machine).
"""

import json
import logging
import statistics
import threading

from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from benchmarks.day_grid import EACH, Desk, serving
from tests.peers.chromium import launched_chromium
from tests.serving import visitor

KEYS, DROPS = 60, 8
LISTEN = """() => {
  window.taken = [];
  document.addEventListener("keydown", event => {
    const began = event.timeStamp;
    document.addEventListener("focusin", () => {
      requestAnimationFrame(() => window.taken.push(performance.now() - began));
    }, { once: true });
  }, { capture: true });
}"""
WATCH = """() => {
  window.saved = [];
  let began = 0;
  document.addEventListener("pointerup", event => { began = event.timeStamp; }, true);
  new MutationObserver(() => {
    const said = document.querySelector("[data-grid-said]").textContent;
    if (began && said.includes("er flyttet til")) {
      window.saved.push(performance.now() - began);
      began = 0;
    }
  }).observe(document.querySelector("[data-grid-said]"), { childList: true });
}"""


def main() -> None:
    """Serve, drive and print."""
    logging.disable(logging.CRITICAL)
    with serving() as (app, desk), launched_chromium() as browser:
        if browser is None:
            raise SystemExit("There is no Chromium here.")
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        context = browser.new_context(viewport={"width": 1600, "height": 1000})
        url = f"http://127.0.0.1:{server.server_port}"
        _sign_in(app, desk, url, context)
        page = context.new_page()
        page.goto(url + desk.address)
        for name, times in (("key_to_focus", _keys(page)), ("drop_to_saved", _drops(page))):
            figures = {"name": name, "median": statistics.median(times), "worst": max(times)}
            print(json.dumps({**figures, "unit": "ms", "times": len(times)}))
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()


def _sign_in(app: Flask, desk: Desk, url: str, context: object) -> None:
    cookie = {"name": "rettid", "value": visitor(app, desk.staff_id, 0, "staff").cookie, "url": url}
    context.add_cookies([cookie])  # type: ignore[attr-defined]


def _until(page: Page, taken: str, count: int) -> list[float]:
    """The figures of the page's list, when there are so many."""
    while True:
        found: list[float] = page.evaluate(f"window.{taken}")
        if len(found) >= count:
            return found
        page.wait_for_timeout(5)


def _keys(page: Page) -> list[float]:
    page.locator("td[tabindex='0']").focus()
    page.evaluate(LISTEN)
    for number in range(KEYS):
        page.keyboard.press(("ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft")[number % 4])
        _until(page, "taken", number + 1)
    return _until(page, "taken", KEYS)


def _drops(page: Page) -> list[float]:
    """Each from the last quarter that is full to the one after it, where there is room."""
    page.evaluate(WATCH)
    for number in range(DROPS):
        cell = page.locator(f"tbody tr:nth-child({EACH}) td").nth(number)
        place = page.locator(f"tbody tr:nth-child({EACH + 1}) td").nth(number)
        place.scroll_into_view_if_needed()
        start, end = cell.bounding_box(), place.bounding_box()
        if start is None or end is None:
            raise AssertionError("the grid is not to be seen")
        page.mouse.move(start["x"] + 30, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(end["x"] + 30, end["y"] + 8, steps=3)
        page.mouse.up()
        _until(page, "saved", number + 1)
    return _until(page, "saved", DROPS)


if __name__ == "__main__":
    main()
