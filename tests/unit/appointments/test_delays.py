"""How late a clinician runs: cases by hand, and against a clinic played minute by minute."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from booking.appointments import delays
from booking.appointments.delays import Contact

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(minute: int) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minute)


def contact(key: int, start: int, length: int = 30, **happened: int | bool) -> Contact:
    """A contact, its minutes after noon; called, done: when; here: whether."""
    called, done = happened.get("called"), happened.get("done")
    return Contact(
        key,
        at(start),
        at(start + length),
        None if called is None else at(int(called)),
        None if done is None else at(int(done)),
        bool(happened.get("here", False)),
    )


def minutes(late: timedelta) -> float:
    return late / timedelta(minutes=1)


def test_a_clinician_on_time_is_not_late() -> None:
    day = [contact(1, 0, called=0), contact(2, 30, here=True), contact(3, 60)]
    assert minutes(delays.delay(day, at(10))) == 0
    assert delays.expected_starts(day, at(10)) == {2: at(30), 3: at(60)}


def test_who_was_called_in_late_makes_the_next_late_and_a_pause_catches_up() -> None:
    day = [contact(1, 0, called=25), contact(2, 30, here=True), contact(3, 75)]
    assert minutes(delays.delay(day, at(26))) == 25
    assert delays.expected_starts(day, at(26)) == {2: at(55), 3: at(85)}


def test_who_waits_past_their_time_with_nobody_in_the_room_is_late_by_that() -> None:
    day = [contact(1, 0, called=0, done=40), contact(2, 30, here=True)]
    assert minutes(delays.delay(day, at(52))) == 22


def test_who_has_not_come_makes_nobody_late_but_the_telephone_waits_for_no_one() -> None:
    absent = [contact(1, 0), contact(2, 30)]
    assert minutes(delays.delay(absent, at(20))) == 0
    by_phone = [contact(1, 0, here=True), contact(2, 30)]
    assert minutes(delays.delay(by_phone, at(20))) == 20


def test_what_nobody_marked_is_no_delay() -> None:
    called_next = [contact(1, 0, called=0), contact(2, 30, called=31, done=55), contact(3, 60)]
    assert minutes(delays.delay(called_next, at(58))) == 0
    left_open = [contact(1, 0, called=0), contact(2, 240, here=True)]
    assert minutes(delays.delay(left_open, at(239))) == 0
    never_called = [contact(1, 0, here=True), contact(2, 240)]
    assert minutes(delays.delay(never_called, at(200))) == 0


def test_a_delay_is_told_in_fives_from_ten_minutes_on() -> None:
    said = {n: delays.told(timedelta(minutes=n)) for n in (0, 9, 10, 12, 13, 17, 18, 44)}
    assert said == {0: 0, 9: 0, 10: 10, 12: 10, 13: 15, 17: 15, 18: 20, 44: 45}
    assert delays.told(timedelta(minutes=9, seconds=59)) == 0


def test_how_long_is_left_is_rounded_up() -> None:
    assert [delays.waiting_time(at(n), at(0)) for n in (-5, 0, 1, 5, 6)] == [0, 0, 5, 5, 10]


def test_the_wait_counts_from_coming_and_says_what_of_it_lies_after_the_time() -> None:
    assert delays.waited(at(-15), at(0), at(10)) == delays.Wait(25, 10)
    assert delays.waited(at(-15), at(0), at(-5)) == delays.Wait(10, -5)
    assert delays.waited(at(5), at(0), at(10)) == delays.Wait(5, 10)


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Contact], int]:
    """A clinician's day in whole minutes: some done, at most one in the room, others to come."""
    now = draw(st.integers(0, 300))
    made, start = [], 0
    count = draw(st.integers(0, 8))
    inside = draw(st.integers(-1, count))
    for key in range(count):
        start += draw(st.integers(0, 40))
        length = draw(st.integers(5, 45))
        one = contact(key, start, length, here=draw(st.booleans()))
        if key < inside and start <= now:
            called = draw(st.integers(start, max(start, now)))
            one = replace(one, called_in_at=at(min(called, now)), done_at=at(now))
        elif key == inside and now >= 1:
            one = replace(one, called_in_at=at(draw(st.integers(max(0, now - 60), now))))
            one = replace(one, starts_at=min(one.starts_at, at(now)))
        made.append(one)
        start += length
    # Whoever is in the room was called in last.
    return [one for one in made if one.done_at is None or inside < count], now


def played(contacts: Sequence[Contact], now: int) -> dict[int, datetime]:
    """The same clinic minute by minute: the door opens for the first in line when it is free."""
    open_ones = [one for one in contacts if one.called_in_at is not None]
    inside = max(open_ones, key=lambda o: (o.called_in_at, o.starts_at), default=None)
    busy_until = at(now)
    if inside is not None and inside.done_at is None:
        assert inside.called_in_at is not None
        until = inside.called_in_at + inside.length
        busy_until = until if until + delays.FORGOTTEN > at(now) else at(now)
    line = [
        one
        for one in sorted(contacts, key=lambda o: (o.starts_at, o.ends_at, o.key))
        if one.called_in_at is None
        and one.done_at is None
        and (one.here or one.starts_at > at(now))
        and one.ends_at + delays.FORGOTTEN > at(now)
    ]
    began: dict[int, datetime] = {}
    for minute in range(now, now + 2000):
        if not line:
            break
        if at(minute) >= busy_until and line[0].starts_at <= at(minute):
            first = line.pop(0)
            began[first.key] = at(minute)
            busy_until = at(minute) + first.length
    return began


@given(days())
def test_it_is_what_happens_when_the_clinic_is_played(day: tuple[list[Contact], int]) -> None:
    contacts, now = day
    assert delays.expected_starts(contacts, at(now)) == played(contacts, now)


@given(days())
def test_nobody_begins_early_or_together_and_no_delay_is_negative(
    day: tuple[list[Contact], int],
) -> None:
    contacts, now = day
    by_key = {one.key: one for one in contacts}
    starts = delays.expected_starts(contacts, at(now))
    in_order = sorted(starts.items(), key=lambda item: item[1])
    for key, begins in in_order:
        assert begins >= max(by_key[key].starts_at, at(now))
    for (key, begins), (_next, following) in pairwise(in_order):
        assert following >= begins + by_key[key].length
    assert delays.delay(contacts, at(now)) >= timedelta()


@given(days(), st.integers(1, 60))
def test_a_longer_contact_in_the_room_makes_nobody_earlier(
    day: tuple[list[Contact], int], more: int
) -> None:
    contacts, now = day
    longer = [
        replace(one, ends_at=one.ends_at + timedelta(minutes=more))
        if one.called_in_at is not None and one.done_at is None
        else one
        for one in contacts
    ]
    before = delays.expected_starts(contacts, at(now))
    after = delays.expected_starts(longer, at(now))
    assert before.keys() == after.keys()
    assert all(after[key] >= before[key] for key in before)
