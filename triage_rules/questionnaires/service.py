"""What may be done with questionnaires: publish, ask, answer, correct, withdraw, call attention."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select

from booking.appointments.invitations.models import Course
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.people.models import Patient
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import NotAllowed, NotFound
from booking.platform.identity import Actor
from triage_rules.questionnaires import (
    answering,
    attention,
    fhir,
    fhir_answers,
    fhir_writing,
    scoring,
)
from triage_rules.questionnaires.errors import AlreadyAnswered, AnswersLacking, NoLongerAsked
from triage_rules.questionnaires.events import (
    PatientWantsContact,
    QuestionnaireAnswered,
    QuestionnaireAsked,
    QuestionnaireCorrected,
    QuestionnaireOverdue,
    QuestionnaireWithdrawn,
)
from triage_rules.questionnaires.form import Answers
from triage_rules.questionnaires.models import (
    THOUSAND,
    Questionnaire,
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
    ResponseDraft,
    ResponseScore,
    hash_of_answers,
)
from triage_rules.questionnaires.queries import latest

OVERDUE, WANTS_CONTACT = "questionnaire_overdue", "wants_contact"
BATCH = 500


def publish(
    session: Session, by: Actor, code: str, source: str, clinic_id: int | None = None
) -> QuestionnaireVersion:
    """Publish a FHIR Questionnaire under a code; the version that stands where it says the same.

    clinic_id: None shares it with every clinic; a code keeps the owner it began with, and
    NotAllowed is raised for another. Raises fhir_shapes.Refused, naming the place.
    """
    form = fhir.read(source)
    written = fhir_writing.write(form)
    digest = hashlib.sha256(written.encode()).hexdigest()
    before = latest(session, code)
    if before is not None and before.questionnaire.clinic_id != clinic_id:
        raise NotAllowed
    if before is not None and before.hash == digest:
        return before
    if before is None:
        questionnaire = Questionnaire(clinic_id=clinic_id, code=code)
        session.add(questionnaire)
    else:
        questionnaire = before.questionnaire
    questionnaire.title_da, questionnaire.title_en = form.title.da, form.title.en
    version = QuestionnaireVersion(
        questionnaire=questionnaire,
        number=before.number + 1 if before else 1,
        fhir=written,
        hash=digest,
        published_at=session.now(),
        published_by=by.name,
    )
    session.add(version)
    session.flush()
    audit.record(session, by, "questionnaire.published", reason=code, clinic_id=clinic_id)
    return version


def ask(
    session: Session,
    by: Actor,
    patient: Patient,
    course: Course,
    version: QuestionnaireVersion,
    due_on: date,
    *,
    source: str = "staff",
) -> QuestionnaireRequest:
    """Ask a patient a questionnaire, to be answered by a local day; they see it from now on.

    The same version already waiting in the same course is that one, with the new day.
    Raises NotFound for a course or a questionnaire that is not the patient's or the clinic's.
    """
    owner = version.questionnaire.clinic_id
    if course.patient_id != patient.id or owner not in (None, course.clinic_id):
        raise NotFound
    session.refresh(course, with_for_update={"of": Course})
    request = session.scalars(
        select(QuestionnaireRequest).where(
            QuestionnaireRequest.course_id == course.id,
            QuestionnaireRequest.version_id == version.id,
            QuestionnaireRequest.status == "open",
        )
    ).first()
    if request is not None:
        request.due_on = due_on
        session.flush()
        return request
    request = QuestionnaireRequest(
        patient=patient,
        clinic_id=course.clinic_id,
        course=course,
        version=version,
        due_on=due_on,
        asked_at=session.now(),
        asked_by=by.name,
        sent_at=session.now(),
        source=source,
    )
    session.add(request)
    session.flush()
    _log_request(session, by, "questionnaire.asked", request)
    session.publish(QuestionnaireAsked(request.id, patient.id, course.clinic_id))
    return request


def save_draft(
    session: Session, by: Actor, request: QuestionnaireRequest, typed: Mapping[str, str]
) -> ResponseDraft:
    """Keep what was typed so far, by link id; raises as `submit` does."""
    _lock_waiting(session, request)
    begun = request.draft is None
    draft = request.draft or ResponseDraft(request=request)
    draft.typed_sealed = session.vault.seal(json.dumps(dict(typed), ensure_ascii=False))
    draft.saved_at = session.now()
    session.add(draft)
    session.flush()
    if begun:
        _log_request(session, by, "questionnaire.begun", request)
    return draft


def draft_of(session: Session, request: QuestionnaireRequest) -> dict[str, str]:
    """What was typed so far, by link id."""
    opened = session.vault.open(request.draft.typed_sealed) if request.draft else None
    typed: dict[str, str] = json.loads(opened) if opened else {}
    return typed


def submit(
    session: Session,
    by: Actor,
    request: QuestionnaireRequest,
    answers: Answers,
    *,
    completed_at: datetime | None = None,
) -> QuestionnaireResponse:
    """Hand in the answers. by: the patient, someone who acts for them, or staff with a paper.

    completed_at: when a paper was filled in; now unless given. Raises AlreadyAnswered,
    NoLongerAsked, or AnswersLacking naming the questions.
    """
    _lock_waiting(session, request)
    _check(request, answers)
    response = _write(session, by, request, answers, completed_at or session.now())
    request.status, request.answered_at = "answered", session.now()
    if request.draft is not None:
        session.delete(request.draft)
    session.flush()
    worklist.withdraw(session, overdue_key(request))
    _log_request(session, by, "questionnaire.answered", request)
    session.publish(QuestionnaireAnswered(response.id, request.patient_id, request.clinic_id))
    return response


def correct(
    session: Session,
    by: Actor,
    response: QuestionnaireResponse,
    answers: Answers,
    why: str,
) -> QuestionnaireResponse:
    """Put answers right in a new response that names the one it replaces. why: a code.

    Raises AlreadyAnswered if the response has been replaced, and AnswersLacking.
    """
    if by.kind != "staff":
        raise NotAllowed
    request = response.request
    session.refresh(request, with_for_update={"of": QuestionnaireRequest})
    session.expire(request, ["responses"])
    if request.response is not response:
        raise AlreadyAnswered
    _check(request, answers)
    corrected = _write(session, by, request, answers, response.completed_at, response, why)
    session.flush()
    _log_request(session, by, "questionnaire.corrected", request)
    session.publish(
        QuestionnaireCorrected(corrected.id, response.id, request.patient_id, request.clinic_id)
    )
    return corrected


def withdraw(session: Session, by: Actor, request: QuestionnaireRequest) -> None:
    """Take back a question that was not answered; raises as `submit` does."""
    _lock_waiting(session, request)
    request.status, request.withdrawn_at = "withdrawn", session.now()
    if request.draft is not None:
        session.delete(request.draft)
    session.flush()
    worklist.withdraw(session, overdue_key(request))
    _log_request(session, by, "questionnaire.withdrawn", request)
    session.publish(QuestionnaireWithdrawn(request.id, request.patient_id, request.clinic_id))


def overdue(session: Session) -> int:
    """Put what was not answered in time before a person, at most 500 at a time; how many."""
    count = 0
    for clinic in session.scalars(select(Clinic)):
        late = session.scalars(
            select(QuestionnaireRequest)
            .where(
                QuestionnaireRequest.clinic_id == clinic.id,
                QuestionnaireRequest.status == "open",
                QuestionnaireRequest.due_on < today(session, clinic),
            )
            .order_by(QuestionnaireRequest.due_on, QuestionnaireRequest.id)
            .limit(BATCH - count)
            .with_for_update(of=QuestionnaireRequest)
        ).all()
        for request in late:
            _fall_due(session, clinic, request)
        count += len(late)
    return count


def wish_contact(
    session: Session, by: Actor, patient: Patient, clinic: Clinic, words: str = ""
) -> None:
    """Put before the clinic, today, that the patient wants to be contacted.

    Pressed again it stays one item, which must be read again; more words are put to it.
    """
    item = put_wish(session, patient, clinic)
    if item.read_at is not None:
        worklist.unread(session, item, attention.read_by(session, clinic.id, patient.id))
    worklist.add_words(session, item, words, ())
    audit.record(session, by, "contact.wished", [patient.id], clinic_id=clinic.id)
    session.publish(PatientWantsContact(patient.id, clinic.id))


def put_wish(session: Session, patient: Patient, clinic: Clinic) -> WorklistItem:
    """That the patient wants to be contacted, as a person's task; the one that stands already."""
    return worklist.add(
        session,
        clinic.id,
        WANTS_CONTACT,
        patient_id=patient.id,
        due_on=today(session, clinic),
        key=wish_key(clinic.id, patient.id),
        urgency="yellow",
        owner_id=attention.owner_of(session, clinic.id, patient.id),
        escalate_at=attention.read_by(session, clinic.id, patient.id),
    )


