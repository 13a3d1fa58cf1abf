"""The demo page: every press signs someone in, and none of it exists outside a demo."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun.api import FrozenDateTimeFactory

from booking.demo import state
from booking.demo.commands import make_for_today
from booking.demo.seed import has_clinics
from booking.demo.stories import SYSTEM
from booking.demo.web import SHOWS, STAFF
from booking.people.models import PatientIdentifier
from booking.platform.config import Config
from booking.platform.web import Rettid
from tests import factories as make
from tests.conftest import test_config
from wsgi import create_app


@pytest.fixture(scope="module")
def demo_app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("instance")
    config = demo_config(instance)
    shutil.copy(sqlite_template, instance / "demo.sqlite3")
    app = create_app(config)
    answer = app.test_cli_runner().invoke(args=["demo", "seed"])
    assert answer.exit_code == 0, answer.output
    yield app
    app.extensions["rettid"].database.engine.dispose()


def demo_config(instance: Path) -> Config:
    return replace(test_config(f"sqlite:///{instance / 'demo.sqlite3'}", instance), mode="demo")


@pytest.fixture
def visitor(demo_app: Flask) -> FlaskClient:
    return demo_app.test_client()


def test_the_page_shows_a_birth_date_and_a_working_code_for_each(
    demo_app: Flask, visitor: FlaskClient
) -> None:
    page = visitor.get("/demo").text
    codes = state.codes(demo_app.extensions["rettid"].config)
    assert set(codes) == set(SHOWS)
    assert all(code in page for code in codes.values())


@pytest.mark.parametrize("story", list(SHOWS))
def test_one_press_makes_one_a_patient(visitor: FlaskClient, story: str) -> None:
    answer = visitor.post(f"/demo/patient/{story}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == "/mine-tider"


@pytest.mark.parametrize("username", STAFF)
def test_one_press_makes_one_staff(visitor: FlaskClient, username: str) -> None:
    answer = visitor.post(f"/demo/personale/{username}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path.startswith("/klinik/")
    assert answer.request.path != "/klinik/log-ind"


def test_nobody_else_can_be_chosen(visitor: FlaskClient) -> None:
    assert visitor.post("/demo/patient/anyone").status_code == 404
    assert visitor.post("/demo/personale/jens").status_code == 404


def test_seeding_twice_changes_nothing(demo_app: Flask) -> None:
    before = state.codes(demo_app.extensions["rettid"].config)
    answer = demo_app.test_cli_runner().invoke(args=["demo", "seed"])
    assert answer.exit_code == 0
    assert "nothing was changed" in answer.output
    assert state.codes(demo_app.extensions["rettid"].config) == before


def test_only_the_demos_own_file_is_thrown_away(tmp_path: Path, sqlite_template: Path) -> None:
    elsewhere = tmp_path / "clinic.sqlite3"
    shutil.copy(sqlite_template, elsewhere)
    config = replace(demo_config(tmp_path), database_url=f"sqlite:///{elsewhere}")
    app = create_app(config)
    answer = app.test_cli_runner().invoke(args=["demo", "seed", "--fresh"])
    assert answer.exit_code == 1
    assert "only the demo's own" in answer.output
    assert elsewhere.exists()


@pytest.mark.freeze_time("2026-11-23T12:00:00Z")
@pytest.mark.parametrize(
    ("made_hours_ago", "hours_later", "file", "kept"),
    [
        (2, 0, "demo.sqlite3", True),
        (2, 5, "demo.sqlite3", False),  # six in the evening
        (24, 0, "demo.sqlite3", False),
        (24, 0, "clinic.sqlite3", True),
    ],
)
def test_a_demo_whose_day_is_over_is_thrown_away_if_it_is_the_demos_own(
    tmp_path: Path,
    sqlite_template: Path,
    freezer: FrozenDateTimeFactory,
    made_hours_ago: int,
    hours_later: int,
    file: str,
    kept: bool,
) -> None:
    shutil.copy(sqlite_template, tmp_path / file)
    config = replace(demo_config(tmp_path), database_url=f"sqlite:///{tmp_path / file}")
    parts: Rettid = create_app(config).extensions["rettid"]
    with parts.database.transaction() as session:
        made = session.now() - timedelta(hours=made_hours_ago)
        patient = make.patient(session, make.clinic(session), created_at=made)
        make.add(session, PatientIdentifier(patient=patient, system=SYSTEM, value="provisional"))
    freezer.tick(timedelta(hours=hours_later))
    make_for_today(parts)
    with parts.database.reading() as session:
        assert has_clinics(session) is kept
    parts.database.engine.dispose()


def test_outside_demo_mode_there_is_no_such_page(client: FlaskClient, app: Flask) -> None:
    assert client.get("/demo").status_code == 404
    assert client.post("/demo/patient/provisional").status_code == 404
    assert "demo" not in app.cli.commands
