"""The one migration history makes exactly the tables the models describe, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from booking import rooms
from booking.platform import migrate
from booking.platform.web import Rettid


def test_migrations_and_models_agree(rettid: Rettid) -> None:
    assert migrate.at_head(rettid.database.engine)
    with rettid.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, rooms.metadata) == []


def test_migrating_twice_changes_nothing(rettid: Rettid) -> None:
    migrate.upgrade(rettid.database.engine)
    assert migrate.at_head(rettid.database.engine)
