"""A form that is sent twice is saved once."""

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import func, select

from booking.people.models import Patient, PatientNote
from booking.platform.database import Base
from tests.integration.clinic_web.day.conftest import Work, doctor, place, secretary, work
from tests.integration.patient_web.conftest import Visitor

__all__ = ["doctor", "place", "secretary", "work"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

NEW = {"given_name": "Åse", "family_name": "Ny", "birth_date": "04-03-1961", "language": "da"}


def rows(work: Work, table: type[Base]) -> int:
    found = work.session.scalars(select(func.count()).select_from(table)).one()
    work.session.commit()
    return found


def test_a_note(
    work: Work, secretary: Visitor, doctor: Visitor, freezer: FrozenDateTimeFactory
) -> None:
    page = f"{work.at}/patienter/{work.place.patient.id}/noter"
    for _twice in range(2):
        secretary.post(page, text="Ring før kl. 12").says("Notatet er gemt.")
    assert rows(work, PatientNote) == 1
    secretary.post(page, text="Ring efter kl. 12")
    doctor.post(page, text="Ring før kl. 12")
    assert rows(work, PatientNote) == 3
    freezer.tick(61)
    secretary.post(page, text="Ring før kl. 12")
    assert rows(work, PatientNote) == 4


def test_a_new_patient_without_a_cpr_number(
    work: Work, secretary: Visitor, freezer: FrozenDateTimeFactory
) -> None:
    page, before = f"{work.at}/patienter/ny", rows(work, Patient)
    secretary.post(page, **NEW).says("Patienten er oprettet.")
    first = secretary.path
    secretary.post(page, **NEW).says("Der er ikke oprettet en til.", "Åse Ny")
    assert secretary.path == first
    assert rows(work, Patient) == before + 1
    secretary.post(page, **{**NEW, "birth_date": "05-03-1961"}).says("Patienten er oprettet.")
    freezer.tick(601)
    secretary.post(page, **NEW).says("Patienten er oprettet.")
    assert rows(work, Patient) == before + 3
