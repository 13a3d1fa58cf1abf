"""One PostgreSQL database for test after test: emptied between them rather than made anew.

A copy of a template costs some 70 ms of the server's time and dropping it 10; emptying costs 3.
"""

from types import TracebackType
from typing import Self
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.peers.postgres import PostgresServer

# A change to the schema leaves a newer row in a catalogue, or another number of rows. What came
# with PostgreSQL has the numbers below 16384.
SHAPE = """
SELECT (SELECT version_num FROM alembic_version),
       (SELECT (count(*), max(xmin::text::bigint)) FROM pg_class WHERE oid >= 16384),
       (SELECT (count(*), max(xmin::text::bigint)) FROM pg_attribute WHERE attrelid >= 16384),
       (SELECT (count(*), max(xmin::text::bigint)) FROM pg_constraint WHERE oid >= 16384),
       (SELECT (count(*), max(xmin::text::bigint)) FROM pg_trigger WHERE oid >= 16384),
       (SELECT (count(*), max(xmin::text::bigint)) FROM pg_proc WHERE oid >= 16384)
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
KEPT = "alembic_version"
LEFT_BEHIND = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
NUMBERS = """
SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""


class EmptiedDatabase:
    """A copy of `template`, inside a `with` block; `as_new()` before each use."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server, self._template = server, template
        self._name = f"test_{uuid4().hex[:12]}"
        self._connection: psycopg.Connection | None = None
        self._shape: tuple[object, ...] | None = None
        self._asking = sql.Composed([])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()

    def as_new(self) -> str:
        """Its SQLAlchemy URL; no row is left, no number used, and nobody connected.

        A database whose schema has been changed is dropped and copied again.
        """
        if self._connection is not None:
            self._connection.execute(LEFT_BEHIND)
            if self._connection.execute(SHAPE).fetchone() == self._shape:
                self._empty(self._connection)
                return self._server.url(self._name)
            self._drop()
        url = self._server.create_database(self._name, template=self._template)
        self._connection = self._connected(url)
        self._shape = self._connection.execute(SHAPE).fetchone()
        tables = [name for (name,) in self._connection.execute(TABLES) if name != KEPT]
        self._asking = sql.SQL("SELECT {}").format(
            sql.SQL(", ").join(
                sql.SQL("CASE WHEN EXISTS (SELECT FROM {}) THEN {} END").format(
                    sql.Identifier(name), sql.Literal(name)
                )
                for name in tables
            )
        )
        return url

    def _empty(self, connection: psycopg.Connection) -> None:
        [asked] = connection.execute(self._asking).fetchall()
        used = [sql.Identifier(name) for name in asked if name]
        if used:
            deletes = (sql.SQL("DELETE FROM {}").format(table) for table in used)
            connection.execute(sql.SQL("; ").join(deletes))
            # Else the next rows fill holes, and come in another order than they were written.
            connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(used)))
        connection.execute(NUMBERS)

    def _connected(self, url: str) -> psycopg.Connection:
        conninfo = make_url(url).set(drivername="postgresql")
        connection = psycopg.connect(
            conninfo.render_as_string(hide_password=False), autocommit=True
        )
        # Neither the guard nor foreign keys: every row goes, in any order.
        connection.execute("SET session_replication_role = replica")
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._server.drop_database(self._name)
