"""What happens to the time after triage, and what the referral, its letter and its clocks make of
it: moved past a deadline by the patient's wish, given up, triaged again, noted by mistake.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import live_appointment
from booking.appointments.models import Appointment
from booking.appointments.occasions import for_move
from booking.appointments.search import find
from booking.appointments.service import LateReason
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.localtime import local_date
from booking.referrals import correcting, queries, sending, service, watching
from booking.referrals.errors import LetterOutdated
from booking.referrals.models import Referral
from booking.referrals.service import Triage
from tests.integration.appointments.conftest import Place, place
from tests.integration.referrals.test_service import TODAY, clocks, items, received, triaged

__all__ = ["place"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def time_of(session: Session, referral: Referral) -> Appointment:
    assert referral.invitation is not None
    found = live_appointment(session, referral.invitation)
    assert found is not None
    return found


def moved_to(
    session: Session, place: Place, referral: Referral, day: date, late: LateReason | None
) -> None:
    """Moved by the secretary to the first free time of a day."""
    occasion = for_move(session, place.secretary, time_of(session, referral))
    slot = min(find(session, occasion.wish(day, day)).slots())
    appointments.book(
        session,
        place.secretary,
        occasion,
        slot,
        "phone",
        late_reason=late,
    )


def letter(session: Session, place: Place, referral: Referral) -> None:
    sending.letter(session, place.secretary, referral, public_url="https://tid.example")


@pytest.mark.parametrize("reason", ["patient_wish", "capacity"])
def test_why_a_time_is_late_is_why_its_clock_is(
    session: Session, place: Place, freezer: FrozenDateTimeFactory, reason: LateReason
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    moved_to(session, place, referral, date(2026, 12, 23), None)  # the last day
    assert referral.delays == []
    moved_to(session, place, referral, date(2027, 1, 7), reason)
    assert [(one.clock, one.reason) for one in referral.delays] == [("workup", reason)]
    assert referral.delays[0].by_name == place.secretary.name
    freezer.move_to(datetime(2026, 12, 24, 9, tzinfo=UTC))
    assert clocks(session, referral)["workup"].state == "late"
    watching.look(session)
    assert set(items(session)) == {"letter", "plan"}  # the plan is owed all the same
    appointments.cancel(
        session, place.secretary, time_of(session, referral), "ill", "phone", wants_new=True
    )
    watching.look(session)
    assert "workup" in items(session)


def test_a_time_given_up_after_the_letter_leaves_its_clock_met(
    session: Session, place: Place
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    letter(session, place, referral)
    sending.sent(session, place.secretary, referral)
    assert sending.how_far(session, referral) == "sent"
    appointments.cancel(
        session, place.secretary, time_of(session, referral), "ill", "desk", wants_new=True
    )
    assert sending.how_far(session, referral) == "changed"
    assert clocks(session, referral)["letter"].state == "met"
    assert clocks(session, referral)["workup"].open


def test_one_whose_time_nobody_wants_again_is_triaged_again_in_its_course(
    session: Session, place: Place
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    first = referral.invitation
    assert not service.may_triage(referral)
    appointments.cancel(
        session, place.secretary, time_of(session, referral), "ill", "desk", wants_new=False
    )
    assert service.may_triage(referral)
    triaged(session, place, referral)
    assert referral.invitation is not first
    assert first is not None
    assert referral.course_id == first.course_id
    assert [one.kind for one in referral.events].count("triaged") == 2
    letter(session, place, referral)
    assert sending.sent(session, place.secretary, referral)


def test_a_letter_made_before_the_time_was_moved_is_not_sent_by_one_press(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    letter(session, place, referral)
    freezer.tick(timedelta(hours=1))
    moved_to(session, place, referral, date(2026, 12, 2), None)
    assert sending.how_far(session, referral) == "outdated"
    with pytest.raises(LetterOutdated):
        sending.sent(session, place.secretary, referral)
    assert clocks(session, referral)["letter"].open
    letter(session, place, referral)
    assert sending.how_far(session, referral) == "made"
    assert sending.sent(session, place.secretary, referral)


def test_the_letter_sent_on_a_day_is_the_one_made_by_then(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    referral = received(session, place, received_on=date(2026, 10, 20))
    triaged(session, place, referral)  # past its clock: no time by itself
    letter(session, place, referral)
    freezer.move_to(datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert referral.invitation is not None
    referral.invitation.deadline_on = None
    invitations.change_window(
        session, place.secretary, referral.invitation, date(2026, 11, 26), date(2026, 12, 4)
    )
    letter(session, place, referral)
    service.note(session, place.secretary, referral, "letter_sent", TODAY)
    assert [one.kind for one in referral.events if "sent" in one.kind or "untimed" in one.kind] == [
        "letter_untimed"
    ]
    assert clocks(session, referral)["letter"].open


def test_what_was_noted_by_mistake_is_taken_back_and_stands_in_the_history(
    session: Session, place: Place
) -> None:
    referral = received(session, place, received_on=TODAY - timedelta(days=3))
    triaged(session, place, referral)
    service.note(session, place.secretary, referral, "letter_sent", TODAY - timedelta(days=2))
    (noted,) = correcting.correctable(referral)
    correcting.take_back(session, place.secretary, referral, noted.id, "Forkert patient.")
    assert clocks(session, referral)["letter"].open
    kinds = [one.kind for one in referral.events]
    assert kinds == ["received", "letter_sent", "triaged", "taken_back"]
    assert "referral.taken_back" in set(session.scalars(select(AuditEntry.action)))
    for number in (noted.id, referral.events[0].id, referral.events[-1].id):
        with pytest.raises(InvalidInput):
            correcting.take_back(session, place.secretary, referral, number, "Igen.")
    assert referral.invitation is not None
    invitations.revoke(session, place.secretary, referral.invitation, "not_needed")
    service.note(session, place.secretary, referral, "discharged", TODAY)
    assert referral.status == "closed"
    (noted,) = correcting.correctable(referral)
    correcting.take_back(session, place.secretary, referral, noted.id, "Forkert henvisning.")
    assert referral.status == "triaged"
    assert clocks(session, referral)["workup"].open


def test_whoever_triages_sees_that_it_is_cancer(session: Session, place: Place) -> None:
    referral = received(session, place)
    assert "max_workup" not in clocks(session, referral)
    decided = Triage(place.control, "in_person", "routine", place.doctor, "cancer_breast")
    made = service.triage(session, place.secretary, referral, decided)
    assert (made.deadline_on, made.deadline_kind) == (date(2026, 12, 7), "max_workup")
    assert referral.events[-2].words == "Almindelig → Brystkræft"
    assert "referral.track_changed" in set(session.scalars(select(AuditEntry.action)))


def test_a_recommendation_is_no_deadline_of_the_patients(session: Session, place: Place) -> None:
    referral = received(session, place, track="cancer_breast")
    service.note(session, place.secretary, referral, "workup_begun", TODAY)
    triaged(session, place, referral)
    assert referral.invitation is not None
    assert referral.invitation.deadline_kind == "workup"


def test_when_the_course_ends_its_clocks_stop(session: Session, place: Place) -> None:
    referral = received(session, place)
    triaged(session, place, referral)
    assert referral.invitation is not None
    assert referral.course is not None
    invitations.revoke(session, place.secretary, referral.invitation, "not_needed")
    invitations.end_course(session, place.secretary, referral.course)
    assert referral.status == "closed"
    assert {one.state for one in clocks(session, referral).values()} == {"stopped"}


def test_returned_and_sent_again_it_has_clocks_of_its_own(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    first = received(session, place)
    service.return_with_advice(session, place.secretary, first, "Mål CRP.")
    freezer.move_to(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))  # past midnight at the clinic
    again = received(session, place, received_on=date(2027, 1, 1))
    assert local_date(again.received_at, place.clinic.zone) == date(2027, 1, 1)
    assert queries.earlier(session, again) == [first]
    assert {one.state for one in clocks(session, first).values()} == {"stopped"}
    assert {code: one.due_on for code, one in clocks(session, again).items()} == {
        "letter": date(2027, 1, 13),
        "workup": date(2027, 1, 31),
        "plan": date(2027, 1, 31),
    }
