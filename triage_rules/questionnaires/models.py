"""Tables: questionnaires and their versions, who is asked, drafts, answers and scores.

What is published or answered is never changed or removed: the database refuses it (0004).
Only the sealing of answers may be renewed, and a keyed hash shows that they are the same.
"""

import hmac
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from booking.appointments.invitations.models import Course
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.database import Session, WithId
from booking.platform.vault import Vault
from triage_rules.questionnaires import fhir, fhir_answers
from triage_rules.questionnaires.errors import AnswersTampered
from triage_rules.questionnaires.form import Answers
from triage_rules.questionnaires.form import Questionnaire as Form

THOUSAND = 1000


class Questionnaire(WithId):
    """A questionnaire by its code; of one clinic, or shared by all where clinic_id is None."""

    __tablename__ = "questionnaire"

    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"), index=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    title_da: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")

    def title(self, language: str) -> str:
        """Its title in a language, Danish where that is all there is."""
        return self.title_en if language == "en" and self.title_en else self.title_da


class QuestionnaireVersion(WithId):
    """One published text of a questionnaire, numbered from 1. hash: SHA-256 (hex) of `fhir`."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    number: Mapped[int]
    fhir: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(200))
    questionnaire: Mapped[Questionnaire] = relationship()

    @property
    def form(self) -> Form:
        """What it asks."""
        return _read(self.fhir)


class QuestionnaireRequest(WithId):
    """That a patient is asked one version, to be answered by the local day `due_on`.

    source: who or what asked, by a code ('staff', 'plan', …). sent_at: when the patient could
    first see it.
    """

    __tablename__ = "questionnaire_request"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'answered', 'overdue', 'withdrawn')", name="status"),
        Index("ix_questionnaire_request_patient_id", "patient_id", "clinic_id", "status"),
        Index("ix_questionnaire_request_status", "status", "due_on"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"))
    due_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(200))
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(10), default="open")
    source: Mapped[str] = mapped_column(String(20), default="staff")
    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic] = relationship()
    course: Mapped[Course] = relationship()
    version: Mapped[QuestionnaireVersion] = relationship()
    responses: Mapped[list["QuestionnaireResponse"]] = relationship(
        back_populates="request", order_by="QuestionnaireResponse.number"
    )
    draft: Mapped["ResponseDraft | None"] = relationship(back_populates="request")

    @property
    def waits(self) -> bool:
        """True while it can be answered; an overdue one still can."""
        return self.status in ("open", "overdue")

    @property
    def response(self) -> "QuestionnaireResponse | None":
        """The answers that stand: the latest."""
        return self.responses[-1] if self.responses else None


class QuestionnaireResponse(WithId):
    """The answers to a request, as FHIR JSON, sealed. A correction is a new row that names the
    one it replaces.

    number: 1 for the first answers, then 2, … given_by: patient, proxy, or staff (from paper).
    completed_at: when the patient answered; entered_at: when it was written here.
    """

    __tablename__ = "questionnaire_response"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        CheckConstraint("given_by IN ('patient', 'proxy', 'staff')", name="given_by"),
        CheckConstraint("(number = 1) = (replaces_id IS NULL)", name="first_or_correction"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_request.id"))
    number: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("questionnaire_response.id"), unique=True
    )
    correction: Mapped[str] = mapped_column(String(20), default="")
    answers_sealed: Mapped[str] = mapped_column(Text)
    answers_hash: Mapped[str] = mapped_column(String(64))
    completed_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(250))
    request: Mapped[QuestionnaireRequest] = relationship(back_populates="responses")
    scores: Mapped[list["ResponseScore"]] = relationship(order_by="ResponseScore.id")

    @property
    def fhir(self) -> str:
        """The answers as FHIR JSON, opened; raises AnswersTampered if they are not those given."""
        session = object_session(self)
        if not isinstance(session, Session):
            raise TypeError("sealed answers open only within a session")
        opened = session.vault.open(self.answers_sealed) or ""
        if not hmac.compare_digest(hash_of_answers(session.vault, opened), self.answers_hash):
            raise AnswersTampered
        return opened

    @property
    def answers(self) -> Answers:
        """The answers by link id."""
        return fhir_answers.read(self.request.version.form, self.fhir)

    def score(self, name: str) -> Decimal | None:
        """A score's value; None where it is missing or not declared."""
        return next((one.value for one in self.scores if one.name == name), None)


class ResponseScore(WithId):
    """A score of a response, exact to three decimals; None where answers were missing."""

    __tablename__ = "response_score"
    __table_args__ = (UniqueConstraint("response_id", "name"),)

    response_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_response.id"))
    name: Mapped[str] = mapped_column(String(60))
    thousandths: Mapped[int | None]

    @property
    def value(self) -> Decimal | None:
        """The score itself."""
        return None if self.thousandths is None else Decimal(self.thousandths) / THOUSAND


class ResponseDraft(WithId):
    """A half-filled questionnaire: what was typed, by link id, as sealed JSON."""

    __tablename__ = "response_draft"

    request_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_request.id"), unique=True)
    typed_sealed: Mapped[str | None] = mapped_column(Text)
    saved_at: Mapped[datetime]
    request: Mapped[QuestionnaireRequest] = relationship(back_populates="draft")


def hash_of_answers(vault: Vault, answers: str) -> str:
    """The keyed hash that shows whether opened answers are the ones that were given."""
    return vault.fingerprint("questionnaire_answers", answers)


@lru_cache(maxsize=64)
def _read(source: str) -> Form:
    """Published texts never change, so each is read once."""
    return fhir.read(source)
