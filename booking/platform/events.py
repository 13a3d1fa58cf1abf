"""Domain events: what happened, told synchronously inside the transaction in which it happened.

An event is a frozen dataclass named in the past tense. An error in a handler fails the
transaction: what was planned because of a booking commits or vanishes with it.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")
Handler = Callable[[Any, Any], None]


class EventBus:
    """Who wants to hear of what. Handlers are plain functions of (session, event)."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._handlers: dict[type, list[Handler]] = defaultdict(list)

    def subscribe(self, kind: type[E], handler: Callable[[Any, E], None]) -> None:
        """Call `handler(session, event)` for each event of exactly this kind, in order."""
        self._handlers[kind].append(handler)

    def publish(self, session: object, happened: object) -> None:
        """Tell every handler; the first error stops everything and is raised."""
        for handler in self._handlers[type(happened)]:
            handler(session, happened)
