"""A patient's tab: what is planned, what was sent, how they want to hear, and extra help."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from booking.platform.audit import about_patient
from booking.platform.database import Session
from reminders.preferences import service as preferences
from tests.integration.reminders.delivery.conftest import Carried, carried
from tests.integration.triage_rules.followup_pages.conftest import says

__all__ = ["carried"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

START = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def tab(carried: Carried) -> str:
    """The patient's messages."""
    place = carried.sending.place
    return f"/klinik/{place.clinic.id}/patienter/{place.patient.id}/beskeder"


def test_what_is_planned_and_what_was_sent(desk: FlaskClient, tab: str, carried: Carried) -> None:
    says(desk.get(tab), "Ingen kommende beskeder", "Der er ikke sendt noget fra klinikken.")
    carried.sending.book(START)
    carried.dispatch()
    carried.pass_by(minutes=1)
    text = says(desk.get(tab), "Påmindelse", "Planlagt", "Ny tid", "Sendt", "Kan nås med")
    assert text.index("Påmindelse") < text.index("Ny tid")
    says(desk.get(tab.removesuffix("/beskeder")), "Beskeder")


def test_wishes_and_stop_are_shown(
    desk: FlaskClient, tab: str, carried: Carried, session: Session
) -> None:
    patient = carried.sending.place.patient
    preferences.choose(session, carried.sending.place.as_patient, patient, "voice")
    preferences.stop(session, patient.phone_hash or "", "sms")
    session.commit()
    text = says(desk.get(tab), "Vil helst have Opkald")
    assert "SMS: nummeret har sagt STOP mandag 23. november 2026 kl. 9.00" in text


def test_extra_help_is_turned_on_and_off_and_the_plan_follows(
    desk: FlaskClient, tab: str, carried: Carried, session: Session
) -> None:
    carried.sending.book(START)
    before = len(carried.sending.planned())
    assert desk.post(f"{tab}/hjaelp", data={"hjaelp": "ja"}).status_code == 303
    says(desk.get(tab), "Patienten får ekstra hjælp", "Stop ekstra hjælp")
    assert len(carried.sending.planned()) == before + 1  # a call a week before
    desk.post(f"{tab}/hjaelp", data={"hjaelp": "nej"})
    says(desk.get(tab), "Giv ekstra hjælp")
    assert len(carried.sending.planned()) == before
    assert desk.post(f"{tab}/hjaelp", data={}).status_code == 422
    acts = [one.action for one in session.scalars(about_patient(carried.sending.place.patient.id))]
    assert {"messages.extra_help_on", "messages.extra_help_off"} <= set(acts)


def test_another_clinics_patient_is_not_found(desk: FlaskClient, tab: str) -> None:
    assert desk.get(tab.replace("/patienter/", "/patienter/9")).status_code == 404
