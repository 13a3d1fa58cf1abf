"""The pages of the review: a leader begins, a clinician goes through the groups."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.appointments.models import Appointment
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from tests import factories as make
from tests.integration.triage_rules.checkups.conftest import House
from tests.integration.triage_rules.followup.conftest import GREEN, contact, rules
from tests.integration.triage_rules.followup_pages.conftest import says
from triage_rules.checkups import queries
from triage_rules.checkups.models import CheckupReview
from triage_rules.followup.models import PathwayContact

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def home(house: House) -> str:
    return f"/klinik/{house.here.place.clinic.id}/gennemgang"


def begun(house: House, leader: FlaskClient) -> TestResponse:
    """A review of the coming half year."""
    sent = {
        "visit_types": [house.here.talk.id],
        "first": "2026-11-23",
        "last": "2027-05-24",
        "pathway": "",
    }
    return leader.post(home(house), data=sent)


def test_a_leader_begins_and_sees_what_the_rules_propose(
    session: Session, house: House, leader: FlaskClient, clinician: FlaskClient
) -> None:
    house.here.pathway.standards = ["diabetes_feet_2y"]
    session.flush()
    house.here.answer(session, GREEN)
    house.planned(session, 6)
    house.here.place.course.started_on = date(2020, 1, 1)
    session.commit()
    says(clinician.get(home(house)), "Ingen gennemgang er begyndt", "En leder begynder den")
    says(leader.get(home(house)), "Begynd en gennemgang", "Samtale")
    says(clinician.post(home(house)), status=403)
    made = begun(house, leader)
    assert made.status_code == 303
    page = leader.get(made.location)
    text = says(
        page,
        "Klar til gennemgang",
        "Ser ud til at kunne undværes",
        house.here.plan.patient.name,
        "Nyt spørgeskema, senest 24. maj 2027",
        "Sygdomsaktivitet, række 3",
        "Overskredet, og skal gøres også uden denne kontakt: Fødder undersøgt hvert 2. år.",
        "Kan frigøres endnu 30 minutter",
    )
    assert "Godkend: aflys" not in text  # that is a clinician's


def test_a_clinician_accepts_and_rejects_in_groups(
    session: Session, house: House, leader: FlaskClient, clinician: FlaskClient
) -> None:
    house.here.answer(session, GREEN)
    for weeks in (4, 6):
        house.planned(session, weeks)
    session.commit()
    there = begun(house, leader).location
    page = clinician.get(there)
    lines = re.findall(r'name="lines" value="(\d+)"', page.text)
    assert len(lines) == 2
    settle = f"{there}/afgoer"
    group = {"gruppe": "unneeded", "side": "1"}
    says(clinician.post(settle, data={**group, "what": "accept"}), "Vælg mindst", status=422)
    lacking = {**group, "what": "reject", "lines": lines[:1]}
    says(clinician.post(settle, data=lacking), "Vælg, hvorfor", status=422)
    says(leader.post(settle, data=lacking), status=403)
    rejected = {**lacking, "reason": "clinical", "words": "Ses efter operation"}
    says(
        clinician.post(settle, data=rejected, follow_redirects=True),
        "1 er afvist",
        "Afvist: Faglig vurdering. Ses efter operation",
    )
    accepted = {**group, "what": "accept", "lines": lines}
    says(
        clinician.post(settle, data=accepted, follow_redirects=True),
        "1 er godkendt",
        "Det er afgjort allerede",
        "Aflyst, og patienten følges med spørgeskema",
        "Frigjort 30 minutter",
    )
    worklist = f"/klinik/{house.here.place.clinic.id}/arbejdsliste"
    says(leader.get(worklist), "Kontrollen er aflyst efter en gennemgang")
    says(leader.post(f"{there}/luk", follow_redirects=True), "Lukket", "30 min")


def test_a_rejected_line_is_opened_again_from_the_list(
    session: Session, house: House, leader: FlaskClient, clinician: FlaskClient
) -> None:
    house.here.answer(session, GREEN)
    house.planned(session, 6)
    session.commit()
    there = begun(house, leader).location
    (line,) = re.findall(r'name="lines" value="(\d+)"', clinician.get(there).text)
    group = {"gruppe": "unneeded", "side": "1"}
    rejected = {**group, "what": "reject", "lines": line, "reason": "wish"}
    page = clinician.post(f"{there}/afgoer", data=rejected, follow_redirects=True)
    says(page, "Afvist: Patienten ønsker det.", "Tag stilling igen")
    assert f'formaction="{there}/linjer/{line}/igen"' in page.text
    assert "Tag stilling igen" not in leader.get(there).text
    again = f"{there}/linjer/{line}/igen"
    says(leader.post(again, data=group), status=403)
    page = clinician.post(again, data=group, follow_redirects=True)
    assert "Afvist:" not in says(page, "Godkend: aflys")
    assert clinician.post(again, data=group).status_code == 303  # as somebody else's second press
    says(clinician.post(f"{there}/linjer/999999/igen", data=group), status=404)


def test_a_replaced_check_up_shows_its_new_time_on_its_line(
    session: Session, house: House, leader: FlaskClient, clinician: FlaskClient
) -> None:
    here = house.here
    here.answer(session, GREEN)
    video = make.visit_type(
        session, here.place.clinic, name="Videosamtale", forms="video", base_minutes=20
    )
    here.pathway.contacts.append(PathwayContact(profession="doctor", visit_type=video))
    here.talk.forms = "in_person"
    here.publish(session, rules(green=contact("contact", "video", (4, 6, 8), minutes=20)))
    house.planned(session, 6)
    session.commit()
    there = begun(house, leader).location
    (line,) = re.findall(r'name="lines" value="(\d+)"', clinician.get(there).text)
    accepted = {"gruppe": "other_form", "side": "1", "what": "accept", "lines": line}
    page = clinician.post(f"{there}/afgoer", data=accepted, follow_redirects=True)
    new = session.scalars(select(Appointment).where(Appointment.visit_type == video)).one()
    at = "mandag 21. december 2026 kl. 8.00"
    says(page, f"Erstattet af: Videosamtale, video, 20 min, {new.clinician.name}, {at}.")


def test_everyone_on_the_page_can_be_chosen_at_once(
    session: Session,
    house: House,
    leader: FlaskClient,
    clinician: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "SHOWN", 2)
    house.here.answer(session, GREEN)
    for weeks in (3, 4, 6):
        house.planned(session, weeks)
    session.commit()
    there = begun(house, leader).location
    page = clinician.get(there)
    says(page, "Side 1 af 2")
    assert 'gruppe=unneeded&amp;side=2#lines"' in page.text
    shown = re.findall(r'name="shown" value="(\d+)"', page.text)
    assert len(shown) == 2
    sent = {"gruppe": "unneeded", "what": "accept", "everyone": "1", "shown": shown}
    says(clinician.post(f"{there}/afgoer", data=sent), "Sæt kryds, hvis alle", status=422)
    sent["sure"] = "1"
    says(clinician.post(f"{there}/afgoer", data=sent, follow_redirects=True), "2 er godkendt")
    says(leader.get(there), "Frigjort 60 minutter", "Kan frigøres endnu 30 minutter")
    foreign = {**sent, "shown": [*shown, "999999"]}
    says(clinician.post(f"{there}/afgoer", data=foreign), status=404)


def test_a_kind_of_contact_the_pathway_does_not_order_is_not_chosen_and_is_told_of(
    session: Session, house: House, leader: FlaskClient
) -> None:
    here = house.here
    house.here.answer(session, GREEN)
    _made, time = house.planned(session, 6)
    assert time is not None
    time.visit_type = here.place.control
    session.commit()
    page = leader.get(home(house)).text
    chosen = re.findall(r'name="visit_types" value="(\d+)"[^>]* checked', page)
    assert chosen == [str(here.talk.id)]
    sent = {"visit_types": [here.place.control.id], "first": "2026-11-23", "last": "2027-05-24"}
    told = "Opfølgningstypen bestiller ikke selv den kontakttype."
    says(leader.post(home(house), data=sent, follow_redirects=True), told)
    time.visit_type = here.talk
    session.commit()
    text = says(leader.get(begun(house, leader).location), "Ser ud til at kunne undværes")
    assert told not in text


def test_what_cannot_be_begun_says_why(session: Session, house: House, leader: FlaskClient) -> None:
    says(begun(house, leader), "Der er ingen kontroller at gennemgå", status=409)
    wrong = {"first": "2026-12-01", "last": "2026-11-24"}
    says(
        leader.post(home(house), data=wrong),
        "Vælg mindst én kontakttype.",
        "Slutdatoen ligger før",
        status=422,
    )


def test_another_clinics_review_is_not_found(
    session: Session, house: House, leader: FlaskClient
) -> None:
    house.here.answer(session, GREEN)
    house.planned(session, 6)
    session.commit()
    mine = begun(house, leader).location
    number = int(mine.rsplit("/", 1)[1])
    elsewhere = make.clinic(session, name="Naboklinikken")
    session.commit()
    session.get_one(CheckupReview, number).clinic_id = elsewhere.id
    session.commit()
    says(leader.get(mine), status=404)
    for act in ("igen", "luk"):
        says(leader.post(f"{mine}/{act}"), status=404)


def test_a_line_of_another_review_is_not_found_and_a_refused_patient_is_logged(
    session: Session, house: House, leader: FlaskClient, clinician: FlaskClient
) -> None:
    house.here.answer(session, GREEN)
    house.planned(session, 6)
    session.commit()
    first, second = begun(house, leader).location, begun(house, leader).location
    (line,) = re.findall(r'name="lines" value="(\d+)"', clinician.get(first).text)
    sent = {"gruppe": "unneeded", "side": "1", "what": "accept", "lines": line}
    says(clinician.post(f"{second}/afgoer", data=sent), status=404)
    assert clinician.post(f"{first}/afgoer", data=sent).status_code == 303
    assert clinician.post(f"{first}/afgoer", data=sent).status_code == 303
    places = session.scalars(select(AuditEntry.place).where(AuditEntry.action == "look")).all()
    assert "staff_checkups.settle" in places
