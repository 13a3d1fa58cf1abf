"""What a patient gets, before anybody gets it."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from booking.platform.audit import about_patient
from booking.platform.database import Session
from reminders.policies import queries
from tests import factories as make
from tests.integration.reminders.conftest import Sending
from tests.integration.triage_rules.followup_pages.conftest import says

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TEN = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


@pytest.fixture
def there(home: str, sending: Sending) -> str:
    """The page."""
    return f"{home}/hvad-faar-patienten"


def test_a_visit_that_is_made_up_shows_each_message_its_time_channel_and_words(
    session: Session, desk: FlaskClient, sending: Sending, there: str
) -> None:
    page = desk.get(asked(session, sending, there))
    says(
        page,
        "3 beskeder",
        "mandag 23. november 2026 kl. 9.30 Ny tid · SMS",
        "fredag 4. december 2026 kl. 10.00 Påmindelse · SMS Husk din tid på Sygehus Nord mandag "
        "7/12 kl. 10.00. Svar 1=ja, 2=afbud, 3=ny tid.",
        "søndag 6. december 2026 kl. 10.00 Påmindelse · SMS Vi venter dig",
        "Højst 1 SMS-del",
        "Når den ikke frem: opkald",
    )
    assert sending.messages() == []


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("&extra_help=1", "mandag 30. november 2026 kl. 16.00 Påmindelse · opkald"),
        ("&channel=voice", "Ny tid · opkald Du har fået en tid"),
        ("&language=en", "Reply 1=OK, 2=can't come, 3=new time."),
        ("&happened=cancelled", "1 besked mandag 23. november 2026 kl. 9.30 Aflyst tid · SMS"),
        ("&happened=offered", "Reserveret tid · SMS Vi har reserveret en tid til dig"),
        ("&reached=email", "Ingen kanal kan nå patienten i tide."),
    ],
)
def test_what_is_known_of_the_patient_counts(
    session: Session, desk: FlaskClient, sending: Sending, there: str, chosen: str, said: str
) -> None:
    name = chosen[1:].split("=")[0]
    address = "&".join(
        one for one in asked(session, sending, there).split("&") if not one.startswith(name)
    )
    says(desk.get(address + chosen), said)


def test_an_hour_that_does_not_exist_and_a_time_in_the_past_are_refused(
    session: Session, desk: FlaskClient, sending: Sending, there: str
) -> None:
    address = asked(session, sending, there)
    gap = address.replace("2026-12-07", "2027-03-28").replace("starts_at=10:00", "starts_at=02:30")
    says(desk.get(gap), "Det klokkeslæt findes ikke", status=422)
    past = address.replace("2026-12-07", "2026-11-20")
    says(desk.get(past), "Tiden ligger, før den bliver booket.", status=422)
    says(desk.get(f"{there}?visit_type=x"), "Vælg en af mulighederne.", status=422)
    assert desk.get(f"{there}?visit_type=999999&form=video").status_code == 422


def test_a_booked_time_shows_what_is_planned_and_the_look_is_noted(
    session: Session, desk: FlaskClient, sending: Sending, there: str, home: str
) -> None:
    booked = sending.book(TEN)
    patient = sending.place.patient
    patient_page = f"{home.removesuffix('/beskeder')}/patienter/{patient.id}"
    address, patient_id, name = f"{there}?tid={booked.id}", patient.id, patient.name
    session.rollback()
    says(desk.get(patient_page), "Beskeder om tiden mandag 7. december 2026 kl. 10.00")
    says(desk.get(address), name, "3 beskeder", "fredag 4. december 2026 kl. 10.00 Påmindelse")
    looks = [one.place for one in session.scalars(about_patient(patient_id))]
    assert "staff_message_preview.show" in looks


def test_a_draft_can_be_tried_on_a_booked_time_and_on_one_that_is_made_up(
    session: Session, desk: FlaskClient, sending: Sending, there: str, home: str
) -> None:
    booked = sending.book(TEN).id
    (policy,) = queries.policies_of(session, sending.place.clinic.id)
    policy_id, version = policy.id, policy.version
    session.rollback()
    step = f"{home}/regler/{policy_id}/trin/last_day/fjern"
    assert desk.post(step, data={"version": version}).status_code == 303
    tried = desk.get(f"{there}?tid={booked}&regler={policy_id}")
    says(tried, "Her regnes med kladden", "1 besked", "fredag 4. december 2026")
    made_up = desk.get(asked(session, sending, there) + f"&regler={policy_id}")
    says(made_up, "Her regnes med kladden", "2 beskeder")
    says(desk.get(asked(session, sending, there)), "3 beskeder")


def test_another_clinics_time_and_a_clinic_that_sends_nothing_are_not_found(
    session: Session, desk: FlaskClient, sending: Sending, there: str, home: str
) -> None:
    clinic = sending.place.clinic
    other = make.clinic(session)
    make.staff(session, other)
    session.commit()
    foreign = there.replace(f"/{clinic.id}/", f"/{other.id}/")
    session.rollback()
    assert desk.get(foreign).status_code == 404
    assert desk.get(f"{there}?tid=999999").status_code == 404
    desk.post(f"{home}/afsender/hold-op")
    assert desk.get(there).status_code == 404


def asked(session: Session, sending: Sending, there: str) -> str:
    """The address that asks about a control on 7 December at ten, booked today."""
    visit_type = sending.place.control.id
    session.rollback()
    return (
        f"{there}?visit_type={visit_type}&form=in_person&happened=booked"
        "&booked_on=2026-11-23&booked_at=09:30&starts_on=2026-12-07&starts_at=10:00"
        "&language=da&reached=phone"
    )
