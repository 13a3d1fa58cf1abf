"""What every test stands on: an application and its two databases, made once a session and as new
for each test; time that can be frozen; example counts.
"""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg  # noqa: F401  (imported before any test freezes time)
import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient

from booking.people import sign_in
from booking.platform import migrate
from booking.platform.config import Config
from booking.platform.database import Session, make_engine
from booking.platform.web import Rettid
from tests import freezing
from tests.peers.emptied import EmptiedDatabase
from tests.peers.postgres import PostgresServer
from wsgi import create_app

SOAK = int(os.environ.get("RETTID_SOAK", "1"))

freezing.configure()
hypothesis.settings.register_profile("rettid", deadline=None, max_examples=100 * SOAK)
hypothesis.settings.load_profile("rettid")

# The suite checks some two thousand passwords: argon2id as in use, at the least it can cost.
# tests/integration/people/test_sign_in.py says what it costs as shipped.
SHIPPED_HASHER = sign_in._hasher
sign_in._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
sign_in._NOBODY = sign_in.hash_password("nobody has this password")


def pytest_collection() -> None:
    """What is imported to find the tests stays: the collector need not look through it meanwhile"""
    gc.disable()


def pytest_collection_finish() -> None:
    """nor again and again afterwards."""
    gc.collect()
    gc.freeze()
    gc.enable()


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


@pytest.fixture(scope="session")
def emptied_postgres(
    postgres_server: PostgresServer, postgres_template: str
) -> Iterator[EmptiedDatabase]:
    """A migrated PostgreSQL database that is emptied between tests."""
    with EmptiedDatabase(postgres_server, postgres_template) as database:
        yield database


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application's own folder, where an operator may lay files."""
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, instance: Path) -> str:
    """An empty database with the newest schema, on each of the two; the same one as the last test's
    by name, so that the application can be the same.
    """
    shutil.rmtree(instance)
    instance.mkdir()
    if request.param == "sqlite":
        path = instance / "rettid.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    postgres: EmptiedDatabase = request.getfixturevalue("emptied_postgres")
    return postgres.as_new()


@pytest.fixture(scope="session")
def applications() -> dict[str, Flask]:
    """Every application made to be shared, by the database it is on."""
    return {}


@pytest.fixture
def app(database_url: str, instance: Path, applications: dict[str, Flask]) -> Iterator[Flask]:
    """The whole application on an empty database.

    It serves one test after another, as it serves one request after another: making it costs more
    than most tests. What a test subscribes or sets is put back; for new routes, see `own_app`.
    """
    if database_url not in applications:
        applications[database_url] = create_app(test_config(database_url, instance))
    shared = applications[database_url]
    put_back = _as_it_is(shared)
    yield shared
    put_back()
    shared.extensions["rettid"].database.engine.dispose()


@pytest.fixture
def own_app(database_url: str, instance: Path) -> Iterator[Flask]:
    """An application of the test's own, for what cannot be undone."""
    made = create_app(test_config(database_url, instance))
    yield made
    made.extensions["rettid"].database.engine.dispose()


def _as_it_is(app: Flask) -> Callable[[], None]:
    """Remember an application's settings and what has been hung on it; calling puts them back."""
    parts: Rettid = app.extensions["rettid"]
    settings: list[dict[Any, Any]] = [
        app.config, parts.jobs.jobs, parts.database.ports, parts.identify, parts.sign_in_pages,
        parts.constraints,
    ]  # fmt: skip
    hung: list[dict[Any, list[Any]]] = [
        parts.events._handlers, parts.parts._cards, parts.parts._menus, parts.parts._tabs
    ]  # fmt: skip
    kept = [dict(one) for one in settings]
    kept += [{key: list(value) for key, value in one.items()} for one in hung]

    def put_back() -> None:
        for now, before in zip([*settings, *hung], kept, strict=True):
            now.clear()
            now.update(before)

    return put_back


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
