"""The grid of a day: what each cell says, who may see it, and what the log keeps of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from booking.appointments import holds, occasions
from booking.appointments.models import Allocation, GroupSession
from booking.appointments.search import Slot
from booking.calendar.models import Closure
from booking.people.models import PatientNeed
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work
from tests.integration.clinic_web.grid.conftest import on_top_of
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday, 8.00

HOUR = timedelta(hours=1)


def test_every_kind_of_cell_says_what_it_is(work: Work, secretary: Visitor) -> None:
    session, place = work.session, work.place
    session.add(
        PatientNeed(patient_id=place.patient.id, need="hearing", told_by="staff", since=NINE)
    )
    booked = work.booked()
    other = make.patient(session, place.clinic, given_name="Inger")
    occasion = occasions.free(
        session, place.secretary, make.course(session, place.clinic, other), place.control
    )
    held = Slot(NINE + HOUR, NINE + HOUR, place.doctor.id, place.site.id)
    holds.place(session, occasion, held)
    group = make.add(
        session,
        GroupSession(
            clinic_id=place.clinic.id,
            site=place.site,
            visit_type=place.control,
            clinician=place.doctor,
            form="in_person",
            starts_at=NINE + 2 * HOUR,
            ends_at=NINE + 3 * HOUR,
            capacity=8,
        ),
    )
    make.add(
        session,
        Allocation(
            resource=place.doctor,
            group_session_id=group.id,
            starts_at=group.starts_at,
            ends_at=group.ends_at,
        ),
    )
    make.add(
        session,
        Closure(
            clinic=place.clinic,
            resource=place.other_doctor,
            starts_at=NINE,
            ends_at=NINE + HOUR,
            reason="Kursus",
        ),
    )
    session.commit()

    secretary.get(f"{work.at}/kalender")
    secretary.says(
        "Mandag 23. november 2026",
        f"9.00–9.30 {place.patient.name} {place.control.name}, Fremmøde, Bekræftet, Nedsat hørelse",
        "10.00–10.30 Holdes",
        "11.00–12.00 Hold: 0 af 8 pladser",
        "Lukket 9.00–10.00 Kursus",
        "ledig",
    )
    assert f'id="a{booked.id}"' in secretary.page.text
    assert "Inger" not in secretary.text, "a hold says nothing of whose it is"
    assert secretary.page.text.count('scope="row"') == 8 * 4
    assert 'aria-current="time"' in secretary.page.text


def test_another_clinics_time_is_taken_and_nothing_more(work: Work, secretary: Visitor) -> None:
    stranger = make.patient(work.session)
    work.booked(place=work.elsewhere(stranger))
    secretary.get(f"{work.at}/kalender").says("9.00–9.30 Optaget", "i en anden klinik")
    assert stranger.family_name not in secretary.text
    assert "Hemmelig" not in secretary.text
    assert work.looks_at(stranger) == []


def test_an_extra_patient_stands_beside_the_plan(work: Work, secretary: Visitor) -> None:
    extra = on_top_of(work, work.booked())
    secretary.get(f"{work.at}/kalender").says(
        f"{work.place.doctor.name} ekstra", extra.patient.name
    )


def test_a_referrals_clock_is_in_the_cell_in_words_until_the_contact_is_over(
    work: Work, secretary: Visitor
) -> None:
    booked = work.booked(start=NINE + HOUR)
    other = work.booked(make.patient(work.session, work.place.clinic), NINE + 2 * HOUR)
    before = secretary.client.get(f"{work.at}/kalender/udsnit").headers["ETag"]
    secretary.post(
        f"{work.at}/patienter/{booked.patient_id}/henvisninger/ny", received_on="2026-11-20",
        sender="Lægerne Torvet", problem="Hævede led", problem_code="M059", track="general",
    )  # fmt: skip
    asked = secretary.client.get(f"{work.at}/kalender/udsnit", headers={"If-None-Match": before})
    assert asked.status_code == 200, "a clock that starts is a change to see"
    cell = cell_of(secretary.get(f"{work.at}/kalender"), booked.id)
    assert "<b>Brev til patienten: 7 arbejdsdage tilbage</b>, " in cell
    assert " m m-neutral" in cell
    assert "<b>" not in cell_of(secretary, other.id)
    secretary.post(f"{work.at}/tider/{booked.id}/dagen", do="arrive")
    secretary.post(f"{work.at}/tider/{booked.id}/dagen", do="done")
    assert "<b>" not in cell_of(secretary.get(f"{work.at}/kalender"), booked.id)


def cell_of(page: Visitor, number: int) -> str:
    """The whole cell of an appointment, as it was sent."""
    before, _id, after = page.page.text.partition(f' id="a{number}"')
    return before.rpartition("<td")[2] + after.partition("</td>")[0]


def test_a_closed_day_says_why_and_leads_on(work: Work, secretary: Visitor) -> None:
    secretary.get(f"{work.at}/kalender?dato=2026-12-25").says(
        "Lukket denne dag", "Juledag", "Gå til mandag 28. december 2026"
    )
    make.add(
        work.session,
        Closure(
            clinic=work.place.clinic,
            starts_at=NINE - 9 * HOUR,
            ends_at=NINE + 15 * HOUR,
            reason="Flytning",
        ),
    )
    work.session.commit()
    secretary.get(f"{work.at}/kalender").says("Lukket denne dag", "Flytning")


def test_only_the_chosen_columns_rooms_too(work: Work, secretary: Visitor) -> None:
    place, booked = work.place, work.booked()
    room = next(one.resource for one in booked.allocations if one.resource.kind == "room")
    work.session.commit()
    secretary.get(f"{work.at}/kalender?vis={room.id}")
    secretary.says(place.patient.name)
    assert f'data-hos="{room.id}"' in secretary.page.text
    assert f'data-hos="{place.doctor.id}"' not in secretary.page.text
    assert f'id="a{booked.id}-{room.id}"' in secretary.page.text


def test_the_number_of_questions_does_not_grow_with_the_day(work: Work, secretary: Visitor) -> None:
    def asked() -> int:
        seen: list[str] = []

        def note(*arguments: object) -> None:
            seen.append(str(arguments[2]))

        engine = work.session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        secretary.get(f"{work.at}/kalender/udsnit?dato=2026-11-24").says()
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    tomorrow = NINE + timedelta(days=1)
    work.booked(start=tomorrow)
    secretary.get(f"{work.at}/kalender?dato=2026-11-24")
    few = asked()
    for number in range(1, 8):
        work.booked(make.patient(work.session, work.place.clinic), tomorrow + number * HOUR / 2)
    secretary.get(f"{work.at}/kalender?dato=2026-11-24")
    assert asked() == few <= 16


def test_a_day_looked_at_for_long_is_in_the_log_once_a_quarter(
    work: Work, secretary: Visitor, freezer: object
) -> None:
    work.booked()
    patient = work.place.patient
    for minute in (0, 1, 5, 14):
        freezer.move_to(datetime(2026, 11, 23, 7, minute, tzinfo=UTC))  # type: ignore[attr-defined]
        secretary.get(f"{work.at}/kalender")
        secretary.get(f"{work.at}/kalender/udsnit")
    assert work.looks_at(patient) == ["staff_grid.day"]
    newcomer = make.patient(work.session, work.place.clinic)
    work.booked(newcomer, NINE + HOUR)
    secretary.get(f"{work.at}/kalender/udsnit").says(newcomer.name)
    assert work.looks_at(newcomer) == ["staff_grid.part"]
    assert work.looks_at(patient) == ["staff_grid.day"]
    freezer.move_to(datetime(2026, 11, 23, 7, 16, tzinfo=UTC))  # type: ignore[attr-defined]
    secretary.get(f"{work.at}/kalender/udsnit")
    assert len(work.looks_at(patient)) == 2


def test_a_wrong_date_is_said_and_today_is_shown(work: Work, secretary: Visitor) -> None:
    secretary.get(f"{work.at}/kalender?dato=32-13-2026").says(
        "Mandag 23. november 2026", "Skriv en dato som 24-11-2026.", status=422
    )


def test_another_clinics_grid_is_not_found(work: Work, secretary: Visitor) -> None:
    other = make.clinic(work.session)
    work.session.commit()
    secretary.get(f"/klinik/{other.id}/kalender").says(status=404)
