"""A clinic with the questionnaires that come with Rettid, and a patient to ask."""

from datetime import date

import pytest

from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests.integration.appointments.conftest import Place, place
from triage_rules.questionnaires import service
from triage_rules.questionnaires.models import QuestionnaireRequest, QuestionnaireVersion
from triage_rules.questionnaires.shipped import install

__all__ = ["place"]

DUE = date(2026, 12, 7)
NINE = {f"phq9-{number}": "1" for number in range(1, 10)}
SINCE = {
    "siden-tilstand": "same",
    "siden-dage": "0",
    "siden-nyt": "nej",
    "siden-oenske": "none",
}


@pytest.fixture
def versions(session: Session, place: Place) -> dict[str, QuestionnaireVersion]:
    """What comes with Rettid, shared by all clinics, by code."""
    installed = {one.questionnaire.code: one for one in install(session, SYSTEM)}
    session.commit()
    return installed


@pytest.fixture
def request_of_phq9(
    session: Session, place: Place, versions: dict[str, QuestionnaireVersion]
) -> QuestionnaireRequest:
    """PHQ-9, asked of the patient until 7 December."""
    asked = service.ask(
        session, place.secretary, place.patient, place.course, versions["phq9"], DUE
    )
    session.commit()
    return asked
