"""The one clock. Everything that asks for the time is handed one of these."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Answers the present instant as an aware UTC datetime."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock; pytest-freezegun freezes it in tests."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)
