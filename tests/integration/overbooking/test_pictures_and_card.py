"""The model card, and the pictures that the commands write."""

from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import insert

from booking.appointments.models import PastVisit
from booking.calendar.models import Clinic
from booking.overbooking import model_card, service
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests import factories as make

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TODAY = date(2026, 11, 23)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def clinic(session: Session) -> Clinic:
    made = make.clinic(session)
    session.commit()
    return made


def history(session: Session, clinic: Clinic, visits: int, *, matters: float) -> None:
    """Imported visits, one a day and patient; matters: how much the lead does."""
    draw = np.random.default_rng(1)
    people = [make.patient(session, clinic).id for _ in range(40)]
    rows = []
    for number in range(visits):
        lead = int(draw.gamma(1.0, 20))
        chance = 1 / (1 + np.exp(-(-2.0 + matters * (np.log1p(lead) - 2.5))))
        day = TODAY - timedelta(days=1 + number % 500)
        rows.append(
            {
                "clinic_id": clinic.id,
                "patient_id": people[number % len(people)],
                "day": day,
                "booked_on": day - timedelta(days=lead),
                "outcome": "noshow" if draw.random() < chance else "fulfilled",
                "label": "Kontrol",
                "facts": {},
                "source": "before",
                "source_key": f"{clinic.id}-{number}",
            }
        )
    session.execute(insert(PastVisit), rows)
    session.commit()


def run(app: Flask, *args: str) -> str:
    told = app.test_cli_runner().invoke(args=["overbooking", *args])
    assert told.exit_code == 0, told.output
    return told.output


def test_the_model_card_tells_what_it_is_told_and_how_it_did(
    app: Flask, session: Session, clinic: Clinic, tmp_path: Path
) -> None:
    history(session, clinic, 8_000, matters=1.0)
    file = tmp_path / "model.svg"
    told = run(app, "evaluate-model", "--clinic", str(clinic.id), "--picture", str(file))
    first, last = TODAY - timedelta(days=500), TODAY - timedelta(days=1)
    assert f"Visits from {first} to {last}." in told
    assert "Is told: lead," in told
    assert "earlier outcomes" in told
    for name in ("sex", "postcode", "diagnosis", "cpr"):
        assert name in told.split("May not be told", 1)[1]
    assert "8000 visits" in told
    assert "booked a day or more ahead" in told
    assert "base rate" in told
    assert "The model may be used." in told
    drawn = ElementTree.parse(file).getroot()
    assert drawn.tag == f"{SVG}svg"
    # A mark for every tenth.
    assert len(drawn.findall(f"{SVG}polygon")) == 10


def test_a_model_that_may_not_be_used_tells_why(
    app: Flask, session: Session, clinic: Clinic
) -> None:
    history(session, clinic, 1_200, matters=0.0)
    made = service.as_training(session, SYSTEM, clinic, service.learn(session, clinic))
    assert not made.passes
    told = run(app, "evaluate-model", "--clinic", str(clinic.id))
    assert made.evaluation is not None
    low, high = 0.9, 1.1
    wrong = not low <= made.evaluation["slope"] <= high
    assert (f"Not passed: {model_card.WHY_NOT['slope']}." in told) == wrong
    flat = made.evaluation["brier"] >= made.evaluation["base_brier"]
    assert (f"Not passed: {model_card.WHY_NOT['brier']}." in told) == flat
    assert wrong or flat
    assert "The clinic's own rate is used" in told


def test_without_a_model_there_is_a_card_and_no_picture(
    app: Flask, clinic: Clinic, tmp_path: Path
) -> None:
    assert "Too few visits" in run(app, "evaluate-model", "--clinic", str(clinic.id))
    file = tmp_path / "model.svg"
    told = app.test_cli_runner().invoke(
        args=[
            "overbooking", "evaluate-model", "--clinic", str(clinic.id), "--picture", str(file),
        ]
    )  # fmt: skip
    assert told.exit_code == 1
    assert not file.exists()


def test_a_year_is_told_and_drawn(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "year.svg"
    told = run(app, "simulate", "--mornings", "12", "--picture", str(file))
    head, rule, *rows = told.splitlines()
    assert len(rows) == 12
    assert {line.count("|") for line in (head, rule, *rows)} == {13}
    without, careful, always = (row.split("|") for row in rows[3:6])
    assert [one[2].strip() for one in (without, careful, always)] == [
        "none", "careful", "always one",
    ]  # fmt: skip
    assert without[9].strip() == always[10].strip() == "0.0 ± 0.0"
    assert always[3].strip() == "12"
    drawn = ElementTree.parse(file).getroot()
    # Two panels of twelve, and the mark that is explained.
    assert len(drawn.findall(f"{SVG}polygon")) == 25


def test_the_guides_picture_is_drawn(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "start.svg"
    run(app, "picture", str(file))
    drawn = ElementTree.parse(file).getroot()
    assert len(drawn.findall(f"{SVG}polyline")) == 3
    assert "Tolv patienter" in (drawn.findtext(f"{SVG}desc") or "")


def test_the_pictures_of_the_documentation_are_those_the_commands_write(
    app: Flask, tmp_path: Path
) -> None:
    kept = Path(__file__).parents[3] / "docs" / "pictures" / "overbooking-start.svg"
    file = tmp_path / "start.svg"
    run(app, "picture", str(file))
    assert file.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
