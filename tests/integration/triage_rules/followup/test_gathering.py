"""Facts read for many at once are those read one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, event

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment, PastVisit
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.queries import open_items
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import Followed, phq9, rules
from tests.integration.triage_rules.questionnaires.conftest import SINCE
from triage_rules.followup import facts, queries, reviewing
from triage_rules.followup.gathering import Gathering
from triage_rules.followup.models import FollowUpPlan, Measurement
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.alarm import ALARMING
from triage_rules.questionnaires.form import Answers
from triage_rules.questionnaires.models import QuestionnaireVersion
from triage_rules.questionnaires.shipped import install
from triage_rules.tables.model import AnyValue, Input
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SOURCES = (
    "score:phq9:phq9-total", "item:phq9:phq9-9", "item:siden-sidst:siden-tilstand",
    "item:siden-sidst:siden-dage", "measurement:hba1c", "measurement:crp", "age",
    "months_since_contact", "wishes_contact", "digital_exempt", "course:months", "course:title",
    "nonsense",
)  # fmt: skip


def asking_all() -> Rules:
    """Rules that ask for every kind of thing there is."""
    flags = rules().tables[0]
    row = flags.rows[0]
    asked = tuple(
        Input(f"i{n}", source, "number", source=source) for n, source in enumerate(SOURCES)
    )
    wide = replace(
        flags,
        inputs=asked,
        rows=(replace(row, cells=tuple(AnyValue() for _one in asked)),),
    )
    return replace(rules(), tables=(wide, *rules().tables[1:]))


def course_of(session: Session, here: Followed, chance: Random) -> Course:
    """A patient with a past nobody has planned."""
    clinic = here.place.clinic
    patient = make.patient(
        session,
        clinic,
        birth_date=chance.choice([None, date(1940 + chance.randrange(80), 2, 28)]),
        digital_exempt=chance.random() < 0.3,
    )
    course = make.course(
        session, clinic, patient, started_on=date(2020 + chance.randrange(6), 5, 31)
    )
    if chance.random() < 0.7:
        plan = FollowUpPlan(
            course=course,
            patient=patient,
            clinic=clinic,
            pathway=here.pathway,
            started_on=date(2026, 1, 1),
            latest_on=date(2027, 1, 1),
        )
        make.add(session, plan)
    return course


def live(
    session: Session,
    here: Followed,
    course: Course,
    versions: dict[str, QuestionnaireVersion],
    chance: Random,
) -> None:
    """What may have happened to a patient, in any order."""
    secretary = here.place.secretary
    for _one in range(chance.randrange(4)):
        code = chance.choice(["phq9", "siden-sidst"])
        answers: Answers = (
            phq9(chance.randrange(3, 20), ninth=chance.choice((0, 1, 3)))
            if code == "phq9"
            else {
                **SINCE,
                "siden-dage": 0,
                "siden-nyt": False,
                "siden-oenske": chance.choice(["none", "phone"]),
            }
        )
        request = asking.ask(
            session, secretary, course.patient, course, versions[code], date(2026, 12, 7)
        )
        at = NOW - timedelta(days=chance.randrange(60))
        given = asking.submit(
            session, make.as_patient(course.patient), request, answers, completed_at=at
        )
        if code == "phq9" and chance.random() < 0.3:
            asking.correct(session, secretary, given, phq9(chance.randrange(20)), "typing")
        if chance.random() < 0.1:
            see_to(session, secretary, course)
    for _one in range(chance.randrange(5)):
        clinic = here.place.clinic if chance.random() < 0.8 else make.clinic(session)
        withdrawn = NOW if chance.random() < 0.3 else None
        make.add(
            session,
            Measurement(
                patient_id=course.patient_id,
                clinic_id=clinic.id,
                code=chance.choice(["hba1c", "crp"]),
                thousandths=1000 * chance.randrange(15, 200),
                taken_at=NOW + timedelta(days=chance.randrange(-90, 5)),
                entered_at=NOW,
                entered_by="Signe",
                withdrawn_at=withdrawn,
            ),
        )
    for _one in range(chance.randrange(3)):
        seen(session, here, course, chance)
    if chance.random() < 0.2:
        asking.wish_contact(session, make.as_patient(course.patient), course.patient, course.clinic)


def see_to(session: Session, by: Actor, course: Course) -> None:
    """Whoever closes what alarming answers put on the worklist."""
    for item in open_items(session, course.clinic_id):
        if (item.kind, item.patient_id) == (ALARMING, course.patient_id):
            worklist.close(session, by, item, "Talt sammen.")


def seen(session: Session, here: Followed, course: Course, chance: Random) -> None:
    """A contact in the clinic, or one that was imported."""
    start = NOW - timedelta(days=chance.randrange(1, 400), minutes=chance.randrange(300))
    place = here.place
    if chance.random() < 0.5:
        make.add(
            session,
            PastVisit(
                clinic_id=place.clinic.id,
                patient_id=course.patient_id,
                day=start.date(),
                outcome=chance.choice(["fulfilled", "noshow"]),
                source="gammelt",
                source_key=f"{chance.random()}",
            ),
        )
        return
    make.add(
        session,
        Appointment(
            clinic_id=place.clinic.id,
            site=place.site,
            patient_id=course.patient_id,
            course_id=course.id,
            visit_type=place.control,
            clinician=place.doctor,
            form="in_person",
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            status=chance.choice(["fulfilled", "noshow", "cancelled"]),
            booked_at=start - timedelta(days=30),
        ),
    )


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run."""
    said: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("seed", range(2))
