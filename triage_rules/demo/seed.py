"""Putting the demo clinics' rules, pathways and followed patients into the database.

What anybody does goes through the services, with the clock put back to when it happened; only the
past they do not write is put in beside them: earlier visits, and what was measured.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment, PastVisit
from booking.calendar.models import Clinic
from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.founding import Demo
from booking.demo.stories import Storyteller
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_start, local_date
from triage_rules import library
from triage_rules.authoring import queries as authoring_queries
from triage_rules.authoring import service as authoring
from triage_rules.authoring.models import RuleSet
from triage_rules.demo import lives, rules
from triage_rules.demo.lives import EARLIER, Life
from triage_rules.followup import due, pathways, queries, reviewing, service
from triage_rules.followup.models import FollowUpPlan, Measurement, Pathway
from triage_rules.questionnaires import queries as questionnaires
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.form import Answers
from triage_rules.questionnaires.models import THOUSAND, QuestionnaireRequest
from triage_rules.questionnaires.shipped import install
from triage_rules.standards import queries as standard_queries
from triage_rules.standards import service as standards

BEGAN = timedelta(weeks=40)
CHANGED = timedelta(weeks=5)
REVIEWED_AFTER = timedelta(weeks=52)
# At most so many of the ordinary patients, and one in so many of those it fits.
FOLLOWED, ONE_IN = 24, 8
# So many that nobody follows have answered too, so that a review has something to say of them.
ASKED = 24
WRITER = "annesofie"
APPROVER = {RHEUMA: "mette", ENDO: "henrik"}
TITLES = {RHEUMA: ("Leddegigt",), ENDO: ("Type 1-diabetes", "Type 2-diabetes")}
NAMES = {RHEUMA: "Leddegigt", ENDO: "Diabetes"}
VISITS = {
    RHEUMA: {"doctor": "Kontrol hos læge", "nurse": "Samtale med sygeplejerske"},
    ENDO: {"doctor": "Diabeteskontrol hos læge", "nurse": "Samtale med diabetessygeplejerske"},
}
LIVES = {RHEUMA: lives.arthritis, ENDO: lives.diabetes}
LIBRARY = {RHEUMA: "rheumatoid_arthritis", ENDO: "diabetes"}
RULES = {RHEUMA: rules.arthritis, ENDO: rules.diabetes}
NEXT = {RHEUMA: rules.next_arthritis, ENDO: rules.next_diabetes}
WHY_NEXT = {
    RHEUMA: "Ser på dem, der har haft gener i tre dage, ikke kun fire.",
    ENDO: "Gul allerede fra HbA1c 53, ikke først fra 59.",
}
STANDARDS = {RHEUMA: (), ENDO: ("diabetes",)}


@dataclass(frozen=True)
class Story:
    """Somebody one can sign in as. asked: days ago; None for one who has answered it all."""

    key: str
    clinic: str
    doctor: str
    years: float
    given_name: str
    family_name: str
    woman: bool
    asked: int | None = None


STORIES = (
    Story("waiting", RHEUMA, "mette", 61.2, "Karin", "Vestergaard", woman=True, asked=2),
    Story("next_step", ENDO, "henrik", 48.5, "Søren", "Riis", woman=False),
)


@dataclass(frozen=True)
class Stopped:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.at


@contextmanager
def at(session: Session, instant: datetime) -> Iterator[None]:
    """Let the session's clock stand at an instant."""
    clock = session.clock
    session.clock = Stopped(instant)
    try:
        yield
    finally:
        session.clock = clock


def seed(session: Session, demo: Demo, storyteller: Storyteller) -> None:
    """The rules, those who are followed by them, and the patients one can sign in as."""
    now = session.now()
    rng = Random(now.toordinal())  # noqa: S311  (nothing here is secret)
    for key in (RHEUMA, ENDO):
        _Clinic(session, demo, key, now, rng).live(storyteller)


