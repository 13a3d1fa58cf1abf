"""Which days are closed by the calendar itself."""

from datetime import date

import pytest

from booking import rooms  # noqa: F401  (all tables, so that the mapper is whole)
from booking.calendar.models import Clinic
from booking.calendar.public_holidays import closed_days, month_days

HOLIDAYS = {
    2023: ["01-01", "04-06", "04-07", "04-09", "04-10", "05-05", "05-18", "05-28", "05-29",
           "12-25", "12-26"],
    2024: ["01-01", "03-28", "03-29", "03-31", "04-01", "05-09", "05-19", "05-20",
           "12-25", "12-26"],
    2026: ["01-01", "04-02", "04-03", "04-05", "04-06", "05-14", "05-24", "05-25",
           "12-25", "12-26"],
    2027: ["01-01", "03-25", "03-26", "03-28", "03-29", "05-06", "05-16", "05-17",
           "12-25", "12-26"],
}  # fmt: skip


def closed(optional: str, first: date, last: date) -> list[str]:
    return [f"{day:%m-%d}" for day in closed_days(Clinic(optional_closures=optional), first, last)]


@pytest.mark.parametrize("year", HOLIDAYS)
def test_danish_public_holidays(year: int) -> None:
    assert closed("", date(year, 1, 1), date(year, 12, 31)) == HOLIDAYS[year]


def test_the_clinics_own_days_come_on_top() -> None:
    own = "12-24,12-31,06-05,05-01"
    assert closed(own, date(2026, 5, 1), date(2026, 12, 31)) == [
        "05-01", "05-14", "05-24", "05-25", "06-05", "12-24", "12-25", "12-26", "12-31",
    ]  # fmt: skip


def test_days_have_danish_names_and_both_ends_count() -> None:
    clinic = Clinic(optional_closures="12-24, 12-23")
    assert closed_days(clinic, date(2026, 12, 23), date(2026, 12, 26)) == {
        date(2026, 12, 23): "Klinikkens egen lukkedag",
        date(2026, 12, 24): "Juleaftensdag",
        date(2026, 12, 25): "Juledag",
        date(2026, 12, 26): "Anden juledag",
    }


def test_over_new_year() -> None:
    assert closed("12-31", date(2026, 12, 27), date(2027, 1, 31)) == ["12-31", "01-01"]


def test_a_leap_day_closes_in_leap_years_only() -> None:
    assert closed("02-29", date(2027, 2, 1), date(2028, 3, 1)).count("02-29") == 1


def test_a_holiday_keeps_its_name_when_the_clinic_names_it_too() -> None:
    clinic = Clinic(optional_closures="12-25")
    assert closed_days(clinic, date(2026, 12, 25), date(2026, 12, 25)) == {
        date(2026, 12, 25): "Juledag"
    }


@pytest.mark.parametrize("text", ["13-01", "02-30", "juleaften", "12", "-", "12-24-01"])
def test_what_no_year_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        month_days(text)
