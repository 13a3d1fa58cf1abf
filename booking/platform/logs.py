"""Structured logs: one JSON line an event, with the request's id and nothing about a person."""

import logging
import sys

import structlog


def configure(*, stream: object = None) -> None:
    """Send structlog's and the standard library's lines to standard error as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        logger_factory=structlog.PrintLoggerFactory(file=stream or sys.stderr),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    # Werkzeug's line names the path only by rule of thumb; ours names the route instead.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
