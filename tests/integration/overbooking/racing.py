"""What one process does in a race for an extra place: grants it, stops it, or gives it away."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from booking.appointments.invitations.models import Course
from booking.appointments.models import OverbookingGrant
from booking.appointments.occasions import free
from booking.appointments.visit_types.models import VisitType
from booking.overbooking import granting
from booking.overbooking.reminding import PORT, none
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from tests.integration.appointments import racing


@dataclass(frozen=True)
class Racer:
    """Plain values. act: what is tried once. course_id: of whom to place on the grant."""

    url: str
    key: str
    act: Literal["grant", "place", "stop"]
    clinic_id: int
    visit_type_id: int
    clinician_id: int
    start: datetime
    grant_id: int = 0
    course_id: int = 0


def run(racer: Racer) -> dict[str, int]:
    """How the attempt ended."""
    opened = racing.database(racing.Runner(racer.url, racer.key, 0, [], [], 0))
    opened.ports[PORT] = none
    outcome = racing.attempt(opened, partial(_act, racer=racer))
    opened.engine.dispose()
    return dict(Counter([f"{racer.act}:{outcome}"]))


def _act(session: Session, *, racer: Racer) -> None:
    roles = {racer.clinic_id: frozenset({Role.SECRETARY, Role.LEADER})}
    by = Actor("staff", 1, "Signe Sekretær", roles)
    visit_type = session.get_one(VisitType, racer.visit_type_id)
    if racer.act == "grant":
        granting.grant(session, by, visit_type, racer.clinician_id, racer.start)
    elif racer.act == "stop":
        granting.stop(session, by, visit_type.clinic)
    else:
        grant = session.get_one(OverbookingGrant, racer.grant_id)
        occasion = free(session, by, session.get_one(Course, racer.course_id), visit_type)
        granting.place(session, by, grant, occasion, "phone")
