"""An answer that alone calls for a person today is part of every decision while nobody has seen
to it: never milder than red, whatever the rules say, stored, said, and one task."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from booking.appointments.worklist import service as worklist
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests.integration.triage_rules.followup.conftest import (
    ANY,
    GREEN,
    RED,
    SCORE,
    YELLOW,
    Followed,
    contact,
    least,
    phq9,
    row,
    rules,
)
from tests.integration.triage_rules.followup.seen import decision, items
from triage_rules.followup import facts, measuring, queries, recompute, reviewing
from triage_rules.followup.deciding import decide
from triage_rules.followup.inputs import Alarm
from triage_rules.followup.models import FollowUpDecision, ShadowDecision
from triage_rules.followup.reviewing import Instead
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.alarm import ALARMING
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday


def unaware(wanted: Rules | None = None) -> Rules:
    """The rules, without a word of the ninth question: green is green by the sum alone."""
    wanted = wanted or rules()
    flags, *rest = wanted.tables
    deaf = replace(flags, inputs=(SCORE,), rows=(row("f1", (least(27),), ("Sum", "clinic")),))
    return replace(wanted, tables=(deaf, *rest))


@pytest.fixture
def deaf(session: Session, followed: Followed) -> Followed:
    """A patient followed by rules that never ask for the ninth question."""
    followed.publish(session, unaware())
    session.commit()
    return followed


def test_rules_that_do_not_ask_can_never_call_it_green(session: Session, deaf: Followed) -> None:
    response = deaf.answer(session, GREEN, ninth=1)
    session.commit()
    made = decision(session, deaf)
    assert (made.colour, made.action, made.calls) == ("red", "look", ["clinic"])
    assert made.reasons == [{"why": "alarm", "table": "", "input": ""}]
    assert recompute.inputs_of(made).alarm == Alarm("phq9", response.completed_at)
    assert recompute.without_alarm(made).colour == "green"
    assert made.told_da.splitlines() == [
        "Ring til klinikken nu på +4599320000.",
        "Et af dine svar gør os bekymrede for dig, uanset hvad du ellers har svaret.",
        "En fra klinikken ser på det så hurtigt som muligt og kontakter dig.",
    ]
    assert "Et svar alarmerer i sig selv" in made.told_clinician


def test_it_is_one_task_read_within_the_pathways_time(session: Session, deaf: Followed) -> None:
    deaf.answer(session, GREEN, ninth=1)
    session.commit()
    [item] = items(session, deaf)
    assert (item.kind, item.urgency, item.due_on) == (ALARMING, "red", date(2026, 11, 23))
    assert item.owner_id == deaf.clinician.id
    assert item.escalate_at == session.now() + timedelta(hours=4)
    outcome = decision(session, deaf).outcome
    assert outcome is not None
    assert outcome.worklist_item is item
    reviewing.accept(session, deaf.as_clinician, decision(session, deaf))
    session.commit()
    assert items(session, deaf) == []


@pytest.mark.parametrize("first", [YELLOW, RED])
def test_a_task_that_stands_already_becomes_the_alarms(
    session: Session, deaf: Followed, first: int
) -> None:
    deaf.answer(session, first)
    [before] = items(session, deaf)
    worklist.mark_read(session, deaf.as_clinician, before)
    deaf.answer(session, GREEN, ninth=2)
    session.commit()
    waiting = [one for one in items(session, deaf) if one.urgency == "red"]
    assert waiting == [before]
    assert (before.kind, before.read_at) == (ALARMING, None)
    deaf.answer(session, RED)
    session.commit()
    assert before.kind == ALARMING  # whom to call goes on being told


def test_what_the_rules_themselves_make_red_keeps_its_time(
    session: Session, deaf: Followed
) -> None:
    deaf.answer(session, RED, ninth=3)
    session.commit()
    made = decision(session, deaf)
    assert (made.colour, made.action) == ("red", "contact")
    assert made.contact is not None
    assert made.contact["urgency"] == "acute"
    assert "En fra klinikken ser på det så hurtigt som muligt" in made.told_da
    assert "Du bliver indkaldt til et besøg i klinikken." in made.told_da
    [item] = items(session, deaf)
    assert (item.kind, item.urgency) == (ALARMING, "red")


def test_a_milder_contact_still_comes_with_a_look_today(session: Session, deaf: Followed) -> None:
    deaf.publish(session, unaware(rules(green=contact("contact", "video", (2, 4, 6)))))
    deaf.answer(session, GREEN, ninth=1)
    session.commit()
    made = decision(session, deaf)
    assert (made.colour, made.action) == ("red", "contact")
    assert [one.kind for one in items(session, deaf)] == [ALARMING]


def test_it_stands_until_somebody_has_seen_to_it(session: Session, deaf: Followed) -> None:
    deaf.publish(session, unaware(rules(measured=True)))
    place, clinician = deaf.place, deaf.as_clinician
    deaf.answer(session, GREEN, ninth=1)
    measuring.measure(session, clinician, place.patient, place.clinic, "hba1c", Decimal(48))
    made = decision(session, deaf)
    assert (made.cause, made.colour) == ("measured", "red")
    assert len(items(session, deaf)) == 1
    [item] = items(session, deaf)
    worklist.close(session, clinician, item, "Talt sammen.")
    decide(session, SYSTEM, deaf.plan, "asked")
    session.commit()
    assert decision(session, deaf).colour == "green"


def test_a_word_that_keeps_looking_keeps_the_alarm(session: Session, deaf: Followed) -> None:
    deaf.answer(session, GREEN, ninth=1)
    made = decision(session, deaf)
    reviewing.override(
        session, deaf.as_clinician, made, Instead("look"), "clinical_judgement", "Ringer igen."
    )
    decide(session, SYSTEM, deaf.plan, "asked")
    assert decision(session, deaf).colour == "red"


def test_corrected_answers_alarm_no_more_and_the_task_stays(
    session: Session, deaf: Followed
) -> None:
    response = deaf.answer(session, GREEN, ninth=1)
    asking.correct(session, deaf.as_clinician, response, phq9(GREEN), "typing")
    session.commit()
    assert decision(session, deaf).colour == "green"
    [item] = items(session, deaf)
    assert (item.kind, item.urgency) == (ALARMING, "red")
    assert "Nyere svar man. 23. nov.: grøn." in item.words


def test_a_questionnaire_the_rules_know_nothing_of_alarms_as_well(
    session: Session, deaf: Followed
) -> None:
    """Asked by hand in a course that is followed by something else."""
    deaf.pathway.questionnaire = None
    by_age = unaware()
    flags, activity, contacts = by_age.tables
    age = replace(activity.inputs[0], name="age", label="Alder", source="age", high=Decimal(120))
    young = replace(
        activity,
        inputs=(age,),
        rows=(row("a1", (ANY,), ("green",), "Godt."),),
    )
    none = replace(flags, inputs=(age,), rows=(row("f1", (least(120),), ("Alder", "clinic")),))
    deaf.publish(session, replace(by_age, tables=(none, young, contacts)))
    deaf.answer(session, GREEN)
    assert queries.latest_decision(session, deaf.plan.id) is None
    response = deaf.answer(session, GREEN, ninth=1)
    session.commit()
    assert decision(session, deaf).colour == "red"
    asking.correct(session, deaf.as_clinician, response, phq9(GREEN), "typing")
    session.commit()
    assert decision(session, deaf).colour == "green"  # what was decided on is decided on again


def test_paper_of_an_older_day_alarms_though_newer_answers_stand(
    session: Session, deaf: Followed
) -> None:
    deaf.answer(session, GREEN)
    deaf.answer(session, GREEN, ninth=1, at=session.now() - timedelta(days=2))
    session.commit()
    assert decision(session, deaf).colour == "red"


def test_a_version_in_shadow_sees_the_same_alarm(session: Session, deaf: Followed) -> None:
    deaf.publish(session, unaware(rules(label="Mildere")), kind="shadow")
    deaf.answer(session, GREEN, ninth=1)
    session.commit()
    [beside] = session.scalars(select(ShadowDecision)).all()
    assert (beside.colour, beside.action, beside.differs) == ("red", "look", False)


def test_with_and_without_a_plan_the_same_is_known(session: Session, deaf: Followed) -> None:
    deaf.answer(session, GREEN, ninth=1)
    session.commit()
    known = facts.Known(session, deaf.plan.course).inputs(unaware())
    assert known.alarm == recompute.inputs_of(decision(session, deaf)).alarm


def test_decisions_from_before_alarms_were_kept_are_made_again_as_they_were(
    session: Session, deaf: Followed
) -> None:
    """Stored as it was then: green, though the ninth answer was above 0."""
    deaf.answer(session, GREEN)
    session.commit()
    made = decision(session, deaf)
    opened = json.loads(session.vault.open(made.inputs_sealed) or "")
    old = json.dumps({"facts": opened["facts"], "wish": False}, sort_keys=True, ensure_ascii=False)
    kept = {
        column.key: getattr(made, column.key)
        for column in FollowUpDecision.__table__.columns
        if column.key not in ("id", "inputs_sealed", "inputs_hash")
    }
    earlier = FollowUpDecision(
        **kept,
        inputs_sealed=session.vault.seal(old),
        inputs_hash=session.vault.fingerprint("follow_up_inputs", old),
    )
    session.add(earlier)
    session.commit()
    again = recompute.again(earlier)
    assert (again.colour, again.action, again.reasons) == ("green", "questionnaire", ())
