"""What one secretary does in a race: books a sequence of which another wants a part as well."""

from collections import Counter
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial

from booking.appointments.invitations.models import Course
from booking.appointments.search import Slot
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.sequences import service
from booking.sequences.asked import Repeating
from booking.sequences.planning import Rule
from booking.sequences.proposing import choosing, propose
from tests.integration.appointments import racing

TIMES = 6


@dataclass(frozen=True)
class Secretary:
    """What a process is given: plain values only. first: the first of six weekly times."""

    url: str
    key: str
    course_ids: list[int]
    visit_type_id: int
    first: Slot


def books_a_series(secretary: Secretary) -> dict[str, int]:
    """For each course: the same six times as others, as everyone saw them free."""
    opened = racing.database(secretary)  # type: ignore[arg-type]
    outcomes: Counter[str] = Counter()
    for course_id in secretary.course_ids:
        work = partial(_book, course_id=course_id, secretary=secretary)
        outcomes[racing.attempt(opened, work)] += 1
    opened.engine.dispose()
    return dict(outcomes)


def _book(session: Session, *, course_id: int, secretary: Secretary) -> None:
    by = Actor("staff", 1, "Signe Sekretær")
    course, first = session.get_one(Course, course_id), secretary.first
    day = local_date(first.start, course.clinic.zone)
    asked = Repeating(
        secretary.visit_type_id, "in_person", Rule(day, 1, "week", time(9), count=TIMES)
    )
    seen: dict[int, Slot | None] = {}
    for place in range(TIMES):
        later = timedelta(weeks=place)
        seen[place + 1] = Slot(
            first.start + later, first.end + later, first.clinician_id, first.site_id
        )
    service.book(session, by, choosing(propose(session, by, course, asked), seen))
