"""A clinician's word: accepted or something else, with a reason; and the patient's interval."""

from datetime import date, timedelta

import pytest

from booking.appointments.invitations import service as invitations
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import InvalidInput, NotAllowed, NotFound
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    YELLOW,
    Followed,
    contact,
    rules,
)
from tests.integration.triage_rules.followup.seen import decision, items
from triage_rules.followup import reviewing, service
from triage_rules.followup.errors import AlreadyFollowed, DecisionReplaced, NoRulesInForce
from triage_rules.followup.reviewing import Instead

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday
TODAY = date(2026, 11, 23)


def refused(error: pytest.ExceptionInfo[InvalidInput]) -> set[str]:
    return set(error.value.fields)


def test_accepting_sees_to_the_item_and_the_time_stands(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, RED)
    made = decision(session, followed)
    review = reviewing.accept(session, followed.as_clinician, made)
    again = reviewing.accept(session, followed.as_clinician, made)
    session.commit()
    assert again is review
    assert (review.kind, review.by_name) == ("accepted", "Lise Læge")
    assert items(session, followed) == []
    assert made.outcome is not None
    assert made.outcome.invitation is not None
    assert invitations.live_appointment(session, made.outcome.invitation) is not None
    assert made.outcome.worklist_item is not None
    assert made.outcome.worklist_item.read_by == "Lise Læge"


