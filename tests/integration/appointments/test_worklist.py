"""The worklist: one open item per key, finished once, the earliest due first."""

import threading
from datetime import date, timedelta

import pytest

from booking.appointments import settling
from booking.appointments.errors import WrongState
from booking.appointments.worklist import queries, service
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_the_same_key_twice_is_one_item(session: Session, place: Place) -> None:
    first = service.add(session, place.clinic.id, "opening_changed", key="opening:1")
    assert service.add(session, place.clinic.id, "opening_changed", key="opening:1") is first
    other = service.add(session, place.clinic.id, "opening_changed", key="opening:2")
    without = [service.add(session, place.clinic.id, "no_time_fits") for _ in range(2)]
    assert queries.open_items(session, place.clinic.id) == [first, other, *without]
    assert queries.open_count(session, place.clinic.id) == 4


def test_a_key_is_free_again_once_its_item_is_done(session: Session, place: Place) -> None:
    first = service.add(session, place.clinic.id, "opening_changed", key="opening:1")
    settling.finish(session, place.secretary, first, "Ringet, ny tid aftalt")
    again = service.add(session, place.clinic.id, "opening_changed", key="opening:1")
    assert again is not first
    service.withdraw(session, "opening:1")
    service.withdraw(session, "opening:1")
    assert (first.done_by, first.outcome) == (place.secretary.name, "Ringet, ny tid aftalt")
    assert (again.status, again.outcome) == ("done", "")


def test_an_item_is_finished_once(session: Session, place: Place) -> None:
    item = service.add(session, place.clinic.id, "no_time_fits", patient_id=place.patient.id)
    settling.finish(session, place.secretary, item, "Løst")
    with pytest.raises(WrongState):
        settling.finish(session, place.secretary, item, "Løst igen")


def test_the_earliest_due_comes_first_and_what_has_no_date_last(
    session: Session, place: Place
) -> None:
    days = [None, date(2026, 12, 24), date(2026, 11, 20), None, date(2026, 12, 1)]
    items = [
        service.add(session, place.clinic.id, "no_time_fits", due_on=day, words=str(day))
        for day in days
    ]
    order = [items[2], items[4], items[1], items[0], items[3]]
    assert queries.open_items(session, place.clinic.id) == order


def test_done_items_are_kept_for_looking_back(session: Session, place: Place) -> None:
    item = service.add(session, place.clinic.id, "no_time_fits")
    settling.finish(session, place.secretary, item, "Løst")
    month_ago, now = session.now() - timedelta(days=30), session.now()
    assert queries.done_items(session, place.clinic.id, month_ago) == [item]
    assert queries.done_items(session, place.clinic.id, now + timedelta(seconds=1)) == []


def test_a_foreign_item_is_not_found(session: Session, place: Place) -> None:
    item = service.add(session, make.clinic(session).id, "no_time_fits")
    with pytest.raises(NotFound):
        queries.item_of(session, place.clinic.id, item.id)


def test_two_writers_with_one_key_end_with_one_item(rettid: Rettid, place: Place) -> None:
    clinic_id, ids = place.clinic.id, []

    def write() -> None:
        with rettid.database.transaction() as other:
            ids.append(service.add(other, clinic_id, "opening_changed", key="opening:1").id)

    second = threading.Thread(target=write)
    with rettid.database.transaction() as first:
        ids.append(service.add(first, clinic_id, "opening_changed", key="opening:1").id)
        second.start()
        second.join(0.5)
        assert second.is_alive()
    second.join(30)
    assert len(ids) == 2
    assert len(set(ids)) == 1
