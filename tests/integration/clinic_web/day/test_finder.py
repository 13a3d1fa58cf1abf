"""The search box of the staff's frame, and the keys that go with it."""

from datetime import date

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.people import cpr
from booking.people.models import Patient
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from tests import factories as make
from tests.integration.clinic_web.day.conftest import Work, signed_in
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def person(work: Work, given: str, family: str, **values: object) -> Patient:
    made = make.patient(
        work.session, work.place.clinic, given_name=given, family_name=family, **values
    )
    work.session.commit()
    return made


def looks(work: Work) -> list[set[int]]:
    """Whom each look from the box named, in order."""
    rows = work.session.scalars(
        select(AuditEntry).where(AuditEntry.place == "staff_finder.look").order_by(AuditEntry.id)
    ).all()
    named = [{one.patient_id for one in row.subjects} for row in rows]
    work.session.commit()
    return named


def typed(secretary: Visitor, work: Work, text: str) -> Visitor:
    return secretary.post(f"{work.at}/soeg", text=text)


def test_a_row_says_what_is_next_and_what_waits_and_leads_there(
    secretary: Visitor, work: Work
) -> None:
    karen = person(work, "Karen", "Holm", birth_date=date(1961, 3, 4))
    booked = work.booked(karen)
    course = make.course(work.session, work.place.clinic, karen)
    days = date(2026, 11, 30), date(2026, 12, 4)
    late = make.invitation(work.session, course, work.place.control, *days)
    urgent = make.invitation(
        work.session, course, work.place.control, *days, deadline_on=date(2026, 12, 2)
    )
    work.session.commit()
    page = typed(secretary, work, "karen ho")
    page.says("Karen Holm , f. 1961", "Næste tid", "kl. 9.00", "venter på en tid", "frist")
    links = page.page.text
    assert f'{work.at}/patienter/{karen.id}"' in links
    assert f"{work.at}/invitationer/{urgent.id}/tider" in links
    assert f"{work.at}/invitationer/{late.id}/tider" not in links
    assert f"{work.at}/tider/{booked.id}/flyt" in links


def test_whoever_has_no_invitation_is_booked_from_the_visit_types(
    secretary: Visitor, work: Work
) -> None:
    bo = person(work, "Bo", "Aagaard", birth_date=date(1960, 12, 20))
    page = typed(secretary, work, "201260")
    page.says("Bo Aagaard", "Ingen kommende tid")
    assert f"{work.at}/patienter/{bo.id}/book" in page.page.text


def test_only_the_clinics_own_patients_are_found_and_the_number_is_in_no_address(
    secretary: Visitor, work: Work
) -> None:
    elsewhere = make.clinic(work.session)
    number = "0403611234"
    for clinic, family in ((work.place.clinic, "Herfra"), (elsewhere, "Derfra")):
        one = make.patient(work.session, clinic, given_name="Åse", family_name=family)
        if clinic is work.place.clinic:
            one.cpr_hash = work.session.vault.fingerprint("cpr", cpr.normalise(number))
    work.session.commit()
    assert "Derfra" not in typed(secretary, work, "åse").text
    page = typed(secretary, work, "040361-1234")
    page.says("Åse Herfra")
    assert "040361" not in page.page.text
    assert secretary.client.get(f"{work.at}/soeg?text=040361-1234").status_code == 405
    assert "Ingen fundet her på klinikken" in typed(secretary, work, "derfra").text


def test_typing_on_is_one_look_and_other_names_are_another(
    secretary: Visitor, work: Work, freezer: FrozenDateTimeFactory
) -> None:
    karen, karsten = person(work, "Karen", "Xholm"), person(work, "Karsten", "Xholm")
    for text in ("x", "xh", "karen xh", "kars xholm"):
        typed(secretary, work, text)
    assert looks(work) == [{karen.id, karsten.id}]
    ole = person(work, "Ole", "Ygdrasil")
    typed(secretary, work, "ole y")
    typed(secretary, work, "findes ikke")
    assert looks(work)[1:] == [{ole.id}]
    freezer.tick(16 * 60)
    typed(secretary, work, "karen xh")
    assert looks(work)[2:] == [{karen.id}]


def test_many_namesakes_are_cut_short_and_nobody_unseen_is_logged(
    secretary: Visitor, work: Work
) -> None:
    for _one in range(11):
        person(work, "Jens", "Zacho")
    page = typed(secretary, work, "zacho")
    page.says("3 flere. Skriv mere, for eksempel fødselsåret.")
    assert len(looks(work)[0]) == 8


def test_without_scripts_the_box_leads_to_the_search_page(secretary: Visitor, work: Work) -> None:
    person(work, "Karen", "Holm")
    page = secretary.get(f"{work.at}/arbejdsliste")
    assert f'action="{work.at}/patienter"' in page.page.text
    secretary.post(f"{work.at}/patienter", text="karen holm").says("Karen Holm")
    assert secretary.path == f"{work.at}/patienter/fundet"


def test_the_keys_stand_on_a_page_and_can_be_turned_off_in_a_browser(
    app: Flask, session: Session, secretary: Visitor, work: Work
) -> None:
    page = secretary.get(f"{work.at}/genveje")
    page.says("Tastaturgenveje", "Arbejdsliste", "Find patient")
    assert "data-keys-on" in page.page.text
    page = secretary.post(f"{work.at}/genveje", keys="off")
    page.says("Genvejene er slået fra.")
    assert "data-keys-on" not in page.page.text
    secretary.post("/klinik/log-ud")
    again = secretary.post(
        "/klinik/log-ind", username=work.place.staff.username, password=make.PASSWORD
    )
    assert "data-keys-on" not in again.page.text
    other_browser = signed_in(app, work.place.staff).get(f"{work.at}/dag")
    assert "data-keys-on" in other_browser.page.text
    assert "data-keys-on" in secretary.post(f"{work.at}/genveje", keys="on").page.text