def test_after_a_look_the_follow_up_goes_on(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    reviewing.accept(session, followed.as_clinician, decision(session, followed))
    session.commit()
    assert followed.plan.ask_on == TODAY + timedelta(weeks=2)


def test_a_look_becomes_a_contact_of_the_clinicians_own(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, YELLOW)
    made = decision(session, followed)
    instead = Instead("contact", followed.talk, "phone", 1, 3, minutes=20)
    review = reviewing.override(
        session, followed.as_clinician, made, instead, "clinical_judgement", "Virker trist"
    )
    session.commit()
    assert (made.colour, made.action) == ("yellow", "look")  # what the rules said stands
    assert review.invitation is not None
    time = invitations.live_appointment(session, review.invitation)
    assert time is not None
    assert (time.form, time.minutes) == ("phone", 20)
    assert review.invitation.window_from == TODAY + timedelta(weeks=1)
    assert review.invitation.window_to == TODAY + timedelta(weeks=3)
    assert items(session, followed) == []
    assert followed.plan.ask_on is None  # set when the contact is done
    followed.answer(session, RED)
    session.commit()
    assert decision(session, followed).outcome is not None


def test_red_is_made_less_only_with_words(session: Session, followed: Followed) -> None:
    followed.answer(session, RED)
    made, clinician = decision(session, followed), followed.as_clinician
    with pytest.raises(InvalidInput) as error:
        reviewing.override(session, clinician, made, Instead("questionnaire"), "known_condition")
    assert refused(error) == {"words"}
    assert [item.kind for item in items(session, followed)] == ["follow_up_red"]
    review = reviewing.override(
        session,
        clinician,
        made,
        Instead("questionnaire", interval_weeks=1),
        "known_condition",
        "Set i går, medicinen er ændret",
    )
    session.commit()
    assert review.invitation is None
    assert items(session, followed) == []
    assert made.outcome is not None
    assert made.outcome.invitation is not None
    assert made.outcome.invitation.status == "revoked"  # nobody had said yes to its time
    assert followed.plan.ask_on == TODAY + timedelta(weeks=1)


def test_an_override_says_why(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    made, clinician = decision(session, followed), followed.as_clinician
    for reason, words, wrong in (
        ("other", "", {"words"}),
        ("because", "Fordi", {"reason"}),
    ):
        with pytest.raises(InvalidInput) as error:
            reviewing.override(session, clinician, made, Instead("look"), reason, words)
        assert refused(error) == wrong


def test_accepting_a_milder_answer_does_not_see_to_what_was_red(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, RED, ninth=2)
    followed.answer(session, GREEN)
    clinician = followed.as_clinician
    reviewing.accept(session, clinician, decision(session, followed))
    session.commit()
    red = [item.kind for item in items(session, followed) if item.urgency == "red"]
    assert red == ["alarming_answer"]
    milder = decision(session, followed)
    reviewing.accept(session, clinician, milder, "Ringet: det første svar var en fejl")
    session.commit()
    assert "alarming_answer" not in [item.kind for item in items(session, followed)]


def test_an_order_that_is_sent_twice_is_one(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    made, clinician = decision(session, followed), followed.as_clinician
    instead = Instead("contact", followed.talk, "phone", 1, 3, minutes=20)
    first = reviewing.override(session, clinician, made, instead, "patient_wish")
    again = reviewing.override(session, clinician, made, instead, "patient_wish")
    later = Instead("contact", followed.talk, "phone", 2, 4, minutes=20)
    other = reviewing.override(session, clinician, made, later, "patient_wish")
    session.commit()
    assert again is first
    assert other.invitation is not first.invitation
    assert first.invitation is not None
    assert first.invitation.status == "revoked"


@pytest.mark.parametrize(
    ("instead", "wrong"),
    [
        (Instead("contact", None, "phone", 0, 2), {"visit_type"}),
        (Instead("questionnaire", interval_weeks=5), {"interval_weeks"}),
    ],
)
def test_what_is_done_instead_stays_within_bounds(
    session: Session, followed: Followed, instead: Instead, wrong: set[str]
) -> None:
    followed.answer(session, YELLOW)  # the row's bounds are 0 to 4 weeks
    with pytest.raises(InvalidInput) as error:
        reviewing.override(
            session, followed.as_clinician, decision(session, followed), instead, "patient_wish"
        )
    assert refused(error) == wrong


def test_no_contact_is_ordered_beyond_the_safety_net(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    made, clinician = decision(session, followed), followed.as_clinician
    for form, first, last, wrong in (
        ("in_person", 0, 53, {"latest_weeks"}),
        ("in_person", 4, 2, {"latest_weeks"}),
        ("letter", 0, 2, {"form"}),
    ):
        instead = Instead("contact", followed.talk, form, first, last)
        with pytest.raises(InvalidInput) as error:
            reviewing.override(session, clinician, made, instead, "patient_wish")
        assert refused(error) == wrong


def test_only_the_decision_that_stands_is_reviewed(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    old = decision(session, followed)
    followed.answer(session, RED)
    with pytest.raises(DecisionReplaced):
        reviewing.accept(session, followed.as_clinician, old)


def test_only_the_clinics_clinicians_review(session: Session, followed: Followed) -> None:
    followed.answer(session, YELLOW)
    made = decision(session, followed)
    elsewhere = actor_of(make.staff(session, make.clinic(session), Role.CLINICIAN))
    with pytest.raises(NotAllowed):
        reviewing.accept(session, followed.place.secretary, made)
    with pytest.raises(NotFound):
        reviewing.accept(session, elsewhere, made)


def test_a_patients_interval_stays_within_the_rules_bounds(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, GREEN)
    plan, clinician = followed.plan, followed.as_clinician
    for weeks, why, wrong in ((3, "Tæt", {"weeks"}), (27, "", {"weeks", "why"}), (8, " ", {"why"})):
        with pytest.raises(InvalidInput) as error:
            service.set_interval(session, clinician, plan, weeks, why)
        assert refused(error) == wrong
    service.set_interval(session, clinician, plan, 8, "Ny medicin")
    assert (plan.ask_on, plan.interval_by) == (TODAY + timedelta(weeks=8), "Lise Læge")
    followed.answer(session, GREEN)
    assert plan.ask_on == TODAY + timedelta(weeks=8)
    assert "Du får et nyt spørgeskema om 8 uger." in decision(session, followed).told_da
    service.set_interval(session, clinician, plan, None, "")
    session.commit()
    assert plan.ask_on == TODAY + timedelta(weeks=12)


def test_an_interval_outside_newer_rules_gives_way(session: Session, followed: Followed) -> None:
    followed.answer(session, GREEN)
    service.set_interval(session, followed.as_clinician, followed.plan, 26, "Stabil")
    shorter = contact("questionnaire", "none", (4, 8, 10), minutes=0, profession="")
    followed.publish(session, rules(green=shorter))
    followed.answer(session, GREEN)
    session.commit()
    assert followed.plan.ask_on == TODAY + timedelta(weeks=10)


def test_a_course_is_followed_by_one_plan_and_only_by_rules_in_force(
    session: Session, followed: Followed
) -> None:
    clinician, course = followed.as_clinician, followed.place.course
    with pytest.raises(AlreadyFollowed):
        service.start_plan(session, clinician, course, followed.pathway)
    service.end_plan(session, clinician, followed.plan)
    again = service.start_plan(
        session, clinician, course, followed.pathway, TODAY + timedelta(weeks=2)
    )
    session.commit()
    assert again.ask_on == TODAY + timedelta(weeks=2)
    assert again.latest_on == TODAY + timedelta(weeks=4)


def test_nobody_is_followed_by_a_draft(session: Session, unpublished: Followed) -> None:
    with pytest.raises(NoRulesInForce):
        service.start_plan(
            session, unpublished.as_clinician, unpublished.place.course, unpublished.pathway
        )
