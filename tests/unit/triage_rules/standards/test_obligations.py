"""What is owed when: against plain counting of days, and the calendar's odd ends."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage_rules.standards.obligations import (
    SOON,
    Decided,
    Done,
    Obligation,
    Way,
    after_months,
    longest,
    shortest,
    standing,
)

HBA1C, VISIT = Way("measurement", "hba1c"), Way("contact", "in_person")
DAYS = st.dates(date(2019, 1, 1), date(2029, 12, 31))


def owed(months: int = 12, *ways: Way) -> Obligation:
    return Obligation("hba1c_yearly", "HbA1c", "HbA1c", months, frozenset(ways or (HBA1C,)), 95)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 30), 24, date(2028, 3, 30)),
    ],
)
def test_months_end_where_the_calendar_has_the_day(day: date, months: int, then: date) -> None:
    assert after_months(day, months) == then


@given(DAYS, st.integers(1, 60))
def test_so_many_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    then = after_months(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)
    assert shortest(months) <= then - day <= longest(months)


def test_a_year_has_365_or_366_days() -> None:
    assert (shortest(12).days, longest(12).days) == (365, 366)
    assert (shortest(24).days, longest(24).days) == (730, 731)


def plainly(
    obligation: Obligation,
    done: list[Done],
    since: date,
    deviations: list[Decided],
    today: date,
) -> tuple[str, date]:
    """The state by walking the days one at a time from the start."""
    last = None
    day = min([since, *(one.on for one in done)])
    while day <= today:
        if any(one.on == day and one.way in obligation.ways for one in done):
            last = day
        day += timedelta(days=1)
    next_on = after_months(last or since, obligation.months)
    if last is not None and today < next_on - timedelta(days=60):
        return "met", next_on
    for one in deviations:
        day = one.first
        while day <= one.until:
            if day == today:
                return "deviated", next_on
            day += timedelta(days=1)
    return ("overdue" if today > next_on else "due"), next_on


@given(
    st.integers(1, 24),
    st.lists(
        st.builds(Done, st.sampled_from((HBA1C, VISIT, Way("contact", "phone"))), DAYS), max_size=5
    ),
    DAYS,
    st.lists(
        st.builds(
            lambda first, days: Decided(first, first + timedelta(days=days)),
            DAYS,
            st.integers(0, 700),
        ),
        max_size=2,
    ),
    DAYS,
)
def test_the_state_is_what_plain_counting_says(
    months: int, done: list[Done], since: date, deviations: list[Decided], today: date
) -> None:
    obligation = owed(months, HBA1C, VISIT)
    found = standing(obligation, done, since, deviations, today)
    # Nothing is owed before the patient was followed, and newcomers have a whole first period.
    if found.last is None and today < after_months(since, months) - SOON:
        assert found.state in ("due", "deviated")
        assert not found.counts
        return
    assert (found.state, found.next_on) == plainly(obligation, done, since, deviations, today)
    assert found.fulfilled == (found.last is not None and today <= found.next_on)


def test_the_last_day_is_in_time_and_the_next_is_not() -> None:
    measured, since = [Done(HBA1C, date(2025, 11, 23))], date(2020, 1, 1)
    days = {
        date(2026, 9, 23): ("met", True),
        date(2026, 9, 24): ("due", True),  # sixty days before
        date(2026, 11, 23): ("due", True),
        date(2026, 11, 24): ("overdue", False),
    }
    for today, stands in days.items():
        found = standing(owed(), measured, since, [], today)
        assert (found.state, found.fulfilled) == stands, today


def test_a_newcomer_counts_from_the_day_after_their_first_period() -> None:
    since = date(2025, 11, 23)
    assert not standing(owed(), [], since, [], date(2026, 11, 23)).counts
    assert standing(owed(), [], since, [], date(2026, 11, 24)).counts


def test_a_measurement_meets_it_whatever_the_form_of_contact() -> None:
    phone = Done(Way("contact", "phone"), date(2026, 11, 1))
    measured = Done(HBA1C, date(2026, 11, 1))
    today, since = date(2026, 11, 23), date(2020, 1, 1)
    assert standing(owed(), [phone], since, [], today).state == "overdue"
    assert standing(owed(), [phone, measured], since, [], today).state == "met"


def test_a_deviation_ends_with_its_last_day_and_hides_nothing_that_is_met() -> None:
    until = Decided(date(2026, 1, 1), date(2026, 11, 23))
    since = date(2020, 1, 1)
    assert standing(owed(), [], since, [until], date(2026, 11, 23)).state == "deviated"
    assert standing(owed(), [], since, [until], date(2026, 11, 24)).state == "overdue"
    measured = Done(HBA1C, date(2026, 11, 1))
    assert standing(owed(), [measured], since, [until], date(2026, 11, 23)).state == "met"


def test_what_is_not_done_yet_does_not_count() -> None:
    tomorrow = Done(HBA1C, date(2026, 11, 24))
    assert not standing(owed(), [tomorrow], date(2020, 1, 1), [], date(2026, 11, 23)).fulfilled
