"""What stands around every view: one transaction, retries, and an error page for everything."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, flash
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from booking.platform.database import Session
from booking.platform.errors import NotAllowed
from booking.platform.events import EventBus
from booking.platform.limits import AttemptCount, Limit, count
from booking.platform.pages import TRIES, Access, Pages, db
from booking.platform.web import Rettid
from tests.conftest import test_config
from wsgi import create_app

LIMIT = Limit("test", 5, timedelta(minutes=1))


class Locked(Exception):
    """What a driver raises when PostgreSQL chose this transaction as a deadlock's victim."""

    sqlstate = "40P01"


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """One that a test may give pages."""
    return own_app


@pytest.fixture
def attempts(app: Flask) -> list[int]:
    """A room of views that write and then end in different ways; the list counts the calls."""
    made: list[int] = []
    pages = Pages("tried", __name__)

    def write() -> None:
        made.append(1)
        count(db(), LIMIT, "someone")

    @pages.post("/tried/ok", access=Access.PUBLIC)
    def ok() -> ResponseReturnValue:
        write()
        return "ok"

    @pages.post("/tried/refused", access=Access.PUBLIC)
    def refused() -> ResponseReturnValue:
        write()
        raise NotAllowed

    @pages.post("/tried/locked/<int:times>", access=Access.PUBLIC)
    def locked(times: int) -> ResponseReturnValue:
        write()
        flash("Gemt.")
        if len(made) <= times:
            raise OperationalError("…", None, Locked())
        return "ok"

    @pages.post("/tried/broken", access=Access.PUBLIC)
    def broken() -> ResponseReturnValue:
        write()
        raise ZeroDivisionError

    app.register_blueprint(pages)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return made


def written(rettid: Rettid) -> int:
    with rettid.database.reading() as session:
        return sum(session.scalars(select(AttemptCount.count)))


def test_a_view_that_returns_commits_once(app: Flask, rettid: Rettid, attempts: list[int]) -> None:
    assert app.test_client().post("/tried/ok").text == "ok"
    assert written(rettid) == 1


@pytest.mark.parametrize(("page", "status"), [("refused", 403), ("broken", 500)])
def test_a_view_that_raises_leaves_nothing(
    app: Flask, rettid: Rettid, attempts: list[int], page: str, status: int
) -> None:
    answer = app.test_client().post(f"/tried/{page}")
    assert answer.status_code == status
    assert "<h1" in answer.text
    assert written(rettid) == 0


def test_a_deadlock_replays_the_request_from_its_start(
    app: Flask, rettid: Rettid, attempts: list[int]
) -> None:
    client = app.test_client()
    assert client.post("/tried/locked/2").text == "ok"
    assert len(attempts) == 3
    assert written(rettid) == 1
    with client.session_transaction() as cookie:
        assert len(cookie["_flashes"]) == 1, "what the failed tries said is forgotten"


def test_after_several_tries_the_user_is_told_to_come_back(
    app: Flask, rettid: Rettid, attempts: list[int]
) -> None:
    assert app.test_client().post(f"/tried/locked/{TRIES}").status_code == 503
    assert len(attempts) == TRIES
    assert written(rettid) == 0


def test_an_error_in_a_handler_fails_the_transaction(rettid: Rettid) -> None:
    bus = EventBus()

    def refuse(_session: Session, _happened: str) -> None:
        raise NotAllowed

    bus.subscribe(str, refuse)
    with pytest.raises(NotAllowed):
        bus.publish(object(), "happened")


def test_healthz_says_whether_the_database_answers(app: Flask, rettid: Rettid) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok", "database": "ok"}


def test_healthz_is_503_when_it_does_not(tmp_path: Path) -> None:
    app = create_app(test_config("postgresql://nobody@127.0.0.1:1/none", tmp_path))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "failing", "database": "unreachable"}


def test_every_page_carries_its_security_headers(app: Flask) -> None:
    answer = app.test_client().get("/klinik/log-ind")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_post_without_its_token_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post("/klinik/log-ind", data={"username": "x"}).status_code == 400


def test_the_language_link_stays_on_this_site(app: Flask) -> None:
    client = app.test_client()
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "x"):
        assert client.get("/sprog/en", query_string={"til": target}).location == "/"
    assert client.get("/sprog/xx").status_code == 404


@pytest.mark.parametrize("aim", ["/%09/evil.example", "/%0a/evil.example", "/%5cevil.example"])
def test_the_choice_of_language_never_leads_off_the_site(client: FlaskClient, aim: str) -> None:
    answer = client.get(f"/sprog/en?til={aim}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/sprog/da?til=/om").headers["Location"] == "/om"
