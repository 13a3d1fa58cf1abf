"""One browser a session for the tests that drive pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.peers.chromium import HOW_TO_GET, launched_chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; skips the test, saying how to get one, where there is none."""
    with launched_chromium() as found:
        if found is None:
            pytest.skip(HOW_TO_GET)
        yield found
