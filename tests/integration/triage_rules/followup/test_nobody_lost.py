"""Whatever happens in whatever order, a patient who is followed is never lost from sight."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import func, select

from booking.appointments import attendance
from booking.appointments import service as booking
from booking.appointments.errors import InvitationStillOpen
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.settling import finish
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import open_items
from booking.calendar.service import today
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    YELLOW,
    Followed,
    contact,
    phq9,
    rules,
)
from triage_rules.followup import acting, due, measuring, queries, recompute, reviewing
from triage_rules.followup.deciding import decide
from triage_rules.followup.models import DecisionReview, FollowUpDecision, FollowUpPlan
from triage_rules.followup.reviewing import Instead
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.alarm import ALARMING
from triage_rules.questionnaires.queries import waiting

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
STEPS = 30
JOBS = (
    "questionnaires_overdue",
    "follow_up_ask",
    "follow_up_late",
    "follow_up_revoked",
    "booking_horizon",
    "safety_net",
    "worklist_unread",
)
INSTEAD: tuple[Callable[[Followed], Instead], ...] = (
    lambda here: Instead("contact", here.talk, "phone", 0, 3),
    lambda _here: Instead("look"),
    lambda _here: Instead("questionnaire"),
)


class Walk:
    """One patient's follow-up, by chance."""

    def __init__(
        self, session: Session, here: Followed, freezer: FrozenDateTimeFactory, seed: int
    ) -> None:
        self.session, self.here, self.freezer = session, here, freezer
        self.chance = random.Random(seed)

    def step(self) -> None:
        """Something happens."""
        acts = (self.answers, self.answers, self.wishes, self.corrects, self.measures)
        people = (self.closes, self.accepts, self.overrides, self.comes, self.cancels, self.keeps)
        self.chance.choice([*acts, *people, self.revokes])()
        self.session.commit()

    def answers(self) -> None:
        """Late or in time, to what is asked or of their own."""
        total = self.chance.choice((GREEN, YELLOW, RED))
        asked = waiting(self.session, self.here.place.patient.id)
        if asked:
            ninth = self.chance.choice((0, 0, 0, 2))
            asking.submit(self.session, self.here.place.as_patient, asked[0], phq9(total, ninth))
        elif self.chance.random() < 0.3:
            self.here.answer(self.session, total)

    def wishes(self) -> None:
        """The button."""
        place = self.here.place
        asking.wish_contact(self.session, place.as_patient, place.patient, place.clinic)

    def corrects(self) -> None:
        """The latest answers were typed wrong."""
        latest = queries.latest_decision(self.session, self.here.plan.id)
        response = latest.response if latest is not None else None
        if response is not None and response.request.response is response:
            total = self.chance.choice((GREEN, YELLOW, RED))
            asking.correct(self.session, self.here.as_clinician, response, phq9(total), "typo")

    def measures(self) -> None:
        """HbA1c, high or not."""
        place, value = self.here.place, Decimal(self.chance.choice((45, 90)))
        measuring.measure(
            self.session, self.here.as_clinician, place.patient, place.clinic, "hba1c", value
        )

    def closes(self) -> None:
        """Somebody closes a task from the list."""
        items = open_items(self.session, self.here.place.clinic.id)
        if items:
            try:
                finish(self.session, self.here.as_clinician, self.chance.choice(items), "Set")
            except InvitationStillOpen:
                self.session.rollback()

    def accepts(self) -> None:
        """A clinician agrees."""
        latest = queries.latest_decision(self.session, self.here.plan.id)
        if latest is not None:
            reviewing.accept(self.session, self.here.as_clinician, latest)

    def overrides(self) -> None:
        """A clinician does something else."""
        latest = queries.latest_decision(self.session, self.here.plan.id)
        if latest is not None:
            instead = self.chance.choice(INSTEAD)(self.here)
            reviewing.override(
                self.session, self.here.as_clinician, latest, instead, "other", "Mine grunde"
            )

    def comes(self) -> None:
        """The patient comes to a time, or does not."""
        time = self._time()
        if time is None:
            return
        self.session.commit()
        self.freezer.move_to(max(self.session.now(), time.starts_at + timedelta(minutes=5)))
        secretary = self.here.place.secretary
        if self.chance.random() < 0.7:
            attendance.arrive(self.session, secretary, time)
            attendance.done(self.session, secretary, time)
        else:
            attendance.did_not_come(self.session, secretary, time)

    def cancels(self) -> None:
        """The patient gives a time up."""
        time = self._time()
        if time is not None:
            wants_new = self.chance.random() < 0.5
            booking.cancel(
                self.session, self.here.place.secretary, time, "ill", wants_new=wants_new
            )

    def revokes(self) -> None:
        """A secretary takes an invitation back."""
        invitation = self.session.scalars(
            select(Invitation).where(Invitation.status.in_(("planned", "open")))
        ).first()
        if invitation is not None:
            invitations.revoke(self.session, self.here.place.secretary, invitation, "clinic")

    def keeps(self) -> None:
        """The patient says yes to a time."""
        time = self._time()
        if time is not None and time.starts_at > self.session.now():
            booking.keep(self.session, self.here.place.as_patient, time)

    def _time(self) -> Appointment | None:
        return self.session.scalars(
            select(Appointment).where(Appointment.status == "booked").order_by(Appointment.id)
        ).first()


