"""Answers that wait for no rule: whatever else is decided, a person looks today, and whoever
answered is told at once whom to call.
"""

from decimal import Decimal

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.patient_web.frame import for_whom
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.identity import Actor
from triage_rules.questionnaires.attention import read_by
from triage_rules.questionnaires.events import QuestionnaireAnswered, QuestionnaireCorrected
from triage_rules.questionnaires.form import Answers, Questionnaire
from triage_rules.questionnaires.models import QuestionnaireRequest, QuestionnaireResponse

ALARMING = "alarming_answer"
# By questionnaire: a question, and the least figure that alarms. PHQ-9's ninth asks of thoughts
# of being better off dead or of hurting oneself; any answer above 0 overrides everything.
ALARMS = {"phq9": ("phq9-9", Decimal(1))}


def alarming(code: str, form: Questionnaire, answers: Answers) -> bool:
    """True if an answer alone calls for a person today."""
    if code not in ALARMS:
        return False
    asked, least = ALARMS[code]
    question, answer = form.question(asked), answers.get(asked)
    option = question.option(str(answer)) if question is not None and answer is not None else None
    return option is not None and option.figure is not None and option.figure >= least


def on_answered(session: Session, answered: QuestionnaireAnswered | QuestionnaireCorrected) -> None:
    """Put it before the clinic, today: which questionnaire, never what was answered."""
    response = session.get_one(QuestionnaireResponse, answered.response_id)
    if not alarms(response):
        return
    request = response.request
    responsible = request.course.responsible
    worklist.add(
        session,
        request.clinic_id,
        ALARMING,
        patient_id=request.patient_id,
        details={"about": request.version.questionnaire.title_da},
        due_on=today(session, request.clinic),
        key=key(request),
        urgency="red",
        owner_id=responsible.staff_id if responsible is not None else None,
        escalate_at=read_by(session, request.clinic_id, request.patient_id),
    )


def key(request: QuestionnaireRequest) -> str:
    """The worklist's key of an alarming answer to a request."""
    return f"{ALARMING}:{request.id}"


def card(_session: Session, _actor: Actor, response: QuestionnaireResponse) -> Markup | None:
    """Whom to call now, on the page after the answers are handed in."""
    if not alarms(response):
        return None
    return _card(response.request.clinic, response.request.patient)


def home_card(session: Session, _actor: Actor, patient: Patient) -> Markup | None:
    """Whom to call, for as long as nobody at the clinic has seen to it."""
    clinics = session.scalars(
        select(Clinic)
        .join(WorklistItem, WorklistItem.clinic_id == Clinic.id)
        .where(
            WorklistItem.patient_id == patient.id,
            WorklistItem.kind == ALARMING,
            WorklistItem.status == "open",
        )
        .distinct()
        .order_by(Clinic.id)
    ).all()
    return Markup("").join(_card(clinic, patient) for clinic in clinics) if clinics else None


def _card(clinic: Clinic, patient: Patient) -> Markup:
    return Markup(  # noqa: S704  (a template escapes)
        render_template("questionnaires/alarm_card.html", clinic=clinic, name=for_whom(patient))
    )


def alarms(response: QuestionnaireResponse) -> bool:
    """True for answers of which one alone calls for a person today."""
    version = response.request.version
    return alarming(version.questionnaire.code, version.form, response.answers)
