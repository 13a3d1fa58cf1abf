"""Answers through published rules: to the next questionnaire, to a person, or to a time."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from booking.appointments.invitations.service import live_appointment
from booking.appointments.worklist.queries import open_items
from booking.platform.database import Session
from tests.integration.triage_rules.followup.conftest import GREEN, RED, YELLOW, Followed, rules
from tests.integration.triage_rules.followup.seen import decision, kinds
from triage_rules.followup import recompute, reviewing
from triage_rules.followup.models import FollowUpDecision
from triage_rules.tables.rule_set import SecondLook

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday


def test_green_is_asked_again_when_the_rules_say(session: Session, followed: Followed) -> None:
    followed.answer(session, GREEN)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action, made.cause) == ("green", "questionnaire", "answered")
    assert made.outcome is not None
    assert made.outcome.kind == "questionnaire"
    assert followed.plan.ask_on == made.outcome.ask_on == date(2027, 2, 15)  # twelve weeks
    assert followed.plan.latest_on == date(2027, 5, 24)  # the rule's latest week
    assert kinds(session, followed) == []
    assert made.told_da.splitlines() == [
        "Du har det godt.",
        "Du får et nyt spørgeskema om 12 uger.",
        "Du kan altid bede om at blive kontaktet.",
    ]
    assert made.told_en.splitlines() == [
        "Du har det godt. (en)",
        "You will get a new questionnaire in 12 weeks.",
        "You can always ask to be contacted.",
    ]
    assert "Grøn efter Depression, version 1." in made.told_clinician
    assert recompute.again(made).colour == "green"


def test_yellow_is_a_clinicians_within_three_working_days(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action) == ("yellow", "look")
    [item] = open_items(session, followed.place.clinic.id)
    assert made.outcome is not None
    assert made.outcome.worklist_item is item
    assert (item.kind, item.urgency, item.due_on) == (
        "follow_up_yellow",
        "yellow",
        date(2026, 11, 26),
    )
    assert item.owner_id == followed.clinician.id
    assert followed.plan.ask_on is None


def test_red_gets_a_time_with_the_rules_length_and_a_persons_look_today(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, RED)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action) == ("red", "contact")
    assert made.outcome is not None
    invitation = made.outcome.invitation
    assert invitation is not None
    time = live_appointment(session, invitation)
    assert time is not None
    assert (time.participant, time.minutes) == ("needs-action", 45)
    assert time.clinician_id == followed.place.doctor.id
    assert invitation.deadline_on == followed.plan.latest_on == date(2026, 12, 7)
    [item] = open_items(session, followed.place.clinic.id)
    assert (item.kind, item.urgency, item.due_on) == ("follow_up_red", "red", date(2026, 11, 23))
    assert item.escalate_at is not None
    assert item.escalate_at.isoformat() == "2026-11-23T12:00:00+00:00"  # the clinic's four hours
    assert made.outcome.worklist_item is item


def test_a_red_flag_tells_the_patient_whom_to_call(session: Session, followed: Followed) -> None:
    followed.answer(session, GREEN, ninth=1)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.calls) == ("red", ["clinic"])
    assert made.told_da.splitlines()[:2] == [
        "Ring til klinikken nu på +4599320000.",
        "Vi vil gerne tale med dig.",
    ]
    assert [reason["why"] for reason in made.reasons] == ["alarm", "red_flag"]
    [alarm] = open_items(session, followed.place.clinic.id)
    assert (alarm.kind, alarm.urgency) == ("alarming_answer", "red")
    assert alarm.owner_id == followed.clinician.id
    assert alarm.escalate_at is not None
    assert alarm.escalate_at.isoformat() == "2026-11-23T12:00:00+00:00"  # the clinic's four hours
    reviewing.accept(session, followed.as_clinician, made)
    session.commit()
    assert kinds(session, followed) == []


def test_green_near_a_limit_is_looked_at_once_more(session: Session, followed: Followed) -> None:
    near = SecondLook("phq9", Decimal(10), Decimal(1))
    followed.publish(session, rules(looks=(near,)))
    followed.answer(session, 9)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action) == ("yellow", "look")
    assert made.reasons == [{"why": "near_limit", "table": "activity", "input": "phq9"}]
    assert made.told_da.splitlines() == [
        "Et af dine svar ligger tæt på en grænse, så vi ser på det en ekstra gang.",
        "En fra klinikken ser på det og kontakter dig, hvis der er brug for det.",
    ]
    followed.answer(session, 8)
    session.commit()
    assert decision(session, followed).colour == "green"
    assert kinds(session, followed) == []


def test_a_decision_keeps_all_it_was_made_from(session: Session, followed: Followed) -> None:
    response = followed.answer(session, YELLOW)
    session.commit()
    made = decision(session, followed)
    known = recompute.inputs_of(made)
    assert known.facts["phq9"].value == YELLOW
    assert known.facts["phq9"].at == response.completed_at
    assert [(one.kind, one.table_name, one.name) for one in made.trace] == [
        ("fired", "activity", "a2"),
        ("fired", "contact", "c2"),
    ]
    assert made.version_hash == made.rule_version.hash
    assert session.scalars(select(FollowUpDecision)).all() == [made]
