"""Answers are in the clinic's own words and the patient's language, and always come."""

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from reminders.policies import service as policies
from reminders.policies.models import ReminderWording, ReminderWordingVersion
from tests.integration.reminders.replies.conftest import Telephone

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def reworded(telephone: Telephone, code: str, body: str) -> None:
    """The clinic has written an answer anew, in Danish."""
    session = telephone.session
    wording = session.scalars(
        select(ReminderWording).where(
            ReminderWording.code == code,
            ReminderWording.clinic_id == telephone.sending.place.clinic.id,
        )
    ).one()
    session.add(
        ReminderWordingVersion(
            wording_id=wording.id,
            number=2,
            texts={"da": {"sms": ["", body]}},
            made_by="Signe Sekretær",
            made_at=session.now(),
        )
    )
    session.commit()


def test_in_the_clinics_own_words(telephone: Telephone) -> None:
    telephone.told_of()
    reworded(telephone, "done_confirm", "Godt. {sted} {dag} {kl}, {telefon}, {link}")
    page = f"{telephone.rettid.config.public_url}/mine-tider"
    answer = f"Godt. Sygehus Nord torsdag 26/11 10.00, +45 99 32 00 00, {page}"
    assert telephone.say("1") == answer


def test_in_the_patients_language(telephone: Telephone) -> None:
    telephone.sending.place.patient.language = "en"
    telephone.told_of()
    assert telephone.say("1") == "Thank you. See you Thursday 26 Nov at 10.00."
    telephone.sending.place.patient.language = "pl"
    assert "no more texts" in telephone.say("stop")


@pytest.mark.parametrize("body", ["Farvel til {dag}", "{navn}", "{"])
def test_a_wording_that_cannot_be_filled_in_gives_way(telephone: Telephone, body: str) -> None:
    telephone.told_of()
    reworded(telephone, "stop_confirmed", body)
    with capture_logs() as logged:
        assert "START" in telephone.say("STOP")
    assert "an answer's wording cannot be filled in" in [one["event"] for one in logged]


def test_a_clinic_that_has_stopped_sending_still_answers(telephone: Telephone) -> None:
    appointment = telephone.told_of()
    place = telephone.sending.place
    policies.stop_sending(telephone.session, place.secretary, place.clinic)
    telephone.session.commit()
    assert "26/11" in telephone.say("2")
    assert appointment.status == "cancelled"
