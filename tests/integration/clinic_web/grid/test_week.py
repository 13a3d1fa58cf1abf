"""The week of one clinician or room: the same cells and moves as the day, its days across."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from booking.calendar.models import Closure, WeekTemplate
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work, signed_in
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-20T07:00:00Z")  # the Friday before

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def week(work: Work) -> str:
    """The address of the doctor's week."""
    return f"{work.at}/kalender/uge?dato=2026-11-25&hos={work.place.doctor.id}"


def works_on_sunday(work: Work) -> None:
    """The doctor's Friday is a Sunday from now on."""
    friday = select(WeekTemplate).where(
        WeekTemplate.resource_id == work.place.doctor.id, WeekTemplate.weekday == 4
    )
    work.session.scalars(friday).one().weekday = 6
    work.session.commit()


def test_a_week_has_its_working_days_and_what_stands_in_them(
    work: Work, secretary: Visitor, week: str
) -> None:
    booked = work.booked(start=NINE + DAY)
    secretary.get(week).says(
        f"Uge 48, {work.place.doctor.name}",
        "man. 23. nov.",
        "fre. 27. nov.",
        f"9.00–9.30 {work.place.patient.name} {work.place.control.name}, Fremmøde, Bekræftet",
    )
    assert "lør. 28. nov." not in secretary.text
    assert f'href="../tider/{booked.id}"' in secretary.page.text
    assert secretary.page.text.count('scope="col"') == 1 + 5
    assert work.looks_at(work.place.patient) == ["staff_week.week"]


@pytest.mark.freeze_time("2026-11-25T09:20:00Z")  # Wednesday, 10.20
def test_the_line_of_now_is_in_todays_column_alone(
    work: Work, secretary: Visitor, week: str
) -> None:
    row = secretary.get(week).page.text.partition('data-kl="10:15"')[2].partition("</tr>")[0]
    assert 'aria-current="time"' in row
    assert [" now" in cell for cell in row.split("<td")[1:]] == [False, False, True, False, False]
    day = secretary.get(f"{work.at}/kalender").page.text
    row = day.partition('data-kl="10:15"')[2].partition("</tr>")[0]
    assert all(" now" in cell for cell in row.split("<td")[1:])


def test_a_weekend_with_hours_is_in_it(work: Work, secretary: Visitor, week: str) -> None:
    works_on_sunday(work)
    secretary.get(week).says("lør. 28. nov.", "søn. 29. nov.")
    assert secretary.page.text.count('scope="col"') == 1 + 7


@pytest.mark.freeze_time("2026-10-16T07:00:00Z")
def test_the_days_of_a_week_with_a_long_sunday_share_their_rows(
    work: Work, secretary: Visitor, week: str
) -> None:
    works_on_sunday(work)
    secretary.get(week.replace("2026-11-25", "2026-10-25")).says("søn. 25. okt.")
    rows = secretary.page.text.count('scope="row"')
    assert rows == 8 * 4, "from 8 to 16 on each of them"
    eight = secretary.page.text.partition('data-kl="08:00"')[2].partition("</tr>")[0]
    assert eight.count('<td class="f">') == 5


def test_a_rooms_week_shows_who_is_in_it(work: Work, secretary: Visitor, week: str) -> None:
    booked = work.booked(start=NINE + DAY)
    room = next(one.resource for one in booked.allocations if one.resource.kind == "room")
    work.session.commit()
    secretary.get(f"{work.at}/kalender/uge?dato=2026-11-25&hos={room.id}")
    secretary.says(f"Uge 48, {room.name}", work.place.patient.name)
    assert f'data-behandler="{work.place.doctor.id}"' in secretary.page.text


def test_a_clinicians_own_week_comes_first(work: Work, doctor: Visitor) -> None:
    doctor.get(f"{work.at}/kalender/uge").says(f"Uge 47, {work.place.doctor.name}")


