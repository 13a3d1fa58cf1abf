"""A browser for the session, and the application served to it as it is in use.

A story is walked on both databases. What a page looks like does not depend on the database, and is
looked at on SQLite alone: see `one_database`, `look_on_one_database` and `screen`.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Browser, ViewportSize, expect
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from tests.peers.chromium import HOW_TO_GET, launched_chromium

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}

expect.set_options(timeout=15_000)  # of which 3 may be the page's own; more workers than cores


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test marked `one_database` looks at pages and tells no story: not on PostgreSQL too."""
    twice = [
        item
        for item in items
        if item.get_closest_marker("one_database") and item.get_closest_marker("postgres")
    ]
    if twice:
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if item not in set(twice)]


@pytest.fixture(autouse=True)
def look_on_one_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A story told again, on PostgreSQL, is not looked at again with axe."""
    if request.node.get_closest_marker("postgres"):
        monkeypatch.setattr("tests.e2e.axe.looking", False)


@pytest.fixture
def screen(request: pytest.FixtureRequest) -> ViewportSize:
    """The width a story is walked at: a phone's on SQLite, a desk's on PostgreSQL."""
    return DESKTOP if request.node.get_closest_marker("postgres") else PHONE


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; skips the test, saying how to get one, where there is none."""
    with launched_chromium() as found:
        if found is None:
            pytest.skip(HOW_TO_GET)
        yield found


@dataclass(frozen=True)
class Live:
    """The application, listening on this machine."""

    app: Flask
    url: str


def _whole(app: Flask) -> WSGIApplication:
    """Each answer in one piece: this server leaves a file open when the browser goes away halfway
    through it, as it does when a test is over."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with contextlib.closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer


@pytest.fixture
def live(app: Flask) -> Iterator[Live]:
    """The application on a fresh database, served by threads on a free port, its forms guarded.

    The clock is the machine's, so data must be made relative to now.
    """
    app.config["WTF_CSRF_ENABLED"] = True
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600  # else each page asks for its nine files again
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
