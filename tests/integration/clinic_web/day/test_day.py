"""The day list: whose day, who comes and why, and what happens to each."""

from datetime import date, timedelta

import pytest

from booking.people.models import PatientNeed
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work, nobody_is_named
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T08:10:00Z")  # a Monday, 9.10


def act(page: Visitor, work: Work, number: int, what: str, **more: object) -> Visitor:
    return page.post(f"{work.at}/tider/{number}/dagen", do=what, **more)


@pytest.fixture
def today(work: Work, freezer: object) -> int:
    """An appointment at nine today, booked before it."""
    freezer.move_to("2026-11-23T07:00:00Z")  # type: ignore[attr-defined]
    number = work.booked().id
    freezer.move_to("2026-11-23T08:10:00Z")  # type: ignore[attr-defined]
    return number


def test_a_clinician_sees_their_own_day_first(work: Work, today: int, doctor: Visitor) -> None:
    place = work.place
    work.session.add(
        PatientNeed(patient_id=place.patient.id, need="hearing", told_by="staff", since=NINE)
    )
    work.session.commit()
    doctor.get(f"{work.at}/dag")
    doctor.says(
        "Mandag 23. november 2026",
        f"Tider hos {place.doctor.name}",
        "9.00–9.30",
        place.patient.name,
        place.control.name,
        "Leddegigt",
        f"Fremmøde, {place.rooms[0].name}",
        "Nedsat hørelse",
        "Bekræftet",
    )
    assert work.looks_at(place.patient) == ["staff_day.day"]
    doctor.get(f"{work.at}/dag?hos={place.other_doctor.id}")
    doctor.says("Ingen tider denne dag")


def test_a_secretary_sees_everyones_day_and_may_look_at_another(
    work: Work, today: int, secretary: Visitor
) -> None:
    secretary.get(f"{work.at}/dag").says("Tider hos alle behandlere", work.place.patient.name)
    secretary.get(f"{work.at}/dag?dato=2026-11-24").says(
        "Tirsdag 24. november 2026", "Gå til i dag"
    )


def test_arrived_called_in_done_and_back_again(
    work: Work, today: int, doctor: Visitor, secretary: Visitor
) -> None:
    act(secretary, work, today, "arrive").says("Ankommet")
    act(doctor, work, today, "call_in").says("Kaldt ind")
    act(doctor, work, today, "done").says("Gennemført")
    assert work.status(today) == "fulfilled"
    for status in ("checked-in", "arrived", "booked"):
        act(doctor, work, today, "undo").says()
        assert work.status(today) == status


def test_one_lands_on_the_same_row(work: Work, today: int, doctor: Visitor) -> None:
    answer = doctor.client.post(
        f"{work.at}/tider/{today}/dagen", data={"do": "arrive", "hos": "alle"}
    )
    assert answer.headers["Location"] == f"{work.at}/dag?dato=2026-11-23&hos=alle#a{today}"


def test_doing_it_twice_changes_nothing_and_says_so(
    work: Work, today: int, doctor: Visitor
) -> None:
    act(doctor, work, today, "done")
    doctor.says("Intet er ændret: tiden står nu som Bekræftet.")
    act(doctor, work, today, "call_in")
    act(doctor, work, today, "call_in").says("Intet er ændret: tiden står nu som Kaldt ind.")


def test_who_did_not_come_can_be_undone_unless_someone_has_the_time(
    work: Work, today: int, secretary: Visitor
) -> None:
    act(secretary, work, today, "did_not_come").says("Udeblevet")
    act(secretary, work, today, "undo").says("Bekræftet")
    act(secretary, work, today, "did_not_come")
    other = make.patient(work.session, work.place.clinic, family_name="Nielsen")
    work.session.commit()
    work.booked(other)
    act(secretary, work, today, "undo").says("Tiden er lige blevet taget", "Nielsen")
    assert work.status(today) == "noshow"


def test_nobody_is_absent_before_the_time_begins(work: Work, secretary: Visitor) -> None:
    tomorrow = work.booked(start=NINE + timedelta(days=1)).id
    act(secretary, work, tomorrow, "did_not_come").says("Tiden er ikke begyndt")


def test_another_clinics_time_with_the_same_clinician_is_only_taken(
    work: Work, today: int, doctor: Visitor
) -> None:
    theirs = make.patient(work.session, family_name="Hemmelig")
    work.booked(start=NINE.replace(hour=12), place=work.elsewhere(theirs))
    doctor.get(f"{work.at}/dag").says("13.00–13.30", "Optaget", "i en anden klinik")
    nobody_is_named(doctor, [theirs])
    assert work.looks_at(theirs) == []


def test_addresses_with_nonsense_are_answered_kindly(work: Work, doctor: Visitor) -> None:
    doctor.get(f"{work.at}/dag?dato=i+morgen").says("Skriv en dato som", status=422)
    doctor.get(f"{work.at}/dag?hos=99999").says(status=404)
    doctor.get(f"{work.at}/dag?hos=<script>").says(status=404)
    doctor.get("/klinik/999999/dag").says(status=404)


def test_a_closed_day_says_so_and_leads_to_the_next_open_one(
    work: Work, doctor: Visitor, secretary: Visitor
) -> None:
    secretary.get(f"{work.at}/dag?hos=alle&dato=2026-11-28")
    secretary.says("Klinikken er lukket denne dag", "Gå til mandag 30. november 2026")
    secretary.get(f"{work.at}/dag?hos=alle&dato=2026-12-25")
    secretary.says("Klinikken er lukket denne dag", "Juledag", "Gå til mandag 28. december 2026")
    work.closed(date(2026, 11, 30), date(2026, 12, 1))
    secretary.get(f"{work.at}/dag?hos=alle&dato=2026-11-30")
    secretary.says("Klinikken er lukket denne dag", "Gå til onsdag 2. december 2026")
    secretary.get(f"{work.at}/dag?hos=alle&dato=2026-12-02").says("Ingen tider denne dag")
    doctor.get(f"{work.at}/dag?dato=2026-11-28")
    doctor.says(f"{work.place.doctor.name} har ingen timer denne dag", "Se alle behandleres dag")


def test_where_nothing_is_ever_open_there_is_nowhere_to_go(work: Work, secretary: Visitor) -> None:
    nurse = make.clinician(work.session, work.place.clinic, profession="nurse")
    work.session.commit()
    secretary.get(f"{work.at}/dag?hos={nurse.id}").says("har ingen timer denne dag")
    assert "Gå til mandag" not in secretary.text
