"""What happens to what waits for a person, told inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorklistItemUnread:
    """Nobody has opened an item within the time the clinic has set: it is the leaders' too."""

    item_id: int
    clinic_id: int


@dataclass(frozen=True)
class WorklistItemFinished:
    """Somebody has seen to an item, and taken it off the list."""

    item_id: int
    clinic_id: int
