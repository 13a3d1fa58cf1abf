"""Structured logs: one JSON line an event, with the request's id and nothing about a person."""

import logging
import sqlite3
import sys
import traceback

import psycopg
import structlog
from sqlalchemy.exc import IntegrityError, StatementError

from booking.platform.database import constraint_of

# What these say may quote the row or the value: PostgreSQL's DETAIL does.
QUOTES_ROWS = (StatementError, psycopg.Error, sqlite3.Error)


def configure() -> None:
    """Send structlog's and the standard library's lines to standard error as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(lambda exc_info: trace(exc_info[1])),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # Werkzeug's line names the path only by rule of thumb; ours names the route instead.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def trace(error: BaseException) -> str:
    """The traceback of an error and of those that led to it, the first one first.

    An error from the database is told by its type, sqlstate and constraint alone.
    """
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(_told(one) for one in reversed(chain))


def _told(error: BaseException) -> str:
    frames = "".join(traceback.format_tb(error.__traceback__))
    if not isinstance(error, QUOTES_ROWS):
        last = "".join(traceback.format_exception_only(type(error), error))
        return f"Traceback (most recent call last):\n{frames}{last}".rstrip()
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    driver = getattr(error, "orig", None) or error
    facts = {
        "sqlstate": getattr(driver, "sqlstate", None) or getattr(driver, "sqlite_errorname", None),
        "constraint": constraint_of(error) if isinstance(error, IntegrityError) else None,
    }
    known = ", ".join(f"{fact} {value}" for fact, value in facts.items() if value)
    return f"Traceback (most recent call last):\n{frames}{name}: {known}".rstrip(": ")


class Lines(logging.Formatter):
    """The standard library's lines, with errors told as our own are."""

    def formatException(self, ei: object) -> str:  # noqa: N802  (the base class's name)
        """The traceback, without what the database quotes."""
        error = ei[1] if isinstance(ei, tuple) else None
        return trace(error) if isinstance(error, BaseException) else ""
