"""Calls the demo's secretaries have made from the help list, today and the last weekday."""

from datetime import date, datetime, time, timedelta

from booking.calendar.models import Clinic
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.localtime import local_date, to_utc
from reminders.help_list import service
from reminders.help_list.models import HelpCall

MOST = 50
# What came of the calls made today, and what the secretary wrote.
TODAY = (
    ("comes", ""),
    ("needs_transport", "Kan ikke selv køre efter operationen."),
    ("comes", "Vil gerne have sin søn med."),
)
# Those who are left to call.
LEFT = 8
MORNING = time(9, 40)
FRIDAY = 4


def write(session: Session, clinic: Clinic, secretary: Staff) -> None:
    """Some of those on the list have been called; most are left."""
    by = actor_of(secretary)
    waiting = [one.appointment for one in service.today(session, clinic, MOST).to_call][LEFT:]
    for appointment, (outcome, words) in zip(waiting, TODAY, strict=False):
        service.record_call(session, by, appointment, outcome, words)
    day = _weekday_before(local_date(session.now(), clinic.zone))
    for one in service.today(session, clinic, MOST + len(TODAY)).to_call[1:3]:
        session.add(
            HelpCall(
                clinic_id=clinic.id,
                patient_id=one.appointment.patient_id,
                appointment_id=one.appointment.id,
                called_at=to_utc(datetime.combine(day, MORNING), clinic.zone),
                called_by=secretary.name,
                outcome="no_answer",
            )
        )
    session.flush()


def _weekday_before(day: date) -> date:
    before = day - timedelta(days=1)
    return before - timedelta(days=max(0, before.weekday() - FRIDAY))
