"""Reading the facts of many patients at once: a fixed number of queries however many they are.

What a fact is, and when a wish is seen to, is `followup.facts`'s to say; here is only the reading.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, selectinload

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment, PastVisit
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.localtime import day_start, local_date
from triage_rules.followup.facts import WISHES, Known, inputs_of, questionnaires_of
from triage_rules.followup.inputs import Inputs
from triage_rules.followup.models import (
    DecisionOutcome,
    DecisionReview,
    FollowUpDecision,
    Measurement,
)
from triage_rules.questionnaires.alarm import ALARMING, ALARMS
from triage_rules.questionnaires.models import (
    Questionnaire,
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)
from triage_rules.questionnaires.service import wish_key
from triage_rules.tables.rule_set import RuleSet as Rules


class Gathering:
    """What is known of the patients of these courses, all of one clinic."""

    def __init__(
        self, session: Session, clinic: Clinic, courses: Sequence[Course], asking: Sequence[Rules]
    ) -> None:
        """Read everything that these rules ask for."""
        self.session, self.clinic = session, clinic
        self._courses = [course.id for course in courses]
        self._patients = list({course.patient_id for course in courses})
        codes = set(WISHES).union(ALARMS, *(questionnaires_of(rules) for rules in asking))
        self._newest = self._read_responses(codes)
        self._measured = self._read_measurements(_measurements_of(asking))
        self._last = self._read_contacts()
        self._pressed = self._read_wishes()
        self._alarms = self._read_alarms()
        self._settled = self._read_settled()
        self._known = {course.id: _Gathered(self, course) for course in courses}

    def known(self, course: Course, rules: Rules) -> Inputs:
        """What some rules decide by for a patient.

        Raises AnswersTampered where sealed answers are not those that were given.
        """
        return self._known[course.id].inputs(rules)

    def newest(self, course_id: int, code: str) -> QuestionnaireResponse | None:
        """The answers to a questionnaire that stand, the latest given."""
        return self._newest.get((course_id, code))

    def measured(self, patient_id: int, code: str) -> Measurement | None:
        """The latest measurement that counts."""
        return self._measured.get((patient_id, code))

    def last_contact(self, patient_id: int) -> datetime | None:
        """When the patient was last seen in the clinic."""
        return self._last.get(patient_id)

    def pressed(self, patient_id: int) -> bool:
        """True while a pressed wish to be contacted is open."""
        return wish_key(self.clinic.id, patient_id) in self._pressed

    def alarm_waits(self, patient_id: int) -> bool:
        """True while nobody has closed what an alarming answer put before the clinic."""
        return patient_id in self._alarms

    def settled(self, response_id: int) -> bool:
        """True once a clinician has said a word on what these answers led to, or closed it."""
        return response_id in self._settled

    def _read_responses(
        self, codes: Collection[str]
    ) -> dict[tuple[int, str], QuestionnaireResponse]:
        later = aliased(QuestionnaireResponse)
        corrected = select(later.id).where(later.replaces_id == QuestionnaireResponse.id)
        place = _place(
            (QuestionnaireRequest.course_id, Questionnaire.code),
            (QuestionnaireResponse.completed_at, QuestionnaireResponse.id),
        )
        ranked = (
            select(QuestionnaireResponse.id, place)
            .join(QuestionnaireResponse.request)
            .join(QuestionnaireRequest.version)
            .join(QuestionnaireVersion.questionnaire)
            .where(
                QuestionnaireRequest.course_id.in_(self._courses),
                Questionnaire.code.in_(codes),
                ~corrected.exists(),
            )
            .subquery()
        )
        found = self.session.scalars(
            select(QuestionnaireResponse)
            .join(ranked, ranked.c.id == QuestionnaireResponse.id)
            .join(QuestionnaireResponse.request)
            .join(QuestionnaireRequest.version)
            .join(QuestionnaireVersion.questionnaire)
            .where(ranked.c.place == 1)
            .options(
                contains_eager(QuestionnaireResponse.request)
                .contains_eager(QuestionnaireRequest.version)
                .contains_eager(QuestionnaireVersion.questionnaire),
                selectinload(QuestionnaireResponse.scores),
            )
        )
        return {
            (one.request.course_id, one.request.version.questionnaire.code): one for one in found
        }

    def _read_measurements(self, codes: Collection[str]) -> dict[tuple[int, str], Measurement]:
        if not codes:
            return {}
        place = _place(
            (Measurement.patient_id, Measurement.code), (Measurement.taken_at, Measurement.id)
        )
        ranked = (
            select(Measurement.id, place)
            .where(
                Measurement.patient_id.in_(self._patients),
                Measurement.clinic_id == self.clinic.id,
                Measurement.code.in_(codes),
                Measurement.withdrawn_at.is_(None),
                Measurement.taken_at <= self.session.now(),
            )
            .subquery()
        )
        found = self.session.scalars(
            select(Measurement)
            .join(ranked, ranked.c.id == Measurement.id)
            .where(ranked.c.place == 1)
        )
        return {(one.patient_id, one.code): one for one in found}

    def _read_contacts(self) -> dict[int, datetime]:
        today = local_date(self.session.now(), self.clinic.zone)
        here = self.session.execute(
            select(Appointment.patient_id, func.max(Appointment.starts_at))
            .where(
                Appointment.patient_id.in_(self._patients),
                Appointment.clinic_id == self.clinic.id,
                Appointment.status == "fulfilled",
            )
            .group_by(Appointment.patient_id)
        )
        imported = self.session.execute(
            select(PastVisit.patient_id, func.max(PastVisit.day))
            .where(
                PastVisit.patient_id.in_(self._patients),
                PastVisit.clinic_id == self.clinic.id,
                PastVisit.outcome == "fulfilled",
                PastVisit.day <= today,
            )
            .group_by(PastVisit.patient_id)
        )
        found = dict(here.all())
        for patient_id, day in imported:
            at = day_start(day, self.clinic.zone)
            found[patient_id] = max(found.get(patient_id, at), at)
        return found

    def _read_wishes(self) -> set[str]:
        keys = [wish_key(self.clinic.id, one) for one in self._patients]
        wanted = select(WorklistItem.open_key).where(WorklistItem.open_key.in_(keys))
        return {key for key in self.session.scalars(wanted) if key is not None}

    def _read_alarms(self) -> set[int | None]:
        wanted = select(WorklistItem.patient_id).where(
            WorklistItem.patient_id.in_(self._patients),
            WorklistItem.clinic_id == self.clinic.id,
            WorklistItem.kind == ALARMING,
            WorklistItem.status == "open",
        )
        return set(self.session.scalars(wanted))

    def _read_settled(self) -> set[int]:
        asked = [one.id for (_course, code), one in self._newest.items() if code in WISHES]
        found = self.session.scalars(
            select(FollowUpDecision.response_id)
            .outerjoin(DecisionReview, DecisionReview.decision_id == FollowUpDecision.id)
            .outerjoin(DecisionOutcome, DecisionOutcome.decision_id == FollowUpDecision.id)
            .outerjoin(WorklistItem, WorklistItem.id == DecisionOutcome.worklist_item_id)
            .where(
                FollowUpDecision.response_id.in_(asked),
                DecisionReview.id.is_not(None) | (WorklistItem.status == "done"),
            )
        )
        return {one for one in found if one is not None}


class _Gathered(Known):
    """One patient's facts, out of what was read for all."""

    def __init__(self, all_of_them: Gathering, course: Course) -> None:
        super().__init__(all_of_them.session, course)
        self._all = all_of_them
        self.last_contact = all_of_them.last_contact(course.patient_id)
        self.pressed = all_of_them.pressed(course.patient_id)
        self.alarm_waits = all_of_them.alarm_waits(course.patient_id)

    def newest(self, code: str) -> QuestionnaireResponse | None:
        return self._all.newest(self.course.id, code)

    def measured(self, code: str) -> Measurement | None:
        return self._all.measured(self.course.patient_id, code)

    def settled(self, response: QuestionnaireResponse) -> bool:
        return self._all.settled(response.id)


def _place(
    of: Sequence[InstrumentedAttribute[Any]], latest_by: Sequence[InstrumentedAttribute[Any]]
) -> ColumnElement[int]:
    """1 for the latest of its kind."""
    by = [column.desc() for column in latest_by]
    return func.row_number().over(partition_by=of, order_by=by).label("place")


def _measurements_of(asking: Sequence[Rules]) -> set[str]:
    sources = (asked.source for rules in asking for asked in inputs_of(rules).values())
    split = (source.partition(":") for source in sources)
    return {code for kind, _, code in split if kind == "measurement"}