def wish_key(clinic_id: int, patient_id: int) -> str:
    """The worklist's key of a patient's wish to be contacted by a clinic."""
    return f"{WANTS_CONTACT}:{clinic_id}:{patient_id}"


def overdue_key(request: QuestionnaireRequest) -> str:
    """The worklist's key of a request that was not answered in time."""
    return f"{OVERDUE}:{request.id}"


def _fall_due(session: Session, clinic: Clinic, request: QuestionnaireRequest) -> None:
    request.status, request.overdue_at = "overdue", session.now()
    session.flush()
    worklist.add(
        session,
        clinic.id,
        OVERDUE,
        patient_id=request.patient_id,
        details={"about": request.version.questionnaire.title_da},
        due_on=today(session, clinic),
        key=overdue_key(request),
    )
    session.publish(QuestionnaireOverdue(request.id, request.patient_id, clinic.id))


def _lock_waiting(session: Session, request: QuestionnaireRequest) -> None:
    session.refresh(request, with_for_update={"of": QuestionnaireRequest})
    if request.status == "answered":
        raise AlreadyAnswered
    if request.status == "withdrawn":
        raise NoLongerAsked
    session.expire(request, ["draft", "responses"])


def _check(request: QuestionnaireRequest, answers: Answers) -> None:
    problems = answering.lacking(request.version.form, answers)
    if problems:
        raise AnswersLacking(problems)


