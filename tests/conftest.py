"""What every test stands on: one PostgreSQL a session, time that can be frozen, example counts."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import freezegun
import hypothesis
import psycopg  # noqa: F401  (imported before any test freezes time)
import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient

from booking.platform import migrate
from booking.platform.config import Config
from booking.platform.database import Session, make_engine
from booking.platform.web import Rettid
from tests.peers.postgres import PostgresServer
from wsgi import create_app

SOAK = int(os.environ.get("RETTID_SOAK", "1"))

freezegun.configure(extend_ignore_list=["sqlalchemy.util.queue", "psycopg", "psycopg_pool"])
hypothesis.settings.register_profile("rettid", deadline=None, max_examples=100 * SOAK)
hypothesis.settings.load_profile("rettid")


@pytest.fixture(scope="session")
def soak() -> int:
    """How many times the modest count a race or a state machine should run (`make soak`: 10)."""
    return SOAK


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of this session's own (with xdist, one a worker)."""
    with PostgresServer() as server:
        yield server


def test_config(url: str, instance: Path) -> Config:
    """A configuration for tests: real keys made for the occasion, everything else as shipped."""
    return Config(
        mode="test",
        database_url=url,
        session_key="test-session-key-" + "x" * 32,
        data_keys={1: Fernet.generate_key().decode()},
        lookup_key="test-lookup-key-" + "y" * 32,
        instance=instance,
        flask={"TESTING": True, "WTF_CSRF_ENABLED": False},
    )


test_config.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A migrated, empty PostgreSQL database to copy."""
    _migrated(postgres_server.create_database("rettid_template"))
    return "rettid_template"


def _migrated(url: str) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with the newest schema, on each of the two."""
    if request.param == "sqlite":
        path = tmp_path / "rettid.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex[:12]}"
    yield server.create_database(name, template=request.getfixturevalue("postgres_template"))
    server.drop_database(name)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on a fresh database."""
    made = create_app(test_config(database_url, tmp_path))
    yield made
    made.extensions["rettid"].database.engine.dispose()


@pytest.fixture
def rettid(app: Flask) -> Rettid:
    """The application's parts."""
    parts: Rettid = app.extensions["rettid"]
    return parts


@pytest.fixture
def session(rettid: Rettid) -> Iterator[Session]:
    """A writing session that the test commits itself where others must see its rows."""
    with rettid.database.writing() as opened:
        yield opened


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone's browser without a browser."""
    return app.test_client()
