"""The demo is a clinic like any other: nothing in it breaks the rules, and all kinds are there."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

import freezegun
import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import queries
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import (
    ACTIVE,
    Allocation,
    Appointment,
    AppointmentChange,
    GroupSession,
)
from booking.appointments.occasions import closes_at
from booking.appointments.visit_types.models import VisitType
from booking.appointments.waiting import running, running_of
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic, Closure, Resource
from booking.clinic_web.arrivals import lists_of
from booking.demo.founding import PASSWORD
from booking.demo.seed import Seeded, seed
from booking.demo.stories import SYSTEM
from booking.demo.web import SHOWS
from booking.overbooking import possibilities, settings
from booking.overbooking.models import SessionPrediction
from booking.overbooking.queries import coming_grants
from booking.people.models import ClinicPatient, Patient, PatientIdentifier, Proxy
from booking.people.sign_in import patient_by_code
from booking.platform.database import Session
from booking.platform.localtime import local_date
from booking.platform.web import Rettid
from booking.sequences.models import ContactSequence
from reminders.help_list import service as help_list
from tests.conftest import test_config
from tests.integration.patient_web.conftest import Visitor
from tests.peers.postgres import PostgresServer
from triage_rules.authoring.models import RuleDraft, RuleRelease
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan, ShadowDecision
from triage_rules.questionnaires.models import QuestionnaireRequest
from wsgi import create_app

A_TUESDAY_MORNING = "2026-11-24T09:20:00Z"


@dataclass
class Made:
    """A demo in a database, and what its making answered."""

    rettid: Rettid
    seeded: Seeded


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """One demo for all these tests, on each database; they only look at it."""
    place = tmp_path_factory.mktemp("demo")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), place / "demo.sqlite3")
        url = f"sqlite:///{place / 'demo.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        template = request.getfixturevalue("postgres_template")
        url = server.create_database("demo_to_look_at", template=template)
    parts: Rettid = create_app(test_config(url, place)).extensions["rettid"]
    with freezegun.freeze_time(A_TUESDAY_MORNING):
        answer = seed(parts.database, patients=700)
    yield Made(parts, answer)
    parts.database.engine.dispose()


@pytest.fixture
def demo(made: Made) -> Iterator[Session]:
    """A session in which nothing is kept, at the moment the demo was made."""
    with freezegun.freeze_time(A_TUESDAY_MORNING), made.rettid.database.writing() as session:
        yield session
        session.rollback()


def overlaps(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Those that begin before an earlier one has ended."""
    found, until = [], None
    for start, end in sorted(spans):
        if until is not None and start < until:
            found.append((start, end))
        until = end if until is None else max(until, end)
    return found


def test_the_morning_has_fallen_behind_and_someone_has_not_come(demo: Session) -> None:
    said = []
    for clinic in demo.scalars(select(Clinic)):
        today = queries.day_list(demo, clinic, queries.today(demo, clinic))
        lists = lists_of(today, running_of(today, demo.now()), set())
        runs = running(demo, clinic)
        late = [minutes for one in runs.late if (minutes := runs.told(one))]
        said.append((bool(late), bool(lists.missing), bool(lists.here), bool(lists.soon)))
        assert max(late, default=0) <= 60
    assert all(any(each) for each in zip(*said, strict=True)), said


def test_no_two_contacts_share_a_resource_or_a_patient(demo: Session) -> None:
    by_lane: dict[tuple[int, int], list[tuple[datetime, datetime]]] = defaultdict(list)
    for one in demo.scalars(select(Allocation).where(Allocation.active)):
        by_lane[one.resource_id, one.lane].append((one.starts_at, one.ends_at))
    assert not any(overlaps(spans) for spans in by_lane.values())
    by_patient: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for contact in demo.scalars(select(Appointment).where(Appointment.status.in_(ACTIVE))):
        by_patient[contact.patient_id].append((contact.starts_at, contact.ends_at))
    assert not any(overlaps(spans) for spans in by_patient.values())
    active = {a.appointment_id for a in demo.scalars(select(Allocation)) if a.active}
    for contact in demo.scalars(select(Appointment).where(Appointment.group_session_id.is_(None))):
        assert (contact.id in active) == contact.active