def test_a_clinic_without_calendars_is_told_what_to_do(work: Work, app: Flask) -> None:
    new = make.clinic(work.session)
    staff = make.staff(work.session, new)
    work.session.commit()
    visitor = signed_in(app, staff)
    visitor.get(f"/klinik/{new.id}/kalender/uge").says("Ingen kalendere endnu")
    visitor.get(f"/klinik/{new.id}/kalender").says("Lukket denne dag")


def test_an_empty_week_leads_to_the_next_with_hours(
    work: Work, secretary: Visitor, week: str
) -> None:
    work.closed(date(2026, 11, 23), date(2026, 11, 29))
    secretary.get(week).says("Lukket denne uge", "Gå til mandag 30. november 2026")


def test_a_holiday_is_named_in_its_column(work: Work, secretary: Visitor, week: str) -> None:
    secretary.get(week.replace("2026-11-25", "2026-12-25")).says("Juledag")


def test_a_move_within_the_week_comes_back_to_it(work: Work, secretary: Visitor, week: str) -> None:
    booked, doctor = work.booked(start=NINE + 3 * DAY), work.place.doctor.id
    at = {"visning": "uge", "vis": doctor, "dato": "2026-11-25"}
    wanted = {
        **at, "tid": booked.id, "version": booked.version, "dag": "2026-11-27", "kl": "10:00",
        "hos": doctor,
    }  # fmt: skip
    page = secretary.client.post(
        f"{work.at}/kalender/flyt", data=wanted, headers={"Rettid-Fragment": "1"}
    )
    assert "day-grid--week" in page.text
    assert "er flyttet til fredag 27. november 2026 kl. 10.00" in page.text
    secretary.get(week).says("10.00–10.30", "Fortryd flytningen")
    secretary.post(f"{work.at}/kalender/fortryd", **at).says("Uge 48", "Fortrudt:")


def test_where_it_fits_is_known_for_the_whole_week(work: Work, secretary: Visitor) -> None:
    booked = work.booked(start=NINE + DAY)
    path = f"{work.at}/kalender/pladser?tid={booked.id}"
    fitting = secretary.client.get(f"{path}&dato=2026-11-23&til=2026-11-27").get_json()["places"]
    assert sorted(fitting) == [f"2026-11-{day}" for day in range(23, 28)]
    most = secretary.client.get(f"{path}&dato=2026-11-23&til=2027-11-27").get_json()["places"]
    assert max(most) <= "2026-11-29", "a week at most"


def test_a_booking_from_the_week_comes_back_to_it(work: Work, secretary: Visitor) -> None:
    place = work.place
    where = f"dato=2026-11-24&kl=10:00&hos={place.doctor.id}&patient={place.patient.id}&visning=uge"
    secretary.post(f"{work.at}/kalender/book/gem?{where}", what=f"v{place.control.id}")
    secretary.says("Uge 48", "10.00–10.30")


def test_a_closed_site_names_its_reason_to_those_who_work_there(
    work: Work, secretary: Visitor
) -> None:
    session, place = work.session, work.place
    other = make.site(session, place.clinic)
    for template in session.scalars(
        select(WeekTemplate).where(WeekTemplate.resource_id == place.other_doctor.id)
    ):
        template.site_id = other.id
    closed = Closure(
        clinic=place.clinic,
        site=place.site,
        starts_at=NINE,
        ends_at=NINE + 9 * HOUR,
        reason="Vandskade",
    )
    make.add(session, closed)
    theirs = Closure(
        clinic=place.clinic,
        resource=place.other_doctor,
        starts_at=NINE,
        ends_at=NINE + HOUR,
        reason="Kursus",
    )
    make.add(session, theirs)
    session.commit()
    secretary.get(f"{work.at}/kalender?dato=2026-11-23")
    secretary.says("Lukket 9.00–16.00 Vandskade", "Lukket 9.00–10.00 Kursus")
    assert secretary.text.count("Vandskade") == 1
