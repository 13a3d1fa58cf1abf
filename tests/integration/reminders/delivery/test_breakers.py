"""A provider that fails is left alone by all workers, and let in again one message at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.platform.database import Database, Session
from booking.platform.web import Rettid
from reminders.delivery import breakers
from reminders.delivery.breakers import FAILURES, FIRST_REST, LONGEST_REST
from tests.integration.reminders.delivery.conftest import Carried
from tests.integration.reminders.delivery.test_safety import sibling

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TIME = datetime(2026, 12, 3, 9, tzinfo=UTC)


def fail(database: Database, times: int = 1, *, alarm: bool = False) -> None:
    for _ in range(times):
        with database.transaction() as session:
            breakers.failed(session, "p", "timeout", alarm=alarm)


def admits(database: Database, wanted: int = 20) -> int:
    with database.transaction() as session:
        return breakers.admits(session, "p", wanted)


def test_it_opens_after_so_many_failures_in_a_row(rettid: Rettid) -> None:
    fail(rettid.database, FAILURES - 1)
    assert admits(rettid.database) == 20
    with rettid.database.transaction() as session:
        breakers.answered(session, "p")
    fail(rettid.database, FAILURES - 1)
    assert admits(rettid.database) == 20
    fail(rettid.database)
    assert admits(rettid.database) == 0


def test_an_alarm_opens_it_at_once(rettid: Rettid) -> None:
    fail(rettid.database, alarm=True)
    assert admits(rettid.database) == 0


def test_after_a_rest_one_is_let_in_whoever_asks(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    fail(rettid.database, FAILURES)
    freezer.tick(FIRST_REST)
    assert [admits(rettid.database) for _ in range(3)] == [1, 0, 0]
    fail(rettid.database)
    freezer.tick(FIRST_REST)
    assert admits(rettid.database) == 0  # the second rest is longer
    freezer.tick(FIRST_REST)
    assert admits(rettid.database) == 1
    with rettid.database.transaction() as session:
        breakers.answered(session, "p")
    assert admits(rettid.database) == 20


def test_one_of_whom_nothing_was_heard_keeps_nobody_out_for_good(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    fail(rettid.database, FAILURES)
    for _ in range(3):
        freezer.tick(LONGEST_REST)
        assert admits(rettid.database) == 1


def test_no_rest_is_longer_than_the_longest() -> None:
    assert breakers.rest(FAILURES) == FIRST_REST
    assert breakers.rest(1000) == LONGEST_REST


@pytest.mark.parametrize("trouble", ["timeout before", "connection"])
def test_messages_wait_for_a_provider_that_is_away(carried: Carried, trouble: str) -> None:
    for hour in range(8):
        carried.sending.book(TIME + timedelta(hours=hour / 2))
    carried.provider.troubles.extend([trouble] * FAILURES)
    carried.dispatch()
    carried.provider.troubles.clear()
    assert carried.breaker() == "open"
    asked = len(carried.provider.asked)
    sibling(carried)
    carried.dispatch()
    assert len(carried.provider.asked) == asked
    assert carried.message().state != "failed"
    carried.pass_by(minutes=20)
    carried.dispatch()
    assert carried.breaker() == "closed"


def test_an_alarm_of_one_message_keeps_the_others_back(carried: Carried, session: Session) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append("20003")
    carried.dispatch()
    sibling(carried)
    carried.dispatch()
    assert (len(carried.provider.asked), carried.breaker()) == (1, "open")
    carried.pass_by(minutes=2)
    carried.dispatch()
    carried.dispatch()
    assert (len(carried.provider.accepted), carried.breaker()) == (1, "closed")
    carried.pass_by(minutes=2)
    carried.dispatch()
    assert len(carried.provider.accepted) == 2


@pytest.mark.parametrize("code", ["21612", "21606", "smtp policy"])
def test_one_wrong_sender_or_route_keeps_nobody_else_back(carried: Carried, code: str) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append(code)
    carried.dispatch()
    sibling(carried)
    carried.dispatch()
    assert (len(carried.provider.accepted), carried.breaker()) == (1, "closed")


def test_late_news_of_earlier_messages_does_not_close_it(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.dispatch()
    sibling(carried)
    carried.provider.troubles.append("20003")
    carried.dispatch()
    assert carried.breaker() == "open"
    carried.told(carried.sending.attempts()[0], "delivered")
    assert carried.breaker() == "open"


def test_a_certain_no_to_one_number_is_an_answer(carried: Carried) -> None:
    fail(carried.database, 1)
    carried.sending.book(TIME)
    carried.provider.troubles.append("21211")
    carried.dispatch()
    assert carried.breaker() == "closed"


def test_a_person_is_told_if_the_provider_stays_away(carried: Carried) -> None:
    keep_away(carried)
    carried.sending.book(datetime(2026, 11, 23, 14, tzinfo=UTC))
    carried.dispatch()
    assert carried.sending.worklist() == []
    carried.pass_by(minutes=61)
    keep_away(carried)
    carried.dispatch()
    assert (carried.message().state, carried.provider.asked) == ("planned", [])
    assert carried.sending.worklist() == ["not_reached"]
    carried.pass_by(minutes=20)
    carried.dispatch()
    carried.told(carried.sending.attempts()[0], "delivered")
    assert carried.sending.worklist() == []


def test_a_person_is_told_at_once_where_there_is_little_time(carried: Carried) -> None:
    keep_away(carried)
    carried.sending.book(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    carried.dispatch()
    assert carried.sending.worklist() == ["not_reached"]


def keep_away(carried: Carried) -> None:
    with carried.database.transaction() as session:
        for _ in range(FAILURES + 5):
            breakers.failed(session, carried.provider.name, "timeout")