def test_a_morning_can_take_an_extra_and_others_have_theirs(demo: Session) -> None:
    clinic = demo.scalars(select(Clinic).where(Clinic.name.like("Endo%"))).one()
    visit_type = demo.scalars(select(VisitType).where(VisitType.name.like("Kort kontrol%"))).one()
    policy, here = settings.policy_of(demo, clinic), queries.today(demo, clinic)
    ahead = possibilities.look(
        demo, clinic, policy, visit_type, here + timedelta(days=1), here + timedelta(days=5)
    )
    full = [one for one in ahead if one.obstacle == "" and one.decision is not None]
    assert any(one.start is not None for one in full)
    assert any(one.start is None for one in full)
    standing = {appointment for _grant, appointment in coming_grants(demo, clinic)}
    assert None in standing
    assert len(standing) == 2
    kept = demo.scalars(select(SessionPrediction)).all()
    assert len(kept) > 100
    assert sum(one.extras for one in kept) > 8
    assert all(one.observed_at for one in kept)


def test_an_open_invitation_without_a_time_stands_on_the_worklist(demo: Session) -> None:
    check_that_nobody_is_lost(demo)


def check_that_nobody_is_lost(session: Session) -> None:
    with_time = set(
        session.scalars(select(Appointment.invitation_id).where(Appointment.status.in_(ACTIVE)))
    )
    watched = set(
        session.scalars(select(WorklistItem.invitation_id).where(WorklistItem.status == "open"))
    )
    open_ones = set(session.scalars(select(Invitation.id).where(Invitation.status == "open")))
    assert open_ones
    assert not open_ones - with_time - watched


def test_nothing_has_happened_in_the_future(demo: Session) -> None:
    check_that_nothing_is_foretold(demo)


def check_that_nothing_is_foretold(session: Session) -> None:
    now = session.now()
    for one in session.scalars(select(Appointment)):
        assert one.booked_at <= now
        happened = [one.arrived_at, one.called_in_at, one.done_at]
        instants = [at for at in happened if at is not None]
        assert instants == sorted(instants)
        assert all(at <= now for at in instants)
        assert one.status != "fulfilled" or len(instants) == 3
    assert all(change.at <= now for change in session.scalars(select(AppointmentChange)))


def test_contacts_that_belong_together_are_there_with_one_date_skipped(demo: Session) -> None:
    kinds = {
        one.kind: [p.status for p in one.parts] for one in demo.scalars(select(ContactSequence))
    }
    assert kinds["combined"] == ["booked", "booked"]
    assert kinds["repeating"].count("skipped") == 1
    assert kinds["repeating"].count("booked") == len(kinds["repeating"]) - 1 > 3


def test_everyone_belongs_where_they_are_seen(demo: Session) -> None:
    belongs = {(one.clinic_id, one.patient_id) for one in demo.scalars(select(ClinicPatient))}
    seen = {(one.clinic_id, one.patient_id) for one in demo.scalars(select(Appointment))}
    assert not seen - belongs


def test_groups_are_within_their_capacity(demo: Session) -> None:
    groups = demo.scalars(select(GroupSession)).all()
    assert groups
    for group in groups:
        held = select(Appointment).where(Appointment.group_session_id == group.id)
        assert 0 < len(demo.scalars(held).all()) <= group.capacity


def test_the_demo_shows_every_kind_of_thing(demo: Session, made: Made) -> None:
    contacts = demo.scalars(select(Appointment)).all()
    assert made.seeded.appointments > 1000
    assert {c.status for c in contacts} >= {
        "booked", "arrived", "checked-in", "fulfilled", "cancelled", "noshow",
    }  # fmt: skip
    coming = [c for c in contacts if c.status == "booked"]
    assert {c.participant for c in coming} == {"needs-action", "accepted"}
    assert {c.form for c in coming} == {"in_person", "video", "phone"}
    assert {c.visit_type.mode for c in coming} == {"free", "web", "code", "move_cancel"}
    assert any(c.visit_type.clinicians_needed == 2 and len(c.allocations) > 2 for c in coming)
    assert any(closes_at(c) <= demo.now() < c.starts_at for c in coming)
    assert any(c.moves for c in coming)
    assert len(demo.scalars(select(Clinic)).all()) == 2
    kinds = set(demo.scalars(select(Resource.kind)))
    assert kinds == {"clinician", "room", "equipment"}
    assert {i.status for i in demo.scalars(select(Invitation))} == {
        "planned", "open", "completed", "revoked",
    }  # fmt: skip
    assert set(demo.scalars(select(Closure.status))) == {"requested", "approved"}
    assert set(demo.scalars(select(WorklistItem.kind))) >= {
        "no_time_in_window", "wants_new_time", "cancelled", "no_time_fits", "opening_changed",
        "time_off_request",
    }  # fmt: skip
    assert set(demo.scalars(select(Proxy.kind))) == {"parent", "power_of_attorney"}
    assert set(demo.scalars(select(VisitType.group_capacity))) == {1, 8, 10}


