"""Messages about questionnaires. Whose they are is another feature's: `wsgi` tells of them here."""

from datetime import date, timedelta

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from booking.platform.localtime import day_start
from reminders.planning import service
from reminders.planning.gathering import Concern
from reminders.planning.planner import About, plan
from reminders.planning.rules import Rules
from reminders.preferences import service as preferences
from reminders.preferences.reach import has, usable


def on_asked(
    session: Session, request_id: int, patient_id: int, clinic_id: int, answer_by: date
) -> None:
    """A patient has a questionnaire to answer by a local day."""
    rules = Rules(session, clinic_id)
    if not rules.sends:
        return
    clinic, patient = session.get_one(Clinic, clinic_id), session.get_one(Patient, patient_id)
    preference = preferences.of(session, patient_id)
    interpreter = select(PatientNeed.id).where(
        PatientNeed.patient_id == patient_id, PatientNeed.need == "interpreter"
    )
    about = About(
        "questionnaire",
        None,
        session.now(),
        clinic.zone,
        interpreter=session.scalar(interpreter) is not None,
        extra_help=preference.extra_help,
        last_useful=day_start(answer_by + timedelta(days=1), clinic.zone),
    )
    version, policy = rules.for_all()
    planned = plan(
        about,
        policy,
        session.now(),
        "questionnaire",
        preferred=preference.preferred,
        usable=usable(has(patient), session.ports["channels"]),
    )
    concern = Concern(_subject(request_id), 0, patient_id)
    service.insert_rows(session, rules.rows(concern, planned, version))


def on_settled(session: Session, request_id: int) -> None:
    """It was answered, or is not to be any more."""
    service.withdraw(session, _subject(request_id), "answered")


def _subject(request_id: int) -> str:
    return f"questionnaire:{request_id}"
