"""Closing things by the clock on the wall, and clinicians' wishes for time off."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from booking.appointments.worklist.models import WorklistItem
from booking.calendar import closures, queries
from booking.calendar.closures import LocalPeriod, Place
from booking.calendar.events import OpeningChanged
from booking.calendar.models import Clinic, Closure, Resource
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput, NotAllowed, NotFound
from booking.platform.identity import Actor, Role
from booking.platform.web import Rettid
from tests import factories as make

pytestmark = pytest.mark.freeze_time("2026-10-01T08:00:00Z")

AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)
HOLIDAY_WEEK = LocalPeriod(date(2026, 10, 12), date(2026, 10, 16))


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return make.clinic(session)


@pytest.fixture
def by(session: Session, clinic: Clinic) -> Actor:
    return actor_of(make.staff(session, clinic))


@pytest.fixture
def anna(session: Session, clinic: Clinic) -> tuple[Resource, Actor]:
    account = make.staff(session, clinic, Role.CLINICIAN, name="Anna")
    return make.clinician(session, clinic, staff_id=account.id), actor_of(account)


@pytest.fixture
def heard(rettid: Rettid) -> list[OpeningChanged]:
    told: list[OpeningChanged] = []
    rettid.events.subscribe(OpeningChanged, lambda _session, event: told.append(event))
    return told


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        # Whole days are 25 and 23 hours long when the clock is put back and forward.
        (LocalPeriod(AUTUMN, AUTUMN), utc(date(2026, 10, 24), 22), utc(AUTUMN, 23)),
        (LocalPeriod(SPRING, SPRING), utc(date(2027, 3, 27), 23), utc(SPRING, 22)),
        (LocalPeriod(AUTUMN, AUTUMN, time(13), time(18)), utc(AUTUMN, 12), utc(AUTUMN, 17)),
        (LocalPeriod(SPRING, SPRING, time(13), time(18)), utc(SPRING, 11), utc(SPRING, 16)),
        (LocalPeriod(AUTUMN, AUTUMN, time(1, 30), time(3)), utc(date(2026, 10, 24), 23, 30),
         utc(AUTUMN, 2)),
    ],
)  # fmt: skip
def test_closures_on_the_days_the_clock_changes(
    session: Session, clinic: Clinic, by: Actor, period: LocalPeriod, start: datetime, end: datetime
) -> None:
    closure = closures.add_closure(session, by, clinic, Place(), period, "Kursus")
    session.expire_all()
    assert (closure.starts_at, closure.ends_at) == (start, end)


@pytest.mark.parametrize(
    ("period", "field"),
    [
        (LocalPeriod(AUTUMN, AUTUMN, time(2, 30)), "start"),
        (LocalPeriod(AUTUMN, AUTUMN, time(1), time(2)), "end"),
        (LocalPeriod(SPRING, SPRING, time(2, 30), time(8)), "start"),
        (LocalPeriod(SPRING, SPRING, time(1), time(2)), "end"),
        (LocalPeriod(SPRING, AUTUMN), "last"),
        (LocalPeriod(SPRING, SPRING, time(12), time(9)), "end"),
        (LocalPeriod(SPRING, SPRING, time(12), time(12)), "end"),
        (LocalPeriod(date(2026, 9, 1), date(2026, 9, 30)), "last"),
    ],
)
def test_periods_that_cannot_be(
    session: Session, clinic: Clinic, by: Actor, period: LocalPeriod, field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        closures.add_closure(session, by, clinic, Place(), period, "")
    assert set(error.value.fields) == {field}


def test_a_foreign_resource_or_site_is_not_found(
    session: Session, clinic: Clinic, by: Actor
) -> None:
    foreign = make.room(session, make.site(session, make.clinic(session)))
    for place in (Place(resource_id=foreign.id), Place(site_id=foreign.site_id)):
        with pytest.raises(NotFound):
            closures.add_closure(session, by, clinic, place, HOLIDAY_WEEK, "")


def test_a_closure_is_told_for_its_local_days(
    session: Session, clinic: Clinic, by: Actor, heard: list[OpeningChanged]
) -> None:
    closure = closures.add_closure(session, by, clinic, Place(), HOLIDAY_WEEK, "Efterårsferie")
    assert heard == [OpeningChanged(clinic.id, None, date(2026, 10, 12), date(2026, 10, 16))]
    heard.clear()
    shorter = LocalPeriod(date(2026, 10, 14), date(2026, 10, 20))
    closures.edit_closure(session, by, closure, closure.version, Place(), shorter, "Kortere")
    assert heard == [OpeningChanged(clinic.id, None, date(2026, 10, 12), date(2026, 10, 20))]
    heard.clear()
    closures.remove_closure(session, by, closure, closure.version)
    assert heard == [OpeningChanged(clinic.id, None, date(2026, 10, 14), date(2026, 10, 20))]
    assert session.scalars(select(Closure)).all() == []


def test_moving_a_closure_to_someone_else_tells_of_both(
    session: Session, clinic: Clinic, by: Actor, heard: list[OpeningChanged]
) -> None:
    one, other = make.clinician(session, clinic), make.clinician(session, clinic)
    closure = closures.add_closure(session, by, clinic, Place(one.id), HOLIDAY_WEEK, "Kursus")
    heard.clear()
    closures.edit_closure(session, by, closure, 1, Place(other.id), HOLIDAY_WEEK, "Kursus")
    assert {e.resource_ids for e in heard} == {(one.id,), (other.id,)}
    with pytest.raises(ChangedMeanwhile):
        closures.edit_closure(session, by, closure, 1, Place(one.id), HOLIDAY_WEEK, "Kursus")
    with pytest.raises(ChangedMeanwhile):
        closures.remove_closure(session, by, closure, 1)


def test_a_shared_clinicians_closure_shows_at_both_clinics(
    session: Session, clinic: Clinic, by: Actor, heard: list[OpeningChanged]
) -> None:
    doctor, other = make.clinician(session, clinic), make.clinic(session)
    doctor.clinics.append(other)
    session.flush()
    closure = closures.add_closure(session, by, clinic, Place(doctor.id), HOLIDAY_WEEK, "Kursus")
    assert {e.clinic_id for e in heard} == {clinic.id, other.id}
    for one in (clinic, other):
        assert queries.closures_of(session, one.id, session.now()) == [closure]
    with pytest.raises(NotFound):
        queries.closure_of(session, other.id, closure.id)


def test_time_off_closes_nothing_until_it_is_granted(
    session: Session,
    clinic: Clinic,
    by: Actor,
    anna: tuple[Resource, Actor],
    heard: list[OpeningChanged],
) -> None:
    doctor, herself = anna
    wish = closures.request_time_off(session, herself, clinic, doctor, HOLIDAY_WEEK, "Ferie")
    assert (wish.status, heard) == ("requested", [])
    item = session.scalars(select(WorklistItem)).one()
    assert (item.kind, item.closure_id) == ("time_off_request", wish.id)
    assert (item.words, item.due_on) == ("Ferie", date(2026, 10, 12))
    closures.decide_time_off(session, by, wish, approve=True)
    assert wish.status == "approved"
    assert [e.resource_ids for e in heard] == [(doctor.id,)]
    assert (item.status, item.done_by, item.outcome) == ("done", by.name, "Godkendt")
    with pytest.raises(ChangedMeanwhile):
        closures.decide_time_off(session, by, wish, approve=False)


def test_declined_time_off_closes_nothing(
    session: Session,
    clinic: Clinic,
    by: Actor,
    anna: tuple[Resource, Actor],
    heard: list[OpeningChanged],
) -> None:
    doctor, herself = anna
    wish = closures.request_time_off(session, herself, clinic, doctor, HOLIDAY_WEEK, "Ferie")
    closures.decide_time_off(session, by, wish, approve=False)
    assert (wish.status, heard) == ("declined", [])
    assert queries.closures_of(session, clinic.id, session.now()) == []


def test_only_the_clinician_asks_for_their_own_time_off(
    session: Session, clinic: Clinic, by: Actor, anna: tuple[Resource, Actor]
) -> None:
    doctor, herself = anna
    with pytest.raises(NotAllowed):
        closures.request_time_off(session, by, clinic, doctor, HOLIDAY_WEEK, "")
    wish = closures.request_time_off(session, herself, clinic, doctor, HOLIDAY_WEEK, "")
    with pytest.raises(NotAllowed):
        closures.withdraw_time_off(session, by, wish)
    closures.withdraw_time_off(session, herself, wish)
    item = session.scalars(select(WorklistItem)).one()
    assert (item.status, item.closure_id) == ("done", None)


def test_a_granted_wish_can_be_removed_like_any_closure(
    session: Session, clinic: Clinic, by: Actor, anna: tuple[Resource, Actor]
) -> None:
    doctor, herself = anna
    wish = closures.request_time_off(session, herself, clinic, doctor, HOLIDAY_WEEK, "")
    closures.decide_time_off(session, by, wish, approve=True)
    with pytest.raises(ChangedMeanwhile):
        closures.withdraw_time_off(session, herself, wish)
    closures.remove_closure(session, by, wish, wish.version)
    assert session.scalars(select(Closure)).all() == []
