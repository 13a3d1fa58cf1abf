"""The examples in docs/import are what docs/import.md says: a small clinic moves in, in order."""

import shlex
import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments.models import Appointment, PastVisit
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Resource, WeekTemplate
from booking.people.models import Patient
from booking.platform.config import ROOT
from booking.platform.database import Session
from tests.integration.imports.conftest import invoke

GUIDE = ROOT / "docs" / "import.md"
EXAMPLES = ROOT / "docs" / "import"
ORDER = {
    "resources": 5,
    "templates": 5,
    "visit-types": 2,
    "patients": 3,
    "appointments": 3,
    "history": 3,
}


@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_a_clinic_moves_in_and_doing_it_again_changes_nothing(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    run = app.test_cli_runner()
    for line in GUIDE.read_text().splitlines():
        if line.startswith("flask --app wsgi clinic ") and "Eksempelklinikken" in line:
            made = run.invoke(args=shlex.split(line)[3:])
            assert made.exit_code == 0, made.output
    for name in EXAMPLES.iterdir():
        shutil.copy(name, tmp_path)
    for again in (False, True):
        for kind, number in ORDER.items():
            files = tmp_path / f"{kind}.csv", tmp_path / f"{kind}.toml"
            done = invoke(app, kind, *files)
            assert done.refused == [], done.output
            assert done.counts == ((0, number, 0, 0) if again else (number, 0, 0, 0)), kind

    control = session.scalars(select(VisitType).where(VisitType.name == "Kontrol")).one()
    assert control.form_list == ["in_person", "video"]
    assert (control.base_minutes, control.cap_minutes, control.mode) == (30, 60, "code")
    assert [(one.need, one.minutes) for one in control.need_additions] == [("interpreter", 15)]
    [rooms] = control.requirements
    assert [room.name for room in rooms.options] == ["Stue 1", "Stue 2"]

    odd = session.scalars(select(WeekTemplate).where(WeekTemplate.weeks == "odd")).one()
    assert (odd.weekday, odd.resource.name) == (2, "Agnete Eksempel")
    agnete = session.scalars(select(Resource).where(Resource.name == "Agnete Eksempel")).one()
    assert (agnete.title, agnete.title_en) == ("Overlæge", "Consultant")
    assert session.scalars(select(Resource.kind).where(Resource.name == "Stue 1")).one() == "room"

    karen = session.scalars(select(Patient).where(Patient.given_name == "Karen")).one()
    assert (karen.cpr, karen.phone) == ("0403611234", "+4520301020")
    assert karen.address == "Prøvevej 1 9000 Aalborg"
    assert str(karen.birth_date) == "1961-03-04"
    first = session.scalars(select(Appointment).where(Appointment.patient_id == karen.id)).one()
    assert first.starts_at.isoformat() == "2030-01-14T08:00:00+00:00"
    assert {(a.role, a.resource.name) for a in first.allocations} == {
        ("clinician", "Agnete Eksempel"),
        ("Rum", "Stue 1"),
    }
    missed = session.scalars(select(PastVisit).where(PastVisit.outcome == "noshow")).one()
    assert missed.facts == {"minutes": 30}
    assert missed.at is not None
    assert missed.day == missed.booked_on == missed.at.date()
