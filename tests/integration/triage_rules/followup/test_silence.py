"""Nobody is lost: silence, what is missing, and what lies unread."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments.invitations import service as invitations
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.events import WorklistItemUnread
from booking.appointments.worklist.queries import for_leaders
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.identity import SYSTEM
from booking.platform.jobs import JobBook
from booking.platform.web import Rettid
from tests.integration.triage_rules.followup.conftest import (
    ASKED_LATER,
    GREEN,
    RED,
    YELLOW,
    Followed,
    contact,
    phq9,
    rules,
)
from tests.integration.triage_rules.followup.seen import decision, items, kinds, run
from triage_rules.authoring.models import RuleSet
from triage_rules.followup import due, measuring, queries, recompute, service
from triage_rules.followup.deciding import decide
from triage_rules.followup.errors import PlanEnded
from triage_rules.followup.models import FollowUpDecision
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.form import Value
from triage_rules.questionnaires.models import QuestionnaireRequest
from triage_rules.questionnaires.queries import waiting

MONDAY = "2026-11-23T08:00:00Z"
pytestmark = pytest.mark.freeze_time(MONDAY)
SINCE: dict[str, Value] = {
    "siden-tilstand": "same",
    "siden-dage": 0,
    "siden-nyt": False,
    "siden-oenske": "phone",
}


def test_without_rules_in_force_a_person_decides(session: Session, followed: Followed) -> None:
    followed.plan.pathway.rule_set_id = _empty_rule_set(session, followed)
    session.commit()
    followed.answer(session, RED)
    session.commit()
    assert queries.latest_decision(session, followed.plan.id) is None
    assert kinds(session, followed) == ["follow_up_no_rules"]


def _empty_rule_set(session: Session, here: Followed) -> int:
    empty = RuleSet(
        clinic=here.place.clinic,
        code="empty",
        label="Tomt",
        created_at=session.now(),
        created_by="AH",
    )
    session.add(empty)
    session.flush()
    return empty.id


def test_stale_answers_are_never_green(session: Session, followed: Followed) -> None:
    old = datetime(2026, 10, 20, 8, tzinfo=UTC)  # 34 days ago; the rules allow 30
    followed.answer(session, GREEN, at=old)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action) == ("yellow", "look")
    assert {"why": "missing", "table": "red_flags", "input": "phq9_9"} in made.reasons
    lacking = [(one.name, one.state) for one in made.trace if one.kind == "lacking"]
    assert lacking == [("phq9_9", "stale"), ("phq9", "stale")]
    assert "Vi mangler noget for at kunne afgøre, hvad du har brug for." in made.told_da
    assert "PHQ-9 er for gammel" not in made.told_da
    assert recompute.again(made).reasons[0].why == "missing"


def test_a_missing_measurement_that_could_matter_is_a_clinicians(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(measured=True))
    followed.answer(session, GREEN)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action) == ("yellow", "look")
    assert [one.name for one in made.trace if one.kind == "lacking"] == ["hba1c"]
    assert "HbA1c mangler" in made.told_clinician


def test_a_measurement_decides_again_and_withdrawn_it_counts_no_more(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(measured=True))
    clinician, place = followed.as_clinician, followed.place
    followed.answer(session, GREEN)
    normal = measuring.measure(
        session, clinician, place.patient, place.clinic, "hba1c", Decimal(48)
    )
    session.commit()
    assert decision(session, followed).colour == "green"
    assert kinds(session, followed) == []  # what was only missing is settled
    measuring.withdraw(session, clinician, normal)
    session.commit()
    assert (decision(session, followed).cause, decision(session, followed).colour) == (
        "measured",
        "yellow",
    )
    measuring.measure(session, clinician, place.patient, place.clinic, "hba1c", Decimal(90))
    assert decision(session, followed).colour == "red"


def test_a_correction_decides_again_and_red_stays_for_a_person(
    session: Session, followed: Followed
) -> None:
    response = followed.answer(session, RED)
    session.commit()
    asking.correct(session, followed.as_clinician, response, phq9(GREEN), "typo")
    session.commit()
    made = decision(session, followed)
    assert (made.cause, made.colour, made.action) == ("corrected", "green", "questionnaire")
    red, unneeded = items(session, followed)
    assert (red.kind, red.urgency) == ("follow_up_red", "red")
    assert "Nyere svar man. 23. nov.: grøn." in red.words
    assert unneeded.kind == "follow_up_not_asked_for"  # the time is not taken away by itself
    first, second = session.scalars(select(FollowUpDecision).order_by(FollowUpDecision.id)).all()
    assert (first.colour, second.colour) == ("red", "green")


def test_a_later_red_answer_must_be_read_again(
    session: Session, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.answer(session, RED)
    [item] = items(session, followed)
    worklist.mark_read(session, followed.as_clinician, item)
    freezer.tick(timedelta(days=1))
    followed.answer(session, RED)
    session.commit()
    assert items(session, followed) == [item]
    assert item.read_at is None
    assert item.escalate_at == session.now() + timedelta(hours=4)


def test_what_lies_unread_goes_to_the_leaders_once(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    told: list[object] = []
    rettid.events.subscribe(WorklistItemUnread, lambda _session, happened: told.append(happened))
    followed.answer(session, RED)
    session.commit()
    assert run(session, rettid, "worklist_unread") == 0
    freezer.tick(timedelta(hours=4))
    assert run(session, rettid, "worklist_unread") == 1
    assert run(session, rettid, "worklist_unread") == 0
    [item] = items(session, followed)
    assert told == [WorklistItemUnread(item.id, followed.place.clinic.id)]
    assert list(for_leaders(session, followed.place.clinic.id)) == [item]


def test_read_in_time_nothing_escalates(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.answer(session, RED)
    [item] = items(session, followed)
    worklist.mark_read(session, followed.as_clinician, item)
    session.commit()
    freezer.tick(timedelta(days=1))
    assert run(session, rettid, "worklist_unread") == 0


def test_an_urgent_item_that_is_nobodys_is_the_leaders_from_the_start(
    session: Session, followed: Followed
) -> None:
    followed.place.course.responsible = None
    session.commit()
    followed.answer(session, YELLOW)
    session.commit()
    [item] = for_leaders(session, followed.place.clinic.id)
    assert (item.kind, item.owner_id) == ("follow_up_yellow", None)


def test_the_next_questionnaire_goes_out_once_when_it_is_due(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.answer(session, GREEN)
    session.commit()
    assert run(session, rettid, "follow_up_ask") == 0
    freezer.move_to("2027-02-15T08:00:00Z")
    assert run(session, rettid, "follow_up_ask") == 1
    assert run(session, rettid, "follow_up_ask") == 0
    [request] = waiting(session, followed.place.patient.id)
    assert (request.due_on, request.source) == (date(2027, 3, 1), "plan")
    assert followed.plan.ask_on is None
    assert followed.plan.latest_on == date(2027, 5, 24)


def test_who_has_no_digital_post_gets_it_on_paper(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.place.patient.digital_exempt = True
    followed.answer(session, GREEN)
    session.commit()
    freezer.move_to("2027-02-15T08:00:00Z")
    run(session, rettid, "follow_up_ask")
    assert kinds(session, followed) == ["follow_up_paper"]
    followed.answer(session, GREEN)
    assert kinds(session, followed) == []


def test_a_silent_patient_is_a_persons_and_the_plan_calls_again(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-08T08:00:00Z")  # the first questionnaire was due on 7 December
    assert run(session, rettid, "questionnaires_overdue") == 1
    assert kinds(session, followed) == ["questionnaire_overdue"]
    [overdue] = items(session, followed)
    assert (overdue.urgency, overdue.owner_id) == ("yellow", followed.clinician.id)
    assert overdue.escalate_at == session.now() + timedelta(hours=4)
    worklist.close(session, followed.as_clinician, overdue, "Ringet, ingen svarede")
    session.commit()
    assert run(session, rettid, "follow_up_late") == 0
    freezer.move_to("2026-12-23T08:00:00Z")  # as long again as there was to answer in
    assert run(session, rettid, "follow_up_late") == 1
    assert run(session, rettid, "follow_up_late") == 0
    [late] = items(session, followed)
    assert (late.kind, late.urgency, late.owner_id) == (
        "follow_up_late",
        "yellow",
        followed.clinician.id,
    )


def test_a_latest_day_that_somebody_saw_to_is_told_again_after_two_weeks(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-08T08:00:00Z")
    run(session, rettid, "follow_up_late")
    [late] = items(session, followed)
    worklist.close(session, followed.as_clinician, late, "Ringet")
    session.commit()
    assert run(session, rettid, "follow_up_late") == 0
    freezer.tick(timedelta(days=15))
    assert run(session, rettid, "follow_up_late") == 1


def test_a_new_latest_day_is_watched_although_the_one_before_was_just_settled(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    within_a_week = contact("contact", "in_person", (0, 1, 1), "soon")
    followed.publish(session, rules(yellow=within_a_week))
    freezer.move_to("2026-12-08T08:00:00Z")
    assert run(session, rettid, "follow_up_late") == 1
    followed.answer(session, YELLOW)  # which settles what was late
    assert "follow_up_late" not in kinds(session, followed)
    freezer.move_to("2026-12-16T08:00:00Z")
    assert followed.plan.latest_on == date(2026, 12, 15)
    assert run(session, rettid, "follow_up_late") == 1


def test_late_answers_are_decided_on_and_settle_what_was_late(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-08T08:00:00Z")
    run(session, rettid, "questionnaires_overdue")
    run(session, rettid, "follow_up_late")
    [request] = session.scalars(select(QuestionnaireRequest)).all()
    asking.submit(session, followed.place.as_patient, request, phq9(GREEN))
    session.commit()
    assert decision(session, followed).colour == "green"
    assert kinds(session, followed) == []


def test_closing_a_task_never_ends_a_follow_up_unseen(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    [item] = items(session, followed)
    assert followed.plan.ask_on is None
    worklist.close(session, followed.as_clinician, item, "Ringet, går fint")
    session.commit()
    assert followed.plan.ask_on == date(2026, 12, 7)  # the yellow row's target of two weeks


def test_a_course_that_ends_ends_its_plan(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    followed.place.course.ended_on = date(2026, 11, 23)
    session.commit()
    assert run(session, rettid, "follow_up_end") == 1
    assert run(session, rettid, "follow_up_end") == 0
    assert followed.plan.ended_at is not None
    assert waiting(session, followed.place.patient.id) == []
    with pytest.raises(PlanEnded):
        decide(session, SYSTEM, followed.plan, "asked")


def test_a_plan_that_is_ended_keeps_what_is_red(session: Session, followed: Followed) -> None:
    followed.answer(session, RED)
    service.end_plan(session, followed.as_clinician, followed.plan)
    session.commit()
    assert kinds(session, followed) == ["follow_up_red"]


def test_a_pathway_without_a_questionnaire_asks_a_person(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(green=ASKED_LATER))
    followed.answer(session, GREEN)
    followed.pathway.questionnaire_id = None
    session.flush()
    session.expire(followed.pathway)
    due.send(session, followed.plan)
    assert kinds(session, followed) == ["follow_up_no_questionnaire"]
    promised = "Du får et nyt spørgeskema om 12 uger."
    assert promised in decision(session, followed).told_da
    decide(session, SYSTEM, followed.plan, "asked")
    assert promised not in decision(session, followed).told_da


def test_every_job_of_follow_up_is_known(jobs: JobBook) -> None:
    assert {"follow_up_ask", "follow_up_late", "follow_up_end", "worklist_unread"} <= set(jobs.jobs)


def test_silence_is_one_task_until_its_own_time_has_passed_too(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    (request,) = waiting(session, followed.place.patient.id)
    assert followed.plan.latest_on == request.due_on
    freezer.move_to("2026-12-08T08:00:00Z")
    run(session, rettid, "follow_up_late")  # whichever of the two jobs comes first
    run(session, rettid, "questionnaires_overdue")
    run(session, rettid, "follow_up_late")
    assert kinds(session, followed) == ["questionnaire_overdue"]
    assert followed.plan.latest_on == date(2026, 12, 22)
    freezer.move_to("2026-12-23T08:00:00Z")
    run(session, rettid, "follow_up_late")
    assert "follow_up_late" in kinds(session, followed)


def test_in_a_course_that_ends_nobody_is_asked_any_more(
    session: Session, followed: Followed
) -> None:
    place = followed.place
    (request,) = waiting(session, place.patient.id)
    invitations.end_course(session, place.secretary, place.course)
    session.commit()
    assert followed.plan.ended_at is not None
    assert request.status == "withdrawn"
    with pytest.raises(DomainError):
        asking.submit(session, place.as_patient, request, phq9(RED))


def test_a_questionnaire_taken_back_by_hand_is_somebodys_to_follow_up(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.answer(session, GREEN)
    freezer.move_to("2027-02-15T09:00:00Z")
    run(session, rettid, "follow_up_ask")
    [request] = waiting(session, followed.place.patient.id)
    latest_on = followed.plan.latest_on
    asking.withdraw(session, followed.place.secretary, request)
    session.commit()
    [item] = items(session, followed)
    assert (item.kind, item.owner_id) == ("follow_up_revoked", followed.clinician.id)
    assert followed.plan.latest_on == latest_on
    worklist.close(session, followed.as_clinician, item, "Spørges igen")
    session.commit()
    assert followed.plan.ask_on is not None
