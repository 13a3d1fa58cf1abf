"""An extra is granted within every limit, placed once, moved, taken back and stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from booking.appointments import service as appointments
from booking.appointments import undo
from booking.appointments.errors import DoesNotFit
from booking.appointments.models import Allocation, OverbookingGrant
from booking.appointments.occasions import for_move
from booking.appointments.search import Slot
from booking.calendar.models import WeekTemplate
from booking.overbooking import granting, judging, possibilities, settings
from booking.overbooking.errors import GrantOver, LimitBroken, NotTurnedOn, TimesAreFree
from booking.overbooking.models import OverbookingUse
from booking.people.models import PatientNeed
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.errors import NotAllowed
from tests import factories as make
from tests.integration.overbooking.morning import EIGHT, TUESDAY, Morning, believed, morning

__all__ = ["morning"]

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday, 8.00 in Denmark


def looked(morning: Morning) -> possibilities.Possibility:
    (one,) = possibilities.look(
        morning.session,
        morning.clinic,
        settings.policy_of(morning.session, morning.clinic),
        morning.visit_type,
        TUESDAY,
        TUESDAY,
    )
    return one


def granted(morning: Morning) -> OverbookingGrant:
    start = looked(morning).start
    assert start is not None
    return granting.grant(
        morning.session, morning.secretary, morning.visit_type, morning.doctor.id, start
    )


def actions(session: Session) -> list[str]:
    wanted = select(AuditEntry.action).where(AuditEntry.action.like("overbooking.%"))
    return list(session.scalars(wanted.order_by(AuditEntry.id)))


def test_a_full_morning_takes_one_extra_early_and_keeps_its_figures(morning: Morning) -> None:
    one = looked(morning)
    assert one.start is not None
    assert one.start < EIGHT + timedelta(minutes=60)
    made = granted(morning)
    assert (made.lane, made.starts_at, made.minutes) == (1, one.start, 20)
    assert made.snapshot["booked"] == 12
    assert made.snapshot["after"]["late"] <= 0.2  # type: ignore[index]
    again = looked(morning)
    assert again.session.extras == 1
    assert again.session.granted == (made.id,)
    assert again.start is None
    assert again.decision is not None
    assert [one.limit for one in again.decision.refused] == ["extras"]
    assert actions(morning.session) == ["overbooking.granted"]


def test_somebody_is_placed_on_it_once(morning: Morning) -> None:
    made = granted(morning)
    patient, course = morning.patient()
    extra = granting.place(
        morning.session, morning.secretary, made, morning.occasion(course), "phone"
    )
    assert extra.patient_id == patient.id
    assert extra.starts_at == made.starts_at
    (row,) = extra.allocations
    assert (row.lane, row.grant_id, row.resource_id) == (1, made.id, morning.doctor.id)
    _, another = morning.patient()
    with pytest.raises(GrantOver):
        granting.place(morning.session, morning.secretary, made, morning.occasion(another), "phone")
    with pytest.raises(GrantOver):
        granting.revoke(morning.session, morning.secretary, made)
    one = looked(morning)
    assert (one.session.extras, one.session.granted, len(one.session.booked)) == (1, (), 13)


def test_an_extra_that_moves_away_opens_its_place_and_can_be_put_back(morning: Morning) -> None:
    session, made = morning.session, granted(morning)
    _, course = morning.patient()
    extra = granting.place(session, morning.secretary, made, morning.occasion(course), "phone")
    stood = extra.starts_at
    occasion = for_move(session, morning.secretary, extra)
    wednesday = EIGHT + timedelta(days=1)
    slot = Slot(wednesday, wednesday, morning.doctor.id, morning.site.id)
    appointments.book(session, morning.secretary, occasion, slot, "phone")
    assert {(row.lane, row.grant_id) for row in extra.allocations} == {(0, None)}
    assert looked(morning).session.granted == (made.id,)
    change = undo.last_act(session, morning.secretary, extra)
    assert change is not None
    undo.undo(session, morning.secretary, change)
    session.expire_all()
    assert extra.starts_at == stood
    assert [(row.lane, row.grant_id) for row in extra.allocations] == [(1, made.id)]


def test_whoever_waits_with_a_time_moves_to_it(morning: Morning) -> None:
    session, made = morning.session, granted(morning)
    _, course = morning.patient()
    later = EIGHT + timedelta(days=7)
    own = appointments.book(
        session,
        morning.secretary,
        morning.occasion(course),
        Slot(later, later, morning.doctor.id, morning.site.id),
        "phone",
    )
    moved = granting.place(
        session, morning.secretary, made, for_move(session, morning.secretary, own), "phone"
    )
    assert moved.id == own.id
    assert moved.starts_at == made.starts_at
    assert [(row.lane, row.grant_id) for row in moved.allocations] == [(1, made.id)]


def test_a_longer_visit_is_asked_about_again(morning: Morning) -> None:
    made = granted(morning)
    patient, course = morning.patient()
    make.add(
        morning.session,
        PatientNeed(
            patient_id=patient.id, need="interpreter", told_by="staff", since=morning.session.now()
        ),
    )
    occasion = morning.occasion(course)
    assert occasion.length.minutes == 40
    with pytest.raises(LimitBroken) as refused:
        granting.place(morning.session, morning.secretary, made, occasion, "phone")
    assert refused.value.broken


def test_an_override_does_not_bar_the_place_that_was_granted_within_the_limits(
    morning: Morning,
) -> None:
    session, made = morning.session, granted(morning)
    believed(session, morning.clinic, 0.12)
    granting.grant(
        session, morning.leader, morning.visit_type, morning.doctor.id, morning.at(120),
        reason="Akut henvist fra lægevagten",
    )  # fmt: skip
    settings.own(session, morning.clinic).late = 0.9
    settings.own(session, morning.clinic).wait = 60
    settings.own(session, morning.clinic).long_wait = 0.9
    _, course = morning.patient()
    extra = granting.place(session, morning.secretary, made, morning.occasion(course), "phone")
    assert extra.starts_at == made.starts_at


def test_few_missing_refuse_it_and_a_leader_may_with_a_reason(morning: Morning) -> None:
    session = morning.session
    believed(session, morning.clinic, 0.05, 0.8)
    ask = (session, morning.secretary, morning.visit_type, morning.doctor.id, morning.at(10))
    with pytest.raises(LimitBroken) as refused:
        granting.grant(*ask)
    assert [one.limit for one in refused.value.broken] == ["missing"]
    with pytest.raises(NotAllowed):
        granting.grant(*ask, reason="Akut henvist fra lægevagten")
    made = granting.grant(
        session, morning.leader, morning.visit_type, morning.doctor.id, morning.at(10),
        reason="Akut henvist fra lægevagten",
    )  # fmt: skip
    assert made.overridden
    assert made.snapshot["broken"][0]["limit"] == "missing"  # type: ignore[index]
    _, course = morning.patient()
    granting.place(session, morning.secretary, made, morning.occasion(course), "phone")
    assert actions(session)[-2:] == ["overbooking.overridden", "overbooking.placed"]


def test_free_times_come_first(morning: Morning) -> None:
    morning.cancel(morning.booked[3])
    one = looked(morning)
    assert (one.obstacle, one.free, one.decision) == ("free", 1, None)
    with pytest.raises(TimesAreFree):
        granting.grant(
            morning.session, morning.secretary, morning.visit_type, morning.doctor.id, EIGHT
        )


def test_it_is_off_until_it_is_turned_on(morning: Morning) -> None:
    session = morning.session
    session.delete(session.scalars(select(OverbookingUse)).one())
    session.flush()
    with pytest.raises(NotTurnedOn):
        granting.grant(session, morning.secretary, morning.visit_type, morning.doctor.id, EIGHT)


@pytest.mark.parametrize("minutes", [-20, 5, 230, 240])
def test_it_begins_on_the_grid_inside_the_session(morning: Morning, minutes: int) -> None:
    with pytest.raises(DoesNotFit):
        granting.grant(
            morning.session,
            morning.secretary,
            morning.visit_type,
            morning.doctor.id,
            morning.at(minutes),
        )


def test_stopping_takes_back_what_is_open_and_keeps_whoever_has_a_time(morning: Morning) -> None:
    session, made = morning.session, granted(morning)
    with pytest.raises(NotAllowed):
        granting.stop(session, morning.secretary, morning.clinic)
    assert granting.stop(session, morning.leader, morning.clinic) == 1
    assert made.revoked_at is not None
    assert granting.stop(session, morning.leader, morning.clinic) == 0
    with pytest.raises(NotTurnedOn):
        granting.grant(session, morning.secretary, morning.visit_type, morning.doctor.id, EIGHT)
    granting.resume(session, morning.leader, morning.clinic)
    made = granted(morning)
    _, course = morning.patient()
    granting.place(session, morning.secretary, made, morning.occasion(course), "phone")
    assert granting.stop(session, morning.leader, morning.clinic) == 0
    assert made.revoked_at is None


def test_the_database_guards_a_grant_that_is_in_use_or_taken_back(morning: Morning) -> None:
    session, made = morning.session, granted(morning)
    _, course = morning.patient()
    extra = granting.place(session, morning.secretary, made, morning.occasion(course), "phone")
    session.commit()
    taken_back = update(OverbookingGrant).values(revoked_at=session.now())
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(taken_back.where(OverbookingGrant.id == made.id))
    morning.cancel(extra)
    session.commit()
    session.execute(taken_back.where(OverbookingGrant.id == made.id))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            insert(Allocation).values(
                resource_id=morning.doctor.id, lane=1, grant_id=made.id, active=True,
                starts_at=made.starts_at, ends_at=made.ends_at, role="clinician",
                appointment_id=extra.id,
            )
        )  # fmt: skip


def test_two_grants_of_one_session_have_lanes_of_their_own(morning: Morning) -> None:
    session = morning.session
    settings.own(session, morning.clinic).extras = 2
    believed(session, morning.clinic, 0.4, 0.95)
    first, second = granted(morning), granted(morning)
    assert (first.lane, second.lane) == (1, 2)
    granting.revoke(session, morning.secretary, first)
    granting.revoke(session, morning.secretary, first)
    assert granted(morning).lane == 1


def test_what_opens_after_a_stop_is_taken_back_before_it_starts_again(morning: Morning) -> None:
    session, made = morning.session, granted(morning)
    _, course = morning.patient()
    extra = granting.place(session, morning.secretary, made, morning.occasion(course), "phone")
    assert granting.stop(session, morning.leader, morning.clinic) == 0
    morning.cancel(extra)
    granting.resume(session, morning.leader, morning.clinic)
    assert made.revoked_at is not None


def test_nobody_is_placed_where_the_clinician_no_longer_is(morning: Morning) -> None:
    """The morning has moved to another site since it was granted."""
    session, made = morning.session, granted(morning)
    elsewhere = make.site(session, morning.clinic, name="Et andet sted")
    session.execute(
        update(WeekTemplate)
        .where(WeekTemplate.resource_id == morning.doctor.id)
        .values(site_id=elsewhere.id)
    )
    session.flush()
    _, course = morning.patient()
    with pytest.raises(DoesNotFit):
        granting.place(session, morning.secretary, made, morning.occasion(course), "phone")
    judging.run(session)
    assert not made.holds
    assert made.judgement["broken"] == [{"limit": "session"}]
