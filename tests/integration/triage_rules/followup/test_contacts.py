"""From what the rules ask for to a time: where it lies, how long it is, and what stands already."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments import attendance, occasions
from booking.appointments import service as booking
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.appointments.search import find
from booking.appointments.worklist import service as worklist
from booking.platform.database import Session
from booking.platform.localtime import local_date
from booking.platform.web import Rettid
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    YELLOW,
    Followed,
    contact,
    rules,
)
from tests.integration.triage_rules.followup.seen import (
    decision,
    invitation_of,
    items,
    kinds,
    run,
    time_of,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday
TODAY = date(2026, 11, 23)
IN_A_MONTH = contact("contact", "in_person", (2, 5, 8))


def day_of(session: Session, here: Followed) -> date:
    return local_date(time_of(session, here).starts_at, here.place.clinic.zone)


def test_a_routine_contact_lies_about_its_target_and_may_be_moved_in_all_its_window(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    session.commit()
    invitation = invitation_of(session, followed)
    assert day_of(session, followed) == TODAY + timedelta(weeks=4)  # the week before the target
    assert (invitation.window_from, invitation.window_to) == (
        TODAY + timedelta(weeks=2),
        TODAY + timedelta(weeks=8),
    )
    assert (invitation.form, invitation.visit_type_id) == ("in_person", followed.talk.id)
    assert kinds(session, followed) == []


def test_a_routine_contact_beyond_the_horizon_gets_its_time_when_it_is_reached(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.publish(session, rules(yellow=contact("contact", "video", (6, 20, 30))))
    followed.answer(session, YELLOW)
    session.commit()
    invitation = invitation_of(session, followed)
    assert invitation.status == "planned"
    freezer.move_to("2027-02-08T08:00:00Z")  # eight weeks before the week before the target
    assert run(session, rettid, "booking_horizon") == 1
    assert run(session, rettid, "booking_horizon") == 0
    assert day_of(session, followed) == TODAY + timedelta(weeks=19)
    assert invitation.window_from == date(2027, 2, 8)  # what the rules allow, from today
    assert invitation.window_to == TODAY + timedelta(weeks=30)


def test_where_nothing_is_free_a_person_is_told_with_the_last_day(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(red=contact("contact", "in_person", (0, 0, 0), "acute")))
    followed.answer(session, RED)
    session.commit()
    red, none = items(session, followed)
    assert red.kind == "follow_up_red"
    assert (none.kind, none.due_on) == ("no_time_in_window", TODAY)


def test_a_contact_without_a_visit_type_is_a_persons(session: Session, followed: Followed) -> None:
    wanted = contact("contact", "in_person", (0, 2, 4), profession="nurse")
    followed.publish(session, rules(yellow=wanted))
    followed.answer(session, YELLOW)
    session.commit()
    outcome = decision(session, followed).outcome
    assert outcome is not None
    assert (outcome.kind, outcome.invitation_id) == ("worklist", None)
    [item] = items(session, followed)
    assert (item.kind, item.due_on) == ("follow_up_no_visit_type", TODAY + timedelta(weeks=4))


def test_a_second_decision_does_not_double_the_invitation(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, RED)
    first = invitation_of(session, followed)
    followed.answer(session, RED)
    session.commit()
    assert invitation_of(session, followed) is first
    assert kinds(session, followed) == ["follow_up_red"]


def test_a_time_soon_enough_stands(session: Session, followed: Followed) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, RED)
    early = time_of(session, followed).starts_at
    followed.answer(session, YELLOW)
    session.commit()
    assert time_of(session, followed).starts_at == early


def test_a_later_time_nobody_has_said_yes_to_is_moved_sooner(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    time = time_of(session, followed)
    followed.answer(session, RED)
    session.commit()
    assert time_of(session, followed) is time
    assert day_of(session, followed) <= TODAY + timedelta(weeks=2)
    assert time.participant == "needs-action"
    assert invitation_of(session, followed).deadline_on == TODAY + timedelta(weeks=2)
    assert kinds(session, followed) == ["follow_up_red"]


def test_a_later_time_the_patient_has_agreed_to_is_a_persons_to_change(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    time = time_of(session, followed)
    booking.keep(session, followed.place.as_patient, time)
    agreed = time.starts_at
    followed.answer(session, RED)
    session.commit()
    assert time.starts_at == agreed
    red, differs = items(session, followed)
    assert red.kind == "follow_up_red"
    assert (differs.kind, differs.appointment_id) == ("follow_up_time_differs", time.id)
    assert differs.due_on == TODAY + timedelta(weeks=2)
    booking.cancel(session, followed.place.as_patient, time, "ill", wants_new=True)
    session.commit()
    assert kinds(session, followed) == ["follow_up_red", "wants_new_time"]


def test_a_day_that_is_past_and_nobody_marked_is_no_contact_to_come(
    session: Session, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    time = time_of(session, followed)
    freezer.move_to(time.starts_at + timedelta(days=2))
    followed.answer(session, YELLOW)
    session.commit()
    [item] = items(session, followed)
    assert (item.kind, item.appointment_id) == ("follow_up_time_differs", time.id)
    assert local_date(time.starts_at, followed.place.clinic.zone) == TODAY + timedelta(weeks=4)


def test_an_invitation_whose_window_is_over_gets_a_time_in_the_new_one(
    session: Session, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.publish(session, rules(red=contact("contact", "in_person", (0, 0, 0), "acute")))
    followed.answer(session, RED)
    without = invitation_of(session, followed)
    assert without.window_to == TODAY
    freezer.move_to("2026-12-14T08:00:00Z")
    followed.publish(session, rules())
    followed.answer(session, RED)
    session.commit()
    assert invitation_of(session, followed) is without
    assert date(2026, 12, 14) <= day_of(session, followed) <= date(2026, 12, 28)
    assert "no_time_in_window" not in kinds(session, followed)


def test_what_no_visit_type_fits_is_due_sooner_and_read_again_when_it_is_asked_for_again(
    session: Session, followed: Followed
) -> None:
    slowly = contact("contact", "in_person", (0, 12, 26), profession="nurse")
    soon = contact("contact", "in_person", (0, 1, 2), "soon", profession="nurse")
    followed.publish(session, rules(yellow=slowly))
    followed.answer(session, YELLOW)
    [item] = items(session, followed)
    worklist.mark_read(session, followed.as_clinician, item)
    followed.publish(session, rules(yellow=soon))
    followed.answer(session, YELLOW)
    session.commit()
    assert items(session, followed) == [item]
    assert (item.due_on, item.read_at) == (TODAY + timedelta(weeks=2), None)


def test_a_planned_invitation_is_brought_sooner(session: Session, followed: Followed) -> None:
    followed.publish(session, rules(yellow=contact("contact", "in_person", (6, 20, 30))))
    followed.answer(session, YELLOW)
    planned = invitation_of(session, followed)
    followed.answer(session, RED)
    session.commit()
    assert invitation_of(session, followed) is planned
    assert day_of(session, followed) <= TODAY + timedelta(weeks=2)


def test_a_contact_ordered_by_hand_is_not_doubled_but_brought_sooner(
    session: Session, followed: Followed
) -> None:
    place = followed.place
    by_hand = invitations.order(
        session,
        place.secretary,
        place.course,
        Order(followed.talk, "in_person", TODAY + timedelta(weeks=5), TODAY + timedelta(weeks=6)),
    )
    other = invitations.order(
        session,
        place.secretary,
        place.course,
        Order(place.control, "in_person", TODAY + timedelta(weeks=7), TODAY + timedelta(weeks=8)),
    )
    followed.answer(session, RED)
    session.commit()
    assert invitation_of(session, followed) is by_hand
    assert day_of(session, followed) <= TODAY + timedelta(weeks=2)
    assert other.window_from == TODAY + timedelta(weeks=7)


def test_another_form_takes_the_place_of_an_invitation_without_a_time(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(yellow=contact("contact", "video", (6, 20, 30))))
    followed.answer(session, YELLOW)
    planned = invitation_of(session, followed)
    followed.answer(session, RED)
    session.commit()
    assert planned.status == "revoked"
    assert invitation_of(session, followed).form == "in_person"


def test_when_the_contact_is_done_the_follow_up_goes_on(
    session: Session, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    time = time_of(session, followed)
    assert followed.plan.ask_on is None
    freezer.move_to(time.starts_at)
    attendance.arrive(session, followed.place.secretary, time)
    freezer.tick(timedelta(minutes=30))
    attendance.done(session, followed.place.secretary, time)
    session.commit()
    done = local_date(session.now(), followed.place.clinic.zone)
    assert followed.plan.ask_on == done + timedelta(weeks=5)  # the decision's own target
    assert followed.plan.latest_on == done + timedelta(weeks=8)


def test_another_contact_does_not_stand_in_for_the_one_that_was_decided(
    session: Session, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    place = followed.place
    other = invitations.order(
        session,
        place.secretary,
        place.course,
        Order(place.control, "in_person", TODAY, TODAY + timedelta(weeks=1)),
    )
    followed.answer(session, RED)
    time = invitations.live_appointment(session, other)
    assert time is not None
    freezer.move_to(time.ends_at)
    attendance.done(session, place.secretary, time)
    session.commit()
    assert followed.plan.latest_on == TODAY + timedelta(weeks=2)
    assert followed.plan.ask_on is None


def test_a_patient_who_cancels_is_watched_by_the_latest_day(
    session: Session, rettid: Rettid, followed: Followed, freezer: FrozenDateTimeFactory
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    time = time_of(session, followed)
    booking.cancel(session, followed.place.as_patient, time, "better", wants_new=False)
    session.commit()
    assert kinds(session, followed) == ["cancelled"]
    freezer.move_to(datetime(2027, 1, 19, 8))
    assert followed.plan.latest_on == date(2027, 1, 18)
    assert run(session, rettid, "follow_up_late") == 1
    assert set(kinds(session, followed)) == {"cancelled", "follow_up_late"}


def test_an_invitation_taken_back_by_hand_is_somebodys_to_follow_up(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    assert run(session, rettid, "follow_up_revoked") == 0
    place = followed.place
    invitations.revoke(session, place.secretary, invitation_of(session, followed), "clinic")
    assert run(session, rettid, "follow_up_revoked") == 1
    assert run(session, rettid, "follow_up_revoked") == 0
    [item] = items(session, followed)
    assert (item.kind, item.urgency, item.due_on) == (
        "follow_up_revoked",
        "yellow",
        date(2026, 11, 26),
    )
    assert item.owner_id == followed.clinician.id
    assert item.escalate_at == session.now() + timedelta(hours=4)
    worklist.close(session, followed.as_clinician, item, "Ses hos egen læge.")
    assert followed.plan.ask_on == TODAY + timedelta(weeks=5)  # it goes on
    assert run(session, rettid, "follow_up_revoked") == 0


def test_one_taken_back_for_another_ordered_by_hand_is_seen_to(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    followed.answer(session, RED)
    place = followed.place
    invitations.revoke(session, place.secretary, invitation_of(session, followed), "replaced")
    window = (TODAY, TODAY + timedelta(weeks=2))
    invitations.order(
        session, place.secretary, place.course, Order(place.control, "in_person", *window)
    )
    assert run(session, rettid, "follow_up_revoked") == 0
    followed.answer(session, GREEN)
    assert run(session, rettid, "follow_up_revoked") == 0  # the next questionnaire is set


@pytest.mark.parametrize("first", ["the time", "the decision"])
def test_a_time_booked_beside_the_decision_is_compared_with_it(
    session: Session, followed: Followed, first: str
) -> None:
    def books() -> Appointment:
        place = followed.place
        occasion = occasions.free(session, place.secretary, place.course, followed.talk)
        wish = occasion.wish(TODAY + timedelta(weeks=3), TODAY + timedelta(weeks=4))
        slot = next(iter(find(session, wish).slots()))
        return booking.book(session, place.secretary, occasion, slot, "desk")

    time = books() if first == "the time" else None
    followed.answer(session, RED)
    time = time or books()
    session.commit()
    differs = {item.kind: item for item in items(session, followed)}["follow_up_time_differs"]
    assert (differs.appointment_id, differs.owner_id) == (time.id, followed.clinician.id)
    assert differs.due_on == invitation_of(session, followed).window_to
    assert time_of(session, followed).id != time.id  # the rules' own stands
    booking.cancel(session, followed.place.secretary, time, "not_needed", "desk", wants_new=False)
    session.commit()
    assert "follow_up_time_differs" not in kinds(session, followed)


def test_green_leaves_a_standing_time_and_asks_a_person(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(yellow=IN_A_MONTH))
    followed.answer(session, YELLOW)
    time = time_of(session, followed)
    followed.answer(session, GREEN)
    session.commit()
    assert time.status == "booked"
    [item] = items(session, followed)
    assert (item.kind, item.invitation_id) == ("follow_up_not_asked_for", time.invitation_id)


def test_no_window_reaches_beyond_the_safety_net(session: Session, followed: Followed) -> None:
    far = contact("questionnaire", "none", (50, 80, 100), minutes=0, profession="")
    followed.publish(session, rules(green=far))
    followed.answer(session, GREEN)
    session.commit()
    made = decision(session, followed)
    assert made.contact is not None
    assert Decimal(str(made.contact["latest_weeks"])) == 52
    assert followed.plan.latest_on == TODAY + timedelta(weeks=52)
