"""A clinic that follows its patients by need: rules by PHQ-9 and HbA1c, and a patient's plan."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from booking.appointments.visit_types.models import VisitType
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor, Role
from booking.platform.jobs import JobBook
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from triage_rules.authoring.models import RuleRelease, RuleSet, RuleVersion
from triage_rules.followup import service
from triage_rules.followup.models import FollowUpPlan, Pathway, PathwayContact
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.models import QuestionnaireResponse, QuestionnaireVersion
from triage_rules.questionnaires.shipped import install
from triage_rules.tables import written
from triage_rules.tables.model import (
    AnyValue,
    Cell,
    Input,
    Interval,
    Missing,
    OneOf,
    Row,
    Table,
    Value,
)
from triage_rules.tables.rule_set import COLOURS, STAGES, SecondLook
from triage_rules.tables.rule_set import RuleSet as Rules

__all__ = ["place"]

OUTPUTS = {stage.name: stage.outputs for stage in STAGES}
SCORE = Input(
    "phq9",
    "PHQ-9",
    "number",
    "point",
    Decimal(0),
    Decimal(27),
    greatest_age_days=30,
    source="score:phq9:phq9-total",
)
NINTH = Input(
    "phq9_9",
    "PHQ-9, spørgsmål 9",
    "number",
    "",
    Decimal(0),
    Decimal(3),
    greatest_age_days=30,
    source="item:phq9:phq9-9",
)
HBA1C = Input(
    "hba1c",
    "HbA1c",
    "number",
    "mmol/mol",
    Decimal(15),
    Decimal(200),
    greatest_age_days=365,
    source="measurement:hba1c",
)
COLOUR = Input(
    "colour", "Farve", "choice", choices=COLOURS, source="table:activity", can_be_missing=False
)
ANY = AnyValue()
RED, YELLOW, GREEN = 20, 12, 2  # sums of PHQ-9 that get these colours


def row(name: str, cells: tuple[Cell, ...], outputs: tuple[Value, ...], told: str = "") -> Row:
    """A row with its evidence."""
    return Row(
        name, cells, outputs, told, f"{told} (en)" if told else "", evidence="PHQ-9", owner="AH"
    )


def upto(high: int) -> Interval:
    """At most."""
    return Interval(None, Decimal(high))


def least(low: int) -> Interval:
    """At least."""
    return Interval(Decimal(low), None)


def contact(
    action: str,
    form: str,
    weeks: tuple[int, int, int],
    urgency: str = "routine",
    minutes: int = 45,
    profession: str = "doctor",
) -> tuple[Value, ...]:
    """A contact row's outputs."""
    first, target, latest = (Decimal(one) for one in weeks)
    return (action, form, first, target, latest, Decimal(minutes), profession, urgency)


TO_THE_CLINIC = contact("contact", "in_person", (0, 1, 2), "soon")
LOOKED_AT = contact("look", "none", (0, 2, 4), minutes=0, profession="")
ASKED_LATER = contact("questionnaire", "none", (4, 12, 26), minutes=0, profession="")


def rules(
    red: tuple[Value, ...] = TO_THE_CLINIC,
    yellow: tuple[Value, ...] = LOOKED_AT,
    green: tuple[Value, ...] = ASKED_LATER,
    *,
    measured: bool = False,
    looks: tuple[SecondLook, ...] = (),
    label: str = "Depression",
) -> Rules:
    """Sound rules: 15 and above is red, 10 to 14 yellow; measured: HbA1c of 75 and above too."""
    flags = Table(
        "red_flags",
        "Røde flag",
        "RULE ORDER",
        (NINTH,),
        OUTPUTS["red_flags"],
        (row("f1", (least(1),), ("Selvmordstanker", "clinic"), "Vi vil gerne tale med dig."),),
    )
    more: tuple[Cell, ...] = (upto(74),) if measured else ()
    activity = Table(
        "activity",
        "Aktivitet",
        "FIRST",
        (SCORE, HBA1C) if measured else (SCORE,),
        OUTPUTS["activity"],
        (
            row("a1", (least(15), *((ANY,) if measured else ())), ("red",), "Du har det svært."),
            row(
                "a2",
                (Interval(Decimal(10), Decimal(14)), *more),
                ("yellow",),
                "Du har det noget svært.",
            ),
            row("a3", (upto(9), *more), ("green",), "Du har det godt."),
            *(
                (row("a4", (ANY, least(75)), ("red",), "Dit langtidsblodsukker er højt."),)
                if measured
                else ()
            ),
            row(
                "a5", (ANY, ANY) if measured else (Missing(),), ("yellow",), "Vi mangler dine svar."
            ),
        ),
    )
    contacts = Table(
        "contact",
        "Kontakt",
        "UNIQUE",
        (COLOUR,),
        OUTPUTS["contact"],
        tuple(
            row(f"c{n}", (OneOf(frozenset({colour})),), outputs)
            for n, (colour, outputs) in enumerate(
                zip(COLOURS, (red, yellow, green), strict=True), 1
            )
        ),
    )
    return Rules("depression", label, (flags, activity, contacts), 52, looks)