class _Clinic:
    """One clinic's follow-up, from its first rules until now."""

    def __init__(self, session: Session, demo: Demo, key: str, now: datetime, rng: Random) -> None:
        self.session, self.demo, self.key, self.now, self.rng = session, demo, key, now, rng
        self.clinic: Clinic = demo.clinics[key]
        self.writer = actor_of(demo.staff[WRITER])
        self.approver = actor_of(demo.staff[APPROVER[key]])

    def live(self, storyteller: Storyteller) -> None:
        """Rules first, then patients by them; the next rules run in shadow or wait for review."""
        review_by = local_date(self.now + REVIEWED_AFTER, self.clinic.zone)
        with at(self.session, self.now - BEGAN):
            install(self.session, self.approver)
            rule_set = self._first_rules(review_by)
            pathway = self._pathway(rule_set)
            self._standards()
        self._next_rules(rule_set, review_by)
        ordinary = LIVES[self.key](self.rng)
        lived = self._told(storyteller, ordinary)
        lived += zip(self._courses([course.id for course, _life in lived]), ordinary, strict=False)
        self._happened(lived)
        for course, life in lived:
            self._live(pathway, course, life)
        self._ask_before_review(pathway, [course.id for course, _life in lived], ordinary)
        asking.overdue(self.session)

    def _first_rules(self, review_by: date) -> RuleSet:
        entry = library.entry(LIBRARY[self.key])
        rule_set = authoring.begin(
            self.session,
            self.writer,
            self.clinic,
            entry.code,
            NAMES[self.key],
            entry.rules,
            entry.examples,
            origin=f"library:{entry.code}",
        )
        written, examples = RULES[self.key](review_by)
        draft = rule_set.draft
        assert draft is not None
        authoring.save(self.session, self.writer, draft, draft.edition, written, examples)
        self._publish(rule_set, "Klinikkens første regler, efter biblioteket.")
        return rule_set

    def _next_rules(self, rule_set: RuleSet, review_by: date) -> None:
        """Rheumatology tries the next version in shadow; endocrinology's waits for review."""
        with at(self.session, self.now - CHANGED):
            version = authoring_queries.in_force(self.session, rule_set.id, self.session.now())
            assert version is not None
            draft = authoring.draft_from(self.session, self.writer, version)
            written, examples = NEXT[self.key](review_by)
            authoring.save(self.session, self.writer, draft, draft.edition, written, examples)
            authoring.send_to_review(
                self.session, self.writer, draft, draft.edition, WHY_NEXT[self.key]
            )
            if self.key == RHEUMA:
                authoring.publish_in_shadow(self.session, self.approver, draft, draft.edition)

    def _publish(self, rule_set: RuleSet, note: str) -> None:
        draft = rule_set.draft
        assert draft is not None
        authoring.send_to_review(self.session, self.writer, draft, draft.edition, note)
        day = local_date(self.session.now(), self.clinic.zone)
        authoring.publish(self.session, self.approver, draft, draft.edition, day)

    def _pathway(self, rule_set: RuleSet) -> Pathway:
        questionnaire = questionnaires.latest(self.session, "siden-sidst")
        assert questionnaire is not None
        contacts = {
            profession: [self.demo.visits[self.key, name].id]
            for profession, name in VISITS[self.key].items()
        }
        wanted = pathways.Definition(
            NAMES[self.key],
            rule_set.id,
            questionnaire.questionnaire_id,
            answer_days=14,
            unread_hours=24,
            contacts=contacts,
            standards=STANDARDS[self.key],
        )
        return pathways.create(self.session, self.approver, self.clinic, wanted)

    def _standards(self) -> None:
        """The leader has looked at what applies, and says it is what holds."""
        day = local_date(self.session.now(), self.clinic.zone)
        for code in STANDARDS[self.key]:
            standard = standard_queries.standard_of(self.session, day, code)
            standards.confirm(self.session, self.approver, self.clinic, standard)

    def _told(
        self, storyteller: Storyteller, ordinary: Iterator[Life]
    ) -> list[tuple[Course, Life]]:
        """The patients one can sign in as."""
        told = []
        for story in STORIES:
            if story.clinic != self.key:
                continue
            person = storyteller.person(
                story.years,
                woman=story.woman,
                given_name=story.given_name,
                family_name=story.family_name,
            )
            title = TITLES[self.key][0]
            course = storyteller.enrol(story.key, person, self.key, title, story.doctor, story.key)
            life = replace(next(ordinary), said="")
            if story.asked is not None:
                life = replace(life, lately=None, asked=story.asked)
            told.append((course, life))
        return told

    def _courses(self, told: list[int]) -> Sequence[Course]:
        """Some ordinary patients' courses that are old enough to have a year behind them."""
        before = local_date(self.now - BEGAN, self.clinic.zone) - timedelta(days=100)
        fit = self.session.scalars(
            select(Course)
            .where(
                Course.clinic_id == self.clinic.id,
                Course.id.not_in(told),
                Course.title.in_(TITLES[self.key]),
                Course.started_on < before,
                Course.ended_on.is_(None),
            )
            .order_by(Course.id)
        ).all()
        return fit[: min(FOLLOWED, len(fit) // ONE_IN)]

    def _happened(self, lived: Sequence[tuple[Course, Life]]) -> None:
        """What was measured, and when the patients were seen before the demo's calendar begins."""
        today = local_date(self.now, self.clinic.zone)
        for course, life in lived:
            for number, days in enumerate(life.seen):
                self.session.add(
                    PastVisit(
                        clinic_id=self.clinic.id,
                        patient_id=course.patient_id,
                        day=today - timedelta(days=days),
                        outcome="fulfilled",
                        label="Kontrol",
                        source="rettid-demo",
                        source_key=f"{course.id}-{number}",
                    )
                )
            self.session.add_all(
                Measurement(
                    patient_id=course.patient_id,
                    clinic_id=self.clinic.id,
                    code=code,
                    thousandths=int(value * THOUSAND),
                    taken_at=self.now - timedelta(days=days),
                    entered_at=self.now - timedelta(days=days),
                    entered_by=self.writer.name,
                )
                for code, taken in life.measured.items()
                for days, value in taken
            )
        self.session.flush()

    def _live(self, pathway: Pathway, course: Course, life: Life) -> None:
        """Asked and answered twice while well, and then the latest time."""
        first, *later = EARLIER
        with at(self.session, self.now - timedelta(days=first)):
            plan = service.start_plan(self.session, self.writer, course, pathway)
        self._answer(course, life.calm[0], first - 1)
        for days, calm in zip(later, life.calm[1:], strict=True):
            self._ask(plan, days)
            self._answer(course, calm, days - 2)
        self._ask(plan, life.asked)
        if life.lately is not None:
            self._answer(course, life.lately, 0)
            self._say(plan, life.said)

    def _ask(self, plan: FollowUpPlan, days: int) -> None:
        with at(self.session, self.now - timedelta(days=days)):
            due.send(self.session, plan)

    def _ask_before_review(
        self, pathway: Pathway, followed: list[int], ordinary: Iterator[Life]
    ) -> None:
        """Patients with a check-up to come whom nobody follows, asked by hand before a review."""
        version = questionnaires.latest(self.session, "siden-sidst")
        assert version is not None
        due_on = local_date(self.now, self.clinic.zone) + timedelta(days=pathway.answer_days)
        asked = list(zip(self._with_checkups(pathway, followed), ordinary, strict=False))
        self._happened(asked)
        for course, life in asked:
            with at(self.session, self.now - timedelta(days=life.asked)):
                asking.ask(self.session, self.writer, course.patient, course, version, due_on)
            if life.lately is not None:
                self._answer(course, life.lately, 0)

    def _with_checkups(self, pathway: Pathway, followed: list[int]) -> Sequence[Course]:
        """The first courses nobody follows that have a time of the pathway's kinds to come."""
        checkups = select(Appointment.course_id).where(
            Appointment.visit_type_id.in_([one.visit_type_id for one in pathway.contacts]),
            Appointment.status == "booked",
            Appointment.starts_at > self.now,
        )
        return self.session.scalars(
            select(Course)
            .where(
                Course.id.in_(checkups),
                Course.id.not_in(followed),
                Course.title.in_(TITLES[self.key]),
                Course.ended_on.is_(None),
            )
            .order_by(Course.id)
            .limit(ASKED)
        ).all()

    def _answer(self, course: Course, answers: Answers, days: int) -> None:
        asked = self.session.scalars(
            select(QuestionnaireRequest).where(
                QuestionnaireRequest.course_id == course.id,
                QuestionnaireRequest.status == "open",
            )
        ).one()
        patient = Actor("patient", course.patient_id, course.patient.name)
        when = self.now - timedelta(minutes=self.rng.randint(5, 90))
        if days:  # between seven in the morning and ten at night
            day = local_date(self.now, self.clinic.zone) - timedelta(days=days)
            when = day_start(day, self.clinic.zone) + timedelta(minutes=self.rng.randint(420, 1320))
        with at(self.session, when):
            asking.submit(self.session, patient, asked, answers)

    def _say(self, plan: FollowUpPlan, said: str) -> None:
        """What a clinician made of a yellow or red decision, for some of them."""
        decision = queries.latest_decision(self.session, plan.id)
        if said and decision is not None and decision.colour != "green":
            reviewing.accept(self.session, self.writer, decision, "Set på svarene og talt sammen.")