def test_patients_are_followed_by_need(demo: Session) -> None:
    for clinic in demo.scalars(select(Clinic)):
        decided = select(FollowUpDecision).where(FollowUpDecision.clinic_id == clinic.id)
        decisions = demo.scalars(decided).all()
        assert {one.colour for one in decisions} == {"red", "yellow", "green"}
        assert all(one.decided_at <= demo.now() for one in decisions)
        led = {one.outcome.kind for one in decisions if one.outcome is not None}
        assert led == {"questionnaire", "worklist", "invitation"}
        plans = select(FollowUpPlan).where(FollowUpPlan.clinic_id == clinic.id)
        assert all(plan.latest_on >= plan.started_on for plan in demo.scalars(plans))
    asked = set(demo.scalars(select(QuestionnaireRequest.status)))
    assert asked >= {"answered", "open"}
    assert {one.kind for one in demo.scalars(select(RuleRelease))} == {"publish", "shadow"}
    assert [one.status for one in demo.scalars(select(RuleDraft))] == ["review"]
    assert set(demo.scalars(select(ShadowDecision.differs))) == {True, False}


def test_every_story_can_be_entered_with_its_code(demo: Session, made: Made) -> None:
    stories = select(PatientIdentifier.value, Patient).join(Patient)
    rows = demo.execute(stories.where(PatientIdentifier.system == SYSTEM)).all()
    assert {row.value for row in rows} == set(SHOWS) == set(made.seeded.codes)
    for story, patient in rows:
        signed = patient_by_code(demo, made.seeded.codes[story], patient.birth_date, "127.0.0.1")
        assert signed["id"] == patient.id


@pytest.mark.parametrize(
    "moment",
    [
        "2026-12-24T20:00:00Z",
        "2026-03-29T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2027-01-01T05:00:00Z",
        "2026-11-20T17:00:00Z",
        "2026-11-21T10:00:00Z",
        "2026-11-22T19:00:00Z",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_can_be_made_on_any_day(
    rettid: Rettid, session: Session, moment: str, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(moment)
    answer = seed(rettid.database, patients=120, weeks=(1, 1))
    assert set(answer.codes) == set(SHOWS)
    check_that_nobody_is_lost(session)
    check_that_nothing_is_foretold(session)
    check_that_weekends_are_free(session)
    story = PatientIdentifier.patient_id == Appointment.patient_id
    near = select(Appointment).join(PatientIdentifier, story)
    (soon,) = session.scalars(
        near.where(PatientIdentifier.value == "closing", Appointment.starts_at > session.now())
    )
    assert closes_at(soon) <= session.now()


def check_that_weekends_are_free(session: Session) -> None:
    for one in session.scalars(select(Appointment)):
        assert local_date(one.starts_at, one.clinic.zone).weekday() < 5


@pytest.mark.parametrize("moment", ["2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_a_weekend_the_staffs_first_page_leads_to_the_next_days_times(
    app: Flask, rettid: Rettid, moment: str, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(moment)
    seed(rettid.database, patients=120, weeks=(1, 1))
    for username in ("hanne", "mette"):
        browser = Visitor(app.test_client())
        browser.post("/klinik/log-ind", username=username, password=PASSWORD)
        browser.says("denne dag", "Gå til mandag 23. november 2026")
        link = re.search(r'href="([^"]*dato=2026-11-23[^"]*)">Gå til mandag', browser.page.text)
        assert link is not None
        browser.get(unescape(link[1])).says("Mandag 23. november 2026", "Kald ind")


def test_both_clinics_have_someone_to_call(demo: Session) -> None:
    for clinic in demo.scalars(select(Clinic)):
        calls = help_list.today(demo, clinic, 10)
        assert len(calls.to_call) >= 5
        assert {one.call.outcome for one in calls.called} == {"comes", "needs_transport"}
