"""Questionnaires that come with Rettid, as FHIR R4 JSON, and putting them into the database.

PHQ-9 is free to reproduce, translate, display and distribute (its owners' own statement, kept
in the file beside the source). 'Siden sidst' is our own and no validated instrument.
"""

from pathlib import Path

from booking.platform.database import Session
from booking.platform.identity import Actor
from triage_rules.questionnaires.models import QuestionnaireVersion
from triage_rules.questionnaires.service import publish

CODES = ("phq9", "siden-sidst")


def source(code: str) -> str:
    """The FHIR JSON of a questionnaire that comes with Rettid."""
    return (Path(__file__).parent / f"{code}.json").read_text(encoding="utf-8")


def install(session: Session, by: Actor) -> list[QuestionnaireVersion]:
    """Publish what comes with Rettid for every clinic; what already stands stays as it is."""
    return [publish(session, by, code, source(code)) for code in CODES]