def test_many_at_once_know_what_each_knows_alone(
    session: Session, rettid: Rettid, followed: Followed, seed: int
) -> None:
    chance = Random(seed)
    versions = {one.questionnaire.code: one for one in install(session, SYSTEM)}
    courses = [course_of(session, followed, chance) for _one in range(14)]
    courses.append(
        make.course(session, followed.place.clinic, courses[0].patient, title="Et andet forløb")
    )
    for course in courses:
        live(session, followed, course, versions, chance)
    session.commit()
    wanted = asking_all()
    with counted(rettid.database.engine) as statements, rettid.database.reading() as reading:
        here = [reading.get_one(Course, one.id) for one in courses]
        before = len(statements)
        gathering = Gathering(reading, here[0].clinic, here, [wanted, rules(measured=True)])
        together = [gathering.known(one, wanted) for one in here]
        bulk = len(statements) - before
    with rettid.database.reading() as reading:
        alone = [
            facts.Known(reading, reading.get_one(Course, one.id)).inputs(wanted) for one in courses
        ]
    assert together == alone
    assert any(one.wish for one in alone)
    assert any(one.alarm for one in alone)
    # Those of the gathering, and the patients and their clinic.
    assert bulk <= 10 + len(courses)


def test_a_settled_wish_is_settled_for_both(session: Session, followed: Followed) -> None:
    versions = {one.questionnaire.code: one for one in install(session, SYSTEM)}
    course = followed.plan.course
    request = asking.ask(
        session, SYSTEM, course.patient, course, versions["siden-sidst"], date(2026, 12, 7)
    )
    asking.submit(
        session,
        followed.place.as_patient,
        request,
        {**SINCE, "siden-dage": 0, "siden-nyt": False, "siden-oenske": "phone"},
        completed_at=NOW,
    )
    wanted = rules()

    def wishes() -> tuple[bool, bool]:
        gathering = Gathering(session, course.clinic, [course], [wanted])
        alone = facts.Known(session, course).inputs(wanted)
        return gathering.known(course, wanted).wish, alone.wish

    assert wishes() == (True, True)
    decision = queries.latest_decision(session, followed.plan.id)
    assert decision is not None
    reviewing.accept(session, followed.as_clinician, decision)
    assert wishes() == (False, False)
