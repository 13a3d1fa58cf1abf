"""A sender sends no faster than its operator allows, however many workers there are."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import update

from booking.platform.database import Database
from booking.platform.web import Rettid
from reminders.delivery import buckets
from reminders.policies.models import MessageSender
from tests.integration.reminders.delivery.conftest import Carried
from tests.integration.reminders.delivery.test_safety import sibling

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TIME = datetime(2026, 12, 3, 9, tzinfo=UTC)


def take(database: Database, wanted: int, a_minute: int = 60) -> int:
    with database.transaction() as session:
        return buckets.take(session, "b", a_minute, wanted)


def test_a_burst_and_then_the_pace(rettid: Rettid, freezer: FrozenDateTimeFactory) -> None:
    assert take(rettid.database, 100) == buckets.BURST_SECONDS
    assert take(rettid.database, 100) == 0
    freezer.tick(timedelta(seconds=3))
    assert take(rettid.database, 100) == 3
    freezer.tick(timedelta(hours=3))
    assert take(rettid.database, 100) == buckets.BURST_SECONDS


def test_a_clock_that_was_far_ahead_once_holds_nobody_back(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    freezer.tick(timedelta(days=8))
    take(rettid.database, 100)
    freezer.tick(timedelta(days=-8))
    assert take(rettid.database, 100) == 0
    freezer.tick(buckets.REST + timedelta(seconds=3))
    assert take(rettid.database, 100) == 3


def test_in_any_stretch_no_more_than_the_burst_and_the_pace(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    taken = 0
    for _ in range(60):
        taken += take(rettid.database, 7)
        freezer.tick(timedelta(milliseconds=700))
    assert taken <= buckets.BURST_SECONDS + 60 * 0.7


def test_the_slowest_sends_all_the_same(rettid: Rettid, freezer: FrozenDateTimeFactory) -> None:
    assert [take(rettid.database, 5, a_minute=1) for _ in range(2)] == [1, 0]
    freezer.tick(timedelta(minutes=1))
    assert take(rettid.database, 5, a_minute=1) == 1


def test_a_clock_that_is_set_back_fills_nothing(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    take(rettid.database, 100)
    freezer.tick(timedelta(hours=-1))
    assert take(rettid.database, 100) == 0


def test_what_waits_for_its_turn_is_sent_in_it(carried: Carried) -> None:
    carried.sending.session.execute(update(MessageSender).values(a_minute=1))
    carried.sending.session.commit()
    carried.sending.book(TIME)
    sibling(carried)
    carried.dispatch()
    assert len(carried.provider.accepted) == 1
    carried.dispatch()
    assert len(carried.provider.accepted) == 1
    carried.pass_by(minutes=1)
    carried.dispatch()
    assert len(carried.provider.accepted) == 2


def test_asked_to_slow_down_the_sender_rests(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append("20429")
    carried.dispatch()
    sibling(carried)
    carried.dispatch()
    assert (len(carried.provider.asked), carried.breaker()) == (1, "closed")
    carried.pass_by(minutes=1)
    carried.dispatch()
    assert len(carried.provider.accepted) >= 1
