"""The database: its base class, types, engines and the session that services are handed.

SQLite (WAL) and PostgreSQL are equals. Reads use plain transactions; writes take SQLite's
write lock at once (BEGIN IMMEDIATE), since a read that turns into a write cannot wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from sqlalchemy.orm import Session as SqlSession
from sqlalchemy.types import TypeDecorator

from booking.platform.clock import Clock
from booking.platform.events import EventBus
from booking.platform.vault import Vault

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, timestamptz in PostgreSQL, naive UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: nobody knows which clock it was read from."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime given to the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back as aware UTC, whatever zone the driver uses."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table. Instants are UtcDateTime; constraint names follow NAMES on both databases."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime}


class WithId(Base):
    """A table whose rows have a number of their own."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(Integer, primary_key=True)


class Session(SqlSession):
    """One unit of work, with what a service needs besides rows.

    ports: name -> what answers a question that a feature may answer better ('length', say).
    """

    clock: Clock
    events: EventBus
    vault: Vault
    ports: dict[str, Any]

    def __init__(
        self,
        *args: Any,
        clock: Clock,
        events: EventBus,
        vault: Vault,
        ports: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        """Carry the collaborators beside the connection."""
        super().__init__(*args, **kwargs)
        self.clock, self.events, self.vault, self.ports = clock, events, vault, ports

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return self.clock.now()

    def publish(self, happened: object) -> None:
        """Tell every handler of a domain event, inside this transaction."""
        self.events.publish(self, happened)

    @property
    def on_postgresql(self) -> bool:
        """True on PostgreSQL, False on SQLite."""
        return self.get_bind().dialect.name == "postgresql"


class Database:
    """An engine and the two kinds of session made from it."""

    def __init__(self, url: str, *, clock: Clock, events: EventBus, vault: Vault) -> None:
        """Open the pool; nothing is read yet. `url` is sqlite:///… or postgresql…"""
        self.engine = make_engine(url)
        self.ports: dict[str, Any] = {}
        self._make = sessionmaker(
            class_=Session,
            expire_on_commit=False,
            clock=clock,
            events=events,
            vault=vault,
            ports=self.ports,
        )
        self._writing = self.engine.execution_options(rettid_writes=True)

    def by(self, clock: Clock) -> "Database":
        """The same database, where another clock says what time it is."""
        other = copy(self)
        other._make = sessionmaker(class_=Session, **{**self._make.kw, "clock": clock})
        return other

    def reading(self) -> Session:
        """A session for looking only."""
        return self._make(bind=self.engine)

    def writing(self) -> Session:
        """A session that will write; on SQLite it holds the write lock from its first statement."""
        return self._make(bind=self._writing)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One writing transaction outside a request; rolls back on any error."""
        with self.writing() as session, session.begin():
            yield session


@event.listens_for(Session, "loaded_as_persistent")
def _keep(session: Session, row: object) -> None:
    """Keep what was read for as long as the unit of work lasts.

    The identity map alone lets go of a row that nothing refers to, and reads it again.
    """
    session.info.setdefault("kept", []).append(row)


def make_engine(url: str) -> Engine:
    """An engine set up the way both databases need it."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, pool_size=5, max_overflow=10, hide_parameters=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("rettid_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint or trigger that refused, alike on both databases; or ''."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return diagnostics.constraint_name or ""
    message = str(error.orig)
    kind, _, columns = message.partition(" constraint failed: ")
    if not columns:
        return message  # a trigger's RAISE(ABORT, name)
    if kind == "UNIQUE":
        table = columns.split(".", 1)[0]
        return "uq_" + "_".join([table, *(c.strip().split(".")[1] for c in columns.split(","))])
    return columns


RETRYABLE = {"40001", "40P01"}


def worth_retrying(error: DBAPIError) -> bool:
    """True for PostgreSQL's deadlocks and serialisation failures and SQLite's busy database."""
    state = getattr(error.orig, "sqlstate", None)
    return state in RETRYABLE or "database is locked" in str(error.orig)


def ping(session: Session) -> None:
    """Ask the database for anything at all; raises if it does not answer."""
    session.execute(text("SELECT 1"))
