"""Who is expected, here or missing; how long they wait, and who runs late."""

from datetime import timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments import attendance
from booking.people.models import Patient
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:50:00Z")


def someone(work: Work, family: str) -> Patient:
    made = make.patient(work.session, work.place.clinic, family_name=family)
    work.session.commit()
    return made


def after(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def test_the_three_lists_and_what_each_says(
    secretary: Visitor, work: Work, freezer: FrozenDateTimeFactory
) -> None:
    late, here, soon = (someone(work, name) for name in ("Sen", "Herværende", "Snarlig"))
    far = someone(work, "Fjern")
    work.booked(late, NINE)
    waiting = work.booked(here, NINE + after(30))
    work.booked(soon, NINE + after(60))
    work.booked(far, NINE + after(150))
    freezer.move_to(NINE + after(5))
    attendance.arrive(work.session, make.as_patient(here), waiting, "kiosk")
    work.session.commit()
    page = secretary.get(f"{work.at}/ankomster")
    page.says("Er her og venter (1)", "Her i 0 min, tiden er om 25 min", "meldte sig selv")
    assert "Ikke kommet" not in page.text
    page.says("Ventes inden for en time (2)", "5 min efter tiden")  # not yet given up
    freezer.move_to(NINE + after(12))
    page.get(f"{work.at}/ankomster").says(
        "Ikke kommet (1)", "12 min efter tiden", "Ventes inden for en time (1)", "Snarlig"
    )
    assert "Fjern" not in page.text
    assert "staff_arrivals.arrivals" in work.looks_at(here)
    assert work.looks_at(far) == ["staff_day.day"] or work.looks_at(far) == []


def test_who_comes_for_two_contacts_waits_for_one_at_a_time(
    secretary: Visitor, work: Work, freezer: FrozenDateTimeFactory
) -> None:
    patient, page = someone(work, "Tobesøg"), f"{work.at}/ankomster"
    first, then = work.booked(patient, NINE), work.booked(patient, NINE + after(30))
    freezer.move_to(NINE - after(5))
    for one in (first, then):
        attendance.arrive(work.session, make.as_patient(patient), one, "kiosk")
    work.session.commit()
    doctor = work.place.doctor.name
    secretary.get(page).says("Her i 0 min, tiden er om 5 min", f"Skal først ind til {doctor}")
    attendance.call_in(work.session, work.place.secretary, first)
    work.session.commit()
    secretary.get(page).says(f"Er inde hos {doctor}")
    freezer.move_to(NINE + after(40))
    attendance.done(work.session, work.place.secretary, first)
    work.session.commit()
    freezer.move_to(NINE + after(45))
    secretary.get(page).says("Ude fra forrige for 5 min siden, 15 min over tiden")


def test_the_waiting_rooms_poster_leads_to_where_one_says_so(
    secretary: Visitor, work: Work
) -> None:
    secretary.get(f"{work.at}/ankomster").says("Plakat til venteværelset")
    page = secretary.get(f"{work.at}/ankomster/plakat")
    address = f"/ankomst/{work.place.clinic.id}"
    page.says("Meld din ankomst her", address, work.place.clinic.name)
    assert '<svg viewBox="0 0 ' in page.page.text
    assert "style=" not in page.page.text


def test_what_is_pressed_comes_back_here_and_who_is_here_is_missing_from_nothing(
    secretary: Visitor, work: Work, freezer: FrozenDateTimeFactory
) -> None:
    patient = someone(work, "Tobesøg")
    first = work.booked(patient, NINE)
    work.booked(patient, NINE + after(30))
    freezer.move_to(NINE + after(15))
    secretary.get(f"{work.at}/ankomster").says("Ikke kommet (1)")
    freezer.move_to(NINE + after(45))
    secretary.get(f"{work.at}/ankomster").says("Ikke kommet (2)")
    secretary.post(f"{work.at}/tider/{first.id}/dagen", do="arrive", fra="ankomst")
    assert secretary.path == f"{work.at}/ankomster"
    secretary.says("Er her og venter (1)", "kom 45 min efter tiden")
    assert "Ikke kommet" not in secretary.text


def test_the_day_shows_waits_and_who_runs_late_today_only(
    secretary: Visitor, work: Work, freezer: FrozenDateTimeFactory
) -> None:
    inside, waiting = (
        work.booked(someone(work, "Inde"), NINE),
        work.booked(someone(work, "Ude"), NINE + after(30)),
    )
    freezer.move_to(NINE + after(20))
    attendance.arrive(work.session, work.place.secretary, waiting)
    attendance.call_in(work.session, work.place.secretary, inside)
    work.session.commit()
    secretary.get(f"{work.at}/dag")
    freezer.move_to(NINE + after(40))
    page = secretary.get(f"{work.at}/dag")
    name = work.place.doctor.name
    page.says(f"Forsinket nu: {name} ca. 20 min.", "Her i 20 min, 10 min over tiden")
    secretary.get(f"{work.at}/ankomster").says(
        f"Forsinket nu: {name} ca. 20 min.", "kaldes ind ca. kl. 9.50"
    )
    page = secretary.get(f"{work.at}/dag?dato=2026-11-24")
    assert "Forsinket nu" not in page.text