def check(session: Session, here: Followed) -> None:
    """What must hold whenever the jobs have run."""
    plan, day = here.plan, today(session, here.place.clinic)
    told_lately = select(WorklistItem.id).where(
        WorklistItem.kind == due.LATE,
        (WorklistItem.status == "open") | (WorklistItem.done_at > session.now() - due.AGAIN_AFTER),
    )
    assert plan.latest_on >= day or session.scalar(told_lately) is not None
    assert plan.latest_on <= day + timedelta(weeks=52)
    assert on_its_way(session, plan, day)
    latest = queries.latest_decision(session, plan.id)
    if latest is not None and latest.colour == "red":
        assert seen(session, latest) or red_waits(session)
    red = [one for one in open_items(session, plan.clinic_id) if one.urgency == "red"]
    assert len(red) <= 1, "what alarms and is red is one task"
    unseen = select(WorklistItem.id).where(
        WorklistItem.kind == acting.RED, WorklistItem.done_by == SYSTEM.name
    )
    assert session.scalar(unseen) is None, "what was red was taken off by itself"
    unanswered = session.scalar(
        select(func.count())
        .select_from(Invitation)
        .outerjoin(
            Appointment,
            (Appointment.invitation_id == Invitation.id) & Appointment.status.in_(ACTIVE),
        )
        .where(
            Invitation.status.in_(("planned", "open")),
            func.coalesce(Appointment.participant, "needs-action") == "needs-action",
        )
    )
    assert unanswered is not None
    assert unanswered <= 1


def on_its_way(session: Session, plan: FollowUpPlan, day: date) -> bool:
    """A questionnaire, an invitation, or a person's task."""
    items = open_items(session, plan.clinic_id)
    asked = waiting(session, plan.patient_id)
    invited = select(Invitation.id).where(Invitation.status.in_(("planned", "open")))
    return bool(
        items or asked or session.scalar(invited) or (plan.ask_on is not None and plan.ask_on > day)
    )


def seen(session: Session, decision: FollowUpDecision) -> bool:
    """A clinician has said a word on it, or somebody closed what it put before a person."""
    outcome = decision.outcome
    assert outcome is not None
    assert outcome.worklist_item is not None
    session.refresh(outcome.worklist_item)
    word = select(DecisionReview.id).where(DecisionReview.decision_id == decision.id)
    closed = outcome.worklist_item.status == "done" and outcome.worklist_item.outcome != ""
    return closed or session.scalar(word) is not None


def red_waits(session: Session) -> bool:
    """A red task is open."""
    red = select(WorklistItem.id).where(
        WorklistItem.kind.in_((acting.RED, ALARMING)), WorklistItem.status == "open"
    )
    return session.scalar(red) is not None


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_follow_up_goes_on(
    session: Session,
    rettid: Rettid,
    followed: Followed,
    freezer: FrozenDateTimeFactory,
    soak: int,
    seed: int,
) -> None:
    yellow = contact("contact", "in_person", (2, 5, 8)) if seed % 2 else None
    wanted = rules(yellow=yellow, measured=seed == 2) if yellow else rules(measured=seed == 2)
    followed.publish(session, wanted)
    session.commit()
    walk = Walk(session, followed, freezer, seed)
    for _ in range(STEPS * soak):
        walk.step()
        freezer.tick(timedelta(days=walk.chance.choice((0, 0, 1, 5, 12, 30))))
        for job in JOBS:
            rettid.jobs.run_now(rettid.database, job)
        session.expire_all()
        check(session, followed)
        session.commit()
    made = session.scalars(select(FollowUpDecision)).all()
    assert made
    for one in made:
        again = recompute.again(one)
        assert (again.colour, again.action) == (one.colour, one.action)


def test_many_at_once_lead_to_one_invitation_and_one_task(
    session: Session, rettid: Rettid, followed: Followed, soak: int
) -> None:
    followed.answer(session, RED)
    session.commit()
    plan_id = followed.plan.id

    def again(_turn: int) -> None:
        with rettid.database.transaction() as opened:
            decide(opened, SYSTEM, opened.get_one(FollowUpPlan, plan_id), "asked")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(again, range(8 * soak)))
    session.expire_all()
    assert len(session.scalars(select(FollowUpDecision)).all()) == 1 + 8 * soak
    assert len(session.scalars(select(Invitation)).all()) == 1
    assert len(session.scalars(select(Appointment)).all()) == 1
    assert [item.kind for item in open_items(session, followed.place.clinic.id)] == [acting.RED]
