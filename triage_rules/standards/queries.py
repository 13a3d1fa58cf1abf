"""Reading standards: what is in force, the clinic's ledger in bulk, deviations, exceptions.

The ledger is read in one question a kind of thing, whatever the number of patients.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, distinct, func, or_, select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment, PastVisit
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.localtime import local_date
from triage_rules.authoring.models import RuleSet
from triage_rules.followup.models import FollowUpPlan, Measurement, Pathway
from triage_rules.questionnaires.models import (
    Questionnaire,
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)
from triage_rules.standards.catalogue import PORT as PORT
from triage_rules.standards.catalogue import Standard, applying, standards_on
from triage_rules.standards.models import (
    ObligationDeviation,
    StandardConfirmation,
    StandardException,
)
from triage_rules.standards.obligations import (
    Decided,
    Done,
    Obligation,
    Standing,
    Way,
    standing,
)

Patients = Collection[int] | None  # whom to read of: None for everyone at the clinic


@dataclass(frozen=True)
class Owed:
    """One obligation of one patient, as it stands. deviation: the one in force, if any."""

    patient_id: int
    name: str
    plan_id: int
    pathway: str
    standing: Standing
    deviation: ObligationDeviation | None


@dataclass(frozen=True)
class _Followed:
    """A patient followed at the clinic by a pathway, since a day; what of standards applies."""

    patient_id: int
    name: str
    plan_id: int
    pathway: str
    since: date
    obligations: Sequence[Obligation]


def in_force(session: Session, day: date) -> tuple[Standard, ...]:
    """The standards of a day, with the installation's corrections."""
    return standards_on(day, session.ports.get(PORT))


def standard_of(session: Session, day: date, code: str) -> Standard:
    """The standard with a code in force on a day; raises NotFound."""
    for one in in_force(session, day):
        if one.code == code:
            return one
    raise NotFound


def ledger(session: Session, clinic: Clinic, patient_id: int | None = None) -> list[Owed]:
    """Every obligation of every patient the clinic follows, or of one; by patient's name."""
    day = today(session, clinic)
    followed = _followed(session, clinic, in_force(session, day), patient_id)
    owed = [one for each in followed for one in each.obligations]
    patients = None if patient_id is None else [patient_id]
    done = _done(session, clinic, {way for one in owed for way in one.ways}, patients)
    deviations = _in_force(session, clinic.id, day, patients)
    found: dict[tuple[int, str], Owed] = {}
    for each in followed:
        for one in each.obligations:
            if (each.patient_id, one.code) in found:
                continue
            deviation = deviations.get((each.patient_id, one.code))
            stretch = [Decided(deviation.decided_on, deviation.until)] if deviation else []
            stands = standing(one, done[each.patient_id], each.since, stretch, day)
            found[each.patient_id, one.code] = Owed(
                each.patient_id, each.name, each.plan_id, each.pathway, stands, deviation
            )
    return list(found.values())


def owed_in(
    session: Session, clinic: Clinic, asked: Sequence[tuple[Course, Collection[str]]], day: date
) -> list[list[Standing]]:
    """How the obligations with these codes stand on a day, course by course, with or without a
    plan; three questions at most, however many courses."""
    standards = in_force(session, day)
    owed = [applying(standards, codes) for _course, codes in asked]
    patients = {course.patient_id for course, _codes in asked}
    ways = {way for several in owed for one in several for way in one.ways}
    done = _done(session, clinic, ways, patients)
    deviations = _in_force(session, clinic.id, day, patients)

    def stands(course: Course, one: Obligation) -> Standing:
        deviation = deviations.get((course.patient_id, one.code))
        stretch = [Decided(deviation.decided_on, deviation.until)] if deviation else []
        return standing(one, done[course.patient_id], course.started_on, stretch, day)

    return [
        [stands(course, one) for one in several]
        for (course, _codes), several in zip(asked, owed, strict=True)
    ]