@dataclass
class Followed:
    """The clinic, its clinician, and one patient's plan."""

    place: Place
    clinician: Staff
    approver: Staff
    talk: VisitType
    rule_set: RuleSet
    pathway: Pathway
    plan: FollowUpPlan
    questionnaire: QuestionnaireVersion

    @property
    def as_clinician(self) -> Actor:
        """The responsible clinician as the one who acts."""
        return actor_of(self.clinician)

    def publish(
        self,
        session: Session,
        wanted: Rules,
        *,
        kind: str = "publish",
        from_at: datetime | None = None,
    ) -> RuleVersion:
        """Put rules into force, or into shadow, now."""
        return put_in_force(session, self, wanted, kind, from_at)

    def answer(
        self, session: Session, total: int, *, ninth: int = 0, at: datetime | None = None
    ) -> QuestionnaireResponse:
        """The patient answers PHQ-9 with this sum, asked if need be."""
        request = asking.ask(
            session,
            SYSTEM,
            self.plan.patient,
            self.plan.course,
            self.questionnaire,
            session.now().date() + timedelta(days=14),
        )
        return asking.submit(
            session, self.place.as_patient, request, phq9(total, ninth), completed_at=at
        )


def phq9(total: int, ninth: int = 0) -> dict[str, str]:
    """Answers with this sum; the ninth as given."""
    rest, answers = total - ninth, {"phq9-9": str(ninth)}
    for number in range(1, 9):
        given = min(3, rest)
        rest -= given
        answers[f"phq9-{number}"] = str(given)
    assert rest == 0, "PHQ-9 has no such sum"
    return answers


def put_in_force(
    session: Session, here: Followed, wanted: Rules, kind: str, from_at: datetime | None
) -> RuleVersion:
    """A version with its release, as publishing leaves them."""
    body = written.written(wanted)
    number = session.query(RuleVersion).filter_by(rule_set_id=here.rule_set.id).count() + 1
    version = make.add(
        session,
        RuleVersion(
            rule_set=here.rule_set,
            number=number,
            body=body,
            examples="[]",
            hash=hashlib.sha256(body.encode()).hexdigest(),
            written_by_id=here.clinician.id,
            written_by=here.clinician.name,
            published_at=session.now(),
            published_by_id=here.approver.id,
            published_by=here.approver.name,
        ),
    )
    make.add(
        session,
        RuleRelease(
            rule_set_id=here.rule_set.id,
            version=version,
            kind=kind,
            from_at=from_at or session.now(),
            released_at=session.now(),
            released_by_id=here.approver.id,
            released_by=here.approver.name,
        ),
    )
    return version


@pytest.fixture
def unpublished(session: Session, place: Place) -> Followed:
    """All but rules in force, and so no plan: `plan` is written by `followed`."""
    clinician = make.staff(session, place.clinic, Role.CLINICIAN, name="Lise Læge")
    approver = make.staff(session, place.clinic, Role.CLINICIAN, Role.APPROVER, name="Anders")
    place.doctor.staff_id = clinician.id
    talk = make.visit_type(
        session,
        place.clinic,
        name="Samtale",
        forms="in_person,video,phone",
        rooms=place.rooms,
        needs={"interpreter": 15},
        cap_minutes=75,
    )
    installed = {one.questionnaire.code: one for one in install(session, SYSTEM)}
    rule_set = make.add(
        session,
        RuleSet(
            clinic=place.clinic,
            code="depression",
            label="Depression",
            created_at=session.now(),
            created_by=clinician.name,
        ),
    )
    pathway = make.add(
        session,
        Pathway(
            clinic=place.clinic,
            name="Depression",
            rule_set=rule_set,
            questionnaire=installed["phq9"].questionnaire,
            unread_hours=4,
            contacts=[PathwayContact(profession="doctor", visit_type=talk)],
        ),
    )
    plan = FollowUpPlan()
    return Followed(place, clinician, approver, talk, rule_set, pathway, plan, installed["phq9"])


@pytest.fixture
def followed(session: Session, unpublished: Followed) -> Followed:
    """Rules in force, and the patient followed from today, with PHQ-9 to answer."""
    here = unpublished
    here.publish(session, rules())
    plan = service.start_plan(session, here.as_clinician, here.place.course, here.pathway)
    session.commit()
    return replace(here, plan=plan)


@pytest.fixture
def jobs(rettid: Rettid) -> JobBook:
    """Every job there is."""
    return rettid.jobs