def _write(
    session: Session,
    by: Actor,
    request: QuestionnaireRequest,
    answers: Answers,
    completed_at: datetime,
    replaces: QuestionnaireResponse | None = None,
    why: str = "",
) -> QuestionnaireResponse:
    form = request.version.form
    given_by = "staff" if by.kind == "staff" else "proxy"
    if by.kind == "patient" and by.id == request.patient_id:
        given_by = "patient"
    written = fhir_answers.write(form, answering.kept(form, answers), completed_at)
    response = QuestionnaireResponse(
        request=request,
        number=replaces.number + 1 if replaces else 1,
        replaces_id=replaces.id if replaces else None,
        correction=why,
        answers_sealed=session.vault.seal(written) or "",
        answers_hash=hash_of_answers(session.vault, written),
        completed_at=completed_at,
        entered_at=session.now(),
        given_by=given_by,
        actor_id=by.id,
        actor_name=by.name,
        scores=[
            ResponseScore(
                name=one.name,
                thousandths=None if one.value is None else int(one.value * THOUSAND),
            )
            for one in scoring.scores(form, answers)
        ],
    )
    session.add(response)
    session.flush()
    return response


def _log_request(session: Session, by: Actor, act: str, request: QuestionnaireRequest) -> None:
    audit.record(session, by, act, [request.patient_id], clinic_id=request.clinic_id)
