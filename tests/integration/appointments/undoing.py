"""What one process does in a race: takes the same acts back as others do at the same time."""

from collections import Counter
from dataclasses import dataclass
from functools import partial

from booking.appointments.models import AppointmentChange
from booking.appointments.undo import undo
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from tests.integration.appointments import racing


@dataclass(frozen=True)
class Secretary:
    """What a process is given: plain values only."""

    url: str
    key: str
    staff_id: int
    change_ids: list[int]


def takes_back(secretary: Secretary) -> dict[str, int]:
    """Each act once, in the order given; what came of it."""
    opened = racing.database(secretary)  # type: ignore[arg-type]
    outcomes: Counter[str] = Counter()
    for number in secretary.change_ids:
        work = partial(_undo, number=number, staff_id=secretary.staff_id)
        outcomes[racing.attempt(opened, work)] += 1
    opened.engine.dispose()
    return dict(outcomes)


def _undo(session: Session, *, number: int, staff_id: int) -> None:
    by = actor_of(session.get_one(Staff, staff_id))
    undo(session, by, session.get_one(AppointmentChange, number))
