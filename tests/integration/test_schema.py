"""The one migration history makes exactly the tables the models describe, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from booking import rooms
from booking.platform import migrate
from booking.platform.config import ROOT
from booking.platform.database import make_engine
from booking.platform.web import Rettid
from tests.peers.postgres import PostgresServer

A_DRAFT = (
    (
        "INSERT INTO clinic (id, name, specialty, phone, phone_hours, phone_hours_en, zone_name, "
        "horizon_weeks, optional_closures, version) VALUES "
        "(1, 'Klinik', '', '+4599320000', '', '', 'Europe/Copenhagen', 8, '', 1)"
    ),
    (
        "INSERT INTO staff (id, username, name, title, password_hash, active, epoch) VALUES "
        "(7, 'anna', 'Anna Holm', '', '', true, 0)"
    ),
    (
        "INSERT INTO rule_set (id, clinic_id, code, label, origin, created_at, created_by) VALUES "
        "(1, 1, 'astma', 'Astma', '', '2026-11-23 08:00:00.000000+00:00', 'Anna Holm')"
    ),
    (
        "INSERT INTO rule_draft (rule_set_id, body, examples, edition, status, note, edited_at, "
        "edited_by_id, edited_by, sent_by) VALUES (1, '{}', '[]', 1, 'editing', '', "
        "'2026-11-23 08:00:00.000000+00:00', 7, 'Anna Holm', '')"
    ),
)


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


def test_who_wrote_a_draft_last_is_kept_and_the_newest_migration_goes_back_and_forth(
    empty: Engine,
) -> None:
    migrate.upgrade(empty, "0008")
    writing = empty.execution_options(rettid_writes=True)
    with writing.begin() as connection:
        for statement in A_DRAFT:
            connection.execute(text(statement))
    migrate.upgrade(empty)
    with writing.begin() as connection:
        assert connection.scalar(text("SELECT CAST(writer_ids AS TEXT) FROM rule_draft")) == "[7]"
        config = Config()
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
    assert not migrate.at_head(empty)
    migrate.upgrade(empty)
    assert migrate.at_head(empty)


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