def _followed(
    session: Session, clinic: Clinic, standards: Sequence[Standard], patient_id: int | None
) -> list[_Followed]:
    wanted = (
        select(
            FollowUpPlan.id,
            FollowUpPlan.patient_id,
            Patient.given_name,
            Patient.family_name,
            Pathway.name,
            Pathway.standards,
            Course.started_on,
        )
        .join(Patient, Patient.id == FollowUpPlan.patient_id)
        .join(Pathway, Pathway.id == FollowUpPlan.pathway_id)
        .join(Course, Course.id == FollowUpPlan.course_id)
        .where(FollowUpPlan.clinic_id == clinic.id, FollowUpPlan.ended_at.is_(None))
        .order_by(Patient.family_name, Patient.given_name, Patient.id, Course.started_on)
    )
    if patient_id is not None:
        wanted = wanted.where(FollowUpPlan.patient_id == patient_id)
    by_codes: dict[tuple[str, ...], list[Obligation]] = {}
    found = []
    for plan, patient, given, family, pathway, codes, since in session.execute(wanted):
        key = tuple(codes)
        if key not in by_codes:
            by_codes[key] = applying(standards, key)
        if by_codes[key]:
            name = f"{given} {family}"
            found.append(_Followed(patient, name, plan, pathway, since, by_codes[key]))
    return found


def not_followed(session: Session, clinic: Clinic) -> int:
    """How many patients have an open course at the clinic and are followed in none."""
    followed = select(FollowUpPlan.patient_id).where(
        FollowUpPlan.clinic_id == clinic.id, FollowUpPlan.ended_at.is_(None)
    )
    counted = select(func.count(distinct(Course.patient_id))).where(
        Course.clinic_id == clinic.id,
        or_(Course.ended_on.is_(None), Course.ended_on >= today(session, clinic)),
        Course.patient_id.not_in(followed),
    )
    return session.scalars(counted).one()


def _done(
    session: Session, clinic: Clinic, ways: Collection[Way], patients: Patients
) -> defaultdict[int, list[Done]]:
    """For each patient, the latest time each of the ways was gone, up to now."""
    found: defaultdict[int, list[Done]] = defaultdict(list)
    codes = {kind: {way.code for way in ways if way.kind == kind} for kind in _LATEST}
    for kind, latest in _LATEST.items():
        if not codes[kind]:
            continue
        for patient, code, at in session.execute(latest(session, clinic, codes[kind], patients)):
            found[patient].append(Done(Way(kind, code), local_date(at, clinic.zone)))
    if codes["contact"]:
        for patient, form, on in session.execute(_imported(session, clinic, patients)):
            found[patient].append(Done(Way("contact", form), on))
    return found


def _measured(
    session: Session, clinic: Clinic, codes: Collection[str], patients: Patients
) -> Select[int, str, datetime]:
    wanted = (
        select(Measurement.patient_id, Measurement.code, func.max(Measurement.taken_at))
        .where(
            Measurement.clinic_id == clinic.id,
            Measurement.code.in_(codes),
            Measurement.withdrawn_at.is_(None),
            Measurement.taken_at <= session.now(),
        )
        .group_by(Measurement.patient_id, Measurement.code)
    )
    return wanted if patients is None else wanted.where(Measurement.patient_id.in_(patients))


def _seen(
    session: Session, clinic: Clinic, codes: Collection[str], patients: Patients
) -> Select[int, str, datetime]:
    wanted = (
        select(Appointment.patient_id, Appointment.form, func.max(Appointment.starts_at))
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.form.in_(codes),
            Appointment.status == "fulfilled",
            Appointment.starts_at <= session.now(),
        )
        .group_by(Appointment.patient_id, Appointment.form)
    )
    return wanted if patients is None else wanted.where(Appointment.patient_id.in_(patients))


