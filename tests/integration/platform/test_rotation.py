"""Changing the key that seals: nothing is lost, and the old key can go."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import select

from booking import rooms
from booking.people import queries, service
from booking.people.models import Patient
from booking.people.service import Details
from booking.platform import rotation
from booking.platform.config import Config, parse_data_keys
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories
from wsgi import create_app

KEYS = {version: Fernet.generate_key().decode() for version in (1, 2)}


@contextmanager
def application(config: Config, *versions: int) -> Iterator[Flask]:
    """The application with these versions of the data key."""
    made = create_app(replace(config, data_keys={v: KEYS[v] for v in versions}))
    yield made
    made.extensions["rettid"].database.engine.dispose()


@pytest.fixture
def config(rettid: Rettid) -> Config:
    """A database with people sealed by key 1 only."""
    with application(rettid.config, 1) as app, opened(app).database.transaction() as session:
        clinic = factories.clinic(session)
        for number in range(7):
            details = Details(
                f"Nr {number}",
                "Prøve",
                cpr=f"010170{number:04}",
                phone=f"+452030102{number}",
                email=f"nr{number}@example.org" if number % 2 else None,
                address="Parkvej 1",
            )
            service.register_patient(session, SYSTEM, clinic.id, details)
        service.register_patient(session, SYSTEM, clinic.id, Details("Uden", "Alt"))
    return rettid.config


def opened(app: Flask) -> Rettid:
    """The application's parts."""
    parts: Rettid = app.extensions["rettid"]
    return parts


def people(app: Flask) -> list[tuple[str | None, ...]]:
    """Everything sealed, opened."""
    with opened(app).database.reading() as session:
        rows = session.scalars(select(Patient).order_by(Patient.id))
        return [(p.name, p.cpr, p.phone, p.email, p.address) for p in rows]


def test_after_rotating_the_old_key_can_be_left_out(config: Config) -> None:
    with application(config, 1) as app:
        before = people(app)
    with application(config, 1, 2) as app:
        assert people(app) == before
        result = app.test_cli_runner().invoke(args=["keys", "rotate"])
        assert result.exit_code == 0
        assert "24 texts sealed anew" in result.output
        again = app.test_cli_runner().invoke(args=["keys", "rotate"])
        assert "0 texts sealed anew" in again.output
    with application(config, 2) as app:
        assert people(app) == before
        with opened(app).database.reading() as session:
            assert queries.find(session, 1, "010170-0003")[0].given_name == "Nr 3"


def test_a_rotation_that_was_stopped_is_finished_by_the_next(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    with application(config, 1, 2) as app:
        before = people(app)
        batches = rotation.rotate(opened(app).database, rooms.metadata)
        assert next(batches) == 3
        assert next(batches) == 3
        assert people(app) == before
        assert sum(rotation.rotate(opened(app).database, rooms.metadata)) == 24 - 6
    with application(config, 2) as app:
        assert people(app) == before


def test_a_missing_old_key_is_named_and_nothing_is_lost(config: Config) -> None:
    with application(config, 2) as app:
        result = app.test_cli_runner().invoke(args=["keys", "rotate"])
        assert result.exit_code != 0
        assert "key 1" in result.output
    with application(config, 1) as app:
        assert people(app)[0][1] == "0101700000"


def test_rotating_is_no_change_to_the_patient(config: Config) -> None:
    with application(config, 1, 2) as app:
        app.test_cli_runner().invoke(args=["keys", "rotate"])
        with opened(app).database.reading() as session:
            assert set(session.scalars(select(Patient.version))) == {1}


def test_fresh_keys_are_what_the_environment_wants(app: Flask) -> None:
    lines = dict(
        line.split("=", 1)
        for line in app.test_cli_runner().invoke(args=["keys", "new"]).stdout.splitlines()
    )
    assert list(lines) == ["RETTID_DATA_KEYS", "RETTID_SESSION_KEY", "RETTID_LOOKUP_KEY"]
    assert list(parse_data_keys(lines["RETTID_DATA_KEYS"])) == [2]
    assert min(len(lines["RETTID_SESSION_KEY"]), len(lines["RETTID_LOOKUP_KEY"])) >= 32


def test_the_sealed_columns_are_known_by_their_names() -> None:
    assert {str(column) for column in rotation.sealed_columns(rooms.metadata)} >= {
        "patient.cpr_sealed",
        "patient.phone_sealed",
        "patient.email_sealed",
        "patient.address_sealed",
    }
