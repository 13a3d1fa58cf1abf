"""Several times at once, on the secretary's pages."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.sequences import service
from booking.sequences.models import ContactSequence, SequencePart
from booking.sequences.proposing import propose
from tests import factories as make
from tests.integration.clinic_web.day.conftest import signed_in
from tests.integration.patient_web.conftest import Visitor
from tests.integration.patient_web.conftest import signed_in as at_home
from tests.integration.sequences.conftest import Ward
from tests.integration.sequences.test_sequences import take

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark


@pytest.fixture
def secretary(app: Flask, ward: Ward) -> Visitor:
    """The secretary at work."""
    return signed_in(app, ward.staff)


def at(ward: Ward) -> str:
    return f"/klinik/{ward.clinic.id}"


def series(ward: Ward, **changed: object) -> str:
    """The address of a proposal: four Tuesdays at 9.00."""
    asked = {
        "visit_type": ward.training.id, "first": "2026-11-24", "every": 1, "unit": "week",
        "count": 4, "clock": "09:00", "minutes_off": 60, **changed,
    }  # fmt: skip
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{at(ward)}/patienter/{ward.patient.id}/flere-tider/gentagne?{query}"


def chosen(page: Visitor) -> dict[str, str]:
    """What stands in each row of the proposal."""
    found = {}
    for name, options in re.findall(
        r'<select[^>]* name="(row_\d+)"[^>]*>(.*?)</select>', page.page.text, re.DOTALL
    ):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        found[name] = unescape(next((v for v, selected in values if selected), ""))
    return found


def test_from_the_patients_page_a_series_is_proposed_changed_and_booked(
    session: Session, ward: Ward, secretary: Visitor
) -> None:
    secretary.get(f"{at(ward)}/patienter/{ward.patient.id}").says("Book flere tider")
    secretary.get(f"{at(ward)}/patienter/{ward.patient.id}/flere-tider").says(
        "Gentagne tider", "Flere kontakter på én dag", "Antal gange"
    )
    secretary.get(series(ward)).says(
        "Hver uge, omkring kl. 9.00", "Intet er booket endnu", "tirsdag 15. december 2026"
    )
    rows = chosen(secretary)
    assert len(rows) == 4
    secretary.post(series(ward), **{**rows, "row_3": "-"}, channel="phone")
    secretary.says("Alle 3 tider er booket.", "Sprunget over", "Find en tid", "Aflys resten")
    assert session.scalar(select(func.count(Appointment.id))) == 3
    session.commit()
    secretary.get(f"{at(ward)}/patienter/{ward.patient.id}").says("3 af 4 booket")


def test_what_was_typed_is_kept_and_told_what_is_wrong(ward: Ward, secretary: Visitor) -> None:
    page = secretary.get(series(ward, until="2026-12-24", clock="10:30"))
    page.says("Skriv enten et antal eller en sidste dag.", status=422)
    assert 'value="10:30"' in page.page.text
    page = secretary.get(series(ward, clock="10:30", ret=1))
    page.says("Antal gange")
    assert 'value="10:30"' in page.page.text
    secretary.get(series(ward, clinician=ward.doctor.id)).says(
        "Behandleren har ikke den slags kontakter.", status=422
    )


def test_one_taken_meanwhile_books_nothing_and_proposes_anew(
    session: Session, ward: Ward, secretary: Visitor
) -> None:
    rows = chosen(secretary.get(series(ward)))
    occasion = propose(session, ward.by, ward.course, ward.weekly(count=2)).rows[1]
    assert occasion.slot is not None
    take(session, ward, occasion.slot.start)
    session.commit()
    secretary.post(series(ward), **rows)
    secretary.says("Nr. 2 er lige blevet taget, så ingen af tiderne er booket.", status=409)
    again = chosen(secretary)
    assert again["row_1"] == rows["row_1"]
    assert again["row_2"] != rows["row_2"]
    assert session.scalar(select(func.count(ContactSequence.id))) == 0
    session.commit()
    secretary.post(series(ward), **again).says("Alle 4 tider er booket.")


def test_a_row_without_a_choice_is_pointed_at(ward: Ward, secretary: Visitor) -> None:
    rows = chosen(secretary.get(series(ward)))
    secretary.post(series(ward), **{**rows, "row_2": ""})
    secretary.says("Vælg en tid til nr. 2.", status=422)
    secretary.post(series(ward), **dict.fromkeys(rows, "-"))
    secretary.says("Der mangler en tid", status=409)


def test_a_date_is_skipped_and_booked_again_and_the_rest_cancelled(
    session: Session, ward: Ward, secretary: Visitor
) -> None:
    sequence = service.book(
        session, ward.by, propose(session, ward.by, ward.course, ward.weekly(count=3))
    )
    session.commit()
    page = f"{at(ward)}/flere-tider/{sequence.id}"
    part = sequence.parts[1]
    secretary.get(f"{page}/{part.id}/spring-over").says("Spring datoen over")
    secretary.post(f"{page}/{part.id}/spring-over").says("Vælg en grund.", status=422)
    secretary.post(f"{page}/{part.id}/spring-over", reason="work").says(
        "Datoen er sprunget over", "Book igen"
    )
    secretary.post(f"{page}/{part.id}/gendan").says("Datoen er booket igen.")
    secretary.post(f"{page}/{part.id}/spring-over", reason="work")
    assert part.appointment is not None
    take(session, ward, part.appointment.starts_at)
    session.commit()
    secretary.post(f"{page}/{part.id}/gendan").says("Tiden er taget af en anden.", status=409)
    secretary.post(f"{page}/{part.id}/gendan", start=secretary.times[0])
    secretary.says("Datoen er booket igen.")
    secretary.get(f"{page}/aflys-resten").says("Aflys resten af tiderne")
    secretary.post(f"{page}/aflys-resten", reason="better").says("Aflyst: 3.", "Afsluttet")
    secretary.post(f"{page}/{part.id}/gendan").says("Det passer ikke længere")


def test_a_day_in_order_is_proposed_booked_and_one_part_moved_with_a_warning(
    session: Session, ward: Ward, secretary: Visitor
) -> None:
    address = (
        f"{at(ward)}/patienter/{ward.patient.id}/flere-tider/samme-dag?first=2026-11-24"
        f"&last=2026-12-04&type_1={ward.blood.id}&type_2={ward.visit.id}&least_2=15&most_2=60"
    )
    rows = chosen(secretary.get(address))
    secretary.says("Blodprøve", "Kontrol", "Se en senere dag")
    secretary.post(address, **rows).says("Alle 2 tider er booket.", "I rækkefølge på samme dag")
    visit = session.scalars(select(SequencePart).where(SequencePart.position == 2)).one()
    session.commit()
    page = f"{at(ward)}/flere-tider/{visit.sequence_id}/{visit.id}/flyt"
    secretary.get(page).says("Flyt Kontrol", "Der er for lang tid siden den forrige")
    late = secretary.times[-1]
    secretary.post(page, start=late).says("Flyt den alligevel", status=409)
    secretary.post(page, start=late, anyway="1").says(
        "Tiden er flyttet.", "Tiderne ligger ikke længere i den rækkefølge"
    )


def test_a_day_that_cannot_be_says_why(ward: Ward, secretary: Visitor) -> None:
    secretary.get(
        f"{at(ward)}/patienter/{ward.patient.id}/flere-tider/samme-dag?first=2026-11-24"
        f"&last=2026-11-27&type_1={ward.blood.id}&type_2={ward.visit.id}&least_2=470&most_2=480"
    ).says("Ingen af tiderne kan findes", "ikke i rækkefølge med de andre på én dag")


def test_another_clinics_sequence_and_patient_are_not_found(
    session: Session, ward: Ward, secretary: Visitor
) -> None:
    other = make.clinic(session)
    stranger = make.patient(session, other)
    sequence = service.book(
        session, ward.by, propose(session, ward.by, ward.course, ward.weekly(count=1))
    )
    sequence.clinic_id = other.id
    session.commit()
    for path in (
        f"/flere-tider/{sequence.id}",
        f"/flere-tider/{sequence.id}/aflys-resten",
        f"/patienter/{stranger.id}/flere-tider/gentagne",
        f"/patienter/{ward.patient.id}/flere-tider/noget-andet",
    ):
        assert secretary.get(at(ward) + path).page.status_code == 404


def test_the_patient_reads_which_of_them_it_is_and_what_comes_first(
    app: Flask, session: Session, ward: Ward
) -> None:
    weekly = service.book(
        session, ward.by, propose(session, ward.by, ward.course, ward.weekly(count=3))
    )
    service.skip(session, ward.by, weekly.parts[0], "work")
    day = service.book(session, ward.by, propose(session, ward.by, ward.course, ward.one_day()))
    patient = at_home(app, session, ward.patient)
    third = weekly.parts[2].appointment
    assert third is not None
    patient.get(f"/tid/{third.id}").says("Det er nr. 2 af 2 tider, der hører sammen.")
    visit = day.parts[1].appointment
    assert visit is not None
    patient.get(f"/tid/{visit.id}").says("Du har flere tider i rækkefølge:", "Blodprøve")
    assert patient.text.index("Blodprøve") < patient.text.index("(denne tid)")