def _answered(
    session: Session, clinic: Clinic, codes: Collection[str], patients: Patients
) -> Select[int, str, datetime]:
    request = QuestionnaireRequest
    wanted = (
        select(request.patient_id, Questionnaire.code, func.max(QuestionnaireResponse.completed_at))
        .join(request, QuestionnaireResponse.request_id == request.id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == request.version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(request.clinic_id == clinic.id, Questionnaire.code.in_(codes))
        .group_by(request.patient_id, Questionnaire.code)
    )
    return wanted if patients is None else wanted.where(request.patient_id.in_(patients))


def _imported(session: Session, clinic: Clinic, patients: Patients) -> Select[int, str, date]:
    """Visits before Rettid that took place, in the form their source said; one that said none was
    a visit in person."""
    form = func.coalesce(PastVisit.facts["form"].as_string(), "in_person")
    wanted = (
        select(PastVisit.patient_id, form.label("form"), func.max(PastVisit.day))
        .where(
            PastVisit.clinic_id == clinic.id,
            PastVisit.outcome == "fulfilled",
            PastVisit.day <= today(session, clinic),
        )
        .group_by(PastVisit.patient_id, "form")
    )
    return wanted if patients is None else wanted.where(PastVisit.patient_id.in_(patients))


_LATEST = {"measurement": _measured, "contact": _seen, "questionnaire": _answered}


def _in_force(
    session: Session, clinic_id: int, day: date, patients: Patients
) -> Mapping[tuple[int, str], ObligationDeviation]:
    """The deviation of each patient and obligation that holds on a day, the longest if several."""
    wanted = (
        select(ObligationDeviation)
        .where(
            ObligationDeviation.clinic_id == clinic_id,
            ObligationDeviation.withdrawn_at.is_(None),
            ObligationDeviation.decided_on <= day,
            ObligationDeviation.until >= day,
        )
        .order_by(ObligationDeviation.until, ObligationDeviation.id)
    )
    if patients is not None:
        wanted = wanted.where(ObligationDeviation.patient_id.in_(patients))
    return {(one.patient_id, one.obligation): one for one in session.scalars(wanted)}


def deviations_of(
    session: Session, clinic_id: int, patient_id: int
) -> Sequence[ObligationDeviation]:
    """All that was decided about a patient at a clinic, the newest first."""
    return session.scalars(
        select(ObligationDeviation)
        .where(
            ObligationDeviation.clinic_id == clinic_id,
            ObligationDeviation.patient_id == patient_id,
        )
        .order_by(ObligationDeviation.decided_at.desc(), ObligationDeviation.id.desc())
    ).all()


def deviation_here(session: Session, clinic_id: int, deviation_id: int) -> ObligationDeviation:
    """A deviation at a clinic; raises NotFound for another's."""
    found = session.get(ObligationDeviation, deviation_id)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound
    return found


def confirmed(session: Session, clinic_id: int) -> dict[tuple[str, str], StandardConfirmation]:
    """The latest confirmation of each edition of each standard at a clinic."""
    found = session.scalars(
        select(StandardConfirmation)
        .where(StandardConfirmation.clinic_id == clinic_id)
        .order_by(StandardConfirmation.confirmed_at, StandardConfirmation.id)
    )
    return {(one.standard, one.edition): one for one in found}


def pathways_of(session: Session, clinic_id: int) -> Sequence[Pathway]:
    """A clinic's pathways in use, by name."""
    return session.scalars(
        select(Pathway)
        .options(joinedload(Pathway.rule_set), joinedload(Pathway.questionnaire))
        .where(Pathway.clinic_id == clinic_id, Pathway.active)
        .order_by(Pathway.name)
    ).all()


def pathways_using(session: Session, rule_set: RuleSet) -> Sequence[Pathway]:
    """The pathways in use that follow a rule set."""
    return session.scalars(
        select(Pathway)
        .options(joinedload(Pathway.questionnaire))
        .where(Pathway.rule_set_id == rule_set.id, Pathway.active)
    ).all()


def exceptions_for(session: Session, rule_set_id: int, rules_hash: str) -> set[str]:
    """The obligations that a leader lets these very rules break."""
    return set(
        session.scalars(
            select(StandardException.obligation).where(
                StandardException.rule_set_id == rule_set_id,
                StandardException.rules_hash == rules_hash,
            )
        )
    )


def exceptions_at(session: Session, clinic_id: int) -> Sequence[StandardException]:
    """Every exception decided at a clinic, the newest first."""
    return session.scalars(
        select(StandardException)
        .join(StandardException.rule_set)
        .options(joinedload(StandardException.rule_set))
        .where(RuleSet.clinic_id == clinic_id)
        .order_by(StandardException.decided_at.desc(), StandardException.id.desc())
    ).all()
