"""The one migration history makes exactly the tables the models describe, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from booking import rooms
from booking.platform import migrate
from booking.platform.database import make_engine
from booking.platform.web import Rettid
from tests.peers.postgres import PostgresServer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a schema, on each of the two."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        engine = make_engine(server.create_database(f"test_{uuid4().hex[:12]}"))
    yield engine
    engine.dispose()


def test_migrations_and_models_agree(rettid: Rettid) -> None:
    assert migrate.at_head(rettid.database.engine)
    with rettid.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, rooms.metadata) == []


def test_migrating_twice_changes_nothing(rettid: Rettid) -> None:
    migrate.upgrade(rettid.database.engine)
    assert migrate.at_head(rettid.database.engine)


def test_a_database_in_use_comes_to_the_newest_schema_with_its_rows(empty: Engine) -> None:
    migrate.upgrade(empty, "0002")
    writing = empty.execution_options(rettid_writes=True)
    with writing.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO clinic (name, specialty, phone, phone_hours, zone_name, "
                "horizon_weeks, optional_closures, version) VALUES "
                "('Klinik', '', '+4599320000', 'hverdage 8-14', 'Europe/Copenhagen', 8, '', 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO resource (kind, name, profession, title, video_url, active, version) "
                "VALUES ('clinician', 'Anna Holm', 'doctor', 'overlæge', '', true, 1)"
            )
        )
    migrate.upgrade(empty)
    assert migrate.at_head(empty)
    with empty.connect() as connection:
        clinic = connection.execute(text("SELECT phone_hours, phone_hours_en FROM clinic")).one()
        resource = connection.execute(text("SELECT title, title_en FROM resource")).one()
    assert (tuple(clinic), tuple(resource)) == (("hverdage 8-14", ""), ("overlæge", ""))
