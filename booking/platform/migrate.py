"""Bringing a database to the newest schema."""

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from booking.platform.config import ROOT

LOCK_TIMEOUT = "5s"


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run what is missing of the migration history, in one transaction; harmless when nothing is.

    to: the revision to stop at. On PostgreSQL a migration gives up after five seconds rather than
    queue everyone behind it.
    """
    writing = engine.execution_options(rettid_writes=True)
    with writing.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        command.upgrade(_alembic(connection), to)


def at_head(engine: Engine) -> bool:
    """True if the database has the newest schema."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def _alembic(connection: object) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config
