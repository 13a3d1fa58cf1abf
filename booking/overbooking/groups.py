"""Who waited in a clinic's sessions, by the groups that are to wait alike."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Select, select

from booking.appointments.models import Appointment, PastVisit
from booking.calendar.models import Clinic
from booking.overbooking.models import SessionPrediction
from booking.overbooking.observing import CAME, Visit, waited
from booking.overbooking.waiting_ratio import Wait
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from booking.platform.localtime import local_date

# code -> years from and to, in full; each against everybody else.
AGES = {
    "age_under_40": (0, 39),
    "age_40_64": (40, 64),
    "age_65_74": (65, 74),
    "age_75": (75, 200),
}
CODES = (*AGES, "language", "need", "deprivation")
# Yes or no among the facts of imported visits, by the names the model of who misses refuses.
DEPRIVED = ("deprivation", "scholarship", "welfare")


def waits(session: Session, clinic: Clinic, over: Sequence[SessionPrediction]) -> list[Wait]:
    """Every known wait in these sessions, with the patient's groups as they are known now."""
    if not over:
        return []
    noted = (
        Appointment.clinic_id == clinic.id,
        Appointment.starts_at >= min(one.starts_at for one in over),
        Appointment.starts_at < max(one.ends_at for one in over),
        Appointment.group_session_id.is_(None),
        Appointment.called_in_at.is_not(None),
        Appointment.status.in_(CAME),
    )
    rows = session.execute(
        select(
            Appointment.clinician_id,
            Appointment.starts_at,
            Appointment.status,
            Appointment.arrived_at,
            Appointment.called_in_at,
            Appointment.done_at,
            Patient.id,
            Patient.birth_date,
            Patient.language,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(*noted)
        .order_by(Appointment.id)
    )
    whom = select(Appointment.patient_id).where(*noted)
    needs, deprived = _needs(session, whom), _deprived(session, clinic, whom)
    of_clinician: dict[int, list[SessionPrediction]] = defaultdict(list)
    for one in sorted(over, key=lambda one: one.starts_at):
        of_clinician[one.clinician_id].append(one)
    found = []
    for clinician, starts_at, status, arrived, called, done, patient, born, language in rows:
        visit = Visit(starts_at, status, arrived, called, done)
        where = _session_of(visit, of_clinician[clinician])
        minutes = waited(visit, where.ends_at) if where else None
        if where is None or minutes is None:
            continue
        theirs = needs.get(patient, ())
        groups = {
            **_ages(born, local_date(visit.starts_at, clinic.zone)),
            "language": language != "da" or "interpreter" in theirs,
            "need": bool(theirs),
        }
        if patient in deprived:
            groups["deprivation"] = deprived[patient]
        found.append(Wait(where.id, patient, minutes, groups))
    return found


def _session_of(visit: Visit, theirs: Sequence[SessionPrediction]) -> SessionPrediction | None:
    """theirs: one clinician's, in order."""
    place = bisect_right(theirs, visit.starts_at, key=lambda one: one.starts_at) - 1
    if place < 0 or visit.starts_at >= theirs[place].ends_at:
        return None
    return theirs[place]


def _ages(born: date | None, on: date) -> Mapping[str, bool]:
    if born is None:
        return {}
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return {code: first <= years <= last for code, (first, last) in AGES.items()}


def _needs(session: Session, whom: Select[int]) -> Mapping[int, Collection[str]]:
    """patient -> the needs recorded of them."""
    found: dict[int, set[str]] = defaultdict(set)
    wanted = select(PatientNeed.patient_id, PatientNeed.need)
    for patient, need in session.execute(wanted.where(PatientNeed.patient_id.in_(whom))):
        found[patient].add(need)
    return found


def _deprived(session: Session, clinic: Clinic, whom: Select[int]) -> Mapping[int, bool]:
    """patient -> whether an imported visit says that they are, of whom one says anything."""
    found: dict[int, bool] = {}
    wanted = select(PastVisit.patient_id, PastVisit.facts).where(
        PastVisit.clinic_id == clinic.id, PastVisit.patient_id.in_(whom)
    )
    for patient, facts in session.execute(wanted):
        said = [facts[name] for name in DEPRIVED if isinstance(facts.get(name), bool)]
        if said:
            found[patient] = found.get(patient, False) or any(said)
    return found
