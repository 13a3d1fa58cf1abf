"""What a patient's word puts before a person: whose it is, and by when it must be read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from booking.platform.database import Session
from triage_rules.questionnaires import queries

PORT = "time_to_read"
# How long it may lie unread where the clinic has set no time for how patients are followed.
UNREAD = timedelta(hours=24)
# (session, clinic_id, patient_id) -> the time the clinic has set, if it has.
TimeToRead = Callable[[Session, int, int], timedelta | None]


def read_by(session: Session, clinic_id: int, patient_id: int) -> datetime:
    """When what a patient says now must have been opened; still unread it goes to the leaders."""
    asked = cast(TimeToRead | None, session.ports.get(PORT))
    within = asked(session, clinic_id, patient_id) if asked is not None else None
    return session.now() + (within or UNREAD)


def owner_of(session: Session, clinic_id: int, patient_id: int) -> int | None:
    """The clinician responsible for the patient at a clinic, as a member of staff: of the latest
    open course that has one. None where nobody is, and so it is the leaders'."""
    courses = queries.open_courses(session, clinic_id, patient_id)
    responsible = (one.responsible for one in courses if one.responsible is not None)
    return next((one.staff_id for one in responsible if one.staff_id is not None), None)
