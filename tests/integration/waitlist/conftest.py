"""A clinic with people who would like an earlier time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from booking.appointments import service as appointments
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import Appointment
from booking.appointments.occasions import for_invitation
from booking.appointments.search import Slot
from booking.appointments.visit_types.models import VisitType
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from booking.waitlist import reaching
from tests import factories as make
from tests.integration.appointments.conftest import Place, place

__all__ = ["all_hear", "place"]

Booked = Callable[..., Appointment]


@pytest.fixture
def all_hear(rettid: Rettid, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever sends messages says that everyone can be told."""
    monkeypatch.setitem(rettid.database.ports, reaching.PORT, lambda *_: {})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in December 2026 by the clinic's clock (an hour ahead of UTC)."""
    return datetime(2026, 12, day, hour - 1, minute, tzinfo=UTC)


@pytest.fixture
def booked(session: Session, place: Place, all_hear: None) -> Booked:
    """Books somebody, by default a patient of their own, with the first doctor."""

    def book(start: datetime, **values: Any) -> Appointment:
        visit_type = values.pop("visit_type", None) or place.control
        patient = values.pop("patient", None) or make.patient(session, place.clinic)
        doctor = values.pop("doctor", None) or place.doctor
        course = make.course(session, place.clinic, patient)
        invited = invitation(session, course, visit_type, **values)
        length = timedelta(minutes=visit_type.base_minutes)
        slot = Slot(start, start + length, doctor.id, place.site.id)
        occasion = for_invitation(session, place.secretary, invited)
        made = appointments.book(session, SYSTEM, occasion, slot, "system", late_reason="capacity")
        session.commit()
        return made

    return book


def invitation(
    session: Session, course: Course, visit_type: VisitType, **values: Any
) -> Invitation:
    """An open invitation in a wide window."""
    first = values.pop("first", date(2026, 11, 1))
    last = values.pop("last", date(2027, 3, 1))
    return make.invitation(session, course, visit_type, first, last, **values)
