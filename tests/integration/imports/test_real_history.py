"""The real history of 110,527 appointments: 110,521 load, six are refused by name."""

import os
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import case, func, select

from booking.appointments.models import Allocation, PastVisit
from booking.people.models import ClinicPatient, Patient, PatientIdentifier
from booking.platform.config import ROOT
from booking.platform.database import Session
from tests import factories as make
from tests.integration.imports.conftest import invoke

DIRECTORY = Path(os.environ.get("RETTID_REFERENCE_DIR", ROOT.parent / "shared"))
FILE = DIRECTORY / "data" / "noshow-vitoria-2016.csv.zip"
MAPPING = ROOT / "docs" / "import" / "vitoria-2016.toml"

BOOKED_LATER = "Bookingdagen ligger efter besøget."
SIX = [
    ("27035", "5679978", "booked_on", BOOKED_LATER),
    ("55228", "5715660", "booked_on", BOOKED_LATER),
    ("64177", "5664962", "booked_on", BOOKED_LATER),
    ("71535", "5686628", "booked_on", BOOKED_LATER),
    ("72364", "5655637", "booked_on", BOOKED_LATER),
    ("99834", "5775010", "age", "Skriv et tal fra 0 til 130."),
]


@pytest.mark.reference
@pytest.mark.skipif(not FILE.exists(), reason=f"no {FILE.name} in RETTID_REFERENCE_DIR")
def test_a_year_of_real_history_loads_once(app: Flask, session: Session, tmp_path: Path) -> None:
    make.clinic(session, name="Vitória", zone_name="America/Sao_Paulo")
    session.commit()
    file = tmp_path / FILE.name
    file.symlink_to(FILE)

    done = invoke(app, "history", file, MAPPING)
    assert done.counts == (110_521, 0, 0, 6)
    assert done.refused == SIX

    missed = case((PastVisit.outcome == "noshow", 1), else_=0)
    visits, noshows, days, first, last = session.execute(
        select(
            func.count(),
            func.sum(missed),
            func.count(PastVisit.day.distinct()),
            func.min(PastVisit.day),
            func.max(PastVisit.day),
        )
    ).one()
    assert (visits, noshows, days) == (110_521, 22_314, 27)
    assert (first, last) == (date(2016, 4, 29), date(2016, 6, 8))
    late = select(func.count()).where(PastVisit.booked_on > PastVisit.day)
    assert session.scalar(late) == 0
    people = session.scalar(select(func.count(Patient.id)))
    assert people == session.scalar(select(func.count(PatientIdentifier.id))) == 62_298
    assert people == session.scalar(select(func.count(ClinicPatient.id)))
    floating = select(PatientIdentifier.value).where(PatientIdentifier.value.like("%.%"))
    assert "93779.52927" in session.scalars(floating).all()
    assert session.scalar(select(func.count(Allocation.id))) == 0
    session.rollback()

    again = invoke(app, "history", file, MAPPING)
    assert again.counts == (0, 110_521, 0, 6)
    assert again.refused == SIX
    assert session.scalar(select(func.count(Patient.id))) == people
