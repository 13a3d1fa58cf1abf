"""What is known of a patient now, by where each input of the rules comes from.

A source nobody knows gives no fact, and so a clinician: never a guess.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import aliased

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment, PastVisit
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import with_key
from booking.platform.database import Session
from booking.platform.localtime import day_start, local_date
from triage_rules.followup.inputs import Alarm, Inputs
from triage_rules.followup.models import (
    DecisionOutcome,
    DecisionReview,
    FollowUpDecision,
    Measurement,
)
from triage_rules.questionnaires.alarm import ALARMING, ALARMS, alarming
from triage_rules.questionnaires.form import Answers
from triage_rules.questionnaires.models import (
    Questionnaire,
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)
from triage_rules.questionnaires.service import wish_key
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.model import Input
from triage_rules.tables.rule_set import RuleSet as Rules

# By questionnaire: the question where a patient says which contact they want, and what is none.
WISHES = {"siden-sidst": ("siden-oenske", frozenset({"none"}))}


def inputs_of(rules: Rules) -> dict[str, Input]:
    """Every input of the chain by name, but for what earlier tables answer."""
    return {
        asked.name: asked
        for table in rules.tables
        for asked in table.inputs
        if not asked.source.startswith("table:")
    }


def questionnaires_of(rules: Rules) -> set[str]:
    """The codes of the questionnaires whose answers the rules ask for."""
    sources = (asked.source.split(":") for asked in inputs_of(rules).values())
    return {source[1] for source in sources if source[0] in ("score", "item") and len(source) > 1}


def says_wish(response: QuestionnaireResponse) -> bool:
    """True where a patient says in their answers which contact they want now."""
    code = response.request.version.questionnaire.code
    return code in WISHES and _says_wish(code, response.answers)


class Known:
    """One patient's facts in one course, each read once, when it is asked for.

    What is read lies in `newest`, `measured`, `last_contact`, `pressed`, `alarm_waits` and
    `settled`: whoever has read it for many patients at once gives it there instead. response:
    answers that have just come in, whose wish and alarm count.
    """

    def __init__(
        self, session: Session, course: Course, response: QuestionnaireResponse | None = None
    ) -> None:
        """Nothing is read yet."""
        self.session, self.course, self.response = session, course, response
        self.now: datetime = session.now()
        self._responses: dict[str, QuestionnaireResponse | None] = {}
        self._opened: dict[int, Answers] = {}

    def inputs(self, rules: Rules) -> Inputs:
        """All that a decision by these rules is made from.

        Raises AnswersTampered where sealed answers are not those that were given.
        """
        return Inputs(self.facts(rules), self.wishes_contact, self.alarm)

    def facts(self, rules: Rules) -> dict[str, Fact]:
        """Every fact the rules ask for and that is known, by the inputs' names."""
        found: dict[str, Fact] = {}
        for asked in inputs_of(rules).values():
            fact = self.fact(asked)
            if fact is not None and fact.value is not None:
                found[asked.name] = fact
        return found

    def fact(self, asked: Input) -> Fact | None:
        """The fact for an input; None where nothing is known, or the source is unknown."""
        kind, _, rest = asked.source.partition(":")
        code, _, name = rest.partition(":")
        if kind == "score":
            return self._score(code, name)
        if kind == "item":
            return self._item(asked, code, name)
        if kind == "measurement":
            return self._measurement(rest)
        if kind == "course":
            return self._of_course(rest)
        return self._of_patient(kind) if not rest else None

    @cached_property
    def today(self) -> date:
        """The day it is at the clinic."""
        return local_date(self.now, self.course.clinic.zone)

    @cached_property
    def wishes_contact(self) -> bool:
        """True while the patient has asked to be contacted, and nobody has seen to it.

        A wish in answers is seen to by the next contact that takes place; a pressed button by
        whoever closes what it put on the worklist.
        """
        return self.pressed or any(map(self._wishes_in, WISHES))

    @cached_property
    def pressed(self) -> bool:
        """True while the patient has pressed that they want to be contacted, and nobody has
        closed it."""
        key = wish_key(self.course.clinic_id, self.course.patient_id)
        return with_key(self.session, key) is not None

    @property
    def alarm(self) -> Alarm | None:
        """See `alarming`."""
        response = self.alarming
        if response is None:
            return None
        return Alarm(response.request.version.questionnaire.code, response.completed_at)

    @cached_property
    def alarming(self) -> QuestionnaireResponse | None:
        """Answers with one that alone calls for a person today: those that have just come in, or
        the newest in the course, until somebody has closed what they put on the worklist."""
        if self.response is not None and self._alarms(self.response):
            return self.response
        if not self.alarm_waits:
            return None
        newest = (self.newest(code) for code in ALARMS)
        return next((one for one in newest if one is not None and self._alarms(one)), None)

    @cached_property
    def alarm_waits(self) -> bool:
        """True while nobody has closed what an alarming answer put before the clinic."""
        waits = select(WorklistItem.id).where(
            WorklistItem.patient_id == self.course.patient_id,
            WorklistItem.clinic_id == self.course.clinic_id,
            WorklistItem.kind == ALARMING,
            WorklistItem.status == "open",
        )
        return self.session.scalar(waits.limit(1)) is not None

    def newest(self, code: str) -> QuestionnaireResponse | None:
        """The answers to a questionnaire that stand, the latest given, in this course."""
        if code not in self._responses:
            later = aliased(QuestionnaireResponse)
            corrected = select(later.id).where(later.replaces_id == QuestionnaireResponse.id)
            self._responses[code] = self.session.scalars(
                select(QuestionnaireResponse)
                .join(QuestionnaireResponse.request)
                .join(QuestionnaireRequest.version)
                .join(QuestionnaireVersion.questionnaire)
                .where(
                    QuestionnaireRequest.course_id == self.course.id,
                    Questionnaire.code == code,
                    ~corrected.exists(),
                )
                .order_by(
                    QuestionnaireResponse.completed_at.desc(), QuestionnaireResponse.id.desc()
                )
                .limit(1)
            ).one_or_none()
        return self._responses[code]

    def _score(self, code: str, name: str) -> Fact | None:
        response = self.newest(code)
        return Fact(response.score(name), response.completed_at) if response else None

    def _item(self, asked: Input, code: str, link_id: str) -> Fact | None:
        response = self.newest(code)
        answers = self._answers(response) if response else {}
        if response is None or link_id not in answers:
            return None
        value: object = answers[link_id]
        question = response.request.version.form.question(link_id)
        if asked.kind == "number" and question is not None and question.kind == "choice":
            option = question.option(str(value))
            value = option.figure if option is not None else None
        if isinstance(value, date):
            value = value.isoformat()
        return Fact(value, response.completed_at)

    def _measurement(self, code: str) -> Fact | None:
        taken = self.measured(code)
        return Fact(taken.value, taken.taken_at) if taken else None

    def measured(self, code: str) -> Measurement | None:
        """The latest measurement that counts."""
        return self.session.scalars(
            select(Measurement)
            .where(
                Measurement.patient_id == self.course.patient_id,
                Measurement.clinic_id == self.course.clinic_id,
                Measurement.code == code,
                Measurement.withdrawn_at.is_(None),
                Measurement.taken_at <= self.now,
            )
            .order_by(Measurement.taken_at.desc(), Measurement.id.desc())
            .limit(1)
        ).one_or_none()

    def _of_course(self, name: str) -> Fact | None:
        if name == "months":
            return self._months_since(self.course.started_on)
        return Fact(self.course.title, self.now) if name == "title" else None

    def _of_patient(self, source: str) -> Fact | None:
        patient = self.course.patient
        if source == "age":
            born = patient.birth_date
            return Fact(Decimal(_months(born, self.today) // 12), self.now) if born else None
        if source == "months_since_contact":
            last = self.last_contact
            return self._months_since(local_date(last, self.course.clinic.zone)) if last else None
        if source == "wishes_contact":
            return Fact(self.wishes_contact, self.now)
        return Fact(patient.digital_exempt, self.now) if source == "digital_exempt" else None

    def _months_since(self, day: date) -> Fact:
        return Fact(Decimal(max(0, _months(day, self.today))), self.now)

    @cached_property
    def last_contact(self) -> datetime | None:
        """When the patient was last seen in the clinic, here or in what was imported."""
        here = self.session.scalar(
            select(Appointment.starts_at)
            .where(
                Appointment.patient_id == self.course.patient_id,
                Appointment.clinic_id == self.course.clinic_id,
                Appointment.status == "fulfilled",
            )
            .order_by(Appointment.starts_at.desc())
            .limit(1)
        )
        before = self.session.scalar(
            select(PastVisit.day)
            .where(
                PastVisit.patient_id == self.course.patient_id,
                PastVisit.clinic_id == self.course.clinic_id,
                PastVisit.outcome == "fulfilled",
                PastVisit.day <= self.today,
            )
            .order_by(PastVisit.day.desc())
            .limit(1)
        )
        imported = day_start(before, self.course.clinic.zone) if before else None
        return max((at for at in (here, imported) if at is not None), default=None)

    def _wishes_in(self, code: str) -> bool:
        response = self.newest(code)
        if response is None or not _says_wish(code, self._answers(response)):
            return False
        if self.response is not None and self.response.id == response.id:
            return True
        seen = self.last_contact is not None and self.last_contact >= response.completed_at
        return not seen and not self.settled(response)

    def _alarms(self, response: QuestionnaireResponse) -> bool:
        version = response.request.version
        code = version.questionnaire.code
        return code in ALARMS and alarming(code, version.form, self._answers(response))

    def _answers(self, response: QuestionnaireResponse) -> Answers:
        """What was answered: unsealed once, however many of the answers the rules ask for."""
        if response.id not in self._opened:
            self._opened[response.id] = response.answers
        return self._opened[response.id]

    def settled(self, response: QuestionnaireResponse) -> bool:
        """True once a clinician has said a word on what these answers led to, or closed it."""
        settled = (
            select(FollowUpDecision.id)
            .outerjoin(DecisionReview, DecisionReview.decision_id == FollowUpDecision.id)
            .outerjoin(DecisionOutcome, DecisionOutcome.decision_id == FollowUpDecision.id)
            .outerjoin(WorklistItem, WorklistItem.id == DecisionOutcome.worklist_item_id)
            .where(
                FollowUpDecision.response_id == response.id,
                DecisionReview.id.is_not(None) | (WorklistItem.status == "done"),
            )
        )
        return self.session.scalar(settled.limit(1)) is not None


def _says_wish(code: str, answers: Answers) -> bool:
    asked, none = WISHES[code]
    answer = answers.get(asked)
    return answer is not None and answer not in none


def _months(first: date, last: date) -> int:
    """Whole months from one day to another; the 31st counts as the month's last day."""
    months = (last.year - first.year) * 12 + last.month - first.month
    month_is_full = last.day >= first.day or (last + timedelta(days=1)).day == 1
    return months if month_is_full else months - 1
