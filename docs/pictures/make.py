# ruff: noqa: INP001
"""Take the pictures of the documentation from a running demo, at phone width.

make run &
.venv/bin/python docs/pictures/make.py http://127.0.0.1:8000
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PHONE = {"width": 390, "height": 844}


def main(address: str) -> None:
    """Sign in as the patient with a provisional time and picture what they see first."""
    browsers = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("RETTID_CHROMIUM") or next(filter(None, map(shutil.which, browsers)))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found)
        page = browser.new_page(viewport=PHONE, device_scale_factor=2, locale="da-DK")
        page.goto(f"{address}/demo")
        page.locator("form[action$='/demo/patient/provisional'] button").click()
        page.screenshot(path=HERE / "patient-times.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
