"""Reading questionnaires, who is asked what, and what they answered."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import joinedload, selectinload

from booking.appointments.invitations.models import Course
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.errors import NotFound
from triage_rules.questionnaires.models import (
    Questionnaire,
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)

ANSWERS_SHOWN = 50


def latest(session: Session, code: str) -> QuestionnaireVersion | None:
    """The newest version of a questionnaire, by its code."""
    return session.scalars(
        _versions()
        .where(Questionnaire.code == code)
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    ).one_or_none()


def available(session: Session, clinic_id: int) -> Sequence[QuestionnaireVersion]:
    """The newest version of each questionnaire a clinic may ask, by title."""
    newest = (
        select(func.max(QuestionnaireVersion.id))
        .group_by(QuestionnaireVersion.questionnaire_id)
        .scalar_subquery()
    )
    return session.scalars(
        _versions()
        .where(
            QuestionnaireVersion.id.in_(newest),
            or_(Questionnaire.clinic_id == clinic_id, Questionnaire.clinic_id.is_(None)),
        )
        .order_by(Questionnaire.title_da)
    ).all()


def version_for(session: Session, clinic_id: int, version_id: int) -> QuestionnaireVersion:
    """A version a clinic may ask; raises NotFound for any other."""
    version = session.get(QuestionnaireVersion, version_id)
    if version is None or version.questionnaire.clinic_id not in (None, clinic_id):
        raise NotFound
    return version


def waiting(session: Session, patient_id: int) -> Sequence[QuestionnaireRequest]:
    """What a patient has still to answer, the first due first."""
    return session.scalars(
        _requests()
        .where(
            QuestionnaireRequest.patient_id == patient_id,
            QuestionnaireRequest.status.in_(("open", "overdue")),
        )
        .order_by(QuestionnaireRequest.due_on, QuestionnaireRequest.id)
    ).all()


def of_patients(
    session: Session, patient_ids: Collection[int], request_id: int
) -> QuestionnaireRequest:
    """A request to one of these patients; raises NotFound for any other."""
    request = session.get(QuestionnaireRequest, request_id)
    if request is None or request.patient_id not in patient_ids:
        raise NotFound
    return request


def of_clinic(
    session: Session, clinic_id: int, patient_id: int, request_id: int
) -> QuestionnaireRequest:
    """A clinic's request to a patient; raises NotFound for any other."""
    request = session.get(QuestionnaireRequest, request_id)
    if request is None or (request.clinic_id, request.patient_id) != (clinic_id, patient_id):
        raise NotFound
    return request


def asked(session: Session, clinic_id: int, patient_id: int) -> Sequence[QuestionnaireRequest]:
    """What a clinic has asked a patient, the newest first, at most fifty."""
    return session.scalars(
        _requests()
        .options(
            selectinload(QuestionnaireRequest.responses).selectinload(QuestionnaireResponse.scores)
        )
        .where(
            QuestionnaireRequest.clinic_id == clinic_id,
            QuestionnaireRequest.patient_id == patient_id,
        )
        .order_by(QuestionnaireRequest.asked_at.desc(), QuestionnaireRequest.id.desc())
        .limit(ANSWERS_SHOWN)
    ).all()


def response_of(
    session: Session, clinic_id: int, patient_id: int, response_id: int
) -> QuestionnaireResponse:
    """A response to a clinic's request to a patient; raises NotFound for any other."""
    response = session.get(QuestionnaireResponse, response_id)
    if response is None:
        raise NotFound
    of_clinic(session, clinic_id, patient_id, response.request_id)
    return response


def open_courses(session: Session, clinic_id: int, patient_id: int) -> Sequence[Course]:
    """A patient's courses at a clinic that have not ended, the latest first."""
    return session.scalars(
        select(Course)
        .where(
            Course.clinic_id == clinic_id,
            Course.patient_id == patient_id,
            Course.ended_on.is_(None),
        )
        .order_by(Course.started_on.desc(), Course.id.desc())
    ).all()


def clinics_of(session: Session, patient_id: int) -> Sequence[Clinic]:
    """The clinics where a patient has a course or is asked something, by name."""
    at = union(
        select(Course.clinic_id).where(Course.patient_id == patient_id, Course.ended_on.is_(None)),
        select(QuestionnaireRequest.clinic_id).where(QuestionnaireRequest.patient_id == patient_id),
    )
    wanted = select(Clinic).where(Clinic.id.in_(at.scalar_subquery()))
    return session.scalars(wanted.order_by(Clinic.name)).all()


def _versions() -> Select[QuestionnaireVersion]:
    return (
        select(QuestionnaireVersion)
        .join(QuestionnaireVersion.questionnaire)
        .options(joinedload(QuestionnaireVersion.questionnaire))
    )


def _requests() -> Select[QuestionnaireRequest]:
    version = joinedload(QuestionnaireRequest.version)
    return select(QuestionnaireRequest).options(
        version.joinedload(QuestionnaireVersion.questionnaire),
        joinedload(QuestionnaireRequest.clinic),
    )
